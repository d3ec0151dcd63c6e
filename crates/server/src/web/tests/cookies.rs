//! What a browser keeps for us: only over TLS where there is TLS, under secrets that are ours, and not longer than needed.

use axum::http::StatusCode;

use crate::web::tests::browser::{Browser, PASSWORD, Page, Site};

const SECURE: &str = "https://portal.test";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Signs in with a temporary password at an origin.
fn sign_in(site: &Site, browser: &mut Browser<'_>, address: &str, origin: &str) -> Page {
    let temporary =
        site.world.almoner.reset_password(&site.world.operator(), address, &crate::web::key::System).unwrap();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("address", address).append_pair("password", &temporary);
    browser.send("POST", "/sign-in", &[("origin", origin), FORM], form.finish())
}

/// The cookies that an answer sets: name, and what stands behind the value, in order.
fn set(page: &Page) -> Vec<(String, Vec<String>)> {
    let lines = page.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let read = lines.map(|line| {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        assert!(value.is_empty() || value.len() == 64, "{line}");
        (name.to_owned(), parts.map(str::to_owned).collect())
    });
    read.collect()
}

#[test]
fn over_tls_cookies_are_kept_to_this_host_and_every_answer_says_that_tls_stays() {
    let site = Site::built(|_| {}, |portal| portal.found_at(SECURE));
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.browser();
    let page = sign_in(&site, &mut browser, &ann, SECURE);
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let flags = ["Path=/", "HttpOnly", "SameSite=Lax"];
    let session: Vec<String> = flags.into_iter().chain(["Secure"]).map(str::to_owned).collect();
    let device: Vec<String> = flags.into_iter().chain(["Max-Age=31536000", "Secure"]).map(str::to_owned).collect();
    let expected = [("__Host-almoner".to_owned(), session), ("__Host-almoner-device".to_owned(), device)];
    assert_eq!(set(&page), expected);
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/sign-in/password"),
        ("GET", "/nowhere"),
        ("GET", "/accounts/%ff"),
        ("GET", "/static/portal.css"),
        ("GET", "/health/live"),
        ("POST", "/sign-in"),
        ("TRACE", "/"),
    ] {
        let page = browser.send(method, path, &[], String::new());
        let told = page.headers["strict-transport-security"].to_str().unwrap();
        assert_eq!(told, "max-age=31536000; includeSubDomains", "{method} {path}");
    }
    // Names without the prefix are those of a portal without TLS, and could be planted by a neighbour's host.
    let stolen = browser.cookies["__Host-almoner"].clone();
    let mut other = site.browser();
    other.cookies.insert("almoner".into(), stolen);
    assert!(other.get("/").goes_to().starts_with("/sign-in?") || other.get("/").goes_to() == "/sign-in");
}

#[test]
fn without_tls_cookies_say_so_and_nothing_is_promised() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.browser();
    let page = sign_in(&site, &mut browser, &ann, "http://portal.test");
    for (name, flags) in set(&page) {
        assert!(["almoner", "almoner-device"].contains(&name.as_str()), "{name}");
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(flags.iter().any(|found| found == flag), "{name} {flag}");
        }
        assert!(!flags.iter().any(|flag| flag == "Secure" || flag.starts_with("Domain")), "{name}");
    }
    let headers = [("x-forwarded-proto", "https")];
    let page = browser.send("GET", "/sign-in/password", &headers, String::new());
    assert!(!page.headers.contains_key("strict-transport-security"), "a stranger's word is not the origin");
}

#[test]
fn signing_out_ends_the_session_takes_the_cookie_away_and_clears_what_was_kept() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let (session, device) = (browser.cookies["almoner"].clone(), browser.cookies["almoner-device"].clone());
    browser.get("/sessions");
    let page = browser.post("/sign-out", &[]);
    assert_eq!(page.headers["clear-site-data"], "\"cache\", \"storage\"", "cookies of the device stay");
    assert_eq!(set(&page).len(), 1);
    assert!(set(&page)[0].1.contains(&"Max-Age=0".to_owned()));
    assert_eq!(browser.cookies["almoner-device"], device);
    browser.cookies.insert("almoner".into(), session);
    assert_eq!(browser.get("/").goes_to(), "/sign-in");
}

#[test]
fn a_planted_cookie_is_not_adopted_neither_as_session_nor_as_device() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    drop((site.signed_in(&ann), site.signed_in(&ben)));
    let planted = "b".repeat(64);
    let mut ward = site.browser();
    ward.cookies.insert("almoner".into(), planted.clone());
    ward.cookies.insert("almoner-device".into(), planted.clone());
    ward.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    let (session, device) = (ward.cookies["almoner"].clone(), ward.cookies["almoner-device"].clone());
    assert!(session != planted && device != planted && session != device);
    assert!(!site.world.almoner.is_known_on(&ann, &planted).unwrap());
    assert!(site.world.almoner.is_known_on(&ann, &device).unwrap());
    assert!(!site.world.almoner.is_known_on(&ben, &device).unwrap(), "known to Ann only");
    ward.post("/sign-in", &[("address", &ben), ("password", PASSWORD)]);
    assert_eq!(ward.cookies["almoner-device"], device, "a ward's machine is one device of many people");
    assert!(site.world.almoner.is_known_on(&ben, &device).unwrap());
    assert!(site.world.almoner.is_known_on(&ann, &device).unwrap());
    assert!(!site.world.almoner.is_known_on("no.such@mail.example", &device).unwrap());
    assert!(!site.world.almoner.is_known_on(&ann, "").unwrap());
}

#[test]
fn a_device_that_somebody_thought_of_does_not_pass_by_the_limit_of_its_source() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut known = site.signed_in(&ann);
    let mut stranger = site.browser();
    stranger.cookies.insert("almoner-device".into(), "c".repeat(64));
    for number in 0..100 {
        let page = stranger.post("/sign-in", &[("address", &format!("a{number}@mail.example")), ("password", "x")]);
        assert!(page.text.contains("do not go together"), "{number}");
    }
    for device in ["c".repeat(64), "d".repeat(64), String::new()] {
        stranger.cookies.insert("almoner-device".into(), device);
        let page = stranger.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
        assert!(page.text.contains("from your network"), "{}", page.text);
    }
    known.get("/sessions");
    known.post("/sign-out", &[]);
    let page = known.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    assert_eq!(page.status, StatusCode::SEE_OTHER, "her own machine, in the same network");
}

#[test]
fn a_browser_that_signs_in_anew_leaves_no_session_behind() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    drop(site.signed_in(&ben));
    let mut browser = site.signed_in(&ann);
    let before = browser.cookies["almoner"].clone();
    for (address, who) in [(&ann, "Ann Lee"), (&ben, "Ben Ash")] {
        let old = browser.cookies["almoner"].clone();
        browser.post("/sign-in", &[("address", address), ("password", PASSWORD)]);
        assert!(browser.get("/").text.contains(who));
        for dead in [&old, &before] {
            let mut thief = site.browser();
            thief.cookies.insert("almoner".into(), dead.clone());
            assert_eq!(thief.get("/").goes_to(), "/sign-in", "the session from before is over");
        }
    }
    // A wrong password ends nothing.
    browser.post("/sign-in", &[("address", &ann), ("password", "wrong")]);
    assert!(browser.get("/").text.contains("Ben Ash"));
}

#[test]
fn a_password_is_looked_at_exactly_as_it_was_typed() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let long = format!("{}\u{e9}", "Seven green bottles, ".repeat(4));
    browser.get("/sign-in/password");
    let fields = [("current", PASSWORD), ("new", long.as_str()), ("again", long.as_str())];
    assert_eq!(browser.post("/sign-in/password", &fields).status, StatusCode::SEE_OTHER);
    let mut cut = long.clone();
    cut.pop();
    let spaced = format!(" {long}");
    for wrong in [cut.as_str(), &long.to_lowercase(), &long.replace('\u{e9}', "e\u{301}"), &spaced] {
        let page = site.browser().post("/sign-in", &[("address", &ann), ("password", wrong)]);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let right = browser.post("/sign-in", &[("address", &ann), ("password", long.as_str())]);
        assert_eq!(right.status, StatusCode::SEE_OTHER, "{} characters", long.chars().count());
    }
}
