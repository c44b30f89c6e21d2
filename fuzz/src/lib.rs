//! The targets of the integration test `fuzz`, for the programs in `fuzz_targets/`.

#[path = "../../tests/it/fuzz/targets/mod.rs"]
mod targets;

pub use targets::TARGETS;

/// Runs the target of that name.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.expect("a target").1(input);
}
