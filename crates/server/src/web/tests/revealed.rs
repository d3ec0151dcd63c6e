//! What an error says of the program, its store and its machine: nothing, to whoever asks; enough, to whoever runs it.

use axum::http::StatusCode;
use domain::rights::Role;
use store::event::NewEvent;
use store::tx::Audit;

use crate::config;
use crate::config::Level;
use crate::log::Log;
use crate::web::tests::browser::{Page, Site};
use crate::web::tests::watching::Paper;

/// Words that only the inside knows.
const INSIDE: [&str; 14] = [
    "SQLite",
    "sqlite",
    "SELECT ",
    "WHERE ",
    "no such table",
    "panicked",
    ".rs:",
    "axum",
    "hyper",
    "tokio",
    "os error",
    "almoner.db",
    "stack backtrace",
    env!("CARGO_PKG_VERSION"),
];

fn says_nothing(page: &Page, what: &str) {
    for word in INSIDE {
        assert!(!page.text.contains(word), "{what}: {word}\n{}", page.text);
        let told = page.headers.values().any(|value| value.to_str().unwrap().contains(word));
        assert!(!told, "{what}: {word} in {:?}", page.headers);
    }
}

#[test]
fn refusals_say_what_to_do_and_nothing_of_the_inside() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for path in [
        "/nowhere",
        "/accounts/no.such@mail.example",
        "/runs",
        "/reports/run",
        "/files/99999999999999999999",
        "/held/-1",
        "/notices/x",
        "/grants/9223372036854775808",
        "/organisations/%27%3B",
        "/policies/..",
        "/accounts?after=%27%22%3B--",
        "/audit?from=9999999-99-99&until=x",
        "/reports/mailbox?after=x&sort=%27",
        "/forecast?after=x&behind=x",
        "/people?q=%25%25&after=%27",
    ] {
        let page = browser.get(path);
        assert!(page.status.as_u16() < 500, "{path}: {}", page.status);
        says_nothing(&page, path);
    }
    let page = browser.post("/accounts/no.such@mail.example/disable", &[]);
    says_nothing(&page, "a form");
}

/// Takes a table away under the program's feet.
fn lose_sessions(url: &str) {
    let event = NewEvent {
        at: 0,
        actor: "test".into(),
        grant_id: None,
        object_type: "organisation",
        object: "RX1".into(),
        account_id: None,
        organisation: None,
        action: "lost",
        rule: None,
        detail: "{}".into(),
        run_id: None,
        request_key: None,
    };
    let lost = store::db::Store::open(url).unwrap().write("lose", |tx| {
        tx.execute("ALTER TABLE session RENAME TO lost", &[])?;
        Ok::<_, store::error::Error>(((), Audit::events(vec![event.clone()])?))
    });
    lost.unwrap();
}

#[test]
fn a_store_that_broke_is_told_to_whoever_runs_the_portal_and_to_nobody_else() {
    let paper = Paper::default();
    let out = Box::new(paper.clone());
    let how = config::Log { json: true, level: Level::Error };
    let site = Site::built(|_| {}, |portal| portal.log = Log::to(how, out));
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let (cookies, token) = (browser.cookies.clone(), browser.token.clone());
    lose_sessions(site.world.url());
    let mut seen = 0;
    for (method, path) in
        [("GET", "/"), ("GET", "/accounts?q=lee"), ("GET", "/audit"), ("POST", "/sessions/end-others")]
    {
        (browser.cookies, browser.token) = (cookies.clone(), token.clone());
        let page = if method == "GET" { browser.get(path) } else { browser.post(path, &[]) };
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}: {}", page.text);
        assert!(page.text.contains("Something went wrong"), "{path}: {}", page.text);
        says_nothing(&page, path);
        assert!(!page.text.contains("Admin"), "{path}: nobody is in while nobody can be looked up");
        seen += 1;
    }
    let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    let failed =
        text.lines().filter(|line| line.contains("\"event\":\"failed\"") && line.contains("\"why\":\"the database"));
    assert_eq!(failed.count(), seen, "{text}");
    assert!(!text.contains('@') && !text.contains("Admin"), "{text}");
}
