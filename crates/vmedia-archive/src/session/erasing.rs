//! Erases a class of a session's media: the files first, then all that the record says of their bytes.

use super::SessionArchive;
use crate::class::Class;
use crate::error::Result;
use crate::journal::Journal;
use crate::layout::{media_path, media_stem};
use crate::reason::Reason;
use crate::record::{Change, HistoryRecord, MediaRecord, State};
use crate::store::{Extent, StorePath};
use jiff::Timestamp;
use std::collections::HashSet;

impl SessionArchive {
    /// Removes these files, settles the media of a class that have files as erased, and makes the folder a bag of the rest.
    pub(crate) fn erase(&mut self, class: Class, files: &[&StorePath], reason: &Reason, journal: &Journal, now: Timestamp) -> Result<()> {
        self.begin(now)?;
        files.iter().try_for_each(|file| self.store.remove(file))?;
        self.store.settle(&self.folder, Extent::Tree)?;
        self.forget(class, reason, now);
        self.commit(journal, now).map(drop)
    }

    /// Removes from the record what is said of the bytes of these media.
    fn forget(&mut self, class: Class, reason: &Reason, now: Timestamp) {
        let record = &mut self.revision.record;
        let is_of_class = |medium: &MediaRecord| class.holds(&medium.item());
        let media = record.media.iter().filter(|medium| is_of_class(medium));
        let stems: HashSet<String> = media.map(|medium| media_stem(&media_path(&medium.item(), None, 1)).to_owned()).collect();
        for happened in &mut record.history {
            if happened.path.as_deref().is_some_and(|path| stems.contains(media_stem(path))) {
                (happened.moved_to, happened.moved) = (None, None);
            }
        }
        let mut erased = 0;
        for medium in record.media.iter_mut().filter(|medium| is_of_class(medium) && !medium.files.is_empty()) {
            medium.files.clear();
            medium.settle(State::Erased, Some(reason.clone().into()));
            erased += 1;
        }
        if erased > 0 {
            let what = format!("{} of the class {} {reason}", crate::text::plural(erased, "media file"), class.as_str());
            record.history.push(HistoryRecord::new(now, Change::MediaErased, what));
        }
    }
}
