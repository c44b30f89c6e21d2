//! Chooses the changes that led to a bag, from a journal that also holds lines of other archives and of later changes. Pure.

use crate::journal::BagChange;
use crate::text::plural;
use std::collections::BTreeSet;

/// Keeps the changes that led to the bag with this digest; if none did, all of them. Returns a remark on the changes that followed.
pub(crate) fn keep_lineage(changes: &mut Vec<BagChange>, bag: Option<&str>) -> Option<String> {
    let is_last = |(_, change): &(usize, &BagChange)| Some(change.archived.bag.as_str()) == bag;
    let (last, _) = changes.iter().enumerate().filter(is_last).max_by_key(|(_, change)| change.at)?;
    let mut kept = BTreeSet::from([last]);
    let mut next = changes.get(last);
    while let Some(change) = next {
        let before = changes.iter().enumerate().find(|(index, before)| !kept.contains(index) && leads_to(before, change));
        kept.extend(before.map(|(index, _)| index));
        next = before.map(|(_, before)| before);
    }
    let end = changes.get(last)?;
    let later = changes.iter().enumerate().filter(|(index, change)| !kept.contains(index) && leads_to(end, change)).count();
    let mut index = 0..;
    changes.retain(|_| index.next().is_some_and(|index| kept.contains(&index)));
    (later > 0).then(|| format!("the journal knows of {} after this version, not shipped yet", plural(later as u64, "change")))
}

/// Returns true if a change begins where another ended, or where that one began and was killed.
fn leads_to(before: &BagChange, change: &BagChange) -> bool {
    let (before, now) = (&before.archived, &change.archived);
    now.record_before.as_ref() == Some(&before.record) || now.resumed && now.record_before == before.record_before
}
