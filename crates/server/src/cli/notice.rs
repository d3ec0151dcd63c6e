//! `notice`: what was owed and to whom, and what it says.

use std::fs;
use std::io;
use std::path::Path;

use domain::ids::OdsCode;
use domain::notice::NoticeKind;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::json;
use service::error::Error;
use service::notice::remind::Reminded;
use service::run::Holder;
use store::notice::{Notice, Search};
use wire::notice_text::{Message, Mistake, Templates};

use crate::cli::answer::Answer;
use crate::cli::args::control::Notice as Verb;
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::holder;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text;
use crate::clock;
use crate::config::Config;
use crate::figure;
use crate::mail::set::Look;
use crate::mail::{Relay, post};

/// A folder has no more files than this, or it is another folder.
const MOST_FILES: usize = 200;

#[derive(Serialize)]
struct NoticeJson<'a> {
    id: i64,
    address: &'a str,
    organisation: &'a str,
    kind: &'static str,
    rule: &'static str,
    recipient: Option<&'a str>,
    about: Option<String>,
    made_at: String,
    run: Option<i64>,
    state: &'static str,
    attempts: u32,
    settled_at: Option<String>,
    why: &'a str,
}

/// What is asked of the notices of a federation.
pub(crate) fn notice(s: &Session, config: &Config, what: &Verb) -> Result<Answer, Failure> {
    match what {
        Verb::List { address, run, state: None, limit } => {
            Ok(list(s, &s.almoner.notices(&s.ctx, address.as_deref(), *run, *limit)?))
        }
        Verb::List { state, limit, .. } => {
            let (from, until) = (Timestamp::from_second(0), Timestamp::from_second(i64::MAX));
            let (organisation, before) = (String::new(), i64::MAX);
            let search = Search { organisation, state: *state, kind: None, from, until, before, limit: *limit };
            Ok(list(s, &s.almoner.search_notices(&s.ctx, &search)?))
        }
        Verb::Remind => {
            let told = remind(s)?;
            let json = json!({ "passwords": told.passwords, "ownerless": told.ownerless });
            let text = match beside(told) {
                text if text.is_empty() => "Nobody is to be reminded today, or everybody was.".to_owned(),
                text => text,
            };
            Ok(Answer::new(json, text))
        }
        Verb::Send { limit, even_in_rehearsal } => send(s, config, *limit, *even_in_rehearsal),
        Verb::Retry { id: Some(id), .. } => {
            s.almoner.retry_notice(&s.ctx, *id)?;
            Ok(Answer::new(json!({ "queued": 1 }), format!("Notice {id} is queued again.")))
        }
        Verb::Retry { id: None, organisation } => {
            let code = organisation.as_ref().map_or("", OdsCode::as_str);
            let count = s.almoner.retry_notices(&s.ctx, code)?;
            let told = figure::count(i64::try_from(count).unwrap_or(i64::MAX), "notice");
            Ok(Answer::new(json!({ "queued": count }), format!("Queued again: {told}.")))
        }
        Verb::Check { folder } => check(folder.as_deref()),
        Verb::Preview { kind, folder } => preview(*kind, folder.as_deref()),
    }
}

/// Makes what is owed today and by no run.
pub(crate) fn remind(s: &Session) -> Result<Reminded, Error> {
    s.almoner.remind(&s.ctx, &me())
}

/// The same beside a run of today.
pub(crate) fn remind_beside_run(s: &Session) -> Result<Reminded, Error> {
    s.almoner.remind_beside_run(&s.ctx, &me())
}

fn me() -> Holder<'static> {
    Holder { name: holder::name(), is_alive: &holder::is_alive, wall: &clock::wall, workers: None, batch: None }
}

/// What was made beside a run, a line each; nothing where there was none.
pub(crate) fn beside(told: Reminded) -> String {
    let line = |count: usize, what: &str| if count > 0 { format!("{what}: {count}\n") } else { String::new() };
    line(told.passwords, "Reminders of passwords") + &line(told.ownerless, "Lists of mailboxes without owner")
}

/// Sends what is due.
fn send(s: &Session, config: &Config, limit: u32, even_in_rehearsal: bool) -> Result<Answer, Failure> {
    let mut look = Look::of(config, config.origin.as_deref().unwrap_or_default())?;
    look.sender.even_in_rehearsal = even_in_rehearsal;
    let Some(relay) = Relay::of(config)? else {
        let hint = "name one in the configuration, as smtp.host; until then notices are shown in the portal";
        return Err(Failure::refused("no mail server is named, so nothing was sent", hint));
    };
    let told = post::all(&s.almoner, &s.ctx, &look, relay, (config.notices.per_minute, limit))?;
    let stopped = told.stopped.as_ref();
    let json = json!({
        "sent": told.sent, "later": told.later, "failed": told.failed, "withdrawn": told.withdrawn, "stopped": stopped,
    });
    let mut text = format!(
        "Sent {}; to be tried again {}; failed {}; withdrawn {}.",
        told.sent, told.later, told.failed, told.withdrawn
    );
    if let Some(why) = stopped {
        text = format!("{text}\nThe rest waits: {why}.");
    }
    Ok(Answer::new(json, text).with_code(if stopped.is_some() { REFUSED } else { 0 }))
}

fn list(s: &Session, notices: &[Notice]) -> Answer {
    let headings = [
        ("made", Align::Left),
        ("notice", Align::Left),
        ("about day", Align::Left),
        ("state", Align::Left),
        ("account", Align::Wrap),
        ("recipient", Align::Wrap),
    ];
    let rows = notices.iter().map(|n| {
        let about = n.notice.about.map_or_else(String::new, |day| day.to_string());
        let to = match n.recipient.as_deref() {
            None => "to the operator".to_owned(),
            Some(own) if own == n.address => "to itself".to_owned(),
            Some(other) => format!("to {other}"),
        };
        let made = s.almoner.calendar().day_of(n.made_at).to_string();
        vec![made, n.notice.kind.to_string(), about, n.state.to_string(), n.address.clone(), to]
    });
    let text = table::render(&headings, rows.collect(), "No notice was made.");
    Answer::new(notices.iter().map(notice_json).collect::<Vec<_>>(), text)
}

fn notice_json(n: &Notice) -> NoticeJson<'_> {
    NoticeJson {
        id: n.id,
        address: &n.address,
        organisation: &n.notice.organisation,
        kind: n.notice.kind.as_str(),
        rule: n.notice.rule.as_str(),
        recipient: n.recipient.as_deref(),
        about: n.notice.about.map(|day| day.to_string()),
        made_at: n.made_at.to_string(),
        run: n.run,
        state: n.state.as_str(),
        attempts: n.attempts,
        settled_at: n.settled_at.map(|at| at.to_string()),
        why: &n.why,
    }
}

/// The files of a folder of templates: name and text.
pub(crate) fn files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let failed = |error: io::Error| Failure::file(folder, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_suffix(".txt").is_none() {
            continue;
        }
        if files.len() == MOST_FILES {
            let hint = "name the folder that holds the templates alone";
            return Err(Failure::refused(format!("{} has too many files", folder.display()), hint));
        }
        let text = fs::read_to_string(entry.path()).map_err(|error| Failure::file(&entry.path(), &error))?;
        files.push((name, text));
    }
    files.sort();
    Ok(files)
}

/// The templates that come with Almoner, or with those of a folder in their place.
pub(crate) fn templates(folder: Option<&Path>) -> Result<Templates, Failure> {
    let own = folder.map_or_else(|| Ok(Vec::new()), files)?;
    Templates::with(&own).map_err(|mistakes| {
        let first = mistakes.first().map_or_else(String::new, ToString::to_string);
        let what = format!("the templates of notices have {}, the first is {first}", counted(&mistakes));
        Failure::refused(what, "see all of them with `almoner notice check FOLDER`")
    })
}

fn counted(mistakes: &[Mistake]) -> String {
    figure::count(i64::try_from(mistakes.len()).unwrap_or(i64::MAX), "mistake")
}

/// Everything that is wrong with templates.
pub(crate) fn check(folder: Option<&Path>) -> Result<Answer, Failure> {
    let own = folder.map_or_else(|| Ok(Vec::new()), files)?;
    let mistakes = Templates::with(&own).err().unwrap_or_default();
    let listed = mistakes.iter().map(|m| json!({ "file": m.file, "line": m.line, "what": m.what }));
    let json = json!({ "good": mistakes.is_empty(), "mistakes": listed.collect::<Vec<_>>() });
    if mistakes.is_empty() {
        let what = match folder {
            Some(folder) => format!(
                "{} has {}; all are good.",
                folder.display(),
                figure::count(own.len().try_into().unwrap_or(0), "template")
            ),
            None => "The templates that come with Almoner are good.".to_owned(),
        };
        return Ok(Answer::new(json, what));
    }
    let lines: Vec<String> = mistakes.iter().map(|mistake| text::wrapped(&mistake.to_string())).collect();
    Ok(Answer::new(json, format!("{}\n{}.", lines.concat().trim_end(), counted(&mistakes))).with_code(REFUSED))
}

/// What a kind of notice looks like, for each reason that it may have.
pub(crate) fn preview(kind: NoticeKind, folder: Option<&Path>) -> Result<Answer, Failure> {
    let samples = templates(folder)?.samples(kind);
    // Each sample comes twice: with everything known, and with as little as possible.
    let shown: Vec<&Message> = samples.iter().step_by(2).collect();
    let json: Vec<_> = shown.iter().map(|m| json!({ "subject": m.subject, "body": m.body })).collect();
    let texts: Vec<String> = shown.iter().map(|m| format!("Subject: {}\n\n{}", m.subject, m.body)).collect();
    Ok(Answer::new(json, texts.join("\n--------\n\n")))
}
