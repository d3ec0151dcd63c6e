//! Programs that read and send mail, as little of them as a test needs: lines out, lines in.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An answer that is so late is none.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks for a message.
const MOMENT: Duration = Duration::from_millis(50);

/// Whoever closes with something unread on its side resets the connection.
fn is_closed(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

struct Lines(BufReader<TcpStream>);

impl Lines {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    /// Whether the other side is gone meanwhile, the next line tells.
    fn say(&mut self, text: &str) {
        let said = self.0.get_mut().write_all(format!("{text}\r\n").as_bytes());
        assert!(said.as_ref().err().is_none_or(is_closed), "{said:?}");
    }

    /// A line without its end; nothing once the other side has closed.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        let heard = self.0.read_line(&mut line);
        assert!(heard.as_ref().err().is_none_or(is_closed), "{heard:?}");
        line.trim_end_matches(['\r', '\n']).to_owned()
    }
}

/// A mail server or program that sends.
pub(crate) struct Smtp(Lines);

impl Smtp {
    /// Connects and greets.
    pub(crate) fn connect(port: u16) -> Self {
        Self::greeted(port).unwrap()
    }

    /// Connects, unless the server hangs up: it does while its programs read their files again.
    pub(crate) fn greeted(port: u16) -> Option<Self> {
        let (mut lines, mut line) = (Lines::connect(port), String::new());
        lines.0.read_line(&mut line).ok().filter(|_| line.starts_with("220 "))?;
        let mut smtp = Self(lines);
        assert!(smtp.ask("EHLO client.example").starts_with("250 "));
        Some(smtp)
    }

    /// Says something; the last line of the answer.
    pub(crate) fn ask(&mut self, text: &str) -> String {
        self.0.say(text);
        self.reply()
    }

    /// What the server can do, as `SIZE 1000`.
    pub(crate) fn offers(&mut self) -> Vec<String> {
        self.0.say("EHLO client.example");
        let mut all = Vec::new();
        loop {
            let line = self.0.hear();
            assert!(line.starts_with("250"), "{line}");
            all.push(line[4..].to_owned());
            if line.as_bytes()[3] == b' ' {
                return all;
            }
        }
    }

    fn reply(&mut self) -> String {
        loop {
            let line = self.0.hear();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    /// Signs in.
    pub(crate) fn sign_in(&mut self, who: &str, password: &str) -> String {
        self.ask(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{who}\0{password}"))))
    }

    /// Sends a message: the first answer that is no yes, or the last one.
    pub(crate) fn send(&mut self, from: &str, to: &str, message: &str) -> String {
        let steps =
            [format!("MAIL FROM:<{from}> SIZE={}", message.len()), format!("RCPT TO:<{to}>"), "DATA".to_owned()];
        for step in steps {
            let answer = self.ask(&step);
            if !answer.starts_with(['2', '3']) {
                self.ask("RSET");
                return answer;
            }
        }
        self.ask(&format!("{}\r\n.", message.trim_end()))
    }
}

/// A letter of a few words.
pub(crate) fn letter(from: &str, to: &str, subject: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@client.example>\r\n\r\nSome words.\r\n"
    )
}

/// A mail program that reads by IMAP.
pub(crate) struct Imap(Lines);

impl Imap {
    /// Connects.
    pub(crate) fn connect(port: u16) -> Self {
        let mut imap = Self(Lines::connect(port));
        assert!(imap.0.hear().starts_with("* OK"));
        imap
    }

    /// Connects and signs in; the answer, if it is no.
    pub(crate) fn open(port: u16, who: &str, password: &str) -> Result<Self, String> {
        let mut imap = Self::connect(port);
        let answer = imap.ask(&format!("LOGIN \"{who}\" \"{password}\""));
        if answer.contains("a OK") { Ok(imap) } else { Err(answer) }
    }

    /// Says something; everything up to the answer that ends it.
    pub(crate) fn ask(&mut self, text: &str) -> String {
        self.0.say(&format!("a {text}"));
        let mut all = String::new();
        loop {
            let line = self.0.hear();
            let last = line.is_empty() || line.starts_with("a ");
            all.push_str(&line);
            all.push('\n');
            if last {
                return all;
            }
            if let Some(length) = line.strip_suffix('}').and_then(|line| line.rsplit_once('{')).map(|(_, n)| n) {
                let mut text = vec![0; length.parse().unwrap()];
                self.0.0.read_exact(&mut text).unwrap();
                all.push_str(&String::from_utf8_lossy(&text));
            }
        }
    }

    /// Listens for a moment whether the server says something by itself.
    pub(crate) fn listen(&mut self) {
        self.0.0.get_ref().set_read_timeout(Some(MOMENT)).unwrap();
        drop(self.0.0.fill_buf());
        self.0.0.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
    }

    /// The message of a subject in a folder, as it lies there; nothing while it is not there.
    pub(crate) fn message(&mut self, folder: &str, subject: &str) -> Option<String> {
        let at = self.subjects(folder).iter().position(|known| known == subject)? + 1;
        Some(self.ask(&format!("FETCH {at} (BODY.PEEK[])")))
    }

    /// The subjects in a folder, in order; nothing for one that is not there.
    pub(crate) fn subjects(&mut self, folder: &str) -> Vec<String> {
        if !self.ask(&format!("SELECT \"{folder}\"")).contains("a OK") {
            return Vec::new();
        }
        let all = self.ask("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
        all.lines().filter_map(|line| line.strip_prefix("Subject: ")).map(str::to_owned).collect()
    }
}

/// A mail program that fetches by POP3.
pub(crate) struct Pop(Lines);

impl Pop {
    /// Connects and signs in; the answer to that.
    pub(crate) fn open(port: u16, who: &str, password: &str) -> (Self, String) {
        let mut pop = Self(Lines::connect(port));
        assert!(pop.0.hear().starts_with("+OK"));
        pop.ask(&format!("USER {who}"));
        let answer = pop.ask(&format!("PASS {password}"));
        (pop, answer)
    }

    /// Says something; the line of the answer.
    pub(crate) fn ask(&mut self, text: &str) -> String {
        self.0.say(text);
        self.0.hear()
    }
}
