//! Dovecot's questions around a sign-in: may it be tried, and what came of it (decision 12). By HTTP on the loopback
//! address, from whoever shows the token that the setup gave to Dovecot.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::identity::Verdict as Told;
use service::engine::entry::Tried;
use service::error::Error;
use service::identity::same;
use tokio::net::TcpListener;
use tokio::task::block_in_place;
use wire::engine::auth_policy::{Attempt, Kind, LIMIT, Verdict, kind, read};

use crate::engine::answer::Answerer;
use crate::engine::answer::look::door;

/// A person waits so many seconds for a mailbox; whoever would have to wait longer is refused for now. Postfix waits ten
/// seconds for Dovecot, and tells whoever signs in that the server is not well.
const PATIENCE: i64 = 8;

/// Answers until it is stopped.
pub(crate) async fn serve(listener: TcpListener, answerer: Arc<Answerer>) {
    let app = Router::new().route("/", post(asked)).layer(DefaultBodyLimit::max(LIMIT)).with_state(answerer);
    drop(axum::serve(listener, app).await);
}

async fn asked(
    State(answerer): State<Arc<Answerer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    if !is_trusted(&headers, &answerer.trust.token) {
        return (StatusCode::FORBIDDEN, String::new());
    }
    let (Some(kind), Ok(attempt)) = (query.as_deref().and_then(kind), read(&body)) else {
        return (StatusCode::BAD_REQUEST, String::new());
    };
    let done = block_in_place(|| match kind {
        Kind::Allow => allowed(&answerer, &attempt),
        Kind::Report => reported(&answerer, &attempt).map(|()| String::new()),
    });
    done.map_or_else(
        |_| {
            answerer.failed("sign_in");
            (StatusCode::SERVICE_UNAVAILABLE, String::new())
        },
        |answer| (StatusCode::OK, answer),
    )
}

fn is_trusted(headers: &HeaderMap, token: &str) -> bool {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    shown.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|shown| same(shown, token))
}

fn remote(attempt: &Attempt) -> String {
    attempt.remote.map(|address| address.to_canonical().to_string()).unwrap_or_default()
}

/// Whether the password is looked at now.
fn allowed(answerer: &Answerer, attempt: &Attempt) -> Result<String, Error> {
    let (almoner, ctx) = (answerer.almoner(), answerer.ctx());
    let told = answerer.engine.may_try(&almoner, &ctx, &attempt.login, &remote(attempt))?;
    Ok(verdict(told, ctx.now.second()).to_json())
}

fn verdict(told: Told, now: i64) -> Verdict<'static> {
    match told {
        Told::Go => Verdict::Allow,
        Told::Wait(until) if until.second() - now <= PATIENCE => {
            Verdict::Delay(u16::try_from(until.second() - now).unwrap_or(0))
        }
        Told::Wait(_) => Verdict::Refuse("Too many failures: try again in a few minutes"),
        Told::Locked => Verdict::Refuse("Too many failures: unlock your account in the portal"),
    }
}

/// What our own answer kept out was not looked at, so it counts for nothing.
fn reported(answerer: &Answerer, attempt: &Attempt) -> Result<(), Error> {
    if attempt.policy_reject || attempt.login.is_empty() {
        return Ok(());
    }
    let remote = remote(attempt);
    let (network, door) = (answerer.network(attempt.remote), door(&attempt.protocol));
    let tried = Tried { login: &attempt.login, door, remote: &remote, network, right: attempt.success };
    answerer.engine.tried(&answerer.almoner(), &answerer.ctx(), &tried)
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    /// Decision 12.
    #[test]
    fn a_short_wait_is_waited_and_a_long_one_is_refused() {
        let wait = |seconds: i64| verdict(Told::Wait(Timestamp::from_second(1000 + seconds)), 1000);
        assert_eq!(verdict(Told::Go, 1000), Verdict::Allow);
        assert_eq!((wait(1), wait(8)), (Verdict::Delay(1), Verdict::Delay(8)));
        assert!(matches!(wait(9), Verdict::Refuse(_)));
        assert!(matches!(verdict(Told::Locked, 1000), Verdict::Refuse(_)));
    }

    #[test]
    fn nobody_is_trusted_without_the_token() {
        let with = |value: &str| HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        assert!(is_trusted(&with("Bearer abc"), "abc"));
        for other in ["Bearer abd", "Bearer ab", "Bearer", "Basic abc", "abc", ""] {
            assert!(!is_trusted(&with(other), "abc"), "{other:?}");
        }
        assert!(!is_trusted(&HeaderMap::new(), "abc"));
    }
}
