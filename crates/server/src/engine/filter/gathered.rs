//! A message in memory, as Postfix tells it piece by piece, and how much of all messages there may be at once.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::delivery::{Network, Reply};
use domain::filter::{BUSY, FIELDS, Field, HEAD, HEAD_TOO_LONG, Message, SIZE, TOO_LARGE, Way};
use tokio::sync::Semaphore;

/// Bytes of all messages that are in memory at once: three of the largest, thousands of usual ones.
const ALL: usize = 512 * 1024 * 1024;
/// Recipients of one message; Postfix takes fewer.
const RECIPIENTS: usize = 10_000;

/// Messages that are looked at at once: more than Postfix has processes.
const TURNS: usize = 320;

/// How much is in memory, and looked at.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: AtomicUsize,
    /// Whose turn it is to be looked at.
    pub(crate) turns: Semaphore,
}

impl Default for Room {
    fn default() -> Self {
        Self { bytes: AtomicUsize::new(0), turns: Semaphore::new(TURNS) }
    }
}

impl Room {
    fn take(&self, bytes: usize) -> bool {
        let taken = |now: usize| now.checked_add(bytes).filter(|then| *then <= ALL);
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Who is at the other end of Postfix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// From where; none for this machine's own.
    pub(crate) address: Option<IpAddr>,
    /// Its name for itself.
    pub(crate) helo: String,
    /// Whether it came to a port where one signs in.
    pub(crate) is_submission: bool,
}

/// A message, as far as it was told. What it takes is given back when it goes.
#[derive(Debug)]
pub(crate) struct Gathered {
    room: Arc<Room>,
    held: usize,
    /// Who signed in; empty for nobody.
    pub(crate) login: String,
    /// The sender of the envelope.
    pub(crate) sender: String,
    recipients: Vec<String>,
    fields: Vec<(Range<usize>, Range<usize>)>,
    bytes: Vec<u8>,
    body_at: Option<usize>,
    refused: Option<Reply>,
}

impl Gathered {
    /// Nothing yet.
    pub(crate) fn new(room: &Arc<Room>) -> Self {
        Self {
            room: Arc::clone(room),
            held: 0,
            login: String::new(),
            sender: String::new(),
            recipients: Vec::new(),
            fields: Vec::new(),
            bytes: Vec::new(),
            body_at: None,
            refused: None,
        }
    }

    /// A recipient more.
    pub(crate) fn recipient(&mut self, address: String) {
        if self.recipients.len() < RECIPIENTS && self.hold(address.len()) {
            self.recipients.push(address);
        } else {
            self.refuse(TOO_LARGE);
        }
    }

    /// A header field more; its lines come with a line feed alone.
    pub(crate) fn field(&mut self, name: &[u8], value: &[u8]) {
        // Each of its line feeds gets a carriage return.
        let lines = value.split(|byte| *byte == b'\n').count();
        let length = name.len() + 1 + value.len() + lines + 1;
        if self.fields.len() >= FIELDS || self.bytes.len() + length > HEAD {
            return self.refuse(HEAD_TOO_LONG);
        }
        if !self.hold(length) {
            return;
        }
        let at = self.bytes.len();
        self.bytes.extend_from_slice(name);
        let name = at..self.bytes.len();
        self.bytes.push(b':');
        let at = self.bytes.len();
        for (number, line) in value.split(|byte| *byte == b'\n').enumerate() {
            if number > 0 {
                self.bytes.extend_from_slice(b"\r\n");
            }
            self.bytes.extend_from_slice(line);
        }
        self.fields.push((name, at..self.bytes.len()));
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The end of the header.
    pub(crate) fn end_of_header(&mut self) {
        if self.body_at.is_none() && self.hold(2) {
            self.bytes.extend_from_slice(b"\r\n");
            self.body_at = Some(self.bytes.len());
        }
    }

    /// A piece of the body.
    pub(crate) fn body(&mut self, piece: &[u8]) {
        self.end_of_header();
        if self.bytes.len().saturating_add(piece.len()) > SIZE {
            self.refuse(TOO_LARGE);
        } else if self.hold(piece.len()) {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Room for so much more of a message that was not refused.
    fn hold(&mut self, bytes: usize) -> bool {
        if self.refused.is_some() {
            return false;
        }
        if !self.room.take(bytes) {
            self.refuse(BUSY);
            return false;
        }
        self.held += bytes;
        true
    }

    /// What is answered at its end; until then nothing more of it is kept.
    fn refuse(&mut self, reply: Reply) {
        self.refused.get_or_insert(reply);
        self.bytes = Vec::new();
        self.fields = Vec::new();
        self.recipients = Vec::new();
        self.room.give_back(std::mem::take(&mut self.held));
    }

    /// What it is answered already, or all of it as a message.
    pub(crate) fn whole<T>(
        &self,
        client: &Client,
        network: Network,
        then: impl FnOnce(&Message<'_>) -> T,
    ) -> Result<T, Reply> {
        if let Some(reply) = self.refused {
            return Err(reply);
        }
        let of = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| Field { name: of(name), value: of(value) }).collect();
        // Whoever comes to a port of submission is refused before, unless signed in.
        let way = if client.is_submission && !self.login.is_empty() { Way::Submission } else { Way::Incoming };
        Ok(then(&Message {
            way,
            login: if way == Way::Submission { &self.login } else { "" },
            network,
            client: client.address,
            helo: &client.helo,
            sender: &self.sender,
            recipients: &self.recipients,
            fields: &fields,
            bytes: &self.bytes,
            body_at: self.body_at.unwrap_or(self.bytes.len()),
        }))
    }
}

impl Drop for Gathered {
    fn drop(&mut self) {
        self.room.give_back(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client { address: None, helo: "there".into(), is_submission: true }
    }

    fn seen(gathered: &Gathered) -> Result<(Vec<u8>, usize, usize, Way), Reply> {
        gathered.whole(&client(), Network::Internet, |message| {
            (message.bytes.to_vec(), message.body_at, message.fields.len(), message.way)
        })
    }

    #[test]
    fn a_message_is_put_together_as_it_was_sent() {
        let room = Arc::new(Room::default());
        let mut one = Gathered::new(&room);
        one.login = "ann".into();
        one.field(b"From", b" a\n\tb");
        one.field(b"X", b"");
        one.body(b"one\r\n");
        one.body(b"\0two\r\n");
        let text = b"From: a\r\n\tb\r\nX:\r\n\r\none\r\n\0two\r\n";
        assert_eq!(seen(&one), Ok((text.to_vec(), 19, 2, Way::Submission)));
        one.login.clear();
        assert_eq!(seen(&one).unwrap().3, Way::Incoming);
        assert_eq!(room.bytes.load(Ordering::Relaxed), text.len());
        drop(one);
        assert_eq!(room.bytes.load(Ordering::Relaxed), 0);
        assert_eq!(seen(&Gathered::new(&room)).unwrap().0, b"", "a message of nothing");
    }

    #[test]
    fn a_header_has_so_many_fields_and_bytes() {
        let room = Arc::new(Room::default());
        let many = |count: usize| {
            let mut one = Gathered::new(&room);
            (0..count).for_each(|_| one.field(b"X", b" y"));
            seen(&one).map(|seen| seen.2)
        };
        assert_eq!((many(FIELDS), many(FIELDS + 1)), (Ok(FIELDS), Err(HEAD_TOO_LONG)));
        let long = |length: usize| {
            let mut one = Gathered::new(&room);
            one.field(b"X", &vec![b'y'; length - 4]);
            seen(&one).map(|seen| seen.1)
        };
        assert_eq!((long(HEAD), long(HEAD + 1)), (Ok(HEAD), Err(HEAD_TOO_LONG)));
    }

    #[test]
    fn a_message_has_so_many_bytes_and_all_together_so_many() {
        let room = Arc::new(Room::default());
        let large = |length: usize| {
            let mut one = Gathered::new(&room);
            one.body(&vec![b'x'; length - 2]);
            one
        };
        assert!(seen(&large(SIZE)).is_ok());
        assert_eq!(seen(&large(SIZE + 1)).unwrap_err(), TOO_LARGE);
        assert!(room.take(ALL - SIZE));
        let whole = large(SIZE);
        assert!(seen(&whole).is_ok());
        let busy = large(3);
        assert_eq!(seen(&busy).unwrap_err(), BUSY);
        drop((whole, busy));
        assert!(seen(&large(3)).is_ok(), "there is room again");
        assert_eq!(room.bytes.load(Ordering::Relaxed), ALL - SIZE);
    }

    #[test]
    fn what_was_refused_stays_refused_and_takes_no_room() {
        let room = Arc::new(Room::default());
        let mut one = Gathered::new(&room);
        (0..=RECIPIENTS).for_each(|_| one.recipient("a@b".into()));
        one.field(b"X", b" y");
        one.body(b"text");
        assert_eq!(seen(&one).unwrap_err(), TOO_LARGE);
        assert_eq!(room.bytes.load(Ordering::Relaxed), 0);
    }
}
