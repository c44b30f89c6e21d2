//! What `--version` says beside the version: the commit, its date, and the system that the program was built for.
//!
//! A release sets the two variables when it is built. A build without them stays the same whatever its checkout is.

/// The commit and its date; none of a build that is no release.
const BUILD: (Option<&str>, Option<&str>) = (option_env!("VMEDIA_COMMIT"), option_env!("VMEDIA_COMMIT_DATE"));

/// The C library, which is part of the name of a target.
const LIBRARY: &str = if cfg!(target_env = "gnu") {
    "-gnu"
} else if cfg!(target_env = "musl") {
    "-musl"
} else if cfg!(target_env = "msvc") {
    "-msvc"
} else {
    ""
};

/// Returns the commit, its date and the target, a line each.
pub(super) fn details() -> String {
    let (commit, date) = BUILD;
    let (arch, system) = (std::env::consts::ARCH, std::env::consts::OS);
    let unknown = "unknown, built from source";
    format!("commit: {}\ndate:   {}\ntarget: {arch}-{system}{LIBRARY}\n", commit.unwrap_or(unknown), date.unwrap_or(unknown))
}
