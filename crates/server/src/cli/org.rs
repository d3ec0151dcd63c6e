//! `org import|show|list|close|open|succeed|short-name`: organisations.

use std::fs::File;
use std::path::Path;

use domain::org::{Organisation, Support};
use serde::Serialize;
use serde_json::{Value, json};
use service::error::Error;
use service::org::import::{ImportOptions, ImportReport};
use service::org::manage::{Openness, OrganisationView};

use crate::cli::answer::Answer;
use crate::cli::args::records::{Org, OrgList};
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text::{card, wrapped};
use crate::figure::{count, thousands};

/// How many codes and lines people are shown; JSON has all that the report has.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct ImportJson<'a> {
    edition: &'a str,
    lines: u64,
    new: u64,
    renamed: u64,
    reparented: u64,
    closed: u64,
    reopened: u64,
    unchanged: u64,
    gone: &'a [String],
    rejected: Vec<Value>,
    series: &'a str,
    amended: u64,
    dormant_closed: u64,
    by_hand: &'a [String],
    repeated: bool,
}

#[derive(Serialize)]
struct OrganisationJson<'a> {
    ods: &'a str,
    name: &'a str,
    short_name: Option<&'a str>,
    status: &'static str,
    legal: &'static str,
    sector: &'static str,
    opened: Option<String>,
    closed: Option<String>,
    parent: Option<String>,
    successor: Option<String>,
    postal: &'a str,
    telephone: &'a str,
    support_telephone: &'a str,
    support_page: &'a str,
    edition: &'a str,
}

/// Loads, shows, lists and changes organisations.
pub(crate) fn org(s: &Session, what: &Org) -> Result<Answer, Failure> {
    let (almoner, ctx) = (&s.almoner, &s.ctx);
    match what {
        Org::Import { file, edition, lines, accept_missing } => {
            let options = ImportOptions { lines: *lines, accept_missing: *accept_missing };
            import(s, file, edition, options)
        }
        Org::Show { ods, on: None } => Ok(show(&almoner.show_organisation(ctx, ods.as_str())?)),
        Org::Show { ods, on: Some(day) } => Ok(show(&almoner.show_organisation_on(ctx, ods, *day)?)),
        Org::List(args) => list(s, args),
        Org::Close { ods } => Ok(changed(s, &almoner.close_organisation(ctx, ods.as_str(), None)?, "is closed")),
        Org::Open { ods } => Ok(changed(s, &almoner.open_organisation(ctx, ods.as_str())?, "is open")),
        Org::Succeed { ods, successor } => {
            let after = almoner.set_successor(ctx, ods.as_str(), successor.as_str())?;
            Ok(changed(s, &after, &format!("is succeeded by {successor}")))
        }
        Org::Support { ods, telephone, page } => {
            let support = Support::parse(telephone, page).map_err(|wrong| Error::Input(wrong.to_owned()))?;
            let after = almoner.set_support(ctx, ods.as_str(), None, &support)?;
            Ok(changed(s, &after, "has another support contact"))
        }
        Org::ShortName { ods, name } => {
            let after = almoner.set_short_name(ctx, ods.as_str(), name)?;
            Ok(changed(s, &after, &format!("has the short name {name}")))
        }
    }
}

fn import(s: &Session, path: &Path, edition: &str, options: ImportOptions) -> Result<Answer, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let report = s.almoner.import_organisations(&s.ctx, file, &name, edition, options, &s.bars)?;
    let nothing = report.lines == report.rejected.len() as u64;
    let answer = Answer::new(import_json(&report), import_text(&report));
    Ok(if nothing { answer.with_code(REFUSED) } else { answer })
}

fn import_json(r: &ImportReport) -> ImportJson<'_> {
    let rejected = r
        .rejected
        .iter()
        .map(|one| json!({ "line": one.line, "why": one.why, "column": one.column, "value": one.value }));
    ImportJson {
        edition: &r.edition,
        lines: r.lines,
        new: r.new,
        renamed: r.renamed,
        reparented: r.reparented,
        closed: r.closed,
        reopened: r.reopened,
        unchanged: r.unchanged,
        gone: &r.gone,
        rejected: rejected.collect(),
        series: &r.series,
        amended: r.amended,
        dormant_closed: r.dormant_closed,
        by_hand: &r.by_hand,
        repeated: r.repeated,
    }
}

fn import_text(r: &ImportReport) -> String {
    if r.repeated {
        return format!(
            "Edition {} of {} was loaded before from this very file; nothing was done.",
            r.edition, r.series
        );
    }
    let number = |n: u64| thousands(i64::try_from(n).unwrap_or(i64::MAX));
    let rows = [
        ("new", number(r.new)),
        ("another name", number(r.renamed)),
        ("another parent", number(r.reparented)),
        ("closed", number(r.closed)),
        ("re-opened", number(r.reopened)),
        ("unchanged", number(r.unchanged)),
        ("gone (kept)", number(r.gone.len() as u64)),
        ("rejected lines", number(r.rejected.len() as u64)),
    ];
    let rows = rows.into_iter().map(|(what, n)| vec![what.to_owned(), n]).collect();
    let mut text = format!("Edition {} of {}: {} lines.\n\n", r.edition, r.series, number(r.lines));
    text += &table::render(&[("organisations", Align::Left), ("", Align::Right)], rows, "");
    text += "\n";
    text += &codes("No longer listed", &r.gone);
    text += &codes("Opened or closed by hand, and the file says the opposite", &r.by_hand);
    if !r.rejected.is_empty() {
        let rows = r
            .rejected
            .iter()
            .take(SHOWN)
            .map(|one| vec![one.line.to_string(), one.column.to_owned(), one.value.clone(), one.why.clone()]);
        let headings = [("line", Align::Right), ("column", Align::Left), ("value", Align::Wrap), ("why", Align::Wrap)];
        text.extend([format!("\n{}\n", table::render(&headings, rows.collect(), ""))]);
    }
    text + "\nLook at them with `almoner org list`, at one with `almoner org show ODS`"
}

fn codes(title: &str, codes: &[String]) -> String {
    if codes.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = codes.iter().take(SHOWN).map(String::as_str).collect();
    let more = codes.len().saturating_sub(SHOWN);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more (--json has all)") };
    format!("\n{title}: {}{rest}\n", shown.join(", "))
}

fn organisation_json<'a>(o: &'a Organisation, status: &'static str) -> OrganisationJson<'a> {
    OrganisationJson {
        ods: o.code.as_str(),
        name: &o.name,
        short_name: o.short_name.as_deref(),
        status,
        legal: o.legal.as_str(),
        sector: o.sector.as_str(),
        opened: o.opened_on.map(|day| day.to_string()),
        closed: o.closed_on.map(|day| day.to_string()),
        parent: o.parent.as_ref().map(ToString::to_string),
        successor: o.successor.as_ref().map(ToString::to_string),
        postal: &o.postal,
        telephone: &o.telephone,
        support_telephone: &o.support.telephone,
        support_page: &o.support.page,
        edition: &o.edition,
    }
}

fn show(view: &OrganisationView) -> Answer {
    let o = &view.organisation;
    let mut json = json!(organisation_json(o, view.status));
    if let Some(fields) = json.as_object_mut() {
        let accounts: serde_json::Map<_, _> =
            view.accounts.iter().map(|(status, n)| (status.clone(), json!(n))).collect();
        fields.insert("series".to_owned(), json!(view.series));
        fields.insert("by_hand".to_owned(), json!(view.by_hand));
        fields.insert("parent_name".to_owned(), json!(view.parent_name));
        fields.insert("successor_name".to_owned(), json!(view.successor_name));
        fields.insert("accounts".to_owned(), accounts.into());
    }
    let named = |code: Option<String>, name: &Option<String>| match (code, name) {
        (Some(code), Some(name)) => format!("{code} {name}"),
        (Some(code), None) => code,
        (None, _) => String::new(),
    };
    let day = |day: Option<domain::time::Day>| day.map_or_else(String::new, |day| day.to_string());
    let all: i64 = view.accounts.iter().map(|(_, n)| n).sum();
    let by_status: Vec<String> =
        view.accounts.iter().map(|(status, n)| format!("{} {status}", thousands(*n))).collect();
    let accounts = if all == 0 { "none".to_owned() } else { format!("{} ({})", thousands(all), by_status.join(", ")) };
    let by_hand = if view.by_hand { ", by hand" } else { "" };
    let lines = [
        ("status", format!("{}{by_hand} (registered as {})", view.status, o.legal)),
        ("short name", o.short_name.clone().unwrap_or_else(|| "none: it can own no mailboxes".to_owned())),
        ("sector", o.sector.to_string()),
        ("opened", day(o.opened_on)),
        ("closed", day(o.closed_on)),
        ("parent", named(o.parent.as_ref().map(ToString::to_string), &view.parent_name)),
        ("successor", named(o.successor.as_ref().map(ToString::to_string), &view.successor_name)),
        ("address", o.postal.clone()),
        ("telephone", o.telephone.clone()),
        ("listed in", listed(&view.series, &o.edition)),
        ("accounts", accounts),
    ];
    Answer::new(json, format!("{} {}\n\n{}", o.code, o.name, card(&lines)))
}

fn list(s: &Session, args: &OrgList) -> Result<Answer, Failure> {
    let openness = match (args.open, args.closed) {
        (true, _) => Openness::Open,
        (false, true) => Openness::Closed,
        (false, false) => Openness::Any,
    };
    let after = args.after.as_deref().unwrap_or_default();
    let found = s.almoner.list_organisations(&s.ctx, openness, after, args.limit)?;
    let today = s.almoner.today(&s.ctx);
    let json: Vec<_> = found.iter().map(|o| organisation_json(o, o.status_word(today))).collect();
    let headings = [
        ("ods", Align::Left),
        ("status", Align::Left),
        ("sector", Align::Left),
        ("short name", Align::Left),
        ("name", Align::Wrap),
    ];
    let rows = json.iter().map(|o| {
        let short = o.short_name.unwrap_or_default().to_owned();
        vec![o.ods.to_owned(), o.status.to_owned(), o.sector.to_owned(), short, o.name.to_owned()]
    });
    let mut text = table::render(&headings, rows.collect(), "No organisation: load some with `almoner org import`");
    if let Some(last) = found.last().filter(|_| u32::try_from(found.len()) == Ok(args.limit)) {
        text.extend([format!(
            "\n\n{}; the next page: --after {}",
            count(i64::from(args.limit), "organisation"),
            last.code
        )]);
    }
    Ok(Answer::new(json, text))
}

fn changed(s: &Session, o: &Organisation, what: &str) -> Answer {
    let status = o.status_word(s.almoner.today(&s.ctx));
    Answer::new(
        organisation_json(o, status),
        format!("{}See it with `almoner org show {}`", wrapped(&format!("{} {} {what}.", o.code, o.name)), o.code),
    )
}

/// The edition, with its series where its name does not say it.
fn listed(series: &str, edition: &str) -> String {
    if edition.contains(series) {
        edition.to_owned()
    } else if edition.starts_with('(') {
        format!("{series}, last changed {}", edition.trim_matches(['(', ')']))
    } else {
        format!("{series}, {edition}")
    }
}
