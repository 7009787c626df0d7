//! `cargo run -p slim`: see [`HELP`].

use std::{env, error::Error, process::ExitCode};

use slim::{
    install::{Slim, Written},
    project::Project,
    prune::prune,
};

const HELP: &str = "\
Prunes the SDK's crates to the operations that this project calls, for a shorter build.

usage: cargo run -p slim              prune, and have every later cargo command use the copy
       cargo run -p slim -- --off     use the published crates again

The copy lies below target/slim, and Cargo.lock stays as it is.
What is kept is named in [package.metadata.slim] of sdk/Cargo.toml.";

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => on(),
        ["--off"] => off(),
        ["--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn on() -> Result<(), Box<dyn Error>> {
    let root = Project::root()?;
    let slim = Slim::of(&root);
    // With the override in force cargo would name the copy as the source.
    slim.switch_off()?;
    let subjects = Project::open(&root)?.subjects()?;
    for subject in &subjects {
        let pruned = prune(&subject.root, &subject.wanted)?;
        let written = slim.write(subject, &pruned)?;
        println!(
            "{} {}: {} of {} files, {} of {} lines, {} of {} operations{}",
            subject.name,
            subject.version,
            pruned.file_count.after,
            pruned.file_count.before,
            pruned.lines.after,
            pruned.lines.before,
            pruned.operations.after,
            pruned.operations.before,
            match written {
                Written::New => "",
                Written::Unchanged => " (unchanged)",
            }
        );
    }
    slim.switch_on(&subjects)?;
    println!(
        "cargo uses the copies below target/slim from now on; `cargo run -p slim -- --off` ends that"
    );
    Ok(())
}

fn off() -> Result<(), Box<dyn Error>> {
    Slim::of(&Project::root()?).remove()?;
    println!("cargo uses the published crates");
    Ok(())
}
