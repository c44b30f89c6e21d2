//! Places files in a session's folder: beside existing ones, never over them. Bytes that the archive has are not stored twice,
//! other bytes of a media file get another name, and damaged files are moved out of the payload once good bytes arrive.
//!
//! Must not decide whether bytes are trusted.

use super::SessionArchive;
use super::pending::Line;
use crate::error::Result;
use crate::layout;
use crate::model::MediaItem;
use crate::record::{Change, FileRecord, HistoryRecord, MediaRecord, NewFile};
use crate::store::{Digest, StorePath};
use jiff::Timestamp;

/// A file with its path.
#[derive(Debug)]
pub struct Placed {
    /// Its record.
    pub file: FileRecord,
    /// The name to publish it under; `None` if the archive has the same bytes.
    pub free: Option<StorePath>,
}

impl SessionArchive {
    /// Chooses the path of a file and announces it. Bytes that the archive has are not stored twice; other bytes of the same
    /// media file are stored beside them.
    pub fn place(&mut self, item: &MediaItem, file: NewFile, now: Timestamp) -> Result<Placed> {
        let media = match self.revision.record.media.iter().find(|media| media.id == item.id) {
            Some(media) => media.clone(),
            None => MediaRecord::new(item),
        };
        let same = media.present().find(|old| self.is_same(&old.digest, old.encrypted.as_deref(), &file.digest)).cloned();
        let encrypted = self.encrypted(&file.digest, &file.signature)?;
        if let Some(same) = &same
            && !self.revision.damaged.contains(&same.path)
        {
            let file = file.at(same.path.clone(), encrypted);
            return Ok(Placed { file: FileRecord { digest: same.digest.clone(), encrypted: same.encrypted.clone(), ..file }, free: None });
        }
        self.begin(now)?;
        self.placing.insert(item.id.clone());
        let same = same.map(|same| same.path);
        self.set_damaged_aside(&media, same.as_deref(), now)?;
        let named = MediaItem { attempt: media.attempt.clone(), ..item.clone() };
        let ending = self.ending();
        let path_of = |version| format!("{}{ending}", layout::media_path(&named, file.extension, version));
        let mut version = 1;
        while same.is_none() && media.files.iter().any(|old| old.path == path_of(version)) {
            version += 1;
        }
        let path = same.unwrap_or_else(|| path_of(version));
        let file = file.at(path, encrypted);
        let path = self.folder.join(&file.path);
        // A file there that is in no record was left by a killed run, or by another program.
        let is_here = match self.store.open(&path)? {
            None => false,
            Some(stream) => {
                let is_same = Digest::read(stream, &mut |_| Ok(())).is_ok_and(|digest| digest == file.digest);
                if !is_same {
                    self.set_aside(&file.path, "nothing vouched for it", now)?;
                }
                is_same
            }
        };
        let announced = MediaRecord { files: vec![file.clone()], ..media };
        self.pending.announce(self.store.as_ref(), &[Line::Archiving(announced)])?;
        Ok(Placed { file, free: (!is_here).then_some(path) })
    }

    /// Moves damaged files out of the payload, now that there are good bytes. `healed` is the path that the same bytes will take.
    fn set_damaged_aside(&mut self, media: &MediaRecord, healed: Option<&str>, now: Timestamp) -> Result<()> {
        let damaged: Vec<String> =
            media.present().map(|file| file.path.clone()).filter(|path| self.revision.damaged.contains(path)).collect();
        for path in damaged {
            let what = self.set_aside(&path, "fetched again", now)?;
            if healed != Some(path.as_str())
                && let Some(lost) = self.revision.file_mut(&media.id, &path)
            {
                lost.lost = Some(what);
            }
            self.revision.damaged.remove(&path);
        }
        Ok(())
    }

    /// Moves a damaged file out of the way, or records that it is missing, and adds a notice.
    pub(super) fn set_aside(&mut self, path: &str, then: &str, now: Timestamp) -> Result<String> {
        let mut happened = HistoryRecord::new(now, Change::FileMissing, format!("found missing; {then}"));
        happened.path = Some(path.to_owned());
        let from = self.folder.join(path);
        if let Some(stream) = self.store.open(&from)? {
            let mut version = 1;
            while self.store.length(&self.folder.join(&layout::damaged_path(path, version)))?.is_some() {
                version += 1;
            }
            let to = layout::damaged_path(path, version);
            happened.change = Change::FileAltered.into();
            happened.what = format!("found altered and set aside; {then}");
            happened.moved = Digest::read(stream, &mut |_| Ok(())).ok();
            happened.moved_to = Some(to.clone());
            self.pending.announce(self.store.as_ref(), &[Line::Moved(happened.clone())])?;
            // A moved file is not fetched again, so a lost line would leave it in no record.
            self.pending.flush(self.store.as_ref())?;
            let to = self.folder.join(&to);
            // A network file system may report a failure of a move that it made.
            if let Err(error) = self.store.rename(&from, &to)
                && self.store.length(&to)?.is_none()
            {
                return Err(error);
            }
        }
        self.revision.notices.push(format!("{path} was {}", happened.what));
        let what = happened.what.clone();
        self.revision.record.history.push(happened);
        Ok(what)
    }

    /// Records a file that was published at the path that [`Self::place`] gave.
    pub fn archived(&mut self, item: &MediaItem, file: FileRecord, now: Timestamp) {
        self.placing.remove(&item.id);
        self.revision.add_published(item, file, now);
    }
}
