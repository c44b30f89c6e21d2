//! Names the groups of newly listed media, at a provider that has groups instead of attempts: archived media keep their names, new
//! ones join their group or get a name that no other group has. A provider numbers groups by their place in a list, which may
//! change.

use super::Revision;
use crate::model::{Group, MediaId, MediaItem};
use std::collections::HashMap;

impl Revision {
    /// Gives the media of a new listing the names that the archive already has for them and for their groups.
    pub fn settle_groups(&self, media: &mut [MediaItem]) {
        let known: HashMap<&MediaId, _> = self.record.media.iter().map(|known| (&known.id, known)).collect();
        let mut names = Names::default();
        for group in self.record.media.iter().filter_map(|known| known.group.as_ref()) {
            names.take(group);
        }
        for item in media.iter_mut().filter(|item| item.type_hint.is_some()) {
            if let Some(known) = known.get(&item.id) {
                item.group.clone_from(&known.group);
                item.context.clone_from(&known.context);
            } else if let Some(group) = &mut item.group {
                group.name = names.settle(group);
            }
        }
    }
}

/// The names of groups, and their owners.
#[derive(Default)]
struct Names {
    by_resource: HashMap<String, String>,
    taken: HashMap<String, Option<String>>,
    /// The number that is tried first for each stem, so that many groups of one name do not cost their square.
    next: HashMap<String, u64>,
}

impl Names {
    fn take(&mut self, group: &Group) {
        self.taken.insert(group.name.clone(), group.resource.clone());
        if let Some(resource) = &group.resource {
            self.by_resource.insert(resource.clone(), group.name.clone());
        }
    }

    /// Returns the name of a group; gives it one if it has none.
    fn settle(&mut self, group: &Group) -> String {
        if let Some(name) = group.resource.as_ref().and_then(|resource| self.by_resource.get(resource)) {
            return name.clone();
        }
        let is_free = |name: &str| self.taken.get(name).is_none_or(|owner| *owner == group.resource);
        let mut name = group.name.clone();
        if !is_free(&name) {
            let stem = match name.rsplit_once('-') {
                Some((stem, number)) if number.parse::<u32>().is_ok() => stem.to_owned(),
                _ => name.clone(),
            };
            let mut number = self.next.get(&stem).copied().unwrap_or(1);
            while !is_free(&format!("{stem}-{number}")) {
                number += 1;
            }
            name = format!("{stem}-{number}");
            self.next.insert(stem, number);
        }
        self.take(&Group::new(name.clone(), group.resource.clone()));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::model::Group;

    fn group(name: &str, resource: Option<&str>) -> Group {
        Group::new(name, resource.map(str::to_owned))
    }

    #[test]
    fn a_group_keeps_its_name_wherever_the_list_puts_it() {
        let mut names = Names::default();
        names.take(&group("document-1", Some("a")));
        assert_eq!(names.settle(&group("document-2", Some("a"))), "document-1");
    }

    #[test]
    fn two_groups_never_share_a_name() {
        let mut names = Names::default();
        names.take(&group("document-1", Some("a")));
        names.take(&group("document-2", Some("b")));
        assert_eq!(names.settle(&group("document-1", Some("c"))), "document-3");
        assert_eq!(names.settle(&group("document-1", Some("c"))), "document-3");
        assert_eq!(names.settle(&group("document-3", Some("d"))), "document-4");
        assert_eq!(names.settle(&group("checks", None)), "checks");
        assert_eq!(names.settle(&group("checks", None)), "checks");
    }
}
