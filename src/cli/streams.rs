//! The streams that a command reports to, also for a command line that is invalid: scripts that read events or the log get that
//! failure too.
//!
//! Must not resolve anything.

use super::arguments::{Arguments, Command};
use super::choices::EventFormat;
use std::ffi::OsString;
use std::path::PathBuf;

/// The destinations of events.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    /// The format on standard output.
    pub(crate) format: EventFormat,
    /// The log file.
    pub(crate) log_file: Option<PathBuf>,
}

/// The commands whose `--format json` is a stream of events.
const WITH_EVENTS: [&str; 4] = ["download", "verify", "repair", "ship"];

impl Streams {
    /// Returns those of a command line that was understood.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let format = match &arguments.command {
            Command::Download(download) => download.run.format,
            Command::Verify(verify) => verify.format,
            Command::Repair(repair) => repair.run.format,
            Command::Ship(ship) => ship.format,
            _ => EventFormat::Text,
        };
        Self { format, log_file: arguments.command.flags().log.log_file }
    }

    /// Returns the streams that an invalid command line names.
    pub(super) fn of_invalid(words: &[OsString]) -> Self {
        let words: Vec<&OsString> = words.iter().skip(1).take_while(|word| *word != "--").collect();
        let has_events = words.iter().any(|word| WITH_EVENTS.iter().any(|verb| *word == verb));
        let value = |flag: &str| {
            let joined = format!("{flag}=");
            let next = words.iter().zip(words.iter().skip(1)).find(|(word, _)| **word == flag).map(|(_, value)| (*value).clone());
            next.or_else(|| words.iter().find_map(|word| word.to_str()?.strip_prefix(&joined).map(OsString::from)))
        };
        let is_json = has_events && value("--format").is_some_and(|format| format == "json");
        let format = if is_json { EventFormat::Json } else { EventFormat::Text };
        Self { format, log_file: value("--log-file").map(PathBuf::from) }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventFormat, Streams};

    #[test]
    fn the_words_tell_where_events_go() {
        let streams = |text: &str| Streams::of_invalid(&text.split(' ').map(Into::into).collect::<Vec<_>>());
        for (text, format, log) in [
            ("vmedia download --format json --nonsense", EventFormat::Json, None),
            ("vmedia --log-file=a verify --format=json", EventFormat::Json, Some("a")),
            ("vmedia list --format json --log-file b", EventFormat::Text, Some("b")),
            ("vmedia download -- --format json", EventFormat::Text, None),
            ("vmedia", EventFormat::Text, None),
        ] {
            let streams = streams(text);
            assert_eq!((streams.format, streams.log_file.as_deref().and_then(|path| path.to_str())), (format, log), "{text}");
        }
    }
}
