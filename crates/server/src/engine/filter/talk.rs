//! A conversation with one of Postfix's processes: for each client, for each of its messages.

use std::io::{Error, ErrorKind};
use std::sync::Arc;

use domain::filter::{Changes, Said, Verdict};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::block_in_place;
use wire::engine::milter::{Action, Command, Reply, Step, take};

use crate::engine::answer::Answerer;
use crate::engine::filter::gathered::{Client, Gathered, Room};
use crate::engine::filter::judge::judged;

/// What Postfix calls itself on the ports where one signs in.
pub(crate) const SUBMISSION: &[u8] = b"submission";

const ACTIONS: u32 = Action::ADD_HEADERS
    | Action::CHANGE_HEADERS
    | Action::REPLACE_BODY
    | Action::ADD_RECIPIENTS
    | Action::REMOVE_RECIPIENTS;
const STEPS: u32 = Step::SILENT | Step::NO_UNKNOWN | Step::NO_DATA | Step::LEADING_SPACE;

/// Answers on one connection until it ends.
pub(crate) async fn talk(mut stream: UnixStream, answerer: &Answerer, room: &Arc<Room>) -> std::io::Result<()> {
    let mut talk = Talk { answerer, room, client: Client::default(), message: Gathered::new(room) };
    let (mut read, mut out) = (Vec::with_capacity(64 * 1024), Vec::new());
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
        let mut at = 0;
        while let Some((command, taken)) = take(read.get(at..).unwrap_or_default()).map_err(|_| broken())? {
            if !talk.told(&command, &mut out).await? {
                return Ok(());
            }
            at += taken;
        }
        read.drain(..at);
        stream.write_all(&out).await?;
        out.clear();
    }
}

fn broken() -> Error {
    Error::from(ErrorKind::InvalidData)
}

struct Talk<'a> {
    answerer: &'a Answerer,
    room: &'a Arc<Room>,
    client: Client,
    message: Gathered,
}

impl Talk<'_> {
    /// Takes in what was told; whether the conversation goes on.
    async fn told(&mut self, command: &Command<'_>, out: &mut Vec<u8>) -> std::io::Result<bool> {
        match command {
            Command::Offer { actions, steps, .. } => {
                if actions & ACTIONS != ACTIONS || steps & STEPS != STEPS {
                    return Err(broken());
                }
                Reply::Wanted { actions: ACTIONS, steps: STEPS }.write(out);
            }
            Command::Macros(stage, pairs) => self.macros(*stage, pairs),
            Command::Connect(address) => self.client.address = *address,
            Command::Helo(name) => self.client.helo = text(name),
            Command::Sender(address) => self.message.sender = bare(address),
            Command::Recipient(address) => self.message.recipient(bare(address)),
            Command::Header { name, value } => self.message.field(name, value),
            Command::EndOfHeader => self.message.end_of_header(),
            Command::Body(piece) => self.message.body(piece),
            Command::EndOfBody(piece) => {
                self.message.body(piece);
                self.judge(out).await;
                self.message = Gathered::new(self.room);
            }
            Command::Abort => self.message = Gathered::new(self.room),
            Command::NextClient => {
                self.client = Client::default();
                self.message = Gathered::new(self.room);
            }
            Command::Quit => return Ok(false),
            Command::Other(_) => (),
        }
        Ok(true)
    }

    fn macros(&mut self, stage: u8, pairs: &[(&[u8], &[u8])]) {
        for (name, value) in pairs {
            match (stage, *name) {
                (b'C', b"{daemon_name}") => self.client.is_submission = *value == SUBMISSION,
                (b'M', b"{auth_authen}") => self.message.login = text(value),
                _ => (),
            }
        }
    }

    async fn judge(&self, out: &mut Vec<u8>) {
        // Each of them may wait for name servers, and each that waits is a thread.
        let turn = self.room.turns.acquire().await;
        let network = self.answerer.network(self.client.address);
        let judge = || self.message.whole(&self.client, network, |message| judged(self.answerer, message));
        match block_in_place(judge) {
            Ok(Verdict::Pass(changes)) => pass(&changes, out),
            Ok(Verdict::Refuse(said)) => refuse(&said, out),
            Err(reply) => refuse(&reply.into(), out),
        }
        drop(turn);
    }
}

fn refuse(said: &Said, out: &mut Vec<u8>) {
    Reply::Refuse { code: said.code, enhanced: said.enhanced, text: &said.text }.write(out);
}

/// What is changed of a message, and that it is taken. The last of several fields of a name goes first, since Postfix
/// counts what is left.
fn pass(changes: &Changes, out: &mut Vec<u8>) {
    let mut remove: Vec<_> = changes.remove.iter().collect();
    remove.sort_by_key(|(_, nth)| std::cmp::Reverse(*nth));
    for (name, nth) in remove {
        Reply::Remove { name, nth: *nth }.write(out);
    }
    for (name, value) in changes.insert.iter().rev() {
        Reply::Insert { name, value }.write(out);
    }
    for (before, after) in &changes.readdress {
        Reply::NoRecipient(before).write(out);
        Reply::Recipient(after).write(out);
    }
    if let Some(body) = &changes.body {
        Reply::Body(body).write(out);
    }
    Reply::Continue.write(out);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An address without its angle brackets.
fn bare(bytes: &[u8]) -> String {
    let text = text(bytes);
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(&text).to_owned()
}
