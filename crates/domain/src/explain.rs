//! Explanations: why an account stands where it stands, what comes next and when, and what would change it (EXP-01).

use crate::account::{Account, Question, State};
use crate::lifecycle::step::{Step, next_step};
use crate::policy::Terms;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::{Kind, Status};
use crate::time::{Day, Timestamp};

/// Something known about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name, stable.
    pub name: &'static str,
    /// What is known, for people.
    pub value: String,
    /// Since when, if it is tied to an instant.
    pub at: Option<Timestamp>,
    /// Who says so.
    pub source: &'static str,
}

/// Why, what next, and what would change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// By which rule.
    pub rule: Rule,
    /// The policy that the next step is computed by.
    pub policy: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// What comes next, seen from today; absent when time alone changes nothing.
    pub next: Option<Step>,
    /// The smallest things that would change it, as sentences.
    pub would_change: Vec<String>,
}

/// Explains an account as of a day. Pure; cost: one `next_step` and a few strings.
pub fn explain(account: &Account, terms: &Terms<'_>, today: Day) -> Explanation {
    let next = next_step(account, terms).map(|step| step.not_before(today, terms));
    Explanation {
        status: account.status(),
        since: account.state.since(),
        rule: account.rule(),
        policy: terms.policy.name.clone(),
        facts: facts(account, terms),
        would_change: would_change(account, next.as_ref(), terms, today),
        next,
    }
}

/// What would change what comes next, as sentences, seen from a day. Pure; cost: one `next_step` and a few strings.
pub fn ways(account: &Account, terms: &Terms<'_>, today: Day) -> Vec<String> {
    let next = next_step(account, terms).map(|step| step.not_before(today, terms));
    would_change(account, next.as_ref(), terms, today)
}

fn fact(name: &'static str, value: impl Into<String>, at: Option<Timestamp>) -> Fact {
    Fact { name, value: value.into(), at, source: "account" }
}

fn facts(account: &Account, terms: &Terms<'_>) -> Vec<Fact> {
    let day = |at: Timestamp| terms.calendar.day_of(at).to_string();
    let mut facts = vec![
        fact("kind", account.kind.as_str(), None),
        fact("created", day(account.created_at), Some(account.created_at)),
    ];
    for signal in Signal::ALL {
        let counts = terms.rules.signals.contains(signal);
        match account.signals.get(*signal) {
            Some(seen) => facts.push(Fact {
                name: signal.as_str(),
                value: format!("{}{}", day(seen.at), if counts { "" } else { " (does not count)" }),
                at: Some(seen.at),
                source: seen.source.as_str(),
            }),
            None if counts => facts.push(fact(signal.as_str(), "never seen", None)),
            None => {}
        }
    }
    match account.terms_at {
        Some(at) => facts.push(fact("terms_accepted", day(at), Some(at))),
        // Only a person accepts terms.
        None if account.kind == Kind::User => facts.push(fact("terms_accepted", "not yet", None)),
        None => {}
    }
    if let State::Active { question: Question::Asked(on), .. } = account.state {
        facts.push(fact("owners_asked", on.to_string(), None));
    }
    if let State::Active { question: Question::Confirmed(at), .. } = account.state {
        facts.push(fact("owners_confirmed", day(at), Some(at)));
    }
    if let State::Leaver { disabled_at: Some(at), .. } = account.state {
        facts.push(fact("sign_in_disabled", day(at), Some(at)));
    }
    if let State::Deleted { cause, .. } | State::Purged { cause, .. } = account.state {
        facts.push(fact("cause", cause.as_str(), Some(account.state.since())));
    }
    if let Some(said) = account.announced {
        facts.push(fact("notice_sent", format!("{}, naming {}", said.sent_on, said.effective_on), None));
    }
    if let Some(held) = account.held {
        facts.push(fact("hold", day(held.since), Some(held.since)));
    }
    if let Some(from) = terms.rules.automation_from {
        facts.push(Fact { source: "policy", ..fact("automation_from", from.to_string(), None) });
    }
    facts
}

/// What a person could do, by status. Each sentence names the day until which it helps, where there is one.
fn would_change(account: &Account, next: Option<&Step>, terms: &Terms<'_>, today: Day) -> Vec<String> {
    let mut ways = Vec::new();
    if account.held.is_some() {
        let free = Account { held: None, ..account.clone() };
        if let Some(step) = next_step(&free, terms).map(|step| step.not_before(today, terms)) {
            ways.push(format!("releasing the hold: then {} on {} ({})", step.to, step.on, step.rule));
        }
    }
    let before = next.map_or_else(String::new, |step| format!(" before {}", step.on));
    let signals = || terms.rules.signals.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" or ");
    match account.state {
        State::Pending { .. } => ways.push(format!("accepting the terms of use{before}: active")),
        State::Active { question: Question::Asked(_), .. } => {
            ways.push(format!("an owner's confirmation, or {}{before}: it stays active", signals()));
        }
        State::Active { .. } => match next {
            Some(step) if step.rule == Rule::Lc03 => ways.push(format!("password_change{before}: it stays active")),
            Some(_) => ways.push(format!("{}{before}: it stays active and the clock restarts", signals())),
            None => ways.push("an administrator disables it: disabled (LC-08)".to_owned()),
        },
        State::Inactive { .. } => ways.push(format!("{}{before}: active at once (LC-05)", signals())),
        State::Leaver { .. } => {
            ways.push(format!("another organisation joins it{before}: active there (JML-03)"));
            ways.push(format!("{} cancels the leaver{before}: active again (JML-07)", account.organisation));
        }
        State::Disabled { .. } => ways.push(format!("an administrator enables it{before}: active (LC-08)")),
        State::Deleted { .. } => ways.push(format!("an administrator restores it{before}: active (LC-10)")),
        State::Purged { .. } => ways.push("nothing: its person needs a new account with a new address".to_owned()),
    }
    if account.held.is_none() && matches!(next, Some(step) if step.to == Status::Deleted || step.to == Status::Purged) {
        ways.push("a legal hold: nothing is destroyed while it stands (LC-20)".to_owned());
    }
    if account.kind == Kind::User && account.status() == Status::Active {
        ways.push(format!("{} marks it as a leaver (JML-01)", account.organisation));
    }
    ways
}

#[cfg(test)]
mod tests;
