//! Exports a session as a page that holds its pictures, recordings and data, for a reader who has nothing else. It proves nothing.

use super::{Export, Exporting, begin, copy, damaged, publish, read, record, unwritten};
use crate::bag::Manifest;
use crate::cipher::Identities;
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::opened::{FactRules, OpenedSession, Opening};
use crate::page::{Piece, pieces, session_copy};
use crate::record::Record;
use crate::store::{NewFile, ReadStore, StorePath};
use crate::text::{bytes, plural};
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use jiff::Timestamp;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// The largest files that a page holds together, in bytes: browsers fail on pages that are much larger.
const LARGEST: u64 = 100_000_000;

/// What opens an encrypted session for its page.
pub struct Unlocking<'a> {
    /// The archive.
    pub store: Arc<dyn ReadStore>,
    /// The private keys.
    pub identities: Arc<Identities>,
    /// The rules for the facts of answers.
    pub rules: &'a dyn FactRules,
}

/// Where the files of the page come from.
enum Source<'a> {
    /// The bag, whose manifests name them.
    Bag(&'a Record, &'a Manifest),
    /// An encrypted session that was opened.
    Opened(Box<OpenedSession>, &'a Arc<dyn ReadStore>),
}

/// Exports a session as one page in a new file. An encrypted session is opened for it, and the page holds it in clear.
///
/// # Errors
/// Those of [`super::export`], an encrypted session does not open, and the files of the session are too large for a page. There is no file
/// then.
pub fn export_page(
    order: &Exporting<'_>,
    session: &SessionId,
    path: &Path,
    now: &dyn Fn() -> Timestamp,
    unlocking: Option<&Unlocking<'_>>,
) -> Result<Export> {
    let (_lock, examined, mut exported) = begin(order, session)?;
    let (folder, record) = (exported.folder.clone(), record(order, &exported.folder, &examined)?);
    let mut source = match unlocking {
        _ if record.encryption.is_none() => Source::Bag(record, examined.manifested()),
        Some(unlocking) => Source::Opened(open(order, session, &folder, unlocking)?, &unlocking.store),
        None => {
            let what = format!("nothing was exported: session {session} is encrypted, and a page would show nothing of it");
            let hint = "name a private key with --identity; or export it as a ZIP file, without --html, and hand out its keys beside it";
            return Err(Error::new(ErrorKind::Usage, what, hint));
        }
    };
    exported.is_opened = matches!(source, Source::Opened(..));
    let pieces = source.pieces(order)?;
    source.must_fit(order, &folder, &pieces)?;
    let unwritten = |error: &io::Error| unwritten(path, error);
    let file = NewFile::create(path).map_err(|error| unwritten(&error))?;
    let mut out = BufWriter::with_capacity(256 * 1024, file.file());
    for piece in &pieces {
        match piece {
            Piece::Text(text) => out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))?,
            Piece::File(name) => {
                let mut encoder = EncoderWriter::new(&mut out, &STANDARD);
                source.write(order, (&folder, name), &unwritten, &mut |piece| encoder.write_all(piece))?;
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

/// Opens an encrypted session. A page of a part of it would look whole.
fn open(order: &Exporting<'_>, session: &SessionId, folder: &StorePath, unlocking: &Unlocking<'_>) -> Result<Box<OpenedSession>> {
    match OpenedSession::open(order.store, folder, &unlocking.identities, unlocking.rules)? {
        Opening::Opened(opened) if opened.unopened() > 0 => {
            let what = format!("nothing was exported: {} of session {session} do not open", plural(opened.unopened(), "file"));
            Err(Error::new(ErrorKind::Damaged, what, "vmedia verify --identity says why; another identity may open them"))
        }
        Opening::Opened(opened) => Ok(opened),
        Opening::NoIdentity | Opening::Plain => {
            let what = format!("nothing was exported: session {session} is encrypted to none of these identities");
            Err(Error::configuration(what, "name the private key of one of its recipients, or the opened key of the session"))
        }
    }
}

impl Source<'_> {
    fn pieces(&mut self, order: &Exporting<'_>) -> Result<Vec<Piece>> {
        Ok(match self {
            Self::Bag(record, files) => pieces(&session_copy(record)?, &|path| files.contains_key(path)),
            Self::Opened(opened, _) => pieces(&opened.copy(order.store)?, &|path| opened.length(path).is_some()),
        })
    }

    fn must_fit(&self, order: &Exporting<'_>, folder: &StorePath, pieces: &[Piece]) -> Result<()> {
        let mut total = 0;
        for piece in pieces {
            if let Piece::File(name) = piece {
                total += match self {
                    Self::Bag(..) => order.store.length(&folder.join(name))?.unwrap_or(0),
                    Self::Opened(opened, _) => opened.length(name).unwrap_or(0),
                };
            }
        }
        if total <= LARGEST {
            return Ok(());
        }
        let what =
            format!("nothing was exported: the files of the session have {}, and a page holds at most {}", bytes(total), bytes(LARGEST));
        Err(Error::new(ErrorKind::Usage, what, "export it as a ZIP file, without --html"))
    }

    /// Passes a file on in pieces. It is what the manifest, or the proof of its content, says.
    fn write(
        &self,
        order: &Exporting<'_>,
        (folder, name): (&StorePath, &str),
        unwritten: &dyn Fn(&io::Error) -> Error,
        write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<()> {
        match self {
            Self::Bag(_, files) => {
                let sha256 = files.get(name).map(String::as_str).unwrap_or_default();
                read(order, folder, (name, sha256), unwritten, write).map(drop)
            }
            Self::Opened(opened, store) => {
                let file = opened.file(store, name)?.ok_or_else(|| damaged(order, folder, name, "it does not open"))?;
                copy(order, (folder, name), file.content, unwritten, write).map(drop)
            }
        }
    }
}
