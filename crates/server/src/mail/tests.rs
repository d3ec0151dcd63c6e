//! Letters against a small mail server on this machine that accepts, puts off, refuses, or hangs up, as told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::time::Timestamp;
use service::notice::letter::Letter;
use service::notice::send::Posted;
use wire::notice_text::Message;

use crate::mail::post::pace;
use crate::mail::{Line, Relay, Security};

/// What the server says to the next commands of a kind, in order; then it agrees.
#[derive(Debug, Default)]
struct Script {
    mail: VecDeque<&'static str>,
    rcpt: VecDeque<&'static str>,
    /// After the text; `hang up` closes the connection instead.
    text: VecDeque<&'static str>,
}

/// What the server got.
#[derive(Debug, Default, Clone)]
struct Got {
    connections: usize,
    letters: Vec<String>,
    commands: Vec<String>,
}

pub(crate) struct Server {
    port: u16,
    got: Arc<Mutex<Got>>,
    _thread: JoinHandle<()>,
}

impl Server {
    fn new(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (got, script) = (Arc::new(Mutex::new(Got::default())), Arc::new(Mutex::new(script)));
        let (theirs, said) = (Arc::clone(&got), Arc::clone(&script));
        // It ends with the process: nobody connects any more.
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                theirs.lock().unwrap().connections += 1;
                let (theirs, said) = (Arc::clone(&theirs), Arc::clone(&said));
                thread::spawn(move || talk(stream.unwrap(), &theirs, &said));
            }
        });
        Self { port, got, _thread: thread }
    }

    fn got(&self) -> Got {
        self.got.lock().unwrap().clone()
    }

    fn relay(&self) -> Relay {
        Relay {
            host: "127.0.0.1".into(),
            port: self.port,
            security: Security::None,
            login: None,
            root: None,
            from: "Mail of all <no-reply@mail.example>".parse().unwrap(),
        }
    }
}

/// One connection. An error ends it, as does `hang up`.
fn talk(stream: TcpStream, got: &Mutex<Got>, script: &Mutex<Script>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
    say("220 mail.test ESMTP")?;
    while let Some(line) = lines.next().transpose()? {
        got.lock().unwrap().commands.push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let scripted = |pick: fn(&mut Script) -> &mut VecDeque<&'static str>| {
            pick(&mut script.lock().unwrap()).pop_front().unwrap_or("250 2.0.0 ok")
        };
        match verb.as_str() {
            "EHLO" => say("250-mail.test\r\n250 8BITMIME")?,
            "MAIL" => say(scripted(|script| &mut script.mail))?,
            "RCPT" => say(scripted(|script| &mut script.rcpt))?,
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                let answer = scripted(|script| &mut script.text);
                if answer == "hang up" {
                    return Ok(());
                }
                if answer.starts_with('2') {
                    got.lock().unwrap().letters.push(text);
                }
                say(answer)?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 2.0.0 ok")?,
        }
    }
    Ok(())
}

fn letter(number: i64) -> Letter {
    Letter {
        notice: number,
        message_id: format!("notice.{number}.1546344000@mail.example"),
        to: "ann.lee@mail.example".into(),
        to_name: "Ann Lee".into(),
        message: Message { subject: "Your account".into(), body: "Dear Ann Lee,\n\n.one dot\nGrüße\n".into() },
        at: Timestamp::from_second(1_546_344_000),
    }
}

// Proves: NTC-06
#[test]
fn letters_go_over_one_connection_and_say_what_they_are() {
    let server = Server::new(Script::default());
    let mut line = Line::new(server.relay());
    for number in 1..=3 {
        assert_eq!(line.deliver(&letter(number)), Posted::Accepted);
    }
    line.close();
    let got = server.got();
    assert_eq!((got.connections, got.letters.len()), (1, 3));
    assert_eq!(got.commands[1], "MAIL FROM:<no-reply@mail.example>", "{:?}", got.commands);
    assert_eq!(got.commands[2], "RCPT TO:<ann.lee@mail.example>", "{:?}", got.commands);
    let text = &got.letters[0];
    for header in [
        "From: \"Mail of all\" <no-reply@mail.example>",
        "To: \"Ann Lee\" <ann.lee@mail.example>",
        "Subject: Your account",
        "Message-ID: <notice.1.1546344000@mail.example>",
        "Date: Tue, 01 Jan 2019 12:00:00 +0000",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(text.lines().any(|line| line == header), "{header} is not in\n{text}");
    }
    assert!(text.contains("=2Eone dot") || text.contains("..one dot"), "a dot alone ends no letter:\n{text}");
    assert!(text.contains("Gr=C3=BC=C3=9Fe"), "{text}");
}

#[test]
fn a_name_is_no_header() {
    let server = Server::new(Script::default());
    let mut line = Line::new(server.relay());
    let hostile = "Ann\r\nBcc: all@mail.example\r\n\r\nHello";
    let mut bad = letter(1);
    bad.to_name = hostile.into();
    bad.message.subject = hostile.into();
    assert_eq!(line.deliver(&bad), Posted::Accepted);
    let got = server.got();
    let head = got.letters[0].split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(head.contains("Subject: Ann  Bcc: all@mail.example    Hello\n"), "{head}");
    assert!(server.got().commands.iter().all(|command| !command.contains("all@mail.example")));
    for no_address in ["", "ann", "ann@x y", "a@b\r\nRCPT TO:<all@mail.example>", "änn@mail.example"] {
        let to = Letter { to: no_address.into(), ..letter(2) };
        assert!(matches!(line.deliver(&to), Posted::Never(_)), "{no_address:?}");
    }
}

#[test]
fn what_a_server_says_decides_what_is_tried_again() {
    let later = |text: &str| Posted::Later(text.to_owned());
    let never = |text: &str| Posted::Never(text.to_owned());
    let script = Script {
        mail: VecDeque::new(),
        rcpt: VecDeque::from([
            "450 4.2.0 greylisted, ann.lee@mail.example",
            "250 ok",
            "550 5.1.1 <ann.lee@mail.example>: unknown",
            "552 too much",
        ]),
        text: VecDeque::from(["250 ok", "554 5.7.1 no", "451 later", "hang up"]),
    };
    let server = Server::new(script);
    let mut line = Line::new(server.relay());
    let mut told = Vec::new();
    for number in 1..=8 {
        told.push(line.deliver(&letter(number)));
    }
    assert_eq!(
        told,
        [
            later("450 4.2.0, not now"),
            Posted::Accepted,
            never("550 5.1.1, there is no such mailbox"),
            never("552, the mailbox is full"),
            never("554 5.7.1, the mail server's policy refuses it"),
            later("451, not now"),
            later("the mail server did not answer, or closed the connection"),
            Posted::Accepted,
        ]
    );
    let got = server.got();
    assert_eq!((got.connections, got.letters.len()), (2, 2), "only who hung up is connected to again");
    assert!(told.iter().all(|posted| !format!("{posted:?}").contains('@')), "no address is kept: {told:?}");
}

#[test]
fn a_server_that_takes_nobody_s_mail_stops_the_pass() {
    let server = Server::new(Script { mail: VecDeque::from(["553 5.7.1 not you"]), ..Script::default() });
    let mut line = Line::new(server.relay());
    let refused = line.deliver(&letter(1));
    let expected = "the sender is refused: 553 5.7.1, the mail server's policy refuses it";
    assert_eq!(refused, Posted::Unreachable(expected.to_owned()));
    assert_eq!(line.deliver(&letter(1)), Posted::Accepted, "it may be set right meanwhile");
    let (nobody, taken) = (TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(), server.relay());
    let unreachable = Line::new(Relay { port: nobody, ..taken.clone() }).deliver(&letter(1));
    assert!(matches!(&unreachable, Posted::Unreachable(why) if why.starts_with("no connection")), "{unreachable:?}");
    for (security, login) in [(Security::Starttls, None), (Security::None, Some(("a".to_owned(), "b".to_owned())))] {
        let posted = Line::new(Relay { security, login, ..taken.clone() }).deliver(&letter(1));
        let expected = "no connection: the mail server does not offer what is configured (TLS, sign-in)";
        assert_eq!(posted, Posted::Unreachable(expected.to_owned()), "nothing is sent unprotected");
    }
    assert_eq!(server.got().letters.len(), 1);
}

#[test]
fn no_more_go_than_a_minute_allows() {
    for (per_minute, chunk, millis) in
        [(1, 1, 60_000), (30, 1, 2_000), (59, 1, 1_016), (60, 1, 1_000), (600, 10, 1_000)]
    {
        assert_eq!(pace(per_minute), (chunk, Duration::from_millis(millis)), "{per_minute}");
    }
}
