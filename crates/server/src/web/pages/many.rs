//! Several accounts at once: joiners by their addresses, or a selection of what was found. What would come of each is shown
//! first; then it is a file of actions like any other.

use askama::Template;
use axum::http::StatusCode;
use domain::status::Status;
use service::account::act::Request;
use service::account::many::{CHOSEN, Foreseen, addresses, request};
use service::error::Error;
use store::file_job::FileKind;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::jobs;
use crate::web::visit::Visit;
use crate::web::words;

/// An action on a selection: its word, its name, what it asks for.
type Choice = (&'static str, &'static str, &'static str);

/// What can be done with a selection.
const CHOICES: &[Choice] = &[
    ("leaver", "Mark as leavers", ""),
    ("cancel-leaver", "Take back as not leaving", ""),
    ("transfer", "Transfer to another organisation", "its ODS code"),
    ("disable", "Disable", ""),
    ("enable", "Enable", ""),
    ("delete", "Delete now", ""),
    ("restore", "Restore", ""),
    ("hide", "Hide from the directory", ""),
    ("show", "Show in the directory", ""),
    ("licence", "Give a licence", "its name"),
    ("service-on", "Switch a service on", "audio, meetings or web"),
    ("service-off", "Switch a service off", "audio, meetings or web"),
];

/// What would come of one.
struct Row {
    address: String,
    name: String,
    good: bool,
    told: String,
    twins: Vec<String>,
}

#[derive(Template)]
#[template(path = "many.html")]
struct ManyPage<'v> {
    frame: Frame,
    /// Joiners, by their addresses; else a selection.
    joins: bool,
    choices: &'static [Choice],
    mine: Vec<String>,
    addresses: String,
    action: &'v str,
    argument: String,
    reason: &'v str,
    rows: Vec<Row>,
    good: usize,
    /// Accounts that are chosen by hand, at most.
    most: usize,
    problem: String,
}

fn row(one: Foreseen) -> Row {
    let (good, told, twins) = match one.outcome {
        Err(why) => (false, why, Vec::new()),
        Ok(would) => {
            let (is, was) = (would.after.status(), would.before.status());
            let mut told =
                vec![if is == was { format!("Stays {is}.") } else { format!("Becomes {is}; it is {was} now.") }];
            let (from, to) = (&would.before.organisation, &would.after.organisation);
            if from != to {
                told.push(format!("It goes from {from} to {to}."));
            }
            if would.ends_grants {
                told.push("Its administration rights end.".to_owned());
            }
            if let Some(step) = would.next.filter(|step| matches!(step.to, Status::Deleted | Status::Purged)) {
                let what = words::label(step.to.as_str());
                told.push(format!("{what} on {}, unless something is done.", words::day(step.on)));
            }
            let alike = would.twins.iter().map(|t| format!("{} ({})", t.account.address, t.reasons.join(", ")));
            (true, told.join(" "), alike.collect())
        }
    };
    Row { address: one.address, name: one.name, good, told, twins }
}

/// Asks for the addresses of joiners.
pub(crate) fn joiners(visit: &Visit) -> Result<Answer, Trouble> {
    Answer::page(&page(visit, true, String::new()))
}

fn page(visit: &Visit, joins: bool, problem: String) -> ManyPage<'_> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let (typed, asked) = (visit.field("addresses"), visit.query("addresses"));
    let addresses = if typed.is_empty() { asked } else { typed }.to_owned();
    let first = mine.first().cloned().unwrap_or_default();
    let named = if joins { visit.field("organisation") } else { visit.field("argument") }.trim();
    ManyPage {
        frame: Frame::new(visit, if joins { "Take people in" } else { "Selected accounts" }),
        joins,
        choices: CHOICES,
        argument: if named.is_empty() && joins { first } else { named.to_owned() },
        mine,
        addresses,
        action: visit.field("action"),
        reason: visit.field("reason"),
        rows: Vec::new(),
        good: 0,
        most: CHOSEN,
        problem,
    }
}

/// Shows what would come of each joiner, or takes them in.
pub(crate) fn join(visit: &Visit) -> Result<Answer, Trouble> {
    send(visit, true, &addresses(visit.field("addresses")))
}

/// Shows what would come of each of a selection, or does it.
pub(crate) fn selection(visit: &Visit) -> Result<Answer, Trouble> {
    let ticked: Vec<&str> = visit.fields("account").collect();
    let all = if ticked.is_empty() { addresses(visit.field("addresses")) } else { addresses(&ticked.join(" ")) };
    send(visit, false, &all)
}

fn send(visit: &Visit, joins: bool, all: &[String]) -> Result<Answer, Trouble> {
    let mut page = page(visit, joins, String::new());
    page.addresses = all.join("\n");
    let action = if joins { "join" } else { page.action };
    let told = if all.is_empty() {
        "Name accounts by their addresses, one a line.".to_owned()
    } else if action.is_empty() {
        // A selection that just came: what is to be done is asked for next.
        return Answer::page(&page);
    } else {
        match foreseen(visit, &mut page, action, all) {
            Ok(Some(id)) => return Ok(Answer::see(format!("/files/{id}"))),
            Ok(None) => return Answer::page(&page),
            Err(error @ (Error::Input(_) | Error::Refused(_))) => error.to_string(),
            Err(Error::NotFound { what: "organisation", name }) => {
                format!("There is no organisation {name}, or you do not administer it.")
            }
            Err(other) => return Err(other.into()),
        }
    };
    page.problem = told;
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What would come of each; with `do`, the number of the file that does it.
fn foreseen(visit: &Visit, page: &mut ManyPage<'_>, action: &str, all: &[String]) -> Result<Option<i64>, Error> {
    let argument = page.argument.clone();
    let wanted = request(action, &argument)?;
    visit.almoner.may_send_file(&visit.ctx, FileKind::Actions)?;
    let reason = visit.field("reason").trim();
    if wanted == Request::Delete && reason.is_empty() {
        return Err(Error::Input("a deletion needs a reason: say why".to_owned()));
    }
    let rows: Vec<Row> = visit.almoner.would(&visit.ctx, all, &wanted, reason)?.into_iter().map(row).collect();
    if visit.field("do") != "yes" {
        page.good = rows.iter().filter(|row| row.good).count();
        page.rows = rows;
        return Ok(None);
    }
    let good: Vec<String> = rows.into_iter().filter(|row| row.good).map(|row| row.address).collect();
    let name = format!("{} of {} accounts", words::label(action), good.len());
    let id = visit.almoner.keep_file(&visit.ctx, FileKind::Actions, &name, 0)?;
    let text = visit.almoner.actions_file(id, &good, action, &written(action, &argument), reason);
    visit.portal.spool.write(id, &text).map_err(|error| Error::Input(format!("the file cannot be kept ({error})")))?;
    visit.almoner.skip_check(&visit.ctx, id)?;
    jobs::start(&visit.portal, id);
    Ok(Some(id))
}

/// The argument as the file has it.
fn written(action: &str, argument: &str) -> String {
    let argument = argument.trim();
    match action {
        "join" | "transfer" => argument.to_ascii_uppercase(),
        "licence" | "service-on" | "service-off" => argument.to_owned(),
        _ => String::new(),
    }
}
