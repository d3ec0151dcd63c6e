//! Dovecot's dictionaries: what it looks up, and what it tells of mailboxes.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::net::UnixListener;
use tokio::task::block_in_place;
use wire::engine::dict::{Command, Reply, take};

use crate::engine::answer::Answerer;
use crate::engine::answer::look::{Looked, look};
use crate::engine::answer::talk::{each, is_of, talk};

/// Changes that one connection may have begun and not ended; Dovecot has a few.
const OPEN: usize = 256;

/// What a change tells of somebody's mailbox.
#[derive(Debug, Default)]
struct Change {
    user: String,
    bytes: Option<u64>,
    messages: Option<u64>,
}

/// Takes connections of Dovecot's processes.
pub(crate) async fn serve(listener: UnixListener, answerer: Arc<Answerer>) {
    each(listener, move |stream| {
        let answerer = Arc::clone(&answerer);
        async move {
            let trusted = is_of(&stream, &[&answerer.trust.auth]);
            if trusted || is_of(&stream, &[&answerer.trust.engine]) {
                let mut changes = HashMap::new();
                drop(talk(stream, |read, out| answer(&answerer, trusted, &mut changes, read, out)).await);
            }
        }
    })
    .await;
}

/// Answers one command.
fn answer(
    answerer: &Answerer,
    trusted: bool,
    changes: &mut HashMap<u32, Change>,
    read: &[u8],
    out: &mut Vec<u8>,
) -> Result<Option<usize>, ()> {
    let Some((command, taken)) = take(read).map_err(|_| answerer.failed("dict"))? else { return Ok(None) };
    match command {
        Command::Lookup { key, user } => match block_in_place(|| look(answerer, &key, &user, trusted)) {
            Looked::Found(value) => Reply::Found(&[&value]).write(out),
            Looked::Nothing => Reply::NotFound.write(out),
            Looked::Failed => Reply::Failed("not now").write(out),
        },
        // Nobody is listed: who is here is the directory's to tell.
        Command::Iterate { .. } => Reply::End.write(out),
        Command::Begin { id, user } => {
            if changes.len() >= OPEN {
                return Err(());
            }
            changes.insert(id, Change { user: user.into_owned(), ..Change::default() });
        }
        Command::Set { id, key, value } => note(changes, id, &key, &value),
        Command::Rollback { id } => drop(changes.remove(&id)),
        Command::Commit { id } => {
            keep(answerer, &changes.remove(&id).unwrap_or_default());
            Reply::Committed(id).write(out);
        }
        Command::Hello { .. } | Command::Unset { .. } | Command::Add { .. } | Command::Timestamp { .. } => (),
    }
    Ok(Some(taken))
}

/// What is not about room is not ours to keep.
fn note(changes: &mut HashMap<u32, Change>, id: u32, key: &str, value: &str) {
    let Some(change) = changes.get_mut(&id) else { return };
    match key {
        "priv/quota/storage" => change.bytes = value.parse().ok(),
        "priv/quota/messages" => change.messages = value.parse().ok(),
        _ => (),
    }
}

fn keep(answerer: &Answerer, change: &Change) {
    let Some(bytes) = change.bytes else { return };
    let told = (bytes, change.messages.unwrap_or(0));
    answerer.engine.use_told(&answerer.almoner(), &answerer.ctx(), &change.user, told);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_room_is_noted_and_only_in_a_change_that_began() {
        let mut changes = HashMap::from([(1, Change::default())]);
        note(&mut changes, 1, "priv/quota/storage", "1234");
        note(&mut changes, 1, "priv/quota/messages", "-1");
        note(&mut changes, 1, "priv/other", "9");
        note(&mut changes, 2, "priv/quota/storage", "5");
        assert_eq!(changes.len(), 1);
        let change = changes.remove(&1).unwrap();
        assert_eq!((change.bytes, change.messages), (Some(1234), None));
    }
}
