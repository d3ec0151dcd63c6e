//! Tells people that mail to them was refused because it was not from whom it said (SPF-01): a message of ours, handed to
//! Postfix on this machine.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use domain::filter::Message;
use domain::time::Timestamp;

/// Somebody hears of it at most once in so many seconds, however many such messages come.
const PAUSE: i64 = 3_600;
/// People who are remembered as told.
const TOLD: usize = 100_000;
/// People who are told of one message.
const MOST: usize = 100;

/// Tells them.
pub(crate) struct Teller {
    postfix: PathBuf,
    told: Mutex<HashMap<String, Timestamp>>,
}

impl Teller {
    /// By the Postfix that is configured in a folder.
    pub(crate) fn new(postfix: PathBuf) -> Self {
        Self { postfix, told: Mutex::default() }
    }

    /// Tells the recipients of a message that was refused. A notice that cannot be sent is not sent: the message is refused
    /// all the same.
    pub(crate) fn tell(&self, message: &Message<'_>, domain: &str, now: Timestamp) {
        let people = self.due(message.recipients, now);
        if !people.is_empty() {
            let sent = self.send(&people, &notice(message, domain));
            if sent.is_err() {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                told.retain(|one, _| !people.contains(one));
            }
        }
    }

    /// Those of them who were not told lately.
    fn due(&self, recipients: &[String], now: Timestamp) -> Vec<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() > TOLD {
            told.retain(|_, at| now.second() - at.second() < PAUSE);
        }
        let mut due = Vec::new();
        for one in recipients.iter().take(MOST).map(|one| one.to_ascii_lowercase()) {
            let lately = told.get(&one).is_some_and(|at| now.second() - at.second() < PAUSE);
            if !lately && told.len() <= TOLD {
                told.insert(one.clone(), now);
                due.push(one);
            }
        }
        due
    }

    fn send(&self, people: &[String], notice: &str) -> std::io::Result<()> {
        let mut command = Command::new("sendmail");
        command.arg("-C").arg(&self.postfix).args(["-i", "-f", "", "--"]).args(people);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(notice.as_bytes()));
        let ended = child.wait()?;
        written.and(if ended.success() { Ok(()) } else { Err(std::io::Error::other("sendmail did not take it")) })
    }
}

/// What they read. Of what the message says nothing is repeated but the sender of its envelope, letter by letter safe.
fn notice(message: &Message<'_>, domain: &str) -> String {
    let from = shown(message.sender);
    let client = message.client.map_or_else(|| "this machine".to_owned(), |client| client.to_string());
    format!(
        "From: Mail service <postmaster@{domain}>\nSubject: A message to you was refused\nAuto-Submitted: auto-generated\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n\
         A message to you said that it was from {domain}, but nobody who signed in there\nsent it. It was refused, and its \
         sender was told so.\n\nSender:  {from}\nFrom:    {client}\n\nIf you expected it, ask whoever runs that service to \
         sign in to send, or to\nwrite from an address of their own. You hear of such messages once an hour at most.\n"
    )
}

fn shown(sender: &str) -> String {
    let plain: String = sender.chars().filter(char::is_ascii_graphic).take(200).collect();
    if plain.is_empty() { "none".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_told_once_an_hour() {
        let teller = Teller::new("/nowhere".into());
        let due = |who: &[&str], second: i64| {
            let all: Vec<String> = who.iter().map(|one| (*one).to_owned()).collect();
            teller.due(&all, Timestamp::from_second(second))
        };
        assert_eq!(due(&["ann@x", "Ben@x", "ben@x"], 0), ["ann@x", "ben@x"]);
        assert!(due(&["ann@x"], PAUSE - 1).is_empty());
        assert_eq!(due(&["ann@x"], PAUSE), ["ann@x"]);
        let many: Vec<String> = (0..=MOST).map(|number| format!("{number}@x")).collect();
        assert_eq!(teller.due(&many, Timestamp::from_second(0)).len(), MOST);
    }

    #[test]
    fn a_sender_is_shown_as_letters_only() {
        for (sender, expected) in
            [("", "none"), ("a@b", "a@b"), ("a\r\nBcc: x@y", "aBcc:x@y"), ("\u{202e}\u{7f}", "none")]
        {
            assert_eq!(shown(sender), expected);
        }
        assert_eq!(shown(&"x".repeat(500)).len(), 200);
    }
}
