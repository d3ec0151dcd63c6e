//! Accounts: search, and one account with its explanation and history.

use askama::Template;
use domain::status::{Kind, Status};
use domain::time::Calendar;
use service::account::search::{Behind, Wanted};
use service::account::see::Explained;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::pages::offers::{self, Offer};
use crate::web::pages::second_factor::in_a_line;
use crate::web::visit::Visit;
use crate::web::words;

/// Rows of a page.
const PAGE: u32 = 50;
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
            would_change: e.would_change.clone(),
            facts: e.facts.iter().map(|f| (words::label(f.name), f.value.clone(), f.source)).collect(),
            policy: e.policy.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'v> {
    frame: Frame,
    text: &'v str,
    organisation: &'v str,
    status: &'v str,
    statuses: &'static [Status],
    asked: bool,
    rows: Vec<Row>,
    next: String,
}

struct Row {
    address: String,
    name: String,
    organisation: String,
    kind: &'static str,
    status: &'static str,
    next: String,
}

/// Searches within the actor's scope.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    let (text, organisation, status) = (visit.query("q"), visit.query("organisation"), visit.query("status"));
    let wanted = Wanted {
        text: text.to_owned(),
        organisation: organisation.trim().to_ascii_uppercase(),
        status: Status::parse(status),
        after: Behind::parse(visit.query("after")),
        limit: PAGE,
    };
    let found = visit.almoner.search_accounts(&visit.ctx, &wanted)?;
    let next = found.next.map_or_else(String::new, |after| {
        let mut query = form_urlencoded::Serializer::new(String::from("/accounts?"));
        query.append_pair("q", text).append_pair("organisation", organisation).append_pair("status", status);
        query.append_pair("after", &after.to_string()).finish()
    });
    let rows = found.rows.into_iter().map(|row| Row {
        name: row.profile.full_name(),
        address: row.account.address.to_string(),
        organisation: row.organisation,
        kind: row.account.kind.as_str(),
        status: row.account.status().as_str(),
        next: row.next.map_or_else(String::new, |step| format!("{} on {}", step.to, words::day(step.on))),
    });
    let page = AccountsPage {
        frame: Frame::new(visit, "Accounts"),
        asked: !visit.query.is_empty(),
        statuses: Status::ALL,
        rows: rows.collect(),
        text,
        organisation,
        status,
        next,
    };
    Answer::page(&page)
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
    is_mailbox: bool,
    may_edit: bool,
    notes: Vec<String>,
    offers: Vec<Offer>,
    lines: Vec<Line>,
    more: bool,
    done: &'static str,
}

struct Line {
    at: String,
    actor: String,
    action: String,
    rule: String,
}

/// One account.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let address = visit.param("address");
    let shown = visit.almoner.show(&visit.ctx, address)?;
    let explained = visit.almoner.explain(&visit.ctx, address, None)?;
    let mut history = visit.almoner.history(&visit.ctx, address)?;
    let more = history.len() > LINES && visit.query("history") != "all";
    history.reverse();
    if more {
        history.truncate(LINES);
    }
    let calendar = visit.portal.calendar();
    let line = |l: store::audit::Line| Line {
        at: words::time(&calendar, l.at),
        actor: l.actor,
        action: words::label(&l.action),
        rule: l.rule.unwrap_or_default(),
    };
    let page = AccountPage {
        frame: Frame::new(visit, shown.account.address.to_string()),
        address: shown.account.address.to_string(),
        name: shown.profile.full_name(),
        why: Why::of(&explained, &calendar),
        card: card(&shown),
        second: second(visit, &shown)?,
        addresses: shown.addresses.iter().map(|a| (a.address.to_string(), words::label(a.kind.as_str()))).collect(),
        members: shown.members.iter().map(|(member, standing)| (member.clone(), standing.text())).collect(),
        is_mailbox: shown.account.kind != Kind::User,
        may_edit: offers::may_edit(visit, &shown),
        notes: shown.notes.clone(),
        offers: offers::offers(visit, &shown),
        lines: history.into_iter().map(line).collect(),
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
