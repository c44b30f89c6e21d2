//! Sets the payload apart that is not here because a bucket has it, as the journal says. Such a file is no finding, and nothing is said of its
//! bytes; a file that is missing without such a line is a finding as ever. Must not ask a bucket.

use super::{Aspect, Examined, Finding, Item};
use crate::error::{Result, quote};
use crate::journal::{Chain, Elsewhere};
use crate::layout::TAG_MANIFEST;
use crate::record::Record;
use crate::store::{ReadStore, StorePath};
use crate::text::day;
use std::collections::HashMap;

/// Takes the files out of those to be read that are not here and that a bucket has.
pub(super) fn set_apart(store: &dyn ReadStore, chain: &Chain, folder: &str, examined: &mut Examined) -> Result<()> {
    let elsewhere = chain.elsewhere(store, folder)?;
    let folder = &StorePath::name(folder);
    for (at, place) in &elsewhere.unfounded {
        let place = quote(place);
        let what = format!("the journal says on {} that its payload is in {place}, and no line says that it was shipped there", day(*at));
        examined.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
    }
    if elsewhere.files.is_empty() {
        return Ok(());
    }
    let (away, items) = std::mem::take(&mut examined.items).into_iter().partition(|item| is_away(store, folder, &elsewhere, item));
    examined.items = items;
    let away: Vec<Item> = away;
    if away.is_empty() {
        return Ok(());
    }
    let lengths: HashMap<&str, u64> = examined.record.iter().flat_map(Record::files).map(|file| (file.path, file.digest.bytes)).collect();
    examined.away.bytes = away.iter().filter_map(|item| lengths.get(item.path.as_str())).sum();
    examined.away.files = away.len() as u64;
    examined.away.places = elsewhere.places.into_iter().collect();
    if chain.is_proof_demanded && !elsewhere.is_proven {
        examined.is_unproven = true;
        examined.notes.push("no seal covers what the journal says of where its payload is".to_owned());
    }
    Ok(())
}

fn is_away(store: &dyn ReadStore, folder: &StorePath, elsewhere: &Elsewhere, item: &Item) -> bool {
    let is_absent = || item.place(folder).is_some_and(|place| matches!(store.stat(&place), Ok(None)));
    item.is_payload && elsewhere.of(&item.path, &item.sha256).is_some() && is_absent()
}
