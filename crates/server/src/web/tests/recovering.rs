//! People and administrators get a forgotten password and a lock out of the way, page by page.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::status::Status;
use service::identity::sign_in::{Attempt, SignIn};

use crate::config::secret::{Hidden, Secret};
use crate::config::{Sms, SmsKind};
use crate::sms::tests::Server;
use crate::web::key::System;
use crate::web::tests::browser::{Browser, PASSWORD, Page, Site};

pub(super) const NEW: &str = "nine blue teapots";
const QUESTIONS: [&str; 3] =
    ["What was your first school called?", "What was your first pet called?", "Which ship did my uncle sail on?"];
const ANSWERS: [&str; 3] = ["St. Mary's", "Captain Flint", "Northern Star"];

/// A portal that sends codes to a small server, which answers so often.
pub(super) fn site(server: &Server) -> Site {
    Site::with(|config| {
        let (template, sender) = (String::new(), "Example".to_owned());
        let key = Secret::Told(Hidden::new("secret of ours"));
        config.sms = Some(Sms { kind: SmsKind::Webhook, url: server.url.clone(), key, template, sender });
    })
}

pub(super) fn answer_questions(browser: &mut Browser<'_>) {
    browser.get("/security/answers");
    let fields = [
        ("question1", QUESTIONS[0]),
        ("answer1", ANSWERS[0]),
        ("question2", QUESTIONS[1]),
        ("answer2", ANSWERS[1]),
        ("own3", QUESTIONS[2]),
        ("answer3", ANSWERS[2]),
        ("password", PASSWORD),
    ];
    let done = browser.post("/security/answers", &fields);
    assert_eq!(done.goes_to(), "/security/answers?done=answers", "{}", done.text);
}

pub(super) fn confirm_mobile(browser: &mut Browser<'_>, server: &Server) {
    browser.get("/security/mobile");
    let page = browser.post("/security/mobile", &[("number", "07700 900123"), ("password", PASSWORD)]);
    assert!(page.text.contains("Enter the code"), "{}", page.text);
    let done = browser.post("/security/mobile/confirm", &[("code", &server.code()), ("number", "07700 900123")]);
    assert_eq!(done.goes_to(), "/security/mobile?done=confirmed", "{}", done.text);
}

/// The characters that a page asks for, told by somebody who knows the answers.
pub(super) fn told(page: &Page) -> String {
    let text = page.text.replace("&#39;", "'");
    let known = QUESTIONS.iter().zip(ANSWERS).find(|(question, _)| text.contains(*question));
    let (_, answer) = known.unwrap_or_else(|| panic!("no question:\n{text}"));
    let plain: Vec<char> = answer.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let (before, _) = text.split_once(" character of ").unwrap();
    let (_, places) = before.rsplit_once(">The ").unwrap();
    let numbers = places.replace(',', "").replace(" and", "");
    let number = |word: &str| word.trim_end_matches(char::is_alphabetic).parse::<usize>().unwrap();
    numbers.split_whitespace().map(|word| plain[number(word) - 1]).collect()
}

/// Ten wrong passwords, with the waits between them lived through.
fn lock(site: &Site, address: &str) {
    let mut ctx = site.world.operator();
    let attempt = Attempt { address, password: "wrong", device: "", agent: "" };
    for _ in 0..10 {
        while let SignIn::Wait(until) = site.world.almoner.sign_in(&ctx, &attempt, &System).unwrap() {
            ctx.now = until;
        }
    }
}

// Proves: SSPR-01, SSPR-02
#[test]
fn a_person_sets_up_answers_and_a_mobile_and_chooses_a_new_password_with_them() {
    let server = Server::new(&["200 OK", "200 OK"]);
    let site = site(&server);
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut of_ann = site.signed_in(&ann);
    assert!(of_ann.get("/security").text.contains("security answers, mobile or authenticator"), "what is missing");
    answer_questions(&mut of_ann);
    let page = of_ann.get("/security/answers?done=answers");
    assert!(page.text.contains(QUESTIONS[2]) && !page.text.contains("Northern"), "{}", page.text);
    confirm_mobile(&mut of_ann, &server);
    let mobile = of_ann.get("/security/mobile");
    assert!(mobile.text.contains("+447700900123") && mobile.text.contains("Confirmed"), "{}", mobile.text);
    assert!(of_ann.get("/security").text.contains("You can choose a new one yourself"));

    let mut browser = site.browser();
    assert!(browser.get("/sign-in").text.contains("/recover"));
    browser.get("/recover");
    let page = browser.post("/recover", &[("address", &ann)]);
    let attempt = page.field("attempt");
    let code = server.code();
    let wrong = browser.post("/recover/codes", &[("attempt", &attempt), ("code", "000000x")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.text.contains("school") && !wrong.text.contains("ship"), "no question before the code");
    let asked = browser.post("/recover/codes", &[("attempt", &attempt), ("code", &code)]);
    let again = browser.post("/recover/answer", &[("attempt", &attempt), ("characters", "zzz")]);
    assert!(again.text.contains("not the characters"), "{}", again.text);
    let page = browser.post("/recover/answer", &[("attempt", &attempt), ("characters", &told(&asked))]);
    assert!(page.text.contains("Choose a new password"), "{}", page.text);
    let fields = |new| [("attempt", attempt.as_str()), ("new", new), ("again", new)];
    assert!(browser.post("/recover/password", &fields("short")).text.contains("too short"));
    assert!(browser.post("/recover/password", &fields(NEW)).text.contains("holds from now on"));
    assert!(browser.post("/recover/password", &fields(NEW)).text.contains("took too long"), "once");
    assert!(of_ann.get("/").goes_to().starts_with("/sign-in"), "signed out everywhere");
    browser.get("/sign-in");
    assert_eq!(browser.post("/sign-in", &[("address", &ann), ("password", NEW)]).goes_to(), "/");
    assert!(browser.get("/").text.contains("New password chosen"), "the notice");
}

// Proves: SSPR-01
#[test]
fn an_address_that_does_not_exist_meets_the_same_pages() {
    let server = Server::new(&["200 OK", "200 OK"]);
    let site = site(&server);
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut of_ann = site.signed_in(&ann);
    answer_questions(&mut of_ann);
    confirm_mobile(&mut of_ann, &server);
    let seen = |address: &str| {
        let mut browser = site.browser();
        browser.get("/recover");
        let begun = browser.post("/recover", &[("address", address)]);
        let attempt = begun.field("attempt");
        let mut texts = vec![begun.text.clone()];
        for _ in 0..5 {
            let page = browser.post("/recover/codes", &[("attempt", &attempt), ("code", "000000x")]);
            texts.push(format!("{} {}", page.status, page.text));
        }
        for path in ["/recover/answer", "/recover/password", "/recover/unlock"] {
            texts.push(browser.post(path, &[("attempt", &attempt), ("characters", "abc")]).text);
        }
        texts.join("\n").replace(&attempt, "ATTEMPT").replace(address, "ADDRESS")
    };
    let real = seen(&ann);
    server.heard();
    // The clock of this test is the wall's: a second more or less has passed.
    let plain = |text: &str| text.replace("Wait 1 ", "Wait 2 ");
    for made_up in ["no.such@mail.example", "nobody"] {
        assert_eq!(plain(&seen(made_up)), plain(&real), "{made_up}");
    }
}

#[test]
fn nobody_asks_without_end_from_one_place() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.get("/recover");
    for n in 0..100 {
        browser.post("/recover", &[("address", &format!("p{n}@mail.example"))]);
    }
    let page = browser.post("/recover", &[("address", "one.more@mail.example")]);
    assert!(
        page.text.contains("from your network") && page.status == StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        page.text
    );
}

#[test]
fn an_authenticator_is_as_good_as_a_telephone_and_trouble_with_messages_is_told() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut of_ann = site.signed_in(&ann);
    answer_questions(&mut of_ann);
    of_ann.enrol();
    of_ann.get("/security/mobile");
    let page = of_ann.post("/security/mobile", &[("number", "07700 900123"), ("password", PASSWORD)]);
    assert!(page.text.contains("No codes can be sent") && page.field("number") == "07700 900123", "{}", page.text);
    let mut browser = site.browser();
    browser.get("/recover");
    let page = browser.post("/recover", &[("address", &ann)]);
    assert!(page.text.contains("No codes can be sent to telephones here"), "{}", page.text);
    let attempt = page.field("attempt");
    let used = browser.post("/recover/codes", &[("attempt", &attempt), ("code", &of_ann.shown)]);
    assert!(used.text.contains("not right"), "a code goes once:\n{}", used.text);
}

// Proves: ROLE-08, PWD-03
#[test]
fn an_administrator_asks_for_three_characters_before_a_password_or_an_unlock() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    answer_questions(&mut site.signed_in(&ann));
    let mut browser = site.signed_in(&desk);
    assert!(!browser.get(&format!("/accounts/{ann}")).text.contains("/unlock"), "it is not locked");
    assert_eq!(browser.get(&format!("/accounts/{ann}/unlock")).status, StatusCode::NOT_FOUND);
    let mut stranger = site.browser();
    lock(&site, &ann);
    stranger.get("/sign-in");
    let shut = stranger.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    assert_eq!(shut.status, StatusCode::UNPROCESSABLE_ENTITY, "locked");
    let path = format!("/accounts/{ann}/unlock");
    assert!(browser.get(&format!("/accounts/{ann}")).text.contains("/unlock"));
    let asked = browser.get(&path);
    let wrong = browser.post(&path, &[("characters", "zzz")]);
    assert!(wrong.text.contains("not the characters") && wrong.status == StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.post(&path, &[("characters", &told(&asked))]);
    assert!(done.goes_to().ends_with("?done=unlock"), "{}", done.text);
    assert_eq!(stranger.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]).goes_to(), "/");
    let path = format!("/accounts/{ann}/password");
    let asked = browser.get(&path);
    assert!(
        browser.post(&path, &[("statement", "I know her well")]).text.contains("not the characters"),
        "no way round"
    );
    let given = browser.post(&path, &[("characters", &told(&asked))]);
    assert!(given.text.contains("class=\"secret\""), "{}", given.text);
}

// Proves: PWD-04
#[test]
fn an_account_in_the_wrong_hands_is_made_secure_again() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let (desk, admin) =
        (site.world.admin(Role::Helpdesk, "RX1", "Desk"), site.world.admin(Role::LocalAdmin, "RX1", "Min"));
    let mut of_ann = site.signed_in(&ann);
    let path = format!("/accounts/{ann}/resecure");
    assert_eq!(site.signed_in(&desk).get(&path).status, StatusCode::NOT_FOUND, "not for a helpdesk");
    let mut browser = site.signed_in(&admin);
    assert!(browser.get(&path).text.contains("How did you make sure?"));
    let short = browser.post(&path, &[("statement", "yes")]);
    assert!(short.text.contains("ROLE-08") && short.field("statement") == "yes", "{}", short.text);
    let done = browser.post(&path, &[("statement", "met on the ward, badge seen")]);
    assert!(done.text.contains("class=\"secret\""), "{}", done.text);
    assert_eq!(site.world.status(&ann), Status::Pending);
    assert!(of_ann.get("/").goes_to().starts_with("/sign-in"), "signed out");
}

#[test]
fn what_was_typed_stays_and_each_answer_says_what_is_wrong_with_it() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.get("/security/answers");
    let fields = [
        ("question1", QUESTIONS[0]),
        ("answer1", "abc"),
        ("question2", QUESTIONS[1]),
        ("answer2", "Captain Flint"),
        ("own3", "<script>alert(1)</script>"),
        ("answer3", "Captain Flint"),
        ("password", PASSWORD),
    ];
    let page = browser.post("/security/answers", &fields);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["too short", "another question with the same", "value=\"abc\"", "&#60;script&#62;"] {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    assert!(!page.text.contains("<script>alert"), "hostile words are words");
    browser.get("/security/mobile");
    for (number, told) in [("12 34", "no mobile number"), ("+44 7700 900x23", "no mobile number")] {
        let page = browser.post("/security/mobile", &[("number", number), ("password", PASSWORD)]);
        assert!(page.text.contains(told) && page.field("number") == number, "{}", page.text);
    }
}
