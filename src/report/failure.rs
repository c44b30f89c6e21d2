//! An error that ends a command: its two lines on standard error, and its event in the log and, where events are wanted, on
//! standard output.
//!
//! Must not know what the command was doing.

use super::console::Console;
use super::log::Log;
use crate::cli::{EventFormat, Streams};
use crate::engine::{EVENT_VERSION, ErrorText, Event, EventLine};
use crate::error::Error;
use crate::exit::Exit;
use crate::text::json;
use jiff::Timestamp;

/// Returns an event as a line of JSON, without line break.
pub(super) fn event_line(event: &Event, at: Timestamp) -> String {
    // Events are plain data; they always serialise.
    json(serde_json::to_string(&EventLine { v: EVENT_VERSION, at, event: event.clone() }).unwrap_or_default())
}

/// Reports an error on standard error, in the log and, with `--format json`, on standard output.
pub(crate) fn report_failure(error: &Error, streams: &Streams, at: Timestamp, console: &Console) {
    console.error(error.what(), error.hint());
    let event = Event::RunFailed { exit: Exit::of(error), code: Exit::of(error).code(), error: ErrorText::from(error) };
    let line = event_line(&event, at);
    if streams.format == EventFormat::Json {
        console.answer(format!("{line}\n").as_bytes());
    }
    let logged = streams.log_file.as_deref().map(|path| Log::open(path).map_or_else(Some, |mut log| log.line(&line)));
    // The log itself may be what the error is about.
    if let Some(trouble) = logged.flatten().filter(|trouble| trouble.what() != error.what()) {
        console.error(trouble.what(), trouble.hint());
    }
}
