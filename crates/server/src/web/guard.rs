//! What every request passes before a page is made: its origin, its size, its session, its token, its place in line.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{COOKIE, HOST, ORIGIN, USER_AGENT};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use domain::ctx::Ctx;
use domain::hex::hex;
use domain::ids::AccountId;
use domain::rights::Actor;
use service::error::Error;
use service::identity::Dice;
use service::identity::session::{Me, Stage};
use sha2::{Digest, Sha256};

use crate::config::Level;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::kept;
use crate::web::link;
use crate::web::metrics::Counted;
use crate::web::multipart;
use crate::web::pages::sign_in;
use crate::web::portal::Portal;
use crate::web::routes::{Door, Files, Route};
use crate::web::upload;
use crate::web::visit::{Fields, Visit, fields};

/// The names of the cookies; behind TLS the browser itself keeps them to this host.
pub(crate) const fn cookies(secure: bool) -> (&'static str, &'static str) {
    if secure { ("__Host-almoner", "__Host-almoner-device") } else { ("almoner", "almoner-device") }
}

/// The token of a session's forms: whoever cannot read our pages cannot make one.
pub(crate) fn form_token(session: &str) -> String {
    let digest = Sha256::digest(format!("form {session}").as_bytes());
    hex(digest.get(..16).unwrap_or_default())
}

/// A secret for a browser that has none.
pub(crate) fn fresh_cookie(dice: &dyn Dice) -> String {
    let mut bytes = [0; 32];
    dice.fill(&mut bytes);
    hex(&bytes)
}

/// Answers a request, whatever it is.
pub(crate) async fn answer(
    portal: Arc<Portal>,
    route: &'static Route,
    source: IpAddr,
    params: Fields,
    request: Request,
) -> Response {
    let secure = portal.is_secure();
    let made = match read(&portal, route, source, params, request).await {
        Ok(visit) => made(&portal, route, visit).await,
        Err(trouble) => Err(trouble),
    };
    let told = |trouble: Trouble| {
        note(&portal, &trouble);
        Answer::trouble(&trouble, |title| Frame::bare(&portal, title))
    };
    made.unwrap_or_else(told).response(secure)
}

/// Why a page could not be made, for whoever runs the portal; nobody else is told. No text of the store's holds a value.
fn note(portal: &Portal, trouble: &Trouble) {
    let why = match trouble {
        Trouble::Refused(Error::Store(store::error::Error::Stale { .. })) => return,
        Trouble::Refused(Error::Store(error)) => error.to_string(),
        Trouble::Broken => "a page broke: this is a fault in Almoner, report it".to_owned(),
        Trouble::NotFound
        | Trouble::Foreign
        | Trouble::Stale
        | Trouble::TooLarge
        | Trouble::LongFile(_)
        | Trouble::LateFile(_)
        | Trouble::Lost
        | Trouble::Busy
        | Trouble::TooFast
        | Trouble::Refused(_) => return,
    };
    portal.log.line(Level::Error, "failed", &[("why", why.into())]);
}

/// Makes the page on a thread that may wait for the database.
async fn made(portal: &Portal, route: &'static Route, visit: Visit) -> Result<Answer, Trouble> {
    let (line, gauge) = if route.hashes {
        (&portal.hashes, &portal.metrics.hashes_waiting)
    } else {
        (portal.line(route.writes), &portal.metrics.pages_waiting)
    };
    let waits = Counted::new(gauge);
    let Ok(Ok(_turn)) = tokio::time::timeout(patience(portal), line.acquire()).await else { return Err(Trouble::Busy) };
    drop(waits);
    let work = tokio::task::spawn_blocking(move || entered(route, visit));
    let answer = work.await.map_err(|_| Trouble::Broken)?;
    if !answer.is_later() {
        return Ok(answer);
    }
    let turn = Arc::clone(&portal.streams).try_acquire_owned().map_err(|_| Trouble::Busy)?;
    Ok(answer.begun(turn))
}

/// A request that is not here by then, or has not its turn, is given up.
fn patience(portal: &Portal) -> Duration {
    Duration::from_secs(portal.limits.request_seconds.into())
}

async fn read(
    portal: &Arc<Portal>,
    route: &'static Route,
    source: IpAddr,
    params: Fields,
    request: Request,
) -> Result<Visit, Trouble> {
    let (parts, body) = request.into_parts();
    let writes = parts.method != Method::GET && parts.method != Method::HEAD;
    if writes && !is_ours(&parts.headers, portal.origin()) {
        return Err(Trouble::Foreign);
    }
    let boundary = if route.files == Files::None { None } else { upload::of(&parts.headers) };
    let (spooled, short) = if route.files == Files::Spooled { (boundary, None) } else { (None, boundary) };
    let (body, file) = if let Some(boundary) = spooled {
        (Bytes::new(), Some((boundary, body)))
    } else {
        let most = if route.writes { portal.limits.form } else { 0 };
        let whole = tokio::time::timeout(patience(portal), to_bytes(body, most)).await;
        (whole.map_err(|_| Trouble::Busy)?.map_err(|_| Trouble::TooLarge)?, None)
    };
    let form = match short {
        Some(boundary) => multipart::whole(&boundary, &body)?,
        None => fields(&body),
    };
    let (now, wall) = portal.times();
    let nobody = Actor::Person { id: AccountId(0), address: String::new(), grants: Vec::new() };
    let (session, device) = cookies(portal.is_secure());
    let visit = Visit {
        almoner: portal.known_almoner(),
        portal: Arc::clone(portal),
        ctx: Ctx { actor: nobody, now, wall },
        me: None,
        token: cookie(&parts.headers, session),
        device: cookie(&parts.headers, device),
        agent: header(&parts.headers, USER_AGENT.as_str()).to_owned(),
        source,
        here: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        params,
        query: fields(parts.uri.query().unwrap_or_default().as_bytes()),
        form,
        upload: None,
    };
    match file {
        Some((boundary, body)) => upload::read(route, visit, boundary, &parts.headers, body).await,
        None => Ok(visit),
    }
}

/// The page, or why there is none, with what stands around it for whoever asks.
fn entered(route: &Route, mut visit: Visit) -> Answer {
    visit.almoner = visit.portal.almoner();
    enter(route, &mut visit).unwrap_or_else(|trouble| {
        note(&visit.portal, &trouble);
        Answer::trouble(&trouble, |title| Frame::new(&visit, title))
    })
}

/// Through the door, and to the page. What they may do behind the door, the use case says.
fn enter(route: &Route, visit: &mut Visit) -> Result<Answer, Trouble> {
    if route.door == Door::Nobody {
        return (route.page)(visit);
    }
    if let Some(elsewhere) = admit(route, visit)? {
        return Ok(elsewhere);
    }
    if let Some(me) = visit.me.as_ref().filter(|_| route.writes) {
        if !kept::is_of_session(visit) {
            // The same person has signed in since, perhaps in another window.
            let late = kept::keep(route, visit).filter(|(account, _)| *account == me.account.id);
            let (_, sealed) = late.ok_or(Trouble::Stale)?;
            visit.almoner.keep_form(&visit.ctx, me, &sealed)?;
            return Ok(Answer::see("/kept"));
        }
        if visit.field("kept") == "yes" {
            visit.almoner.drop_form(me)?;
        }
    }
    (route.page)(visit)
}

/// Who is it, and may they come in here at all? Gives where they must go first.
pub(crate) fn admit(route: &Route, visit: &mut Visit) -> Result<Option<Answer>, Trouble> {
    visit.me = visit.almoner.me(&visit.ctx, &visit.token)?;
    if let Some(elsewhere) = turned_away(route.door, visit.me.as_ref()) {
        if visit.me.is_none()
            && let Some((_, sealed)) = kept::keep(route, visit)
        {
            return sign_in::ended(visit, &sealed).map(Some);
        }
        let back =
            if route.writes || visit.here == "/" { String::new() } else { format!("?to={}", link::part(&visit.here)) };
        let returns = matches!(elsewhere, "/sign-in" | "/sign-in/code");
        let to = if returns { format!("{elsewhere}{back}") } else { elsewhere.to_owned() };
        return Ok(Some(Answer::see(to)));
    }
    if let Some(me) = visit.me.as_ref().filter(|me| me.stage == Stage::In) {
        visit.ctx.actor = me.actor.clone();
        if !visit.portal.account_rates.take(me.account.id, visit.portal.millis()) {
            return Err(Trouble::TooFast);
        }
    }
    if route.door == Door::Admin && !visit.me.as_ref().is_some_and(Me::is_admin) {
        return Err(Trouble::NotFound);
    }
    Ok(None)
}

/// Where somebody must go first.
fn turned_away(door: Door, me: Option<&Me>) -> Option<&'static str> {
    let stage = me.map(|me| me.stage);
    let first = match stage {
        None => "/sign-in",
        Some(Stage::Second) => "/sign-in/code",
        Some(Stage::Password) => "/sign-in/password",
        Some(Stage::Enrol) => "/sign-in/authenticator",
        Some(Stage::Terms) => "/sign-in/terms",
        Some(Stage::In) => return None,
    };
    match door {
        Door::Nobody | Door::Anyone => None,
        Door::HalfIn => stage.is_none().then_some(first),
        Door::In | Door::Admin => Some(first),
    }
}

/// Whether a request that changes something comes from one of our own pages.
pub(super) fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let told = header(headers, ORIGIN.as_str());
    let host = header(headers, HOST.as_str());
    let expected = origin.split_once("://").map_or(origin, |(_, host)| host);
    // What a browser says of where a form stands must not contradict its origin; older ones say nothing.
    let site = header(headers, "sec-fetch-site");
    told == origin && host == expected && matches!(site, "" | "same-origin")
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A cookie's value: digits of ours, or nothing.
fn cookie(headers: &HeaderMap, name: &str) -> String {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let found = all.flat_map(|line| line.split(';')).find_map(|one| one.trim().strip_prefix(name)?.strip_prefix('='));
    found
        .filter(|value| value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()))
        .unwrap_or_default()
        .to_owned()
}

/// A path of ours to go on to, in the letters of a URL; anything else would lead elsewhere, or nowhere.
pub(crate) fn own_path(text: &str) -> &str {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = plain && text.starts_with('/') && !text.starts_with("//");
    if is_path && !text.starts_with("/sign-") { text } else { "/" }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
