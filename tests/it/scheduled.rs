//! Runs that nobody watches, and the log that is rotated under them.

mod log;

use crate::harness::{World, session_named};

/// So many sessions, `s00` and on.
fn sessions(count: usize) -> (World, Vec<String>) {
    let ids: Vec<String> = (0..count).map(|number| format!("s{number:02}")).collect();
    let world = World::with(ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect());
    std::fs::write(world.folder().join("ids.txt"), ids.join("\n")).expect("a list");
    (world, ids)
}
