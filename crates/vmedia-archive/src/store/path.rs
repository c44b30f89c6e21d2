//! A relative path inside a store that cannot leave it. Must not know the file system's own path type; `local.rs` translates.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `/`-separated names, none of them empty, `.`, `..` or with a `\`, `:` or NUL in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StorePath(String);

impl StorePath {
    /// Parses a path; returns `None` if it could lead out of the store.
    pub fn parse(text: &str) -> Option<Self> {
        let safe = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', ':', '\0']);
        text.split('/').all(safe).then(|| Self(text.to_owned()))
    }

    /// Creates a path of one name; escapes unsafe characters.
    pub fn name(name: &str) -> Self {
        Self(escape(if name.is_empty() { "~" } else { name }).replace('/', "~"))
    }

    /// Creates a path below this one; escapes unsafe names.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        let mut path = self.0.clone();
        for name in below.split('/').filter(|name| !name.is_empty()) {
            path.push('/');
            path.push_str(&escape(name));
        }
        Self(path)
    }

    /// Creates a path beside this one, whose name has this suffix.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}{}", self.0, escape(suffix).replace('/', "~")))
    }

    /// Returns the folder of this path; `None` right below the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(folder, _)| Self(folder.to_owned()))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the rest of this path below `folder`.
    pub fn below<'a>(&'a self, folder: &Self) -> Option<&'a str> {
        self.0.strip_prefix(folder.as_str())?.strip_prefix('/')
    }
}

fn escape(name: &str) -> String {
    match name {
        "." | ".." => name.replace('.', "~2e"),
        name => name.replace(['\\', ':', '\0'], "~"),
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for StorePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a path that leads out of its folder")
    }
}

impl From<StorePath> for String {
    fn from(path: StorePath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::StorePath;

    #[test]
    fn no_path_leaves_its_folder() {
        for bad in ["", "/etc", "a//b", "../a", "a/../b", "a/.", "a\\b", "c:x", "a\0", "a/"] {
            assert_eq!(StorePath::parse(bad), None, "{bad:?}");
        }
        let root = StorePath::parse("s").expect("a path");
        assert_eq!(root.join("data/../x//y:z").as_str(), "s/data/~2e~2e/x/y~z");
        assert_eq!(root.join("data/x").below(&root), Some("data/x"));
        assert_eq!(root.join("x").with_suffix(".sig").as_str(), "s/x.sig");
        assert_eq!((root.join("x/y").parent(), root.parent()), (Some(root.join("x")), None));
        assert_eq!(root.with_suffix("/../x:").as_str(), "s~..~x~");
    }
}
