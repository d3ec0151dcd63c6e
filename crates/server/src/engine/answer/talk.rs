//! Connections on which somebody asks and waits for the answer, one thing after the other.

use std::future::Future;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use crate::engine::answer::Answerer;

/// More connections at once wait to be accepted: Postfix and Dovecot open one for each of their processes.
const CONNECTIONS: usize = 4_096;
/// No question is longer; the codecs refuse theirs earlier.
const LONGEST: usize = 128 * 1024;

/// A socket in place of whatever stood there.
pub(crate) fn listen(path: &Path) -> std::io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) | Ok(()) => (),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

/// Whether the process at the other end is of one of these users, or of root.
pub(crate) fn is_of(stream: &UnixStream, users: &[&[u32]]) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == 0 || users.iter().any(|some| some.contains(&peer.uid())))
}

/// Answers the first question of what was read, behind the answers that are there; how many bytes it was, or none when more
/// has to be read first. An error ends the connection.
pub(crate) type Answer = fn(&Answerer, &[u8], &mut Vec<u8>) -> Result<Option<usize>, ()>;

/// Takes connections of the mail engine's users and answers on each.
pub(crate) async fn serve(listener: UnixListener, answerer: Arc<Answerer>, answer: Answer) {
    each(listener, move |stream| {
        let answerer = Arc::clone(&answerer);
        async move {
            if is_of(&stream, &[&answerer.trust.engine]) {
                drop(talk(stream, |read, out| answer(&answerer, read, out)).await);
            }
        }
    })
    .await;
}

/// Takes connections, at most so many at once.
pub(crate) async fn each<F: Future<Output = ()> + Send + 'static>(
    listener: UnixListener,
    with: impl Fn(UnixStream) -> F,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let talked = with(stream);
                tokio::spawn(async move {
                    talked.await;
                    drop(place);
                });
            }
            // Out of file descriptors, mostly: whoever waits in line is taken when one is free.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

/// Answers on one connection until it ends. Questions that came together are answered together.
pub(crate) async fn talk(
    mut stream: UnixStream,
    mut answer: impl FnMut(&[u8], &mut Vec<u8>) -> Result<Option<usize>, ()> + Send,
) -> std::io::Result<()> {
    let (mut read, mut out) = (Vec::with_capacity(1024), Vec::new());
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
        let (mut at, mut end) = (0, false);
        while !end && at < read.len() {
            match answer(read.get(at..).unwrap_or_default(), &mut out) {
                Ok(Some(taken)) => at += taken,
                Ok(None) => break,
                Err(()) => end = true,
            }
        }
        read.drain(..at);
        stream.write_all(&out).await?;
        out.clear();
        if end || read.len() > LONGEST {
            return Err(Error::from(ErrorKind::InvalidData));
        }
    }
}
