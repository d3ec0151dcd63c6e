//! What stands around the answer to every request: whose turn it is, a number to find it by, a line in the log, a count.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use serde_json::Value;
use service::identity::Dice;

use crate::clock;
use crate::config::Level;
use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::guard;
use crate::web::key::System;
use crate::web::portal::Portal;
use crate::web::rates::household;
use crate::web::routes::Route;
use crate::web::source;
use crate::web::visit::Fields;

/// The header with a request's number.
const NUMBER: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request of a route. `name` is the route's path, or a stroke for all paths that are none.
pub(crate) async fn answer(
    portal: Arc<Portal>,
    (route, name): (&'static Route, &'static str),
    peer: IpAddr,
    params: Fields,
    request: Request,
) -> Response {
    let begun = clock::stopwatch();
    let number = number();
    let method = word(request.method());
    let source = source::of(peer, request.headers(), &portal.proxies);
    let watched = route.path.starts_with("/health/");
    let mut response = if watched || portal.source_rates.take(household(source), portal.millis()) {
        guard::answer(Arc::clone(&portal), route, source, params, request).await
    } else {
        let refused = Answer::trouble(&Trouble::TooFast, |title| Frame::bare(&portal, title));
        refused.response(portal.is_secure())
    };
    let (status, millis) = (response.status().as_u16(), u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    portal.metrics.request(method, name, status, millis);
    let fields = [
        ("id", Value::from(number.as_str())),
        ("method", Value::from(method)),
        ("route", Value::from(name)),
        ("status", Value::from(status)),
        ("ms", Value::from(millis)),
    ];
    portal.log.line(if status >= 500 { Level::Error } else { Level::Info }, "request", &fields);
    if let Ok(value) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(NUMBER, value);
    }
    response
}

fn number() -> String {
    let mut bytes = [0; 8];
    System.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// A method as a word of ours: what else somebody sends is one kind.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "OTHER",
    }
}
