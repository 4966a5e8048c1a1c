//! A TCP stream that tells when bytes come, and closes so that its last words are heard.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connections::Handle;

/// More than this is not read to be thrown away.
const LONGEST_LINGER_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct Stream {
    tcp: TcpStream,
    handle: Arc<Handle>,
    blocked: bool,
    closed: bool,
    thrown_away: usize,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, handle: Arc<Handle>) -> Self {
        Self {
            tcp,
            handle,
            blocked: false,
            closed: false,
            thrown_away: 0,
        }
    }

    fn wrote(&mut self, written: &Poll<io::Result<usize>>) {
        if written.is_pending() && !std::mem::replace(&mut self.blocked, true) {
            self.handle.progress.write_blocked(true);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(cx, buffer))?;
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.handle.progress.read(bytes);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Asked for when all has been written.
        if std::mem::take(&mut self.blocked) {
            self.handle.progress.write_blocked(false);
        }
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    /// Closes this side, then reads what the peer had already sent, a little: closing with bytes
    /// unread resets the connection, and with it the answer that says what was wrong.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(cx))?;
            self.closed = true;
        }
        if !self.handle.progress.closes() {
            return Poll::Ready(Ok(()));
        }
        let mut space = [0; 4096];
        while self.thrown_away < LONGEST_LINGER_BYTES {
            let mut buffer = ReadBuf::new(&mut space);
            let read = ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
            self.thrown_away += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}
