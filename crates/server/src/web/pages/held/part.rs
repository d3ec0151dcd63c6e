//! One held part: its figures as they were, who wanted it, its accounts, and when it lapses.

use std::io;
use std::sync::Arc;

use askama::Template;
use domain::brake::{Brake, Source, Stand, would};
use domain::rights::{Action, Place, may};
use service::brake::see::{Find, Offer, Seen, Whole, why};

use crate::braked;
use crate::sheet;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::stream::Producer;
use crate::web::visit::Visit;
use crate::web::words;

/// Accounts of a page.
const PAGE: u32 = 50;

/// A name, what is known, and where that leads.
type Fact = (&'static str, String, String);

struct Account {
    address: String,
    asked: String,
    origin: String,
    first: String,
    state: &'static str,
    held: bool,
    ticked: bool,
}

/// What a form has: which accounts are shown, which are chosen, and how they are meant.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Only accounts whose address has this.
    pub(crate) text: String,
    /// Only those that stand so.
    pub(crate) state: Option<Stand>,
    /// Behind this item.
    pub(crate) after: i64,
    /// The chosen ones.
    pub(crate) chosen: Vec<String>,
    /// `only`, `but`, `count`, or all.
    pub(crate) much: String,
    /// So many.
    pub(crate) count: String,
}

#[derive(Template)]
#[template(path = "part.html")]
struct PartPage {
    frame: Frame,
    id: i64,
    why: String,
    state: &'static str,
    facts: Vec<Fact>,
    figures: Vec<(&'static str, String)>,
    firsts: Vec<String>,
    open: bool,
    offer: Offer,
    is_run: bool,
    left: i64,
    states: Vec<(&'static str, bool)>,
    form: Form,
    /// Chosen ones that are not on this page.
    elsewhere: Vec<String>,
    accounts: Vec<Account>,
    next: Option<i64>,
    done: String,
    problem: String,
}

/// One part, and its accounts.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let form = Form {
        text: visit.query("q").trim().to_owned(),
        state: Stand::parse(visit.query("state")),
        after: visit.number("after").unwrap_or(0),
        ..Form::default()
    };
    Answer::page(&page(visit, form, String::new(), String::new())?)
}

/// The number in the path.
pub(crate) fn number(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("part").parse().map_err(|_| Trouble::NotFound)
}

/// The page, with what was done or why it was not.
pub(crate) fn page(visit: &Visit, form: Form, done: String, problem: String) -> Result<impl Template + use<>, Trouble> {
    let id = number(visit)?;
    let whole = visit.almoner.brake_whole(&visit.ctx, id)?;
    let find = Find { text: &form.text, state: form.state, after: form.after, limit: PAGE };
    let seen = visit.almoner.brake_accounts(&visit.ctx, id, &find)?;
    let full = u32::try_from(seen.len()).is_ok_and(|count| count == PAGE);
    let accounts: Vec<Account> = seen.iter().map(|one| account(one, &form)).collect();
    let here = |address: &&String| accounts.iter().any(|one| one.held && one.address == **address);
    let elsewhere = form.chosen.iter().filter(|address| !here(address)).cloned().collect();
    let calendar = visit.portal.calendar();
    let firsts = whole.firsts.iter().map(|(by, count)| {
        let (who, when) = (&by.name, words::time(&calendar, by.at));
        format!("{who} released {} of them first, {when}.", words::number(*count))
    });
    Ok(PartPage {
        frame: Frame::new(visit, format!("Held part {id}")),
        id,
        why: why(&whole.part),
        state: whole.part.state.as_str(),
        facts: facts(visit, &whole),
        figures: braked::figures(&whole.part),
        firsts: firsts.collect(),
        open: whole.open,
        offer: whole.offer,
        is_run: whole.part.held.source == Source::Run,
        left: whole.left(),
        states: Stand::ALL.iter().map(|state| (state.as_str(), form.state == Some(*state))).collect(),
        next: seen.last().filter(|_| full).map(|last| last.id),
        form,
        elsewhere,
        accounts,
        done,
        problem,
    })
}

fn account(one: &Seen, form: &Form) -> Account {
    let asked = one.asked.as_ref().map_or_else(String::new, |(word, reason)| {
        let to = one.to.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        format!("{}{to}{reason}", words::label(word))
    });
    Account {
        address: one.address.clone(),
        asked,
        origin: one.origin.as_ref().map_or_else(String::new, |(file, line)| format!("line {line} of {file}")),
        first: one.first.clone().unwrap_or_default(),
        state: one.state.as_str(),
        held: one.state == Stand::Held,
        ticked: form.chosen.contains(&one.address),
    }
}

fn facts(visit: &Visit, whole: &Whole) -> Vec<Fact> {
    let (held, calendar) = (&whole.part.held, visit.portal.calendar());
    let code = &held.group.organisation;
    let sees_runs = may(&visit.ctx.actor, Action::Report, Place::Federation).is_ok();
    let run = held.run.filter(|_| sees_runs).map_or_else(String::new, |run| format!("/runs/{run}"));
    let lapses = words::day(held.expires_on);
    let then = match whole.part.state {
        Stand::Held if whole.open => {
            format!("{lapses}, unless it is released before; then {}", braked::then(held.source))
        }
        Stand::Held => format!("{lapses}, which is over: nobody released it in time"),
        Stand::Lapsed => format!("{lapses}; nobody released what was left in time"),
        Stand::Released | Stand::Done | Stand::Refused => format!("it would have lapsed on {lapses}"),
    };
    let stands: Vec<String> =
        whole.stands.iter().map(|(state, count)| format!("{} {state}", words::number(*count))).collect();
    let mut all: Vec<Fact> = vec![
        ("Organisation", format!("{code} {}", whole.organisation), format!("/organisations/{code}")),
        ("Kind of change", would(&held.group), String::new()),
        ("Day", words::day(held.day), String::new()),
        ("Brake", braked::which(held.tripped.brake).to_owned(), String::new()),
        ("Wanted by", braked::wanted_by(&whole.part), run),
        ("Held since", words::time(&calendar, held.made_at), String::new()),
        ("Lapses", then, String::new()),
        ("Accounts now", stands.join(", "), String::new()),
    ];
    if let Some((who, at)) = &whole.part.ended {
        all.push(("Last decided by", format!("{who}, {}", words::time(&calendar, *at)), String::new()));
    }
    if held.tripped.brake == Brake::Rollback {
        all.push(("What it would do", "the run does again what the rollback undid".to_owned(), String::new()));
    }
    all
}

/// All accounts of it as a file.
pub(crate) fn csv(visit: &Visit) -> Result<Answer, Trouble> {
    let id = number(visit)?;
    visit.almoner.brake_whole(&visit.ctx, id)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let write = move |out: &mut dyn io::Write| sheet::held(&almoner, &ctx, id, out);
    Ok(Answer::csv(&format!("held-part-{id}.csv"), Producer(Box::new(write))))
}
