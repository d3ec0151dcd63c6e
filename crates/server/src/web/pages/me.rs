//! One's own account: where it stands and why, what comes next, the notices, the sessions.

use askama::Template;
use service::identity::session::Me;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::pages::accounts::Why;
use crate::web::pages::notices::Row;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

/// So many notices stand on the first page.
const NOTICES: u32 = 5;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    done: &'static str,
    /// A form waits that was not sent.
    kept: bool,
    address: String,
    name: String,
    organisation: String,
    why: Why,
    notices: Vec<Row>,
    unread: i64,
    has_second: bool,
    /// When the password expires; empty where it does not.
    expires: String,
}

/// The first page.
pub(crate) fn home(visit: &Visit) -> Result<Answer, Trouble> {
    let Me { account, has_second, .. } = me(visit)?;
    let shown = visit.almoner.show(&visit.ctx, account.address.as_str())?;
    let explained = visit.almoner.explain(&visit.ctx, account.address.as_str(), None)?;
    let notices = visit.almoner.own_notices(account.id, i64::MAX, NOTICES)?;
    let calendar = visit.portal.calendar();
    let page = HomePage {
        frame: Frame::new(visit, "My account"),
        kept: visit.almoner.kept_form(&visit.ctx, me(visit)?)?.is_some(),
        done: match visit.query("done") {
            "password" => "Your password is changed. You were signed out everywhere else.",
            "sessions" => "That session is over.",
            _ => "",
        },
        address: account.address.to_string(),
        name: shown.profile.full_name(),
        organisation: shown.organisation.name.clone(),
        why: Why::of(&explained, &calendar),
        notices: notices.iter().map(|notice| Row::of(notice, &calendar)).collect(),
        unread: visit.almoner.unread_notices(account.id)?,
        has_second: *has_second,
        expires: visit.almoner.own_password_expires(&visit.ctx, account.id)?.map_or_else(String::new, words::day),
    };
    Answer::page(&page)
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    id: String,
    agent: String,
    since: String,
    seen: String,
    this: bool,
}

/// Where one is signed in.
pub(crate) fn sessions(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let calendar = visit.portal.calendar();
    let sessions = visit.almoner.sessions(me)?.into_iter().map(|session| SessionRow {
        this: session.id == me.session.id,
        agent: if session.agent.is_empty() { "An unnamed browser".to_owned() } else { session.agent },
        since: words::time(&calendar, session.made_at),
        seen: words::time(&calendar, session.seen_at),
        id: session.id,
    });
    Answer::page(&SessionsPage { frame: Frame::new(visit, "Where you are signed in"), sessions: sessions.collect() })
}

/// Ends one of them.
pub(crate) fn end_session(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.end_own_session(me(visit)?, visit.field("session"))?;
    Ok(Answer::see("/sessions"))
}

/// Ends all but this one.
pub(crate) fn end_others(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.end_other_sessions(me(visit)?)?;
    Ok(Answer::see("/sessions"))
}
