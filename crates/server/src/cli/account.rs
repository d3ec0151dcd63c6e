//! `account list|show`: accounts as a list and as a card. What comes in files is in `import`.

use domain::account::Account;
use domain::profile::Profile;
use domain::status::Kind;
use serde::Serialize;
use serde_json::{Value, json};
use service::account::see::Shown;
use service::brake::see::why;

use crate::cli::answer::Answer;
use crate::cli::args::records::Account as Verb;
use crate::cli::failure::Failure;
use crate::cli::import;
use crate::cli::people;
use crate::cli::rules;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text::{card, local_time};
use crate::figure::{self, count};

#[derive(Serialize)]
struct ListedJson {
    id: i64,
    address: String,
    name: String,
    kind: &'static str,
    organisation: String,
    unit: String,
    status: &'static str,
    since: String,
    held: bool,
    local_id: String,
}

#[derive(Serialize)]
struct ShownJson<'a> {
    id: i64,
    address: String,
    name: String,
    kind: &'static str,
    organisation: Value,
    unit: &'a str,
    status: &'static str,
    since: String,
    created: String,
    terms_accepted: Option<String>,
    local_id: &'a str,
    title: &'a str,
    display_name: &'a str,
    job_title: &'a str,
    telephone: &'a str,
    mobile: &'a str,
    hide_mobile: bool,
    licence: &'a str,
    quota_mib: i64,
    services_off: Vec<&'a str>,
    hidden: bool,
    addresses: Vec<Value>,
    holds: Vec<Value>,
    brakes: Vec<Value>,
    members: Vec<Value>,
    notes: Vec<&'a str>,
}

/// Imports, lists and shows accounts.
pub(crate) fn account(s: &Session, what: &Verb) -> Result<Answer, Failure> {
    match what {
        Verb::Create(args) => people::create(s, args),
        Verb::Edit(args) => people::edit(s, args),
        Verb::Alias(what) => people::alias(s, what),
        Verb::Member(what) => people::member(s, what),
        Verb::Rules { address } => rules::show(s, address),
        Verb::Away(args) => rules::away(s, args),
        Verb::Forward(args) => rules::forward(s, args),
        Verb::Import(args) => import::accounts(s, args),
        Verb::List { organisation, status, after, limit } => {
            let found = s.almoner.list_accounts(&s.ctx, organisation.as_str(), *status, *after, *limit)?;
            let none = match status {
                Some(status) => format!("{organisation} has no account that is {status}."),
                None => format!("{organisation} has no accounts."),
            };
            Ok(list(s, &found, &none, *limit))
        }
        Verb::Show { address } => Ok(show(s, &s.almoner.show(&s.ctx, address)?)),
    }
}

fn list(s: &Session, found: &[(Account, Profile)], none: &str, limit: u32) -> Answer {
    let json: Vec<_> = found.iter().map(|(account, profile)| listed(account, profile)).collect();
    let headings = [
        ("address", Align::Left),
        ("kind", Align::Left),
        ("status", Align::Left),
        ("since", Align::Left),
        ("name", Align::Wrap),
    ];
    let rows = found.iter().map(|(account, profile)| {
        let since = s.almoner.calendar().day_of(account.state.since()).to_string();
        let status =
            if account.held.is_some() { format!("{}, held", account.status()) } else { account.status().to_string() };
        let kind = account.kind.to_string();
        vec![account.address.to_string(), kind, status, since, profile.full_name()]
    });
    let mut text = table::render(&headings, rows.collect(), none);
    if let Some((last, _)) = found.last().filter(|_| u32::try_from(found.len()) == Ok(limit)) {
        text.extend([format!("\n\n{}; the next page: --after {}", count(i64::from(limit), "account"), last.id)]);
    }
    Answer::new(json, text)
}

fn listed(account: &Account, profile: &Profile) -> ListedJson {
    ListedJson {
        id: account.id.0,
        address: account.address.to_string(),
        name: profile.full_name(),
        kind: account.kind.as_str(),
        organisation: account.organisation.to_string(),
        unit: profile.unit.clone(),
        status: account.status().as_str(),
        since: account.state.since().to_string(),
        held: account.held.is_some(),
        local_id: profile.local_id.clone(),
    }
}

fn show(s: &Session, shown: &Shown) -> Answer {
    let Shown { account, profile, notes, organisation, addresses, holds, brakes, members } = shown;
    let status = organisation.status_word(s.almoner.today(&s.ctx));
    let until = |day: Option<domain::time::Day>| day.map(|day| day.to_string());
    let json = ShownJson {
        id: account.id.0,
        address: account.address.to_string(),
        name: profile.full_name(),
        kind: account.kind.as_str(),
        organisation: json!({ "ods": organisation.code.as_str(), "name": organisation.name, "status": status }),
        unit: &profile.unit,
        status: account.status().as_str(),
        since: account.state.since().to_string(),
        created: account.created_at.to_string(),
        terms_accepted: account.terms_at.map(|at| at.to_string()),
        local_id: &profile.local_id,
        title: &profile.title,
        display_name: &profile.display_name,
        job_title: &profile.job_title,
        telephone: &profile.telephone,
        mobile: &profile.mobile,
        hide_mobile: profile.hide_mobile,
        licence: &profile.licence,
        quota_mib: profile.quota_mib,
        services_off: profile.services_off.split_whitespace().collect(),
        hidden: profile.hidden,
        addresses: addresses
            .iter()
            .map(|a| json!({ "address": a.address.as_str(), "kind": a.kind.as_str(), "until": until(a.until) }))
            .collect(),
        holds: holds
            .iter()
            .map(|h| json!({ "id": h.id, "reason": h.reason, "placed_by": h.placed_by, "placed_at": h.placed_at.to_string() }))
            .collect(),
        brakes: brakes
            .iter()
            .map(|p| json!({ "part": p.id, "why": why(p), "since": p.held.made_at.to_string() }))
            .collect(),
        members: members
            .iter()
            .map(|(address, s)| json!({ "address": address, "owner": s.owner, "right": s.right.as_str() }))
            .collect(),
        notes: notes.iter().map(String::as_str).collect(),
    };
    Answer::new(json, show_text(s, shown, status))
}

fn show_text(s: &Session, shown: &Shown, organisation_status: &str) -> String {
    let Shown { account, profile, notes, organisation, addresses, holds, brakes, members } = shown;
    let calendar = s.almoner.calendar();
    let other = addresses.iter().filter(|taken| taken.address != account.address).map(|taken| {
        let until = taken.until.map_or_else(String::new, |day| format!(" until {day}"));
        format!("{} ({}{until})", taken.address, taken.kind)
    });
    let holds = holds.iter().map(|h| format!("{} (by {}, {})", h.reason, h.placed_by, calendar.day_of(h.placed_at)));
    let people =
        |owner: bool| members.iter().filter(move |(_, s)| s.owner == owner).map(|(address, _)| address.clone());
    let join = |texts: Vec<String>| texts.join(", ");
    let kind = format!("{}{}", account.kind, if profile.hidden { ", hidden from the directory" } else { "" });
    let mobile = format!("{}{}", profile.mobile, if profile.hide_mobile { " (hidden)" } else { "" });
    // Nobody is asked to accept them for a mailbox that is no person's.
    let terms = if account.kind == Kind::User { "not accepted" } else { "" };
    let lines = [
        ("status", format!("{} since {}", account.status(), local_time(calendar, account.state.since()))),
        ("kind", kind),
        ("id", account.id.to_string()),
        ("organisation", format!("{} {}, {organisation_status}", organisation.code, organisation.name)),
        ("unit", profile.unit.clone()),
        ("job title", profile.job_title.clone()),
        ("telephone", profile.telephone.clone()),
        ("mobile", if profile.mobile.is_empty() { String::new() } else { mobile }),
        ("local id", profile.local_id.clone()),
        ("licence", format!("{}, {} MiB", profile.licence, figure::thousands(profile.quota_mib))),
        ("switched off", profile.services_off.clone()),
        ("created", calendar.day_of(account.created_at).to_string()),
        ("terms", account.terms_at.map_or_else(|| terms.to_owned(), |at| calendar.day_of(at).to_string())),
        ("other addresses", join(other.collect())),
        ("holds", join(holds.collect())),
        ("brake", join(brakes.iter().map(|p| format!("held as part {}: {}", p.id, why(p))).collect())),
        ("owners", join(people(true).collect())),
        ("members", join(people(false).collect())),
    ];
    let notes: String = notes.iter().flat_map(|line| ["  ", line, "\n"]).collect();
    let notes = if notes.is_empty() { notes } else { format!("\nNotes:\n{notes}") };
    let name = profile.full_name();
    format!(
        "{} {name}\n\n{}{notes}\nWhy, and what comes next: almoner explain {}",
        account.address,
        card(&lines),
        account.address
    )
}
