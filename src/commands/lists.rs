//! Lists that people make: opens the file or standard input that `--from` names, and says what is wrong with it.
//!
//! Must not know what a list holds.

use crate::config::{Identifiers, ListError, read_stream};
use crate::engine::{Given, Source};
use crate::error::{Error, Result, plain};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// A list above this size is a mistake.
const LARGEST_LIST: u64 = 256 * 1024 * 1024;

/// Reads a list with `read`. `columns` returns the error of a list whose columns are not known, or of which several may be meant.
pub(super) fn read_list<T>(
    from: &str,
    read: impl FnOnce(&mut dyn Read) -> std::result::Result<T, ListError>,
    columns: impl FnOnce(bool) -> Error,
) -> Result<T> {
    let failed = |error: std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::Other => "name a regular file, or - for standard input, which reads a pipe: --from - < PIPE",
            _ => "name a readable file, or - for standard input",
        };
        Error::usage(format!("cannot read the list {from}: {}", plain(&error)), hint)
    };
    let input: Box<dyn Read> = match from {
        "-" => Box::new(std::io::stdin().lock()),
        _ => Box::new(crate::input::open(Path::new(from)).map_err(failed)?),
    };
    let mut input = input.take(LARGEST_LIST + 1);
    let read = read(&mut input);
    if input.limit() == 0 {
        let what = format!("the list {from} is larger than {}", crate::text::bytes(LARGEST_LIST));
        return Err(Error::usage(what, "name a list of session ids with --from; one that is so long is archived in parts"));
    }
    read.map_err(|error| match error {
        ListError::Read(error) => failed(error),
        ListError::NoColumn => columns(false),
        ListError::SeveralColumns => columns(true),
    })
}

/// Adds the session ids of a list.
pub(super) fn read_ids(from: &str, identifiers: &mut Identifiers) -> Result<()> {
    let columns = |is_several| {
        let (what, hint) = if is_several {
            (format!("several columns of the list {from} may hold session ids"), "above the one that does, in the first line")
        } else {
            (format!("no column of the list {from} is known to hold session ids"), "above that column in the first line")
        };
        Error::usage(what, format!("write session_id {hint}; nothing of the list was used"))
    };
    read_list(from, |input| identifiers.add_list(input), columns)
}

/// Returns the session ids of standard input, to be read while they are archived.
pub(super) fn stream_of_ids() -> Source {
    Box::new(|give| {
        read_stream(std::io::stdin().lock(), &mut |given| {
            give(match given {
                Ok(session) => Given::Session(session),
                Err((line, reason)) => Given::Rejected { line, reason },
            })
        });
    })
}
