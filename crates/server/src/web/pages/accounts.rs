//! Accounts: search, and one account with its explanation and history.

use askama::Template;
use domain::signal::Signal;
use domain::status::Kind;
use domain::time::Calendar;
use service::account::see::{Explained, Shown};
use service::error::Error;

use crate::detail::detail;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::offers::{self, Offer};
use crate::web::pages::second_factor::in_a_line;
use crate::web::told;
use crate::web::visit::Visit;
use crate::web::words;

/// Notices that are shown.
const NOTICES: u32 = 10;
/// Lines of the history that are shown at first.
const LINES: usize = 50;

/// Why an account stands where it stands (EXP-01), in words.
pub(crate) struct Why {
    /// The status.
    pub(crate) status: &'static str,
    /// What that means.
    pub(crate) meaning: &'static str,
    /// Since when.
    pub(crate) since: String,
    /// By which rule.
    pub(crate) rule: &'static str,
    /// What comes next, and when; empty when time alone changes nothing.
    pub(crate) next: String,
    /// What would change it.
    pub(crate) would_change: Vec<String>,
    /// What is known: name, value, who says so.
    pub(crate) facts: Vec<(String, String, &'static str)>,
    /// The policy.
    pub(crate) policy: String,
}

impl Why {
    /// In words.
    pub(crate) fn of(explained: &Explained, calendar: &Calendar) -> Self {
        let e = &explained.explanation;
        let next = e.next.as_ref().map_or_else(String::new, |step| {
            let notice = match (step.notice_on, step.announced) {
                (Some(on), true) => format!(" Notice was sent on {}.", words::day(on)),
                (Some(on), false) => format!(" Notice is sent on {}.", words::day(on)),
                (None, _) => String::new(),
            };
            format!("On {} it becomes {} ({}).{notice}", words::day(step.on), step.to, step.rule)
        });
        Self {
            status: e.status.as_str(),
            meaning: words::meaning(e.status),
            since: words::time(calendar, e.since),
            rule: e.rule.as_str(),
            next,
            would_change: e.would_change.iter().map(|one| words::sentence(one)).collect(),
            facts: e.facts.iter().map(|f| (words::label(f.name), f.value.clone(), f.source)).collect(),
            policy: e.policy.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    address: String,
    name: String,
    why: Why,
    /// Label and value; what is not known is left out.
    card: Vec<(&'static str, String)>,
    /// What they sign in with beside the password; empty for those who may not know.
    second: String,
    addresses: Vec<(String, String)>,
    members: Vec<(String, String)>,
    /// Path and name of the pages about it that they may open.
    pages: Vec<(String, &'static str)>,
    notes: Vec<String>,
    offers: Vec<Offer>,
    /// What was seen of it, and when last.
    seen: Vec<(String, String)>,
    /// When, which, to whom.
    notices: Vec<(String, String, String)>,
    lines: Vec<Line>,
    more: bool,
    done: &'static str,
}

/// The pages about an account, as far as somebody may open them.
fn pages(visit: &Visit, shown: &Shown) -> Vec<(String, &'static str)> {
    let address = link::part(shown.account.address.as_str());
    let about = |page: &str| format!("/accounts/{address}/{page}");
    let all = [
        (offers::may_edit(visit, shown), about("edit"), "Edit"),
        (true, about("addresses"), "Addresses"),
        (offers::may_set_rules(visit, shown), about("rules"), "Out of office and forwarding"),
        (shown.account.kind != Kind::User, format!("/mailboxes/{address}"), "Members"),
    ];
    all.into_iter().filter(|(may, ..)| *may).map(|(_, path, name)| (path, name)).collect()
}

struct Line {
    at: String,
    actor: String,
    action: String,
    rule: String,
    organisation: String,
    changes: String,
}

/// The lines of a history, newest first, and whether there are more of them.
fn lines(visit: &Visit, mut history: Vec<store::audit::Line>) -> Result<(Vec<Line>, bool), Trouble> {
    let more = history.len() > LINES && visit.query("history") != "all";
    history.reverse();
    if more {
        history.truncate(LINES);
    }
    let calendar = visit.portal.calendar();
    let named = visit.almoner.named(&history)?;
    let reader = told::Reader { calendar: &calendar, named: &named };
    let line = |l: store::audit::Line| Line {
        at: words::time(&calendar, l.at),
        action: words::label(&l.action),
        changes: reader.changes(&detail(&l)),
        actor: l.actor,
        rule: l.rule.unwrap_or_default(),
        organisation: l.organisation.map_or_else(String::new, |code| reader.place(&code)),
    };
    Ok((history.into_iter().map(line).collect(), more))
}

#[derive(Template)]
#[template(path = "left.html")]
struct LeftPage<'v> {
    frame: Frame,
    address: &'v str,
    lines: Vec<Line>,
    more: bool,
}

/// An account that has left: its old organisation sees what happened to it there (JML-08).
fn left(visit: &Visit, address: &str, unseen: Error) -> Result<Answer, Trouble> {
    let Ok(history) = visit.almoner.history(&visit.ctx, address) else { return Err(unseen.into()) };
    let (lines, more) = lines(visit, history)?;
    Answer::page(&LeftPage { frame: Frame::new(visit, address), address, lines, more })
}

/// One account.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let address = visit.param("address");
    let shown = match visit.almoner.show(&visit.ctx, address) {
        Err(unseen @ Error::NotFound { .. }) => return left(visit, address, unseen),
        other => other?,
    };
    let explained = visit.almoner.explain(&visit.ctx, address, None)?;
    let (lines, more) = lines(visit, visit.almoner.history(&visit.ctx, address)?)?;
    let calendar = visit.portal.calendar();
    let notices = visit.almoner.notices(&visit.ctx, Some(address), None, NOTICES)?;
    let page = AccountPage {
        frame: Frame::new(visit, shown.account.address.to_string()),
        address: shown.account.address.to_string(),
        name: shown.profile.full_name(),
        why: Why::of(&explained, &calendar),
        card: card(&shown),
        second: second(visit, &shown)?,
        addresses: shown.addresses.iter().map(|a| (a.address.to_string(), words::label(a.kind.as_str()))).collect(),
        members: shown.members.iter().map(|(member, standing)| (member.clone(), standing.text())).collect(),
        pages: pages(visit, &shown),
        notes: shown.notes.clone(),
        offers: offers::offers(visit, &shown),
        seen: Signal::ALL
            .iter()
            .filter_map(|signal| Some((signal, shown.account.signals.get(*signal)?)))
            .map(|(signal, seen)| (words::label(signal.as_str()), words::time(&calendar, seen.at)))
            .collect(),
        notices: notices
            .into_iter()
            .map(|n| {
                let to = n.recipient.unwrap_or_else(|| "the operator".to_owned());
                (words::time(&calendar, n.made_at), words::label(n.notice.kind.as_str()), to)
            })
            .collect(),
        lines,
        more,
        done: offers::done(visit.query("done")),
    };
    Answer::page(&page)
}

/// People sign in; mailboxes do not.
fn second(visit: &Visit, shown: &service::account::see::Shown) -> Result<String, Trouble> {
    if shown.account.kind != Kind::User {
        return Ok(String::new());
    }
    in_a_line(visit, shown.account.address.as_str())
}

fn card(shown: &service::account::see::Shown) -> Vec<(&'static str, String)> {
    let p = &shown.profile;
    let organisation = format!("{} {}", shown.organisation.code, shown.organisation.name);
    let all = [
        ("Organisation", organisation),
        ("Kind", words::label(shown.account.kind.as_str())),
        ("Unit", p.unit.clone()),
        ("Job title", p.job_title.clone()),
        ("Telephone", p.telephone.clone()),
        ("Mobile", p.mobile.clone()),
        ("Local id", p.local_id.clone()),
        ("Licence", p.licence.clone()),
        ("Quota", format!("{} MiB", p.quota_mib)),
        ("Directory", if p.hidden { "Hidden by hand".to_owned() } else { String::new() }),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
