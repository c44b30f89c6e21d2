//! Connections that can be torn down before anything was answered.
//!
//! An HTTP handler cannot refuse to answer; a `reset` fault must. So each connection carries a handle that turns every
//! further read and write of it into an error.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Tears down the connection that a request came by.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<AtomicBool>);

impl Handle {
    /// Makes the next write of the connection fail, so that the peer sees a reset.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Acceptor>> for Handle {
    fn connect_info(stream: IncomingStream<'_, Acceptor>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Accepts connections and gives each its handle.
pub(crate) struct Acceptor(pub(crate) TcpListener);

impl Listener for Acceptor {
    type Io = Connection;
    type Addr = Handle;

    async fn accept(&mut self) -> (Connection, Handle) {
        let (stream, _) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for the peer's acknowledgements; a socket without the option still works.
        let _ = stream.set_nodelay(true);
        let handle = Handle(Arc::new(AtomicBool::new(false)));
        (Connection { stream, handle: handle.clone() }, handle)
    }

    fn local_addr(&self) -> io::Result<Handle> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    handle: Handle,
}

impl Connection {
    fn check_open(&self) -> io::Result<()> {
        if !self.handle.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Closing with nothing to linger for sends a reset instead of an orderly end.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
