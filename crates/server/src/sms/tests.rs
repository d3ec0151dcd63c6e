//! A gateway against a small real server on this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use domain::mobile::Mobile;
use domain::time::Timestamp;
use service::identity::own_mobile::Message;

use super::*;
use crate::config::secret::Secret;

const NOTIFY_KEY: &str = "test-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0";

/// A server that gives each request one of these answers, in their order; then it is gone.
pub(crate) struct Server {
    pub(crate) url: String,
    heard: Receiver<String>,
}

impl Server {
    pub(crate) fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                tell.send(request(&mut stream)).unwrap();
                let rest = "Content-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(format!("HTTP/1.1 {answer}\r\n{rest}").as_bytes()).unwrap();
            }
        });
        Self { url, heard }
    }

    /// The next request, as it came.
    pub(crate) fn heard(&self) -> String {
        self.heard.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    /// The code in the next request.
    pub(crate) fn code(&self) -> String {
        let heard = self.heard();
        let (_, behind) = heard.split_once("\"code\":\"").unwrap();
        behind[..6].to_owned()
    }
}

fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut some) = (String::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut some).unwrap();
        text.push_str(std::str::from_utf8(&some[..length]).unwrap());
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let told = head.to_lowercase();
            let told = told.split_once("content-length: ").map_or("0", |(_, behind)| behind);
            if body.len() >= told.split("\r\n").next().unwrap().parse().unwrap() {
                return text;
            }
        }
        assert!(length > 0, "{text}");
    }
}

fn gateway(kind: SmsKind, url: &str, key: &str) -> Gateway {
    let (template, sender) = ("f33517ff-2a88-4f6e-b855-c550268ce08a".to_owned(), "Example".to_owned());
    Gateway::open(&Sms { kind, url: url.to_owned(), key: Secret::Told(Hidden::new(key)), template, sender }).unwrap()
}

fn message() -> Message {
    Message { to: Mobile::parse("+447700900123", None).unwrap(), code: "012345".into() }
}

const NOW: Timestamp = Timestamp::from_second(1_700_000_000);

#[test]
fn notify_is_asked_with_a_signed_token_and_the_template() {
    let server = Server::new(&["201 Created"]);
    let gateway = gateway(SmsKind::Notify, &server.url, NOTIFY_KEY);
    assert_eq!(gateway.send(&message(), "Mail of all", NOW), Ok(()));
    let heard = server.heard();
    assert!(heard.starts_with("POST /v2/notifications/sms HTTP/1.1\r\n"), "{heard}");
    let token = notify::token(NOTIFY_KEY, NOW).unwrap();
    assert!(heard.to_lowercase().contains(&format!("authorization: bearer {token}").to_lowercase()), "{heard}");
    let (_, body) = heard.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "phone_number": "+447700900123",
        "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a",
        "personalisation": { "code": "012345", "service": "Mail of all" },
    });
    assert_eq!(body, expected);
}

#[test]
fn a_webhook_gets_the_number_the_code_and_a_text() {
    let server = Server::new(&["200 OK", "204 No Content"]);
    let with_key = gateway(SmsKind::Webhook, &format!("{}/send?x=1", server.url), "secret of ours");
    assert_eq!(with_key.send(&message(), "Mail of all", NOW), Ok(()));
    let heard = server.heard();
    assert!(heard.starts_with("POST /send?x=1 HTTP/1.1\r\n"), "{heard}");
    for part in [
        "Bearer secret of ours",
        "\"to\":\"+447700900123\"",
        "012345 is your code for Mail of all",
        "\"from\":\"Example\"",
    ] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    let without = gateway(SmsKind::Webhook, &server.url, "");
    assert_eq!(without.send(&message(), "Mail of all", NOW), Ok(()));
    assert!(!server.heard().to_lowercase().contains("authorization"));
}

#[test]
fn what_a_service_refuses_is_told_helpfully_and_nothing_is_repeated() {
    for (kind, answer, expected) in [
        (SmsKind::Notify, "400 Bad Request", Unsent::Number),
        (SmsKind::Webhook, "400 Bad Request", Unsent::Refused(400)),
        (SmsKind::Webhook, "422 Unprocessable Entity", Unsent::Number),
        (SmsKind::Notify, "403 Forbidden", Unsent::Refused(403)),
        (SmsKind::Notify, "429 Too Many Requests", Unsent::TooMany),
        (SmsKind::Notify, "500 Internal Server Error", Unsent::Unreachable),
        (SmsKind::Webhook, "302 Found\r\nLocation: http://127.0.0.1:1/", Unsent::Refused(302)),
    ] {
        let server = Server::new(&[answer]);
        let unsent = gateway(kind, &server.url, NOTIFY_KEY).send(&message(), "Mail", NOW).unwrap_err();
        assert_eq!(unsent, expected, "{answer}");
        let told = format!("{unsent:?} {} {:?}", unsent.help(), message());
        assert!(!told.contains("012345") && !told.contains("900123"), "{told}");
    }
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gateway = gateway(SmsKind::Webhook, &format!("http://{gone}"), "");
    assert_eq!(gateway.send(&message(), "Mail", NOW), Err(Unsent::Unreachable), "nobody is there");
}

#[test]
fn a_key_that_is_none_is_refused_before_anybody_asks_for_a_code() {
    let sms = Sms {
        kind: SmsKind::Notify,
        url: String::new(),
        key: Secret::Told(Hidden::new("half a key")),
        template: "x".into(),
        sender: String::new(),
    };
    assert!(Gateway::open(&sms).is_err());
    let whole = gateway(SmsKind::Notify, "", NOTIFY_KEY);
    assert_eq!(whole.url, notify::HOME);
}
