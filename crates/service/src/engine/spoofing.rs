//! Mail that says it is from the federation and is not (SPF-01).

use std::collections::HashMap;

use domain::filter::{Changes, NOT_NOW, Said, Way};
use domain::spoofing::{Effect, SPOOFED, Standing, UNSURE, claim, neighbours, standing};
use domain::time::Day;
use store::spoof_seen::{OTHERS, Sender};

use crate::engine::filter::Asked;
use crate::engine::{Engine, of};
use crate::error::Error;
use crate::federation::Almoner;

/// Senders that wait to be written; more are counted together.
const WAITING: usize = 2_000;

/// What was spoofed on a day and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Spoofs {
    day: Option<Day>,
    waiting: HashMap<Sender, u32>,
}

/// The field by which the mailbox's rules know such a message. Whoever sends one with it has it taken away.
pub const FIELD: &str = "X-Almoner-Spoofed";
/// What it says where a message goes to Junk.
pub const JUNK: &str = "junk";
const TAGGED: &str = "tagged";

/// Marks a spoofed message, or refuses it; whether its recipients are to be told that it was. Cost: a walk through the fields;
/// for a spoofed message another through its text.
pub(crate) fn check(asked: &Asked<'_>, changes: &mut Changes) -> Result<(), (Said, bool)> {
    let message = asked.message;
    changes.remove_where(message, FIELD, |_| true);
    if message.way == Way::Submission {
        return Ok(());
    }
    let found = standing(message, asked.authenticity, asked.almoner.domain());
    if found == Standing::Spoofed {
        asked.engine.spoofed(asked);
    }
    let policy = asked.almoner.policy_on(asked.almoner.today(asked.ctx)).map_err(|_| (NOT_NOW.into(), false))?;
    let Some(stage) = policy.spoofing else { return Ok(()) };
    let effect = stage.effect(message.network);
    match (found, effect) {
        (Standing::Fair, _) => Ok(()),
        (Standing::Unsure, Effect::Refuse | Effect::RefuseAndTell) => Err((UNSURE.into(), false)),
        (Standing::Spoofed, Effect::Refuse | Effect::RefuseAndTell) => {
            Err((SPOOFED.into(), effect == Effect::RefuseAndTell))
        }
        (Standing::Spoofed | Standing::Unsure, Effect::Tag | Effect::Junk) => {
            mark(asked, effect, changes);
            Ok(())
        }
    }
}

/// A field, and a warning in the text. Neither the subject nor anything that its sender signed for people is changed.
fn mark(asked: &Asked<'_>, effect: Effect, changes: &mut Changes) {
    changes.insert.push((FIELD, if effect == Effect::Junk { JUNK } else { TAGGED }.to_owned()));
    let says = format!("This message says that it is from {},", asked.almoner.domain());
    let warning = [says.as_str(), "but nobody who signed in there sent it.", "Take care with what it asks for."];
    let whole = changes.body.is_none();
    if let Some(body) = wire::engine::banner::with_warning(asked.message.bytes, asked.message.body_at, &warning)
        && whole
    {
        changes.body = Some(body);
    }
}

/// The domain of a sender, in small letters; what is no name is none.
fn source(sender: &str) -> String {
    let domain = sender.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    if domain.len() <= 255 && domain.bytes().all(plain) { domain } else { String::new() }
}

impl Engine {
    /// Counts a spoofed message by who sent it (SPF-02). Cost: a look in memory.
    fn spoofed(&self, asked: &Asked<'_>) {
        let message = asked.message;
        let Some(claims) = claim(message, asked.authenticity, asked.almoner.domain()) else { return };
        let address = message.client.map(neighbours).unwrap_or_default();
        let sender = Sender { source: source(message.sender), address, network: message.network, claims };
        of(&self.spoofs).note(sender, asked.almoner.today(asked.ctx));
    }

    /// Writes what was spoofed since the last time; how many senders. What cannot be written waits for the next time.
    pub fn keep_spoofs(&self, almoner: &Almoner) -> Result<usize, Error> {
        let (day, seen): (_, Vec<(Sender, u32)>) = {
            let mut spoofs = of(&self.spoofs);
            (spoofs.day, spoofs.waiting.drain().collect())
        };
        let Some(day) = day.filter(|_| !seen.is_empty()) else { return Ok(0) };
        if let Err(error) = almoner.store.add_spoofed(day, &seen) {
            let mut spoofs = of(&self.spoofs);
            for (sender, messages) in seen {
                *spoofs.waiting.entry(sender).or_insert(0) += messages;
            }
            return Err(error.into());
        }
        Ok(seen.len())
    }
}

impl Spoofs {
    /// What waits of an earlier day is counted with the new one: it came within seconds.
    fn note(&mut self, sender: Sender, today: Day) {
        self.day = Some(today);
        let has_room = self.waiting.len() < WAITING || self.waiting.contains_key(&sender);
        let sender =
            if has_room { sender } else { Sender { source: OTHERS.to_owned(), address: String::new(), ..sender } };
        let messages = self.waiting.entry(sender).or_insert(0);
        *messages = messages.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use domain::delivery::Network;
    use domain::spoofing::Claim;

    use super::*;

    // Proves: SPF-02
    #[test]
    fn more_senders_than_there_is_room_for_are_counted_together() {
        let mut spoofs = Spoofs::default();
        let of = |number: usize| Sender {
            source: format!("{number}.example"),
            address: String::new(),
            network: Network::Internet,
            claims: Claim::Author,
        };
        (0..WAITING + 5).for_each(|number| spoofs.note(of(number), Day::from_number(20_000)));
        spoofs.note(of(0), Day::from_number(20_000));
        let others = Sender { source: OTHERS.to_owned(), ..of(0) };
        assert_eq!((spoofs.waiting.len(), spoofs.waiting[&of(0)], spoofs.waiting[&others]), (WAITING + 1, 2, 5));
    }

    #[test]
    fn a_source_is_a_name_or_nothing() {
        for (sender, expected) in [
            ("x@There.Example", "there.example"),
            ("x@[192.0.2.1]", "[192.0.2.1]"),
            ("", ""),
            ("x", ""),
            ("x@a b", ""),
            ("x@<script>", ""),
        ] {
            assert_eq!(source(sender), expected);
        }
        assert_eq!(source(&format!("x@{}", "a".repeat(256))), "");
    }
}
