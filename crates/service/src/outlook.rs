//! What will happen to one account if nothing else does: the run is played forward, day by day that matters, through
//! the same `next_task` and `apply` that the run itself uses (RUN-07).

use domain::account::Account;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::task::next_task;
use domain::policy::Terms;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::Day;

/// More steps than any policy leads through; a guard, not a rule.
const MOST_TASKS: usize = 64;

/// A change of status that is to be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// From this status.
    pub from: Status,
    /// To this one.
    pub to: Status,
    /// On this day.
    pub on: Day,
    /// By this rule.
    pub rule: Rule,
    /// Why, as a sentence.
    pub why: String,
    /// The day its notice was really sent; absent when it was not yet, or none is owed.
    pub notice_sent_on: Option<Day>,
    /// The day its notice is expected to be sent, when one is owed and was not sent yet.
    pub notice_on: Option<Day>,
}

/// The account on a later day, and the changes of status until then (both days included).
pub fn play<'t>(
    account: &Account,
    terms: impl Fn(Day) -> Terms<'t>,
    from: Day,
    until: Day,
) -> (Account, Vec<Expected>) {
    let mut account = account.clone();
    let (mut day, mut expected, mut notice_on) = (from, Vec::new(), None);
    let really_sent = account.announced.map(|said| said.sent_on);
    for _ in 0..MOST_TASKS {
        let terms_now = terms(day);
        let Some(task) = next_task(&account, &terms_now) else { break };
        day = day.max(task.on);
        if day > until {
            break;
        }
        let terms_then = terms(day);
        let now = terms_then.calendar.start_of(day);
        let Ok(change) = apply(&account, &Event::RunCame, &terms_then, now) else { break };
        if change.is_transition() {
            let sent = really_sent.filter(|_| expected.is_empty());
            expected.push(Expected {
                from: change.from,
                to: change.account.status(),
                on: day,
                rule: change.rule,
                why: why(&account, &terms_then, change.rule),
                notice_sent_on: sent,
                notice_on: notice_on.take(),
            });
        } else if change.account.announced.is_some() && account.announced.is_none() {
            notice_on = Some(day);
        }
        account = change.account;
    }
    (account, expected)
}

/// The reason of a step, for people: what was counted, from when, for how long.
pub fn why(account: &Account, terms: &Terms<'_>, rule: Rule) -> String {
    let since = terms.calendar.day_of(account.state.since());
    let status = account.status();
    let period = terms.rules.period_of(status).0.map_or_else(String::new, |p| format!(" for {p}"));
    if rule == Rule::Lc03 {
        let age = terms.rules.password_age.map_or_else(String::new, |p| p.to_string());
        return format!("password older than {age}");
    }
    match status {
        Status::Active => match account.signals.newest(&terms.rules.signals) {
            Some((signal, seen)) => format!("last {signal} on {}", terms.calendar.day_of(seen.at)),
            None => format!("no signal since {since}"),
        },
        Status::Pending => format!("terms not accepted since {since}{period}"),
        Status::Leaver => format!("leaver since {since}, not joined{period}"),
        Status::Inactive | Status::Disabled => format!("{status} since {since}{period}"),
        Status::Deleted | Status::Purged => {
            format!("deleted since {since}, restore window of{}", period.replace(" for", ""))
        }
    }
}
