//! `demo`: a plausible federation on the real organisations, and its first day.

mod mail;

use std::collections::BTreeMap;

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::Calendar;
use serde::Serialize;
use serde_json::Value;
use service::demo::DemoReport;
use service::demo::cast::Part;
use service::federation::{Almoner, Founding};
use service::org::import::ImportOptions;
use service::run::report::RunReport;

use crate::cli::answer::Answer;
use crate::cli::args::{Cli, Demo};
use crate::cli::failure::Failure;
use crate::cli::session::{self, Session};
use crate::cli::{explain, policy, run};
use crate::clock::Now;
use crate::figure::count;
use crate::web::System;

/// The published files that the demo stands on: name, edition, content.
const EDITIONS: [(&str, &str, &[u8]); 3] = [
    ("eccg_2024-12.csv", "eccg 2024-12", include_bytes!("../../../../data/ods/eccg_2024-12.csv")),
    ("etr_2024-12.csv", "etr 2024-12", include_bytes!("../../../../data/ods/etr_2024-12.csv")),
    ("epraccur_2025-08.csv", "epraccur 2025-08", include_bytes!("../../../../data/ods/epraccur_2025-08.csv")),
];
/// A longer name of a store is said once, not with every command.
const SHORT: usize = 12;
const DOMAIN: &str = "mail.example";
const ZONE: &str = "Europe/London";
const POLICY: &str = "2018-09";

#[derive(Serialize)]
struct DemoJson {
    domain: &'static str,
    policy: &'static str,
    organisations: u64,
    accounts: u64,
    grants: u64,
    holds: u64,
    look_at: Option<String>,
    run: Option<Value>,
}

/// Makes the federation and lives its first day.
pub(crate) fn demo(cli: &Cli, args: &Demo) -> Result<Answer, Failure> {
    if args.serve && !cli.config.listen.ip().is_loopback() {
        let what = format!("{} is seen by others, who could sign in as anybody", cli.config.listen);
        return Err(Failure::wrong_use(what, "listen on this machine only, as --listen 127.0.0.1:8080"));
    }
    let engine = if args.mail { Some(mail::settings(args, DOMAIN)?) } else { None };
    let s = Session::of(cli, found(cli)?)?;
    for (file, edition, content) in EDITIONS {
        s.almoner.import_organisations(&s.ctx, content, file, edition, ImportOptions::default(), &s.bars)?;
    }
    let made = s.almoner.demo(&s.ctx, args.accounts, args.seed, &s.bars)?;
    let first = if args.no_run { None } else { Some(run::of_today(&s, None)?) };
    let (json, text) = told(cli, &s, &made, first.as_ref())?;
    let cast = if args.serve { Some(cast(cli, &s)?) } else { None };
    if let Some(engine) = engine {
        crate::cli::say(&text);
        crate::cli::say(&mail::ready(&s, &engine, &organisation(&s)?)?);
        return mail::run(cli, &engine, cast);
    }
    let Some(cast) = cast else { return Ok(Answer::new(json, text)) };
    crate::cli::say(&text);
    crate::web::serve(cli, cast)
}

/// Somebody of each kind, in the organisation that most is ahead of.
fn cast(cli: &Cli, s: &Session) -> Result<Vec<Part>, Failure> {
    let key = crate::web::key_of(&cli.config)?;
    Ok(s.almoner.cast(&s.ctx, &organisation(s)?, &key, &System)?)
}

/// The organisation that most is ahead of.
fn organisation(s: &Session) -> Result<String, Failure> {
    Ok(busy(s)?.map_or_else(String::new, |(organisation, _)| organisation))
}

/// A new rehearsal.
fn found(cli: &Cli) -> Result<Almoner, Failure> {
    // Cannot fail: the zone is one of ours.
    let calendar = Calendar::new(ZONE).ok_or_else(|| Failure::wrong_use("the demo has no time zone", "report it"))?;
    let (now, wall) = session::times(cli, true, &calendar)?;
    let text = policy::text_of(POLICY)?;
    let founding = Founding { domain: DOMAIN.to_owned(), zone: ZONE.to_owned(), policy: text, rehearsal: true };
    Ok(Almoner::found(&cli.config.store, &founding, &Ctx { actor: Actor::Console, now, wall })?)
}

fn told(cli: &Cli, s: &Session, made: &DemoReport, first: Option<&RunReport>) -> Result<(DemoJson, String), Failure> {
    let look_at = busy(s)?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut text = format!(
        "The demo federation {DOMAIN} has {} in {},\n{} and {}. Nobody in it is real; its organisations are.\n",
        count(number(made.accounts), "account"),
        count(number(made.organisations), "organisation"),
        count(number(made.grants), "role"),
        count(number(made.holds), "legal hold"),
    );
    if let Some(report) = first {
        text.extend([format!("\n{}", run::describe(s, report))]);
    }
    if let Some((organisation, address)) = &look_at {
        text += &glimpse(s, organisation, address)?;
    }
    text += &look(cli, s, look_at.as_ref());
    let run = first.map(|report| serde_json::to_value(run::run_json(report)).unwrap_or_default());
    let json = DemoJson {
        domain: DOMAIN,
        policy: POLICY,
        organisations: made.organisations,
        accounts: made.accounts,
        grants: made.grants,
        holds: made.holds,
        look_at: look_at.map(|(code, _)| code),
        run,
    };
    Ok((json, text))
}

/// An organisation that much is ahead of, and one of its accounts: of those that were told last.
fn busy(s: &Session) -> Result<Option<(String, String)>, Failure> {
    let told = s.almoner.notices(&s.ctx, None, None, 500)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for notice in &told {
        *counts.entry(&notice.notice.organisation).or_default() += 1;
    }
    let busiest = counts.into_iter().max_by_key(|(_, count)| *count).map(|(code, _)| code);
    let first = told.iter().find(|n| Some(n.notice.organisation.as_str()) == busiest && n.notice.about.is_some());
    Ok(first.map(|notice| (notice.notice.organisation.clone(), notice.address.clone())))
}

/// What a Local Administrator sees coming, and why it comes, for one of the accounts.
fn glimpse(s: &Session, organisation: &str, address: &str) -> Result<String, Failure> {
    let ahead = s.almoner.forecast(&s.ctx, organisation, 30)?;
    let shown = 5.min(ahead.len());
    let explained = s.almoner.explain(&s.ctx, address, None)?;
    let today = s.almoner.today(&s.ctx).to_string();
    Ok(format!(
        "\nAhead of {organisation} in the next 30 days, the first {shown} of {}:\n\n{}\n\nAnd why, for one account:\n\n{}\n",
        count(i64::try_from(ahead.len()).unwrap_or(i64::MAX), "step"),
        explain::ahead(&ahead, shown),
        explain::report(s, &explained, &today).trim_end(),
    ))
}

fn look(cli: &Cli, s: &Session, at: Option<&(String, String)>) -> String {
    // What the next command finds by itself need not be said.
    let known = std::env::var("ALMONER_STORE").unwrap_or_else(|_| "sqlite:almoner.db".to_owned());
    let (set, store) = if cli.config.store == known {
        (String::new(), String::new())
    } else if cli.config.store.len() > SHORT {
        (format!("\n  export ALMONER_STORE={}", cli.config.store), String::new())
    } else {
        (String::new(), format!(" --store {}", cli.config.store))
    };
    // Whoever made it on another day looks at it on that day.
    let now = match cli.now {
        None => String::new(),
        Some(Now::On(day)) => format!(" --now {day}"),
        Some(Now::At(at)) => format!(" --now {at}"),
    };
    let almoner = format!("  almoner{store}{now}");
    let mut lines = vec![format!("\nWhat to look at next:{set}")];
    if let Some((organisation, address)) = at {
        lines.push(format!("{almoner} forecast --organisation {organisation} --days 30"));
        lines.push(format!("{almoner} explain {address}"));
        lines.push(format!("{almoner} history {address}"));
    }
    lines.push(format!("{almoner} org list --closed --limit 10"));
    lines.push(format!("{almoner} notice list --limit 10"));
    lines.push(format!("{almoner} run --preview --on {}", s.almoner.today(&s.ctx).plus_days(30)));
    lines.join("\n")
}
