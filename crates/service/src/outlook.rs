//! What will happen to one account if nothing else does: the run is played forward, from change to change,
//! through the same `next_task` and `apply` that the run itself uses (RUN-07).

use domain::account::Account;
use domain::lifecycle::timeline::Timeline;
use domain::policy::Terms;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::Day;

/// More changes than any policy leads through; a guard, not a rule.
pub(crate) const MOST_CHANGES: usize = 64;

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
pub fn play(account: &Account, timeline: &Timeline<'_>, from: Day, until: Day) -> (Account, Vec<Expected>) {
    let mut account = account.clone();
    let (mut day, mut expected, mut notice_on) = (from, Vec::new(), None);
    let really_sent = account.announced.map(|said| said.sent_on);
    for _ in 0..MOST_CHANGES {
        let Some((on, change)) = timeline.next_change(&account, day, until) else { break };
        day = on;
        if change.is_transition() {
            let sent = really_sent.filter(|_| expected.is_empty());
            expected.push(Expected {
                from: change.from,
                to: change.account.status(),
                on: day,
                rule: change.rule,
                why: timeline.on(day).map_or_else(String::new, |terms| why(&account, terms, change.rule)),
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
