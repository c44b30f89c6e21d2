//! The body of an answer: a file that is read on a thread of its own, some pieces ahead of the connection.

use super::Shared;
use crate::error::{Error, ErrorKind, plain};
use crate::store::Reread;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::io::{self, ErrorKind as IoKind, Read, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The size of a piece in bytes: that of an encrypted chunk.
const PIECE: usize = 64 * 1024;
/// Most pieces that wait for the connection.
const AHEAD: usize = 2;

/// The body of an answer.
pub(super) enum Sending {
    /// A short text.
    Text(Option<Bytes>),
    /// Pieces of a file, and the number of bytes that are still to come.
    Pieces(Receiver<io::Result<Bytes>>, u64),
}

impl Sending {
    /// Sends the part of a content that begins at `first`, and has this length in bytes. `what` names it in a failure.
    pub(super) fn part(content: Box<dyn Reread>, first: u64, length: u64, what: String, shared: Arc<Shared>) -> Self {
        let (sender, receiver) = channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = send(content, first, length, &sender, &shared) {
                let text = format!("{what} cannot be shown: {}", plain(&error));
                shared.failed(Error::new(ErrorKind::Damaged, text, "vmedia verify --identity says what is wrong with the session"));
                // Without the rest, the browser knows that the file is cut. If it has hung up, nothing is lost.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Self::Pieces(receiver, length)
    }
}

fn send(mut content: Box<dyn Reread>, first: u64, length: u64, sender: &Sender<io::Result<Bytes>>, shared: &Shared) -> io::Result<()> {
    content.seek(SeekFrom::Start(first))?;
    let mut left = length;
    while left > 0 {
        let mut piece = Vec::with_capacity(PIECE);
        let wanted = left.min(PIECE as u64);
        content.by_ref().take(wanted).read_to_end(&mut piece)?;
        left -= piece.len() as u64;
        if piece.is_empty() {
            return Err(IoKind::UnexpectedEof.into());
        }
        if sender.blocking_send(Ok(Bytes::from(piece))).is_err() {
            return Ok(());
        }
        shared.was_active();
    }
    Ok(())
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Text(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Self::Pieces(_, 0) => Poll::Ready(None),
            Self::Pieces(receiver, left) => receiver.poll_recv(context).map(|piece| {
                let piece = piece.unwrap_or_else(|| Err(IoKind::UnexpectedEof.into()));
                Some(piece.map(|piece| {
                    *left = left.saturating_sub(piece.len() as u64);
                    Frame::data(piece)
                }))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Text(None) | Self::Pieces(_, 0))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Text(text) => text.as_ref().map_or(0, Bytes::len) as u64,
            Self::Pieces(_, left) => *left,
        })
    }
}
