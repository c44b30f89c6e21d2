//! What is safe on every file system, and in front of a person, said independently of the product's own rules.

/// Names that Windows keeps for devices, with and without an extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Fails unless a relative path can be made on Linux, macOS and Windows, and leads nowhere else.
#[track_caller]
pub fn is_safe_path(path: &str) {
    for name in path.split('/') {
        assert!(!name.is_empty() && name.len() <= 200, "{} bytes in {path:?}", name.len());
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_~.".contains(&byte)), "{path:?}");
        assert!(!name.starts_with(['.', '-']) && !name.ends_with('.'), "{path:?}");
        let stem = name.split('.').next().unwrap_or_default();
        let numbered = |device| stem.strip_prefix(device).is_some_and(|rest: &str| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
        assert!(!DEVICES.contains(&stem) && !numbered("com") && !numbered("lpt"), "{path:?}");
    }
}

/// Fails unless a line for people is one line, and not endless.
#[track_caller]
pub fn is_bounded_line(line: &str) {
    assert!(line.len() <= 2000, "{} bytes", line.len());
    assert!(!line.contains(char::is_control), "{line:?}");
}
