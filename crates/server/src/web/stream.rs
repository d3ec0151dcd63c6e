//! Answers that are longer than memory: a thread that may wait for the database writes them, a few pieces ahead of the
//! browser that reads them.

use std::io::{self, Write};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for the browser.
const AHEAD: usize = 4;
/// A browser that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// The work of writing an answer.
type Work = dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send;

/// What writes an answer.
pub(crate) struct Producer(pub(crate) Box<Work>);

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Producer")
    }
}

/// A part of an answer, or its end: one that only stops is not whole.
enum Piece {
    Part(Bytes),
    End,
    Failed(io::Error),
}

/// Where the producer writes.
struct Pipe {
    to: Sender<Piece>,
    handle: Handle,
    piece: Vec<u8>,
}

impl Pipe {
    fn send(&self, piece: Piece) -> io::Result<()> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let sent = self.handle.block_on(async { timeout(PATIENCE, self.to.send(piece)).await });
        sent.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?.map_err(|_| gone())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        if piece.is_empty() { Ok(()) } else { self.send(Piece::Part(piece.into())) }
    }
}

/// What the browser reads.
struct Pieces {
    from: Receiver<Piece>,
    over: bool,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let next = match self.from.poll_recv(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Piece::Part(bytes))) => return Poll::Ready(Some(Ok(bytes))),
            Poll::Ready(Some(Piece::End)) => None,
            Poll::Ready(Some(Piece::Failed(error))) => Some(Err(error)),
            // The producer broke: the connection is cut, so that nobody takes a part for the whole.
            Poll::Ready(None) => Some(Err(io::ErrorKind::UnexpectedEof.into())),
        };
        self.over = true;
        Poll::Ready(next)
    }
}

/// Begins to write; the turn is given back when the end is written.
pub(crate) fn begin(producer: Producer, turn: OwnedSemaphorePermit) -> Body {
    let (to, from) = channel(AHEAD);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { to, handle, piece: Vec::with_capacity(PIECE) };
        let made = (producer.0)(&mut pipe).and_then(|()| pipe.flush());
        // Whoever went away hears no end.
        drop(pipe.send(made.map_or_else(Piece::Failed, |()| Piece::End)));
        drop(turn);
    });
    Body::from_stream(Pieces { from, over: false })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::to_bytes;
    use tokio::runtime::Runtime;
    use tokio::sync::Semaphore;

    use super::*;

    fn read(producer: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Result<usize, String> {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let turns = Arc::new(Semaphore::new(1));
            let turn = Arc::clone(&turns).acquire_owned().await.unwrap();
            let whole = to_bytes(begin(Producer(Box::new(producer)), turn), usize::MAX).await;
            drop(turns.acquire().await.unwrap());
            whole.map(|bytes| bytes.len()).map_err(|error| error.to_string())
        })
    }

    #[test]
    fn an_answer_longer_than_what_waits_comes_whole() {
        let length = read(|out| (0..100_000).try_for_each(|n| writeln!(out, "{n:09}")));
        assert_eq!(length, Ok(1_000_000));
        assert_eq!(read(|_| Ok(())), Ok(0));
    }

    #[test]
    fn an_answer_that_fails_or_breaks_is_not_taken_for_a_whole_one() {
        let failed = read(|out| {
            out.write_all(&vec![b'x'; 200_000])?;
            Err(io::Error::other("the store is gone"))
        });
        assert!(failed.is_err(), "{failed:?}");
        let broken = read(|out| {
            out.write_all(&vec![b'x'; 200_000])?;
            std::panic::resume_unwind(Box::new("broken"))
        });
        assert!(broken.is_err(), "{broken:?}");
    }

    #[test]
    fn a_browser_that_goes_away_ends_the_work() {
        let (says, hears) = std::sync::mpsc::channel();
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let turn = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
            let endless = move |out: &mut dyn Write| {
                let end = loop {
                    if let Err(error) = out.write_all(&[b'x'; 10_000]) {
                        break error;
                    }
                };
                says.send(end.kind()).unwrap();
                Err(end)
            };
            drop(begin(Producer(Box::new(endless)), turn));
        });
        assert_eq!(hears.recv().unwrap(), io::ErrorKind::BrokenPipe);
    }
}
