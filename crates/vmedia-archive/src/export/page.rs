//! Exports a session as a page that holds its pictures, recordings and data, for a reader who has nothing else. It proves nothing.

use super::{Export, Exporting, begin, publish, read, record, unwritten};
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::page::{Piece, pieces, session_copy};
use crate::store::{NewFile, StorePath};
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
    let (_lock, examined, mut exported) = begin(order, session)?;
    let (folder, files) = (exported.folder.clone(), examined.manifested());
    let record = record(order, &folder, &examined)?;
    if record.encryption.is_some() {
        let what = format!("nothing was exported: session {session} is encrypted, and a page would show nothing of it");
        return Err(Error::new(ErrorKind::Usage, what, "export it as a ZIP file, without --html, and hand out its keys beside it"));
    }
    let pieces = pieces(&session_copy(record)?, &|path| files.contains_key(path));
    must_fit(order, &folder, &pieces)?;
    let unwritten = |error: &io::Error| unwritten(path, error);
    let file = NewFile::create(path).map_err(|error| unwritten(&error))?;
    let mut out = BufWriter::with_capacity(256 * 1024, file.file());
    for piece in &pieces {
        match piece {
            Piece::Text(text) => out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))?,
            Piece::File(name) => {
                let sha256 = files.get(name).map(String::as_str).unwrap_or_default();
                let mut encoder = EncoderWriter::new(&mut out, &STANDARD);
                read(order, &folder, (name, sha256), &unwritten, &mut |piece| encoder.write_all(piece))?;
                encoder.finish().map_err(|error| unwritten(&error))?;
                exported.files += 1;
            }
        }
    }
    out.flush().map_err(|error| unwritten(&error))?;
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
