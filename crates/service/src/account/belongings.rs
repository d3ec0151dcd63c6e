//! What belongs to an account and stands in tables of its own, as named texts of its audit lines: addresses, members of
//! a mailbox, legal holds, what a mailbox does by itself. `address:ADDRESS`, `member:ID`, `hold:NUMBER`,
//! `hold:NUMBER:released`, `out_of_office`, `forwarding`.

use std::borrow::Cow;

use domain::hex::hex;
use domain::ids::{AccountId, Address};
use domain::mail_rule::{Away, Forward};
use domain::mailbox::Standing;
use domain::time::{Day, Timestamp};
use sha2::{Digest, Sha256};
use store::address::{AddressKind, Taken};
use store::hold::Hold;
use store::mail_rule::MailRules;

use crate::fields::{Difference, between};

/// The name of an address among an account's fields.
pub(crate) fn address_name(address: &Address) -> String {
    format!("address:{address}")
}

/// What an address is to its account: `alias`, `reserved until 2026-01-01`.
pub(crate) fn address_text(kind: AddressKind, until: Option<Day>) -> String {
    until.map_or_else(|| kind.to_string(), |day| format!("{kind} until {day}"))
}

/// An address again, from its name and text.
pub(crate) fn taken(account: AccountId, name: &str, text: &str) -> Option<Taken> {
    let address = Address::parse(name.strip_prefix("address:")?)?;
    let (kind, until) = match text.split_once(" until ") {
        Some((kind, day)) => (kind, Some(Day::parse(day)?)),
        None => (text, None),
    };
    Some(Taken { address, account, kind: AddressKind::parse(kind)?, until })
}

/// An address is something else to its account now, or new to it (`was` is `None`), or freed (`is` is `None`).
pub(crate) fn address_changed(
    address: &Address,
    was: Option<&Taken>,
    is: Option<(AddressKind, Option<Day>)>,
) -> Difference {
    let was = was.map(|taken| address_text(taken.kind, taken.until));
    (Cow::Owned(address_name(address)), was, is.map(|(kind, until)| address_text(kind, until)))
}

/// The name of a member among a mailbox's fields.
pub(crate) fn member_name(member: AccountId) -> String {
    format!("member:{member}")
}

/// Somebody belongs to a mailbox in another way, or is new to it (`was` is `None`), or left it (`is` is `None`).
pub(crate) fn member_changed(member: AccountId, was: Option<Standing>, is: Option<Standing>) -> Difference {
    (Cow::Owned(member_name(member)), was.map(Standing::text), is.map(Standing::text))
}

/// What a mailbox does by itself, as texts. Of what it answers there is a digest: whether it was changed can be told from
/// the trail, what it says is for those who write to the mailbox.
pub(crate) fn rule_facts(rules: &MailRules) -> Vec<(&'static str, String)> {
    let day = |word: &str, day: Option<Day>| day.map_or_else(String::new, |day| format!("{word} {day} "));
    let away = rules.away.as_ref().map(|set| {
        let Away { from, until, text, outside, days } = &set.rule;
        let digest = |text: &str| hex(Sha256::digest(text).get(..8).unwrap_or_default());
        let outside = outside.as_ref().map_or_else(String::new, |text| format!(", outside {}", digest(text)));
        let (from, until) = (day("from", *from), day("until", *until));
        let told = format!("{from}{until}every {days} days, text {}{outside}", digest(text));
        ("out_of_office", format!("{told}; {} {}", set.by, set.at))
    });
    let forward = rules.forward.as_ref().map(|set| {
        let Forward { to, keep, by_administrator_of } = &set.rule;
        let keep = if *keep { ", kept" } else { "" };
        let of = by_administrator_of.as_ref().map_or_else(String::new, |of| format!(", for {of}"));
        ("forwarding", format!("{to}{keep}{of}; {} {}", set.by, set.at))
    });
    away.into_iter().chain(forward).collect()
}

/// A mailbox does something else by itself.
pub(crate) fn rules_changed(was: &MailRules, is: &MailRules) -> Vec<Difference> {
    between(&rule_facts(was), &rule_facts(is))
}

/// A hold's name and text: `hold:7`, `2019-01-01T12:00:00Z operator Inquiry 7`.
pub(crate) fn hold_fact(hold: &Hold) -> (String, String) {
    (format!("hold:{}", hold.id), format!("{} {} {}", hold.placed_at, hold.placed_by, hold.reason))
}

/// A hold's end: `hold:7:released`, `2019-02-01T12:00:00Z operator`.
pub(crate) fn release_fact(id: i64, by: &str, at: Timestamp) -> (String, String) {
    (format!("hold:{id}:released"), format!("{at} {by}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_and_read_again() {
        let address = Address::parse("ann.lee@mail.example").unwrap();
        let day = Day::parse("2026-01-01").unwrap();
        for kind in AddressKind::ALL {
            for until in [None, Some(day)] {
                let text = address_text(*kind, until);
                let again = taken(AccountId(7), &address_name(&address), &text).unwrap();
                assert_eq!((again.address, again.kind, again.until), (address.clone(), *kind, until), "{text}");
            }
        }
        for (name, text) in [
            ("address:ann.lee@mail.example", "lent"),
            ("address:ann.lee@mail.example", "alias until never"),
            ("ann.lee@mail.example", "alias"),
        ] {
            assert_eq!(taken(AccountId(7), name, text), None, "{name} {text}");
        }
    }
}
