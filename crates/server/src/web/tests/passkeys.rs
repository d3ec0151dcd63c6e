//! Passkeys in a browser: set up, shown, refused (MFA-01).

use axum::http::StatusCode;
use domain::rights::Role;
use wire::base64url;

use crate::web::tests::authenticator::{Answer, Authenticator, PRESENT, VERIFIED, attribute};
use crate::web::tests::browser::{Browser, ORIGIN, PASSWORD, Page, Site};

/// What is done to an authenticator before it answers, and after.
type Change = fn(&mut Authenticator);

fn post(browser: &mut Browser<'_>, path: &str, answer: &Answer, more: &[(&str, &str)]) -> Page {
    let fields: Vec<(&str, &str)> = answer.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(path, &[&fields, more].concat())
}

/// Sets up a passkey for whoever is in; gives the page that came.
fn set_up(browser: &mut Browser<'_>, authenticator: &Authenticator, name: &str) -> Page {
    let asked = browser.get("/security/passkeys");
    post(browser, "/security/passkeys", &authenticator.create(&asked), &[("name", name), ("password", PASSWORD)])
}

/// A browser that has said the password, and what the next page asks.
fn half_in<'s>(site: &'s Site, address: &str) -> (Browser<'s>, Page) {
    let mut browser = site.browser();
    browser.post("/sign-in", &[("address", address), ("password", PASSWORD)]);
    let asked = browser.get("/sign-in/code?to=%2Fsessions");
    (browser, asked)
}

// Proves: MFA-01
#[test]
fn a_passkey_is_set_up_named_and_shown_instead_of_a_code() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let mut blue = Authenticator::new(b"blue");
    let before = browser.cookies["almoner"].clone();
    let page = set_up(&mut browser, &blue, "The blue key");
    assert!(page.text.contains("Keep your recovery codes"), "the first brings codes: {}", page.text);
    assert_ne!(browser.cookies["almoner"], before, "and another secret");
    let page = set_up(&mut browser, &Authenticator::new(b"red"), "<b>The red key</b>");
    assert_eq!(page.goes_to(), "/security?done=passkey", "the second does not: {}", page.text);
    let page = browser.get("/security");
    assert!(page.text.contains("The blue key") && !page.text.contains("<b>The red"), "{}", page.text);
    assert_eq!(attribute(&browser.get("/security/passkeys"), "known"), "Ymx1ZQ cmVk", "neither is made twice");

    let (mut again, asked) = half_in(&site, &ann);
    assert_eq!(attribute(&asked, "party"), "portal.test");
    assert!(asked.text.contains("data-without-passkey") && asked.text.contains("src=\"/static/passkey.js\""));
    let half = again.cookies["almoner"].clone();
    let page = post(&mut again, "/sign-in/code/passkey", &blue.get(&asked), &[("to", "/sessions")]);
    assert_eq!(page.goes_to(), "/sessions", "{}", page.text);
    assert_ne!(again.cookies["almoner"], half, "a step up");
    let page = again.get("/security");
    assert!(page.text.contains("last used"), "{}", page.text);
    let told = site.world.story_of(&ann);
    assert!(told.contains("second_factor_shown") && told.contains("second_factor_set"), "{told}");
}

// Proves: MFA-01
#[test]
fn a_passkey_that_is_not_wholly_right_is_refused_and_told_why() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut key = Authenticator::new(b"key");
    set_up(&mut site.signed_in(&ann), &key, "Key");
    let spoil: [(&str, Change, Change); 7] = [
        ("another address", |a| a.origin = "https://evil.example", |a| a.origin = ORIGIN),
        ("another address", |a| a.framed = true, |a| a.framed = false),
        ("another service", |a| a.party = "evil.example", |a| a.party = "portal.test"),
        ("nobody touched", |a| a.flags = VERIFIED, |a| a.flags = PRESENT | VERIFIED),
        ("did not check who you are", |a| a.flags = PRESENT, |a| a.flags = PRESENT | VERIFIED),
        ("another question", |a| a.kind = Some("webauthn.create"), |a| a.kind = None),
        ("not known", |a| a.id = b"kez".to_vec(), |a| a.id = b"key".to_vec()),
    ];
    let (mut browser, mut asked) = half_in(&site, &ann);
    let mut refused = |answer: &Answer, asked: &mut Page, why: &str| {
        let page = post(&mut browser, "/sign-in/code/passkey", answer, &[]);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(page.text.to_lowercase().contains(why), "{why}:\n{}", page.text);
        assert!(browser.get("/").goes_to().starts_with("/sign-in/code"), "{why}: not in");
        *asked = page;
    };
    for (why, spoilt, mended) in spoil {
        spoilt(&mut key);
        let answer = key.get(&asked);
        mended(&mut key);
        refused(&answer, &mut asked, why);
    }
    for (at, why) in [("client", "cannot be read"), ("data", "cannot be read"), ("signature", "cannot be read")] {
        let mut answer = key.get(&asked);
        answer.iter_mut().filter(|(name, _)| *name == at).for_each(|(_, value)| "!".clone_into(value));
        refused(&answer, &mut asked, why);
    }
    let mut answer = key.get(&asked);
    let other = Authenticator::new(b"key").get_again(&asked);
    answer[3] = other[3].clone();
    refused(&answer, &mut asked, "signature is not right");
    let (_, elsewhere) = half_in(&site, &ann);
    refused(&key.get(&elsewhere), &mut asked, "open for too long");
    let right = key.get(&asked);
    let page = post(&mut browser, "/sign-in/code/passkey", &right, &[]);
    assert_eq!(page.goes_to(), "/", "what is right still is: {}", page.text);
}

// Proves: MFA-01
#[test]
fn an_answer_is_looked_at_once_and_a_counter_that_does_not_go_on_betrays_a_copy() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut key = Authenticator::new(b"key");
    set_up(&mut site.signed_in(&ann), &key, "Key");
    let (mut browser, asked) = half_in(&site, &ann);
    key.counter = 40;
    let right = key.get(&asked);
    assert_eq!(post(&mut browser, "/sign-in/code/passkey", &right, &[]).goes_to(), "/");
    let (mut browser, asked) = half_in(&site, &ann);
    let page = post(&mut browser, "/sign-in/code/passkey", &right, &[]);
    assert!(page.text.contains("sent before"), "a replay: {}", page.text);
    let (mut browser, fresh) = (browser, page);
    assert_ne!(attribute(&asked, "challenge"), attribute(&fresh, "challenge"));
    let stale = key.get(&asked);
    let page = post(&mut browser, "/sign-in/code/passkey", &stale, &[]);
    assert!(page.text.contains("open for too long"), "the question before: {}", page.text);
    for counter in [42, 41, 0] {
        let asked = browser.get("/sign-in/code");
        if counter == 42 {
            key.counter = 42;
            assert_eq!(post(&mut browser, "/sign-in/code/passkey", &key.get_again(&asked), &[]).goes_to(), "/");
            browser = half_in(&site, &ann).0;
            continue;
        }
        key.counter = counter;
        let page = post(&mut browser, "/sign-in/code/passkey", &key.get_again(&asked), &[]);
        assert!(page.text.contains("copied"), "{counter}: {}", page.text);
    }
    assert!(site.world.story_of(&ann).contains("passkey_refused"), "its person sees it: {}", site.world.story_of(&ann));
}

// Proves: MFA-01
#[test]
fn somebody_elses_passkey_opens_nothing_of_mine() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let (of_ann, mut of_ben) = (Authenticator::new(b"anns"), Authenticator::new(b"bens"));
    set_up(&mut site.signed_in(&ann), &of_ann, "Key");
    let mut bens_browser = site.signed_in(&ben);
    set_up(&mut bens_browser, &of_ben, "Key");
    let (mut browser, asked) = half_in(&site, &ann);
    let page = post(&mut browser, "/sign-in/code/passkey", &of_ben.get(&asked), &[]);
    assert!(page.text.contains("is not known here"), "{}", page.text);
    let mut taken = Authenticator::new(b"anns");
    let page = set_up(&mut bens_browser, &taken, "Hers");
    assert!(page.text.contains("set up already"), "an id is somebody's: {}", page.text);
    taken.id = b"third".to_vec();
    let asked = bens_browser.get("/security/passkeys");
    let answer = taken.create(&asked);
    let removed = bens_browser
        .post("/security/passkeys/remove", &[("passkey", &base64url::encode(b"anns")), ("password", PASSWORD)]);
    assert_eq!(removed.status, StatusCode::UNPROCESSABLE_ENTITY, "hers is not removed by him");
    assert!(site.world.story_of(&ann).contains("second_factor_set") && !site.world.story_of(&ann).contains("removed"));
    drop(answer);
}

#[test]
fn a_new_passkey_is_looked_at_as_closely() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    for (why, spoilt) in [
        ("another address", (|a| a.origin = "https://evil.example") as Change),
        ("another service", |a| a.party = "evil.example"),
        ("did not check", |a| a.flags = PRESENT),
        ("nobody touched", |a| a.flags = 0),
        ("another question", |a| a.kind = Some("webauthn.get")),
        ("cannot be read", |a| a.id = Vec::new()),
    ] {
        let mut key = Authenticator::new(b"key");
        spoilt(&mut key);
        let page = set_up(&mut browser, &key, "Mine");
        assert_eq!((page.status, page.field("name")), (StatusCode::UNPROCESSABLE_ENTITY, "Mine".to_owned()), "{why}");
        assert!(page.text.to_lowercase().contains(why), "{why}:\n{}", page.text);
    }
    let key = Authenticator::new(b"key");
    let asked = browser.get("/security/passkeys");
    let page = post(&mut browser, "/security/passkeys", &key.create(&asked), &[("name", "x"), ("password", "wrong")]);
    assert!(page.text.contains("password is not right"), "{}", page.text);
    let page = post(&mut browser, "/security/passkeys", &key.create(&asked), &[("name", "x"), ("password", PASSWORD)]);
    assert!(page.text.contains("open for too long"), "another question was asked since: {}", page.text);
    assert!(browser.get("/security").text.contains("You have none. A passkey"));
}

// Proves: ROLE-07, MFA-01
#[test]
fn an_administrator_may_have_a_passkey_alone_and_keeps_the_last() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.browser();
    let temporary =
        site.world.almoner.reset_password(&site.world.operator(), &admin, &crate::web::key::System).unwrap();
    browser.post("/sign-in", &[("address", &admin), ("password", &temporary)]);
    browser.get("/sign-in/password");
    browser.post("/sign-in/password", &[("current", &temporary), ("new", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(browser.get("/accounts").goes_to(), "/sign-in/authenticator");
    assert!(browser.get("/sign-in/authenticator").text.contains("href=\"/security/passkeys\""));
    let mut key = Authenticator::new(b"key");
    let page = set_up(&mut browser, &key, "Key");
    assert!(page.text.contains("recovery codes"), "{}", page.text);
    assert_eq!(browser.get("/accounts").status, StatusCode::OK, "in, with a passkey alone");
    assert!(!browser.get("/security").text.contains("Remove it"), "the last one stays");
    let form = [("passkey", base64url::encode(b"key")), ("password", PASSWORD.to_owned())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = browser.post("/security/passkeys/remove", &form);
    assert!(page.text.contains("keeps a second factor"), "{}", page.text);
    set_up(&mut browser, &Authenticator::new(b"other"), "Other");
    browser.get("/security");
    let page = browser.post("/security/passkeys/remove", &form);
    assert_eq!(page.goes_to(), "/security?done=passkey-removed", "{}", page.text);
    let (mut again, asked) = half_in(&site, &admin);
    let page = post(&mut again, "/sign-in/code/passkey", &key.get(&asked), &[]);
    assert!(page.text.contains("is not known here"), "what is removed opens nothing: {}", page.text);
    let page = browser.get(&format!("/accounts/{admin}"));
    assert!(page.text.contains(">A passkey<"), "{}", page.text);
}

// Proves: MFA-01
#[test]
fn a_passkey_signs_in_without_a_password_and_a_browser_answers_its_own_question_only() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut key = Authenticator::new(b"key");
    set_up(&mut site.signed_in(&ann), &key, "Key");
    let mut browser = site.browser();
    assert!(browser.get("/sign-in?to=%2Fsessions").text.contains("/sign-in/passkey?to="));
    let asked = browser.get("/sign-in/passkey?to=%2Fsessions");
    assert_eq!((attribute(&asked, "known").as_str(), asked.field("to").as_str()), ("", "/sessions"));
    let mut thief = site.browser();
    thief.get("/sign-in/passkey");
    let answer = key.get(&asked);
    let page = post(&mut thief, "/sign-in/passkey", &answer, &[]);
    assert!(page.text.contains("open for too long"), "another browser: {}", page.text);
    let page = post(&mut browser, "/sign-in/passkey", &answer, &[("to", "/sessions")]);
    assert_eq!(page.goes_to(), "/sessions", "{}", page.text);
    assert_eq!(browser.get("/sessions").status, StatusCode::OK);
    let page = post(&mut site.browser(), "/sign-in/passkey", &answer, &[]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "no question was asked there");
    site.world.almoner.act(&site.world.operator(), &ann, &service::account::act::Request::Disable, "").unwrap();
    let mut again = site.browser();
    let asked = again.get("/sign-in/passkey");
    let page = post(&mut again, "/sign-in/passkey", &key.get(&asked), &[]);
    assert!(page.text.contains("is not known here"), "who may not sign in does not: {}", page.text);
    assert!(site.world.story_of(&ann).contains("signed_in"));
}

#[test]
fn a_reset_takes_passkeys_away_and_one_account_has_ten_at_most() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    for number in 0..11_u8 {
        let page = set_up(&mut browser, &Authenticator::new(&[b'k', number]), "");
        assert_eq!(page.text.contains("as many passkeys as you can"), number == 10, "{number}: {}", page.text);
    }
    let (_, factors) = site.world.almoner.factors(&site.world.operator(), &ann).unwrap();
    assert_eq!((factors.passkeys.len(), factors.passkeys[0].name.as_str()), (10, "Passkey"));
    site.world.almoner.reset_second_factor(&site.world.operator(), &ann, "").unwrap();
    let (_, factors) = site.world.almoner.factors(&site.world.operator(), &ann).unwrap();
    assert_eq!((factors.passkeys.len(), factors.recovery_codes), (0, 0));
}
