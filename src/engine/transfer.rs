//! The way of one media file from the socket to its name: receive, judge, place, publish.
//!
//! Must not decide what to fetch or what a failure means for the session.

use super::Emit;
use super::event::Event;
use super::judge::{Expectation, judge};
use super::receive::{Receiver, TimeLimit};
use super::run_state::RunState;
use super::session_state::Job;
use crate::archive::FileRecord;
use crate::archive::schedule::locked;
use crate::http::{Cause, Failure, Note};

/// Fetches a file and archives it. Returns its record, and whether the archive had the same bytes before.
pub(super) fn transfer(run: &RunState, job: &Job, emit: &Emit, buffer: &mut Vec<u8>) -> Result<(FileRecord, bool), Failure> {
    let number = run.next_transfer();
    let outcome = run.counted(|| steps(run, job, number, emit, buffer));
    if let Ok((file, _)) = &outcome {
        emit.progress(number, file.digest.bytes);
    }
    emit.ended(number);
    outcome
}

fn steps(run: &RunState, job: &Job, number: u64, emit: &Emit, buffer: &mut Vec<u8>) -> Result<(FileRecord, bool), Failure> {
    let (services, Job { work, item }) = (&run.services, job);
    emit.begins(number, || {
        let (session, media, context) = (work.session.clone(), item.id.clone(), item.label());
        Event::MediaStarted { session, media, kind: item.kind, context, size: item.size }
    });

    let call = services.provider.media(&work.session, &item.id);
    let note = |note: Note<'_>| emit.step(&work.session, &call.document, &note);
    let progress = |bytes| emit.progress(number, bytes);
    let mut receiver =
        Receiver { services, item, call: &call, key: work.key.as_deref(), progress: &progress, limit: TimeLimit::default(), buffer };
    let mut expected = Expectation {
        item,
        strict: run.options.strict,
        signs_answers: services.provider.signs_answers(),
        was_signed: work.was_signed,
        insisted: false,
    };
    let (staged, file) = services.wire.exchange(&note, &mut |exchange| {
        let (staged, received) = receiver.receive(exchange)?;
        let verdict = judge(&received, &expected);
        expected.insisted |= matches!(&verdict, Err(failure) if failure.cause == Cause::Disagrees);
        Ok((staged, verdict?))
    })?;

    let placed = locked(&work.archive).place(item, file, services.wire.clock().now()).map_err(Failure::local)?;
    if let Some(path) = &placed.free {
        staged.publish(path).map_err(Failure::local)?;
    }
    locked(&work.archive).archived(item, placed.file.clone(), services.wire.clock().now());
    Ok((placed.file, placed.free.is_none()))
}
