//! What a template may name, and samples of it.

use domain::notice::NoticeKind;
use domain::rule::Rule;
use domain::status::Kind;
use minijinja::{Value, context};

/// The names, as templates write them.
pub(super) const NAMES: &[&str] = &[
    "name",
    "account",
    "holder",
    "kind",
    "own",
    "organisation",
    "code",
    "date",
    "made",
    "rule",
    "reason",
    "service",
    "portal",
    "details",
    "contacts",
    "support",
];

/// What a notice is about. Texts that are not known are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The recipient's name.
    pub name: String,
    /// The address that it is about.
    pub account: String,
    /// The name that goes with that address.
    pub holder: String,
    /// What kind of account it is.
    pub kind: Kind,
    /// It is the recipient's own.
    pub own: bool,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's ODS code.
    pub code: String,
    /// The day it speaks of, in words.
    pub date: String,
    /// The day it was made, in words.
    pub made: String,
    /// The rule that owes it.
    pub rule: Rule,
    /// The rule behind it: why the account is deleted, what a brake holds.
    pub reason: Rule,
    /// The service's name.
    pub service: String,
    /// Where the portal is.
    pub portal: String,
    /// What else there is to tell, one a line: what came of a file, which mailboxes.
    pub details: Vec<String>,
    /// Who can be asked, one a line.
    pub contacts: Vec<String>,
    /// Whom else to ask.
    pub support: String,
}

impl Facts {
    /// As templates see them. Every text is one line: nothing that somebody typed can begin a line of its own.
    pub(super) fn context(&self) -> Value {
        let [details, contacts] = [&self.details, &self.contacts]
            .map(|lines| lines.iter().map(|line| one_line(line)).collect::<Vec<String>>());
        context! {
            name => one_line(&self.name),
            account => one_line(&self.account),
            holder => one_line(&self.holder),
            kind => self.kind.as_str(),
            own => self.own,
            organisation => one_line(&self.organisation),
            code => one_line(&self.code),
            date => one_line(&self.date),
            made => one_line(&self.made),
            rule => self.rule.as_str(),
            reason => self.reason.as_str(),
            service => one_line(&self.service),
            portal => one_line(&self.portal),
            details => details,
            contacts => contacts,
            support => one_line(&self.support),
        }
    }

    /// How long the names are that may stand in a subject.
    pub(super) fn length(&self) -> usize {
        [&self.name, &self.account, &self.holder, &self.organisation].iter().map(|text| text.chars().count()).sum()
    }
}

/// The same in one line: control characters, and signs that end lines or turn the direction of text, are spaces.
pub fn one_line(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}');
    text.chars().map(|c| if c.is_control() || hidden(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A kind with each reason that it may have, about one's own account and about another, with and without contacts.
pub(super) fn samples(kind: NoticeKind) -> Vec<Facts> {
    let mut samples = Vec::new();
    for reason in kind.reasons() {
        let shared = *reason == Rule::Lc14 || matches!(kind, NoticeKind::OwnersAsked | NoticeKind::Ownerless);
        let own = !shared && kind.audience() == domain::notice::Audience::Holder;
        let facts = sample(kind, *reason, own, if shared { Kind::Shared } else { Kind::User });
        samples.push(facts.clone());
        samples.push(Facts { contacts: Vec::new(), support: String::new(), portal: String::new(), ..facts });
    }
    samples
}

fn details(kind: NoticeKind) -> &'static [&'static str] {
    match kind {
        NoticeKind::FileDone => &["File: joiners.csv", "Lines: 212", "Done: 209", "Refused: 3"],
        NoticeKind::Ownerless => &["rx1.ward2@mail.example", "rx1.theatres@mail.example", "and 3 more"],
        NoticeKind::LeaverMarked
        | NoticeKind::DeletionAnnounced
        | NoticeKind::DeletionReminder
        | NoticeKind::RestoreEnding
        | NoticeKind::OwnersAsked
        | NoticeKind::HeldByBrake
        | NoticeKind::Moved
        | NoticeKind::Joined
        | NoticeKind::PasswordRecovered
        | NoticeKind::Unlocked
        | NoticeKind::Resecured
        | NoticeKind::PasswordExpires => &[],
    }
}

fn sample(kind: NoticeKind, reason: Rule, own: bool, of: Kind) -> Facts {
    let (account, holder) = match (own, of) {
        (false, Kind::Shared) => ("rx1.ward2@mail.example", "Ward 2"),
        (false, _) => ("ben.ash@mail.example", "Ben Ash"),
        (true, _) => ("ann.lee@mail.example", "Ann Lee"),
    };
    Facts {
        name: "Ann Lee".into(),
        account: account.into(),
        holder: holder.into(),
        kind: of,
        own,
        organisation: "THE DENSHAM SURGERY".into(),
        code: "A81001".into(),
        date: "Friday 11 December 2026".into(),
        made: "Friday 27 November 2026".into(),
        rule: if matches!(kind.rule(), Rule::Ntc02 | Rule::Ntc03 | Rule::Ntc04 | Rule::Ntc05) {
            kind.rule()
        } else {
            reason
        },
        reason,
        details: details(kind).iter().map(|line| (*line).to_owned()).collect(),
        service: "Example Mail".into(),
        portal: "https://portal.example".into(),
        contacts: vec![
            "Priya Rao, administrator, priya.rao@mail.example".into(),
            "THE DENSHAM SURGERY, telephone 01642 000000".into(),
        ],
        support: "National helpdesk, 0300 000 0000".into(),
    }
}
