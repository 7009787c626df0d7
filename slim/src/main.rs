//! `cargo run -p slim`; [`HELP`] describes it.

use std::{env, error::Error, process::ExitCode};

use slim::{
    install::{SlimFolder, WriteOutcome},
    project::Project,
    prune::prune,
};

const HELP: &str = "\
Prunes the SDK's crates to the operations that this project calls, so that it builds faster.

usage: cargo run -p slim              prune, and make later cargo commands use the pruned copies
       cargo run -p slim -- --off     use the published crates again

The copies are in target/slim. Cargo.lock does not change.
[package.metadata.slim] in sdk/Cargo.toml names the operations to keep.";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => switch_on(),
        ["--off"] => switch_off(),
        ["--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
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

fn switch_on() -> Result<(), Box<dyn Error>> {
    let root = Project::root()?;
    let slim = SlimFolder::of(&root);
    // With the override on, cargo would report the copies as the sources.
    slim.switch_off()?;
    let crates = Project::open(&root)?.crates()?;
    for krate in &crates {
        let pruned = prune(&krate.root, &krate.selection)?;
        let written = slim.write(krate, &pruned)?;
        println!(
            "{} {}: {} of {} files, {} of {} lines, {} of {} operations{}",
            krate.name,
            krate.version,
            pruned.file_count.after,
            pruned.file_count.before,
            pruned.lines.after,
            pruned.lines.before,
            pruned.operations.after,
            pruned.operations.before,
            match written {
                WriteOutcome::New => "",
                WriteOutcome::Unchanged => " (unchanged)",
            }
        );
    }
    slim.switch_on(&crates)?;
    println!(
        "cargo now uses the copies in target/slim; `cargo run -p slim -- --off` goes back to the published crates"
    );
    Ok(())
}

fn switch_off() -> Result<(), Box<dyn Error>> {
    SlimFolder::of(&Project::root()?).remove()?;
    println!("cargo now uses the published crates");
    Ok(())
}
