//! Many sessions in one run: what is left alone, what is to be run again, how much a host is asked for, where it is.

mod failed;
mod limits;
mod shards;
mod skipping;
#[cfg(unix)]
mod standing;
mod stream;
#[cfg(target_os = "linux")]
mod thrift;

use crate::harness::{World, session_named};
use vmedia::engine::Event;

/// A provider with so many sessions, `s0` and on, of five media each.
pub fn sessions(count: usize) -> World {
    World::with((0..count).map(|number| session_named(&format!("s{number}"), &format!("new{number}"), &format!("old{number}"))).collect())
}

/// A list of these ids in the test's folder.
pub fn list(world: &World, ids: &[&str]) {
    std::fs::write(world.folder().join("ids.txt"), ids.iter().map(|id| format!("{id}\n")).collect::<String>()).expect("a list");
}

/// How the run ended: complete, of those left alone, incomplete, not begun.
fn counts(events: &[Event]) -> [u64; 4] {
    let found = events.iter().find_map(|event| match event {
        Event::RunFinished { complete, skipped, incomplete, not_started, .. } => Some([*complete, *skipped, *incomplete, *not_started]),
        _ => None,
    });
    found.expect("an end")
}
