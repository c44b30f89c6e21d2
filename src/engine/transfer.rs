//! One medium from the provider to its place: signed anew for each try, streamed through the judge into the store.
//!
//! Must not decide what to fetch or what a failure means for the session.

use super::documents::told;
use super::event::Event;
use super::judge::{Case, MediaJudge};
use super::{Emit, Services, locked};
use crate::archive::{FileRecord, SessionArchive};
use crate::http::{Cause, Exchange, Failure, Note, Request, Watch};
use crate::model::{Kind, MediaItem, SessionId};
use crate::provider::Call;
use crate::store::PutError;
use crate::text::duration;
use std::sync::Mutex;
use std::time::Duration;

/// From here on a file takes so long that the streams beside it on the same connection would wait for it.
const LONG: u64 = 1_000_000;

/// One medium to be fetched.
pub(super) struct Transfer<'a> {
    pub(super) services: &'a Services,
    pub(super) emit: &'a Emit,
    pub(super) session: &'a SessionId,
    pub(super) archive: &'a Mutex<SessionArchive>,
    pub(super) item: &'a MediaItem,
    pub(super) strict: bool,
    pub(super) number: u64,
}

/// The time that a file may take, and what is left of it.
struct TimeLimit {
    whole: Duration,
    left: Duration,
}

impl TimeLimit {
    fn of(whole: Duration) -> Self {
        Self { whole, left: whole }
    }

    /// Names the limit in a failure that is about it.
    fn named(&self, mut failure: Failure) -> Failure {
        if failure.cause == Cause::Outlasted {
            failure.detail = format!("{} of {}; --max-time sets another", failure.detail, duration(self.whole));
        }
        failure
    }
}

impl Transfer<'_> {
    /// Fetches it, with retries, and records it in the archive; says whether its very bytes were here before.
    pub(super) fn run(&self) -> Result<(FileRecord, bool), Failure> {
        self.emit.transfer(
            self.number,
            Event::MediaStarted {
                session: self.session.clone(),
                media: self.item.id.clone(),
                kind: self.item.kind,
                context: self.item.label(),
                size: self.item.size,
            },
        );
        let call = self.services.provider.media(self.session, &self.item.id);
        let note = |note: Note<'_>| self.emit.event(told(self.session, &call.document, &note));
        let (mut insisted, mut time) = (false, None);
        let (file, was_here) = self.services.wire.exchange(&note, &mut |exchange| {
            let outcome = self.attempt(exchange, &call, insisted, &mut time);
            insisted |= matches!(&outcome, Err(failure) if failure.cause == Cause::Disagrees);
            outcome
        })?;
        locked(self.archive).archived(self.item, file.clone(), self.services.wire.clock().now());
        Ok((file, was_here))
    }

    /// Makes one try. All of them share one time limit, which the first answer sets and only reading uses up.
    fn attempt(
        &self,
        exchange: &Exchange<'_>,
        call: &Call,
        insisted: bool,
        time: &mut Option<TimeLimit>,
    ) -> Result<(FileRecord, bool), Failure> {
        let is_long = self.item.size.map_or(self.item.kind == Kind::Video, |size| size > LONG);
        let provider = &self.services.provider;
        let response = exchange.send(&Request { is_long, ..provider.sign(call) }).map_err(|failure| provider.meant(failure))?;
        let encoding = response.headers.value("content-encoding").unwrap_or("identity");
        if !encoding.eq_ignore_ascii_case("identity") {
            return Err(Failure::new(
                Cause::Unusable,
                format!("the answer is compressed ({}), which was not asked for", crate::error::quote(encoding)),
            ));
        }
        let case = Case {
            item: self.item,
            archive: self.archive,
            headers: &response.headers,
            strict: self.strict,
            signs_answers: self.services.provider.signs_answers(),
            insisted,
            now: self.services.wire.clock().now(),
        };
        let mut judge = MediaJudge::new(case, self.services.provider.seal(&response.headers));
        let tell = |bytes| self.emit.progress(self.number, bytes);
        let time = time.get_or_insert_with(|| TimeLimit::of(exchange.file_limit(self.item.size.max(response.headers.content_length()))));
        let mut body = exchange.watch_file(response.body, time.left).telling(&tell);
        let stored = self.services.store.put(&mut body, &mut judge);
        time.left = body.time_left();
        match stored {
            Ok(_) => {
                judge.accepted.ok_or_else(|| Failure::local(crate::error::Error::unexpected("a file was stored that nobody accepted")))
            }
            Err(PutError::Source(error)) => Err(time.named(Watch::failure(error))),
            Err(PutError::Local(error)) => Err(Failure::local(error)),
            Err(PutError::Refused) => Err(judge.refused.unwrap_or_else(|| Failure::new(Cause::Unusable, "the bytes were refused"))),
        }
    }
}
