//! The versions of a session in a bucket: `SESSION/v00001/...`. One is finished once it has the declaration of a bag, or the bag as a ZIP
//! file. Must not write.

use crate::error::Result;
pub(crate) use crate::journal::version_name as name;
use crate::layout::{DECLARATION, PACKED, RECORD};
use crate::objects::ObjectStore;
use crate::store::StorePath;
use std::collections::{BTreeMap, HashMap};

/// Returns the number of a version's folder; `None` for any other name.
pub(crate) fn parse(folder: &str) -> Option<u32> {
    let number = folder.strip_prefix('v')?.parse().ok()?;
    (number > 0 && name(number) == folder).then_some(number)
}

/// Returns whether a name is that of a version's folder.
pub fn is_version(folder: &str) -> bool {
    parse(folder).is_some()
}

/// Splits a path below a session into the number of its version and the path below that; `None` if it is in none.
pub(crate) fn split(path: &str) -> Option<(u32, &str)> {
    let (version, below) = path.split_once('/')?;
    Some((parse(version)?, below))
}

/// Returns the key of a version's file.
pub(crate) fn key(folder: &StorePath, number: u32, path: &str) -> StorePath {
    folder.join(&name(number)).join(path)
}

/// Returns true if a version with these objects is finished.
pub(crate) fn is_finished(has: impl Fn(&str) -> bool) -> bool {
    has(DECLARATION) || has(PACKED)
}

/// Returns true if a version with these objects is a bag in one ZIP file.
pub(crate) fn is_packed(has: impl Fn(&str) -> bool) -> bool {
    !has(DECLARATION) && has(PACKED)
}

/// The versions of a session, each with the paths of its objects and their lengths.
#[derive(Debug, Default)]
pub(super) struct Versions(BTreeMap<u32, HashMap<String, u64>>);

impl Versions {
    /// Returns one version with these empty objects.
    #[cfg(test)]
    pub(super) fn with(number: u32, paths: &[&str]) -> Self {
        Self(BTreeMap::from([(number, paths.iter().map(|path| ((*path).to_owned(), 0)).collect())]))
    }

    /// Lists what a place has of a session.
    pub(super) fn read(place: &dyn ObjectStore, folder: &StorePath) -> Result<Self> {
        let mut versions = Self::default();
        place.list(Some(folder), &mut |object| {
            if let Some((number, path)) = object.key.below(folder).and_then(split) {
                versions.0.entry(number).or_default().insert(path.to_owned(), object.bytes);
            }
            Ok(())
        })?;
        Ok(versions)
    }

    /// Returns the numbers of all versions, the newest first.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.keys().rev().copied()
    }

    /// Returns the number of the newest version, finished or not.
    pub(super) fn newest(&self) -> Option<u32> {
        self.0.keys().next_back().copied()
    }

    /// Returns the numbers of the finished versions, the oldest first.
    pub(super) fn finished(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.0.iter().filter(|(_, files)| is_finished(|name| files.contains_key(name))).map(|(number, _)| *number)
    }

    /// Returns true if a version is a bag in one ZIP file.
    pub(super) fn is_packed(&self, number: u32) -> bool {
        self.0.get(&number).is_some_and(|files| is_packed(|name| files.contains_key(name)))
    }

    /// Returns true if a version has files of its bag beside its record, finished or not.
    pub(super) fn has_files(&self, number: u32) -> bool {
        self.0.get(&number).is_some_and(|files| files.keys().any(|path| ![RECORD, PACKED].contains(&path.as_str())))
    }

    /// Returns the length of a version's object; `None` if it is not there.
    pub(super) fn length(&self, number: u32, path: &str) -> Option<u64> {
        self.0.get(&number)?.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{name, parse};

    #[test]
    fn a_version_has_one_name() {
        for number in [1, 7, 99_999, 100_000, u32::MAX] {
            assert_eq!(parse(&name(number)), Some(number));
        }
        for other in ["v00000", "v1", "v000001", "v+0001", "00001", "v0001x", "", "v99999999999"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
