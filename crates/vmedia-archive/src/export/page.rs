//! Exports a session as a page that holds its pictures, recordings and data, for a reader who has nothing else. It proves nothing.

use super::{Export, ExportedSession, Exporting, must_be_there, publish, record, refused, unwritten, vouched_for};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::stopped;
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::page::{Piece, pieces, session_copy};
use crate::store::{Digest, NewFile, StorePath};
use crate::text::bytes;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use jiff::Timestamp;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The largest files that a page holds together, in bytes: browsers fail on pages that are much larger.
const LARGEST: u64 = 100_000_000;

/// Exports a session as one page in a new file.
///
/// # Errors
/// Those of [`super::export`], and the files of the session are too large for a page. There is no file then.
pub fn export_page(order: &Exporting<'_>, session: &SessionId, path: &Path, now: &dyn Fn() -> Timestamp) -> Result<Export> {
    let folder = session_folder(session);
    must_be_there(order, session, &folder)?;
    let _lock = order.store.lock(&folder)?.or_busy(&format!("session {session}"))?;
    let (examined, bag) = vouched_for(order, &folder)?;
    let record = record(order, &folder, &examined)?;
    let (files, mut exported) = (examined.manifested(), ExportedSession::new(session, folder.clone(), bag, record));
    let pieces = pieces(&session_copy(record)?, &|path| files.contains_key(path));
    must_fit(order, &folder, &pieces)?;
    let file = NewFile::create(path).map_err(|error| unwritten(path, &error))?;
    let mut out = BufWriter::with_capacity(256 * 1024, file.file());
    for piece in &pieces {
        match piece {
            Piece::Text(text) => out.write_all(text.as_bytes()).map_err(|error| unwritten(path, &error))?,
            Piece::File(name) => {
                let sha256 = files.get(name).map(String::as_str).unwrap_or_default();
                copy(order, &folder, (name, sha256), &mut out).map_err(|failure| failure.error(order, &folder, path, name))?;
                exported.files += 1;
            }
        }
    }
    out.flush().map_err(|error| unwritten(path, &error))?;
    drop(out);
    let exported = vec![exported];
    let digest = publish(order, file, path, &exported, now)?;
    // It shows no line of the journal, so that none can be unsealed.
    Ok(Export { sessions: exported, digest, unsealed: 0 })
}

fn must_fit(order: &Exporting<'_>, folder: &StorePath, pieces: &[Piece]) -> Result<()> {
    let mut total = 0;
    for piece in pieces {
        if let Piece::File(name) = piece {
            total += order.store.length(&folder.join(name))?.unwrap_or(0);
        }
    }
    if total <= LARGEST {
        return Ok(());
    }
    let what = format!("nothing was exported: the files of the session have {}, and a page holds at most {}", bytes(total), bytes(LARGEST));
    Err(Error::new(ErrorKind::Usage, what, "export it as a ZIP file, without --html"))
}

/// A reason for which a file is not in the page.
enum Failure {
    /// The page cannot be written.
    Unwritten(io::Error),
    /// The file cannot be read.
    Unread(io::Error),
    Missing,
    Changed,
    Stopped,
    /// The store fails.
    Store(Error),
}

impl Failure {
    fn error(self, order: &Exporting<'_>, folder: &StorePath, path: &Path, name: &str) -> Error {
        let why = match self {
            Self::Unwritten(error) => return unwritten(path, &error),
            Self::Stopped => return stopped(),
            Self::Store(error) => return error,
            Self::Unread(error) => format!("cannot be read: {}", plain(&error)),
            Self::Missing => "missing".to_owned(),
            Self::Changed => "its bytes have changed: the SHA-256 does not fit".to_owned(),
        };
        let hint = "repair it, or restore it from a backup; `vmedia verify` shows everything that was found";
        refused(order, folder, &format!("{name}: {why}"), hint)
    }
}

/// Writes a file in base64, and compares it with its digest.
fn copy(order: &Exporting<'_>, folder: &StorePath, (name, sha256): (&str, &str), out: &mut impl Write) -> std::result::Result<(), Failure> {
    let stream = order.store.open(&folder.join(name)).map_err(Failure::Store)?.ok_or(Failure::Missing)?;
    let mut encoder = EncoderWriter::new(out, &STANDARD);
    let (mut failed, mut is_stopped) = (None, false);
    let read = Digest::read(stream, &mut |piece| {
        is_stopped = (order.is_stopped)();
        failed = encoder.write_all(piece).err();
        if is_stopped || failed.is_some() { Err(io::Error::other("stopped")) } else { Ok(()) }
    });
    match (failed, read) {
        (Some(error), _) => Err(Failure::Unwritten(error)),
        (_, Err(_)) if is_stopped => Err(Failure::Stopped),
        (_, Err(error)) => Err(Failure::Unread(error)),
        (_, Ok(digest)) if digest.sha256 != sha256 => Err(Failure::Changed),
        (_, Ok(_)) => encoder.finish().map(drop).map_err(Failure::Unwritten),
    }
}
