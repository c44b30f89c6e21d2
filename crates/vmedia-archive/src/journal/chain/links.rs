//! The links between segments: the ends of earlier ones that each names in its first line.

use super::Chain;
use crate::journal::entry::Parent;
use std::collections::{HashMap, HashSet};

impl Chain {
    /// Returns these segments and those behind them: named as a whole, directly or through others, by their links.
    pub(crate) fn behind<'a>(&'a self, segments: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
        let mut behind = HashSet::new();
        let mut left: Vec<&str> = segments.collect();
        while let Some(segment) = left.pop() {
            if behind.insert(segment) {
                left.extend(self.read.get(segment).into_iter().flat_map(|read| &read.follows).map(String::as_str));
            }
        }
        behind
    }

    pub(super) fn find_behind_heads(&self) -> HashSet<&str> {
        let mut behind = HashSet::new();
        for (segment, end) in self.known_heads.values() {
            let is_last = self.read.get(segment).is_some_and(|read| read.bytes == *end);
            let mut here = self.behind(std::iter::once(segment.as_str()));
            // Lines added to a segment after that one are not behind it.
            if !is_last {
                here.remove(segment.as_str());
            }
            behind.extend(here);
        }
        behind
    }

    /// Checks the ends of earlier segments that segments name, and finds the ends that no segment follows.
    pub(super) fn check_links(&mut self, links: &[(String, Parent)], digests: &HashMap<(String, u64), String>) {
        let mut followed = HashSet::new();
        for (name, parent) in links {
            let Parent { segment, bytes, sha256, ended, .. } = parent;
            // Of a run that was still at work, the link names a part only.
            if *ended && let Some(read) = self.read.get_mut(name) {
                read.follows.push(segment.clone());
            }
            let Some(length) = self.read.get(segment).map(|read| read.bytes) else {
                self.finding(segment, format!("is missing: {name} follows it"));
                continue;
            };
            if length < *bytes {
                self.finding(segment, format!("was {bytes} bytes long when {name} began and is {length} bytes long now"));
            } else if digests.get(&(segment.clone(), *bytes)) != sha256.as_ref() {
                self.finding(segment, format!("is not what it was when {name} began: a line in its first {bytes} bytes was altered"));
            } else if *ended && length > *bytes {
                self.finding(segment, format!("has lines after its first {bytes} bytes, which were all of it when {name} began"));
            }
            if *ended {
                followed.insert(segment.clone());
            }
        }
        let ends = self.read.iter().filter(|(name, _)| !followed.contains(*name));
        self.heads = ends.filter_map(|(name, read)| Some((name.clone(), read.last.clone()?))).collect();
        self.heads.sort();
    }
}
