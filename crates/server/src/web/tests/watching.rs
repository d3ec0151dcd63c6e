//! What whoever runs the portal sees of it: the log, the counts, whether it is ready; and how much it lets be asked.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::rights::Role;
use serde_json::Value;
use tower::ServiceExt;

use crate::config::net::Networks;
use crate::config::{self, Level, Rate};
use crate::log::Log;
use crate::web::measured;
use crate::web::tests::browser::Site;

/// A log that a test reads.
#[derive(Clone, Default)]
pub(super) struct Paper(pub(super) Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_request_is_one_line_that_names_its_route_and_nobody() {
    let paper = Paper::default();
    let out = Box::new(paper.clone());
    let how = config::Log { json: true, level: Level::Info };
    let site = Site::built(|_| {}, |portal| portal.log = Log::to(how, out));
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    paper.0.lock().unwrap().clear();
    let page = browser.get(&format!("/accounts/{ann}?secret=words"));
    browser.get("/accounts?q=Lee");
    browser.get("/nowhere/at/all");
    browser.post("/sign-in", &[("address", &ann), ("password", "hunter2")]);
    let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines.iter().map(|line| (&line["method"], &line["route"], &line["status"])).collect();
    let expected =
        [("GET", "/accounts/{address}", 200), ("GET", "/accounts", 200), ("GET", "-", 404), ("POST", "/sign-in", 422)];
    let expected = expected.map(|(method, route, status)| (method.into(), route.into(), status.into()));
    assert_eq!(told, expected.iter().map(|(m, r, s): &(Value, Value, Value)| (m, r, s)).collect::<Vec<_>>());
    assert_eq!(lines[0]["id"], page.headers["x-request-id"].to_str().unwrap());
    let secrets =
        browser.cookies.values().map(String::as_str).chain(["@", "secret", "hunter2", "Lee", "nowhere", "192.0.2.7"]);
    for word in secrets {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn what_one_source_asks_for_is_bounded_and_others_go_on() {
    let site = Site::with(|config| {
        config.limits.source = Rate { per_second: 1, burst: 3 };
        config.proxies = Networks::parse("192.0.2.7").unwrap();
    });
    let mut browser = site.browser();
    let mut from = |source: &str, path: &str| browser.send("GET", path, &[("x-forwarded-for", source)], String::new());
    for _ in 0..3 {
        assert_eq!(from("198.51.100.1", "/sign-in").status, StatusCode::OK);
    }
    let page = from("198.51.100.1", "/sign-in");
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.contains_key("retry-after") && page.text.contains("Wait a few seconds"), "{}", page.text);
    assert_eq!(
        from("203.0.113.9, 198.51.100.1", "/").status,
        StatusCode::TOO_MANY_REQUESTS,
        "what it claims is not believed"
    );
    assert_eq!(from("198.51.100.2", "/sign-in").status, StatusCode::OK, "another");
    assert_eq!(from("198.51.100.1", "/health/live").status, StatusCode::OK, "whoever watches is answered");
}

#[test]
fn what_one_account_asks_for_is_bounded_wherever_it_asks_from() {
    let site = Site::with(|config| config.limits.account = Rate { per_second: 1, burst: 6 });
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let (mut of_ann, mut of_ben) = (site.signed_in(&ann), site.signed_in(&ben));
    let pages: Vec<_> = (0..8).map(|_| of_ann.get("/sessions").status).collect();
    assert_eq!((pages[0], pages[7]), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(of_ben.get("/sessions").status, StatusCode::OK, "another");
}

#[test]
fn it_is_not_ready_once_it_was_told_to_stop() {
    let site = Site::new();
    let mut browser = site.browser();
    assert_eq!(browser.get("/health/ready").text, "ready\n");
    site.portal().drain();
    assert_eq!(browser.get("/health/ready").status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.get("/health/live").text, "alive\n");
    assert_eq!(browser.get("/sign-in").status, StatusCode::OK, "what comes still is answered");
}

#[test]
fn the_counts_tell_what_goes_on_and_of_nobody() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.get(&format!("/accounts/{ann}"));
    site.browser().post("/sign-in", &[("address", &ann), ("password", "wrong")]);
    let app = measured::router(site.portal());
    let text = site.wait(async move {
        let answer = app.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    });
    for line in [
        "almoner_requests_total{method=\"GET\",route=\"/accounts/{address}\",status=\"404\"} 1",
        "almoner_sign_ins_total{outcome=\"password\"} 1",
        "almoner_sign_ins_total{outcome=\"refused\"} 1",
        "almoner_sessions 1",
        "almoner_store_up 1",
        "almoner_held_parts 0",
        // The mailbox that was made, and sessions that end with the password that was given.
        "almoner_outbox_commands 2",
        "almoner_run_finished 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains('@') && !text.contains("RX1"), "{text}");
    assert_eq!(site.browser().get("/metrics").status, StatusCode::NOT_FOUND, "not where browsers come");
}
