//! Mail that says it is from the federation and is not (SPF-01): who claims to be one of us, who may, and what is done with
//! the others, by stages that grow stricter.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::delivery::{Network, Reply};
use crate::filter::{Authenticity, Message, Outcome, Way};

words! {
    /// How strictly it is handled, from the mildest on.
    pub enum Stage {
        /// Its recipients are warned in the message.
        Tag = "tag",
        /// From the internet it goes to Junk, too.
        JunkInternet = "junk_internet",
        /// All of it goes to Junk.
        Junk = "junk",
        /// It is refused, and its recipients are told.
        BlockAndTell = "block_and_tell",
        /// It is refused.
        Block = "block",
    }
}

/// What is done with a spoofed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is taken, with a warning.
    Tag,
    /// It is taken, with a warning, and goes to Junk.
    Junk,
    /// It is refused, and its recipients are told.
    RefuseAndTell,
    /// It is refused.
    Refuse,
}

impl Stage {
    /// What it does with a message from a network.
    pub const fn effect(self, network: Network) -> Effect {
        match (self, network) {
            (Self::Tag, Network::Inside | Network::Internet) | (Self::JunkInternet, Network::Inside) => Effect::Tag,
            (Self::JunkInternet, Network::Internet) | (Self::Junk, Network::Inside | Network::Internet) => Effect::Junk,
            (Self::BlockAndTell, Network::Inside | Network::Internet) => Effect::RefuseAndTell,
            (Self::Block, Network::Inside | Network::Internet) => Effect::Refuse,
        }
    }
}

words! {
    /// Where a message says that it is from here.
    pub enum Claim {
        /// In its author.
        Author = "author",
        /// In the sender of its envelope.
        Sender = "sender",
        /// In both.
        Both = "both",
    }
}

/// It says that it is from here, and is not.
pub const SPOOFED: Reply = Reply {
    code: 550,
    enhanced: "5.7.1",
    text: "Mail from this domain is taken from those who sign in, or with its own signature (DKIM) or sender (SPF)",
};
/// It may be from here: its signature cannot be looked up.
pub const UNSURE: Reply =
    Reply { code: 451, enhanced: "4.7.1", text: "It cannot be found out now who sent this, try again later" };

/// Whether a message that claims to be from here is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does not claim it, or whoever sent it may.
    Fair,
    /// It is not.
    Spoofed,
    /// What would show it could not be looked up.
    Unsure,
}

/// How a message stands. Whoever signed in may write as one of us; so may mail that a key of the domain signed, or that comes
/// from a server that the domain names for its senders.
pub fn standing(message: &Message<'_>, found: &Authenticity, domain: &str) -> Standing {
    if message.way == Way::Submission || claim(message, found, domain).is_none() {
        return Standing::Fair;
    }
    let signed = found.dkim.iter().filter(|(of, _)| is(of, domain)).map(|(_, outcome)| *outcome);
    let sent = of(message.sender, domain).then_some(found.spf);
    let proofs: Vec<Outcome> = signed.chain(sent).collect();
    if proofs.contains(&Outcome::Pass) {
        Standing::Fair
    } else if proofs.contains(&Outcome::TempError) {
        Standing::Unsure
    } else {
        Standing::Spoofed
    }
}

/// Where it names one of us: as its author, or as its sender in the envelope. Where no author can be read, any address of
/// the domain in the field is one: programs of readers may read more than we do.
pub fn claim(message: &Message<'_>, found: &Authenticity, domain: &str) -> Option<Claim> {
    let raw = || message.values("from").any(|value| mentions(value, domain));
    let author = found.from.iter().any(|from| of(from, domain)) || (found.from.is_empty() && raw());
    match (author, of(message.sender, domain)) {
        (true, true) => Some(Claim::Both),
        (true, false) => Some(Claim::Author),
        (false, true) => Some(Claim::Sender),
        (false, false) => None,
    }
}

/// The network that an address is counted as: 256 neighbours, or of IPv6 what one customer is given.
pub fn neighbours(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from(u32::from(address) & 0xffff_ff00)),
        IpAddr::V6(address) => format!("{}/48", Ipv6Addr::from(u128::from(address) >> 80 << 80)),
    }
}

fn is(one: &str, domain: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(domain)
}

fn of(address: &str, domain: &str) -> bool {
    address.trim().rsplit_once('@').is_some_and(|(_, host)| is(host, domain))
}

fn mentions(value: &[u8], domain: &str) -> bool {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let longer = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    text.split('@').skip(1).any(|rest| rest.trim_start().strip_prefix(domain).is_some_and(|rest| !longer(rest)))
}

#[cfg(test)]
#[path = "spoofing_tests.rs"]
mod tests;
