//! `explain` and `forecast`: why an account stands where it stands, and what will happen.

use domain::lifecycle::step::Step;
use domain::status::Status;
use serde::Serialize;
use serde_json::{Value, json};
use service::account::list::Foreseen;
use service::account::see::Explained;

use crate::cli::answer::Answer;
use crate::cli::args::{Explain, Forecast};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text;
use crate::figure;

#[derive(Serialize)]
struct ExplanationJson {
    address: String,
    organisation: String,
    status: &'static str,
    since: String,
    rule: &'static str,
    policy: String,
    facts: Vec<Value>,
    next: Option<Value>,
    would_change: Vec<String>,
    kind: &'static str,
    since_on: String,
    as_of: String,
}

#[derive(Serialize)]
struct ForeseenJson {
    address: String,
    organisation: String,
    to: &'static str,
    on: String,
    rule: &'static str,
    why: String,
    notice_sent_on: Option<String>,
    from: &'static str,
    kind: &'static str,
    notice_on: Option<String>,
}

/// Why an account stands where it stands.
pub(crate) fn explain(s: &Session, args: &Explain) -> Result<Answer, Failure> {
    let explained = s.almoner.explain(&s.ctx, &args.address, args.on)?;
    let as_of = args.on.unwrap_or_else(|| s.almoner.today(&s.ctx)).to_string();
    let (account, e) = (&explained.account, &explained.explanation);
    let fact = |f: &domain::explain::Fact| json!({ "name": f.name, "value": f.value, "at": f.at.map(|at| at.to_string()), "source": f.source });
    let json = ExplanationJson {
        address: account.address.to_string(),
        organisation: account.organisation.to_string(),
        status: e.status.as_str(),
        since: e.since.to_string(),
        rule: e.rule.as_str(),
        policy: e.policy.clone(),
        facts: e.facts.iter().map(fact).collect(),
        next: e.next.as_ref().map(step_json),
        would_change: e.would_change.clone(),
        kind: account.kind.as_str(),
        since_on: s.almoner.calendar().day_of(e.since).to_string(),
        as_of: as_of.clone(),
    };
    Ok(Answer::new(json, report(s, &explained, &as_of)))
}

fn step_json(step: &Step) -> Value {
    json!({
        "to": step.to.as_str(),
        "on": step.on.to_string(),
        "rule": step.rule.as_str(),
        "notice_on": step.notice_on.map(|day| day.to_string()),
        "notice_sent": step.announced,
        "ask_on": step.ask_on.map(|day| day.to_string()),
    })
}

/// An explanation as people read it.
pub(crate) fn report(s: &Session, explained: &Explained, as_of: &str) -> String {
    let (account, e) = (&explained.account, &explained.explanation);
    let since = s.almoner.calendar().day_of(e.since);
    let headings = [("fact", Align::Left), ("value", Align::Wrap), ("source", Align::Left)];
    let rows = e.facts.iter().map(|f| {
        // A day that is known to the minute is shown to the minute.
        let value = f.at.map_or_else(
            || f.value.clone(),
            |at| {
                let calendar = s.almoner.calendar();
                f.value.replacen(&calendar.day_of(at).to_string(), &text::local_time(calendar, at), 1)
            },
        );
        vec![f.name.to_owned(), value, f.source.to_owned()]
    });
    let facts = table::render(&headings, rows.collect(), "Nothing is known of it.");
    let next = match &e.next {
        None => "Next: nothing happens by time alone.".to_owned(),
        Some(step) => format!("Next: {} on {} ({}){}.", step.to, step.on, step.rule, notice(step)),
    };
    let ways: String = e.would_change.iter().map(|way| text::hanging("  - ", way)).collect();
    let stand = match e.status {
        Status::Purged => format!("was purged on {since}"),
        status @ (Status::Pending
        | Status::Active
        | Status::Inactive
        | Status::Leaver
        | Status::Disabled
        | Status::Deleted) => format!("has been {} since {since}", text::stand(status)),
    };
    let stand = text::wrapped(&format!("{} {stand} ({}).", account.address, e.rule));
    let next = text::wrapped(&next);
    format!("{stand}As of {as_of}, by policy {}.\n\n{facts}\n\n{next}\nWhat would change it:\n{ways}", e.policy)
}

fn notice(step: &Step) -> String {
    let asked = step.ask_on.map_or_else(String::new, |day| format!("; its owners are asked on {day}"));
    let sent = if step.announced { "was sent" } else { "is sent" };
    let notice = step.notice_on.map_or_else(String::new, |day| format!("; notice {sent} on {day}"));
    asked + &notice
}

/// What will happen to an organisation's accounts.
pub(crate) fn forecast(s: &Session, args: &Forecast) -> Result<Answer, Failure> {
    let foreseen = s.almoner.forecast(&s.ctx, args.organisation.as_str(), args.days)?;
    let json: Vec<ForeseenJson> = foreseen.iter().map(foreseen_json).collect();
    let none = format!("No account of {} has anything due within {}.", args.organisation, days(args.days));
    let text = foreseen_table(&json, &none);
    Ok(Answer::new(json, text))
}

/// The first steps ahead of an organisation, as people read them.
pub(crate) fn ahead(foreseen: &[Foreseen], first: usize) -> String {
    let shown: Vec<ForeseenJson> = foreseen.iter().take(first).map(foreseen_json).collect();
    foreseen_table(&shown, "nothing")
}

fn foreseen_table(json: &[ForeseenJson], none: &str) -> String {
    let headings = [
        ("on", Align::Left),
        ("address", Align::Left),
        ("step", Align::Left),
        ("rule", Align::Left),
        ("why", Align::Wrap),
    ];
    let rows = json.iter().map(|f| {
        let step = format!("{} > {}", f.from, f.to);
        vec![f.on.clone(), f.address.clone(), step, f.rule.to_owned(), format!("{}{}", f.why, notice_day(f))]
    });
    table::render(&headings, rows.collect(), none)
}

fn days(number: u16) -> String {
    figure::count(i64::from(number), "day")
}

fn notice_day(f: &ForeseenJson) -> String {
    let sent = f.notice_sent_on.as_ref().map(|day| format!("; notice was sent on {day}"));
    sent.or_else(|| f.notice_on.as_ref().map(|day| format!("; notice is sent on {day}"))).unwrap_or_default()
}

fn foreseen_json(foreseen: &Foreseen) -> ForeseenJson {
    let (account, expected) = (&foreseen.account, &foreseen.expected);
    ForeseenJson {
        address: account.address.to_string(),
        organisation: account.organisation.to_string(),
        to: expected.to.as_str(),
        on: expected.on.to_string(),
        rule: expected.rule.as_str(),
        why: expected.why.clone(),
        notice_sent_on: expected.notice_sent_on.map(|day| day.to_string()),
        from: expected.from.as_str(),
        kind: account.kind.as_str(),
        notice_on: expected.notice_on.map(|day| day.to_string()),
    }
}
