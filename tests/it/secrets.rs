//! Where secrets come from, and that they are nowhere else: each source with what can be wrong with it; a search of all that
//! a run prints, writes and keeps in memory; the system's keyring, judged by `secret-tool`.

#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
pub mod memory;
mod nowhere;
mod sources;

use crate::harness::{Run, SESSION, World, bare, short_waits};
use std::path::Path;

/// Writes a file that its owner alone can read.
pub fn private(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).expect("written");
    mode(path, 0o600);
}

/// Sets a file's mode, where there are modes.
#[cfg(unix)]
pub fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
}

#[cfg(not(unix))]
pub fn mode(_: &Path, _: u32) {}

/// Writes a configuration whose one profile, `live`, asks the sandbox at Veriff, with these lines besides.
pub fn profile(world: &World, lines: &str) {
    let text = format!("[profiles.live]\nbase_url = '{}'\napi_key = '{}'\n{lines}\n", world.sandbox.base_url(), world.sandbox.api_key());
    std::fs::write(world.folder().join("vmedia.toml"), text).expect("written");
}

/// The same at Yoti.
pub fn yoti_profile(world: &World, lines: &str) {
    let text = format!("[profiles.live]\nprovider = 'yoti'\nbase_url = '{}'\n{lines}\n", world.sandbox.yoti_base_url());
    std::fs::write(world.folder().join("vmedia.toml"), text).expect("written");
}

/// Runs the program with that profile, these variables and nothing else.
pub fn run(world: &World, variables: &[(&str, &str)], words: &[&str]) -> Run {
    let mut command = bare(world.folder());
    command.envs(variables.iter().copied()).args(words).args(short_waits(words));
    command.envs([("VMEDIA_CONFIG", "vmedia.toml"), ("VMEDIA_PROFILE", "live")]);
    Run::of(&command.output().expect("a run"))
}

/// Lists the usual session with that profile.
pub fn list(world: &World, variables: &[(&str, &str)]) -> Run {
    run(world, variables, &["list", SESSION])
}
