//! Draws what the benches measured. Each `compare bench` verb has a module of its name.

pub mod latency;
pub mod parse;
pub mod selfcheck;
pub mod signing;
pub mod startup;

use findings::machine::Machine;

/// The longest line of prose on a terminal.
const WIDTH: usize = 100;

/// Ends a preface with what the reader has to know about the build.
fn add_caveat(text: &mut String, machine: &Machine) {
    if let Some(caveat) = machine.caveat() {
        text.push(' ');
        text.push_str(caveat);
    }
}
