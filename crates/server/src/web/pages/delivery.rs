//! Notices for administrators: which were sent, which failed and why, what each says, and another try.

use askama::Template;
use domain::notice::{Delivery, NoticeKind};
use domain::rights::{Action, Place, may};
use domain::time::{Calendar, Day, Timestamp};
use service::error::Error;
use store::notice::{Notice, Search};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::notices::title;
use crate::web::visit::Visit;
use crate::web::words;

/// Rows of a page.
const PAGE: u32 = 50;

struct Row {
    id: i64,
    made: String,
    title: &'static str,
    about: String,
    to: String,
    organisation: String,
    state: &'static str,
    why: String,
}

fn row(notice: &Notice, calendar: &Calendar) -> Row {
    let again = |at| format!("{}; tried again at {}", notice.why, words::time(calendar, at));
    Row {
        id: notice.id,
        made: words::time(calendar, notice.made_at),
        title: title(notice.notice.kind),
        about: notice.address.clone(),
        to: notice.recipient.clone().unwrap_or_else(|| "the operator".to_owned()),
        organisation: notice.notice.organisation.clone(),
        state: notice.state.as_str(),
        why: match notice.state {
            Delivery::Queued if notice.attempts > 0 => again(notice.next_at),
            Delivery::Queued | Delivery::Sent | Delivery::Failed | Delivery::Withdrawn => notice.why.clone(),
        },
    }
}

#[derive(Template)]
#[template(path = "delivery.html")]
struct DeliveryPage<'v> {
    frame: Frame,
    account: &'v str,
    organisation: String,
    mine: Vec<String>,
    state: &'v str,
    states: &'static [Delivery],
    kind: &'v str,
    kinds: Vec<(&'static str, &'static str)>,
    day: &'v str,
    rows: Vec<Row>,
    next: String,
}

/// Notices within the actor's scope, newest first: of an organisation, or of one account.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let (account, state, kind) = (visit.query("account").trim(), visit.query("state"), visit.query("kind"));
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = visit.query("organisation").trim().to_ascii_uppercase();
    let all = may(&visit.ctx.actor, Action::Report, Place::Federation).is_ok();
    let first = || if all { String::new() } else { mine.first().cloned().unwrap_or_default() };
    let organisation = if asked.is_empty() { first() } else { asked };
    let calendar = visit.portal.calendar();
    let day = Day::parse(visit.query("day"));
    let notices = if account.is_empty() {
        let search = Search {
            organisation: organisation.clone(),
            state: Delivery::parse(state),
            kind: NoticeKind::parse(kind),
            from: day.map_or(Timestamp::from_second(0), |day| calendar.start_of(day)),
            until: day.map_or(Timestamp::from_second(i64::MAX), |day| calendar.start_of(day.plus_days(1))),
            before: visit.number("before").unwrap_or(i64::MAX),
            limit: PAGE,
        };
        visit.almoner.search_notices(&visit.ctx, &search)?
    } else {
        visit.almoner.notices(&visit.ctx, Some(account), None, PAGE)?
    };
    let full = account.is_empty() && u32::try_from(notices.len()).is_ok_and(|count| count == PAGE);
    let next = notices.last().filter(|_| full).map_or_else(String::new, |last| {
        let before = last.id.to_string();
        let asked = [("organisation", organisation.as_str()), ("state", state), ("kind", kind)];
        let more = [("day", visit.query("day")), ("before", &before)];
        format!("/delivery?{}", link::query(asked.into_iter().chain(more)))
    });
    Answer::page(&DeliveryPage {
        frame: Frame::new(visit, "Notices"),
        rows: notices.iter().map(|notice| row(notice, &calendar)).collect(),
        account,
        organisation,
        mine,
        state,
        states: Delivery::ALL,
        kind,
        kinds: NoticeKind::ALL.iter().map(|kind| (kind.as_str(), title(*kind))).collect(),
        day: visit.query("day"),
        next,
    })
}

#[derive(Template)]
#[template(path = "delivered.html")]
struct DeliveredPage {
    frame: Frame,
    row: Row,
    subject: String,
    body: String,
    problem: String,
    tries: u32,
    settled: String,
    failed: bool,
}

fn id(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("notice").parse().map_err(|_| Trouble::NotFound)
}

/// One of them, as it reads today.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let look = &visit.portal.look;
    let (notice, message) = visit.almoner.notice(&visit.ctx, id(visit)?, &look.texts, &look.sender)?;
    let calendar = visit.portal.calendar();
    let status =
        if problem.is_empty() { axum::http::StatusCode::OK } else { axum::http::StatusCode::UNPROCESSABLE_ENTITY };
    let page = DeliveredPage {
        frame: Frame::new(visit, format!("Notice {}", notice.id)),
        row: row(&notice, &calendar),
        subject: message.subject,
        body: message.body,
        problem,
        tries: notice.attempts,
        settled: notice.settled_at.map_or_else(String::new, |at| words::time(&calendar, at)),
        failed: notice.state == Delivery::Failed,
    };
    Answer::page_with(status, &page)
}

/// Puts a failed one back into the queue.
pub(crate) fn retry(visit: &Visit) -> Result<Answer, Trouble> {
    let id = id(visit)?;
    match visit.almoner.retry_notice(&visit.ctx, id) {
        Ok(()) => Ok(Answer::see(format!("/delivery/{id}"))),
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, error.to_string()),
        Err(other) => Err(other.into()),
    }
}
