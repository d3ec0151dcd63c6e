//! The first run, in a browser: nothing is made by a stranger, and everything by whoever has the token.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::rights::{Role, Scope};
use service::federation::Almoner;
use testkit::databases::Database;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::config::Config;
use crate::web::founding::{Empty, router};
use crate::web::tests::browser::ORIGIN;

const GOOD: [(&str, &str); 7] = [
    ("domain", "mail.example"),
    ("zone", "Europe/London"),
    ("policy", "2022-12"),
    ("code", "x26"),
    ("organisation", "The Federation's Office"),
    ("first_name", "Ann"),
    ("last_name", "Lee"),
];

struct Place {
    app: Router,
    token: String,
    store: String,
    runtime: Runtime,
    _database: Database,
}

impl Place {
    fn new() -> Self {
        let database = Database::sqlite();
        let config = Config { store: database.url().to_owned(), origin: Some(ORIGIN.to_owned()), ..Config::default() };
        let empty = Arc::new(Empty::new(&config, config.listen));
        let token = empty.told().lines().last().unwrap().trim().to_owned();
        let (store, runtime) = (config.store, Runtime::new().unwrap());
        Self { app: router(empty), token, store, runtime, _database: database }
    }

    fn ask(&self, request: Request<Body>) -> (StatusCode, String) {
        self.runtime.block_on(async {
            let answer = self.app.clone().oneshot(request).await.unwrap();
            assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
            let status = answer.status();
            (status, String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
        })
    }

    fn get(&self, path: &str) -> (StatusCode, String) {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
    }

    fn send(&self, origin: &str, token: &str, changed: (&str, &str)) -> (StatusCode, String) {
        let fields = GOOD.map(|(name, value)| if name == changed.0 { changed } else { (name, value) });
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token).extend_pairs(fields);
        let request = Request::post("/").header("host", "portal.test").header("origin", origin);
        self.ask(request.body(Body::from(form.finish())).unwrap())
    }

    fn is_made(&self) -> bool {
        Almoner::open(&self.store).is_ok()
    }
}

#[test]
fn whoever_has_no_token_sets_up_nothing_however_often_they_try() {
    let place = Place::new();
    for path in ["/", "/accounts", "/sign-in"] {
        let (status, text) = place.get(path);
        assert!(status == StatusCode::OK && text.contains("Set-up token") && !text.contains(&place.token), "{text}");
    }
    assert_eq!(place.get("/static/portal.css").0, StatusCode::OK);
    assert_eq!(place.send("https://evil.example", &place.token, ("", "")).0, StatusCode::FORBIDDEN);
    let almost = format!("{}0", &place.token[..place.token.len() - 1]);
    for token in
        ["", "0", &almost, &place.token.to_uppercase()].iter().filter(|token| **token != place.token).cycle().take(20)
    {
        let (status, text) = place.send(ORIGIN, token, ("", ""));
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("That is not the token"), "{text}");
    }
    let (status, text) = place.send(ORIGIN, &place.token, ("", ""));
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("Start the program again"), "{text}");
    assert!(!place.is_made());
}

#[test]
fn what_is_wrong_is_told_before_anything_is_made_and_what_was_typed_stays() {
    let place = Place::new();
    for (field, value, told) in [
        ("domain", "mail", "no mail domain"),
        ("zone", "Mars/Olympus", "no time zone"),
        ("policy", "1999-01", "line"),
        ("code", "x 2", "ODS"),
        ("organisation", " ", "organisation is missing"),
        ("first_name", "", "first name is missing"),
        ("last_name", "<b>", "made"),
    ] {
        let (status, text) = place.send(ORIGIN, &place.token, (field, value));
        if told == "made" {
            assert_eq!(status, StatusCode::OK, "{text}");
            return;
        }
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(
            text.contains(told) && (field == "organisation" || text.contains("The Federation&#39;s Office")),
            "{field}: {text}"
        );
        assert!(!place.is_made(), "{field}");
    }
}

#[test]
fn whoever_has_the_token_becomes_the_first_operator_and_nobody_after_them() {
    let place = Place::new();
    let (status, text) = place.send(ORIGIN, &place.token, ("", ""));
    assert_eq!(status, StatusCode::OK, "{text}");
    let password = text.split_once("class=\"secret\">").unwrap().1.split('<').next().unwrap();
    assert!(text.contains("ann.lee@mail.example") && password.len() > 12, "{text}");
    let almoner = Almoner::open(&place.store).unwrap();
    assert!(!almoner.rehearsal());
    let now = crate::clock::wall();
    let ctx = domain::ctx::Ctx { actor: domain::rights::Actor::Console, now, wall: now };
    let given = almoner.grants_of(&ctx, "ann.lee@mail.example").unwrap();
    assert_eq!(
        given.iter().map(|given| (given.grant.role, given.grant.scope.clone())).collect::<Vec<_>>(),
        [(Role::Operator, Scope::Federation)]
    );
    assert_eq!(almoner.show_organisation(&ctx, "X26").unwrap().organisation.name, "The Federation's Office");
    let (status, text) = place.send(ORIGIN, &place.token, ("first_name", "Mallory"));
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("has a federation already"), "{text}");
    assert!(almoner.actor("mallory.lee@mail.example").is_err());
}
