//! The way of one media file from the socket to its name: receive, judge, place, publish.
//!
//! Must not decide what to fetch or what a failure means for the session.

use super::event::Event;
use super::judge::{Expectation, judge};
use super::listing::to_event;
use super::receive::{Receiver, TimeLimit};
use super::{Emit, Services};
use crate::archive::schedule::locked;
use crate::archive::{FileRecord, SessionArchive};
use crate::http::{Cause, Failure, Note};
use crate::model::{MediaItem, SessionId};
use std::sync::Mutex;

/// One media file to fetch.
pub(super) struct Transfer<'a> {
    pub(super) services: &'a Services,
    pub(super) emit: &'a Emit,
    pub(super) session: &'a SessionId,
    pub(super) archive: &'a Mutex<SessionArchive>,
    pub(super) item: &'a MediaItem,
    pub(super) strict: bool,
    /// Whether the provider signed media of this session in an earlier run.
    pub(super) was_signed: bool,
    pub(super) number: u64,
}

impl Transfer<'_> {
    /// Fetches the file and archives it. Returns its record, and whether the archive had the same bytes before.
    pub(super) fn run(&self, buffer: &mut Vec<u8>) -> Result<(FileRecord, bool), Failure> {
        let Self { services, item, .. } = self;
        let (session, media, context) = (self.session.clone(), item.id.clone(), item.label());
        self.emit.transfer(self.number, Event::MediaStarted { session, media, kind: item.kind, context, size: item.size });

        let call = services.provider.media(self.session, &item.id);
        let note = |note: Note<'_>| self.emit.event(to_event(self.session, &call.document, &note));
        let progress = |bytes| self.emit.progress(self.number, bytes);
        let mut receiver = Receiver { services, item, call: &call, progress: &progress, limit: TimeLimit::default(), buffer };
        let mut expected = Expectation {
            item,
            strict: self.strict,
            signs_answers: services.provider.signs_answers(),
            was_signed: self.was_signed,
            insisted: false,
        };
        let (staged, file) = services.wire.exchange(&note, &mut |exchange| {
            let (staged, received) = receiver.receive(exchange)?;
            let verdict = judge(&received, &expected);
            expected.insisted |= matches!(&verdict, Err(failure) if failure.cause == Cause::Disagrees);
            Ok((staged, verdict?))
        })?;

        let placed = locked(self.archive).place(item, file, services.wire.clock().now()).map_err(Failure::local)?;
        if let Some(path) = &placed.free {
            staged.publish(path).map_err(Failure::local)?;
        }
        locked(self.archive).archived(item, placed.file.clone(), services.wire.clock().now());
        Ok((placed.file, placed.free.is_none()))
    }
}
