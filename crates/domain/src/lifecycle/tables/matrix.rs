//! The lifecycle at one glance: what each request does in each status.

use std::fmt::Write;

use super::fixture::{active, ask, closed, day, held, inactive, leaver, noon, policy, seen, target, user};
use crate::account::{Account, Cause, Question, State};
use crate::lifecycle::apply::{Event, HomeOpen};
use crate::refusal::Refusal;
use crate::signal::Signal;
use crate::status::Kind;

/// Every request, by a name.
fn events() -> Vec<(&'static str, Event)> {
    vec![
        ("mail sent", Event::Signal(Signal::MailSent, seen(noon(1)))),
        ("accept terms", Event::AcceptTerms),
        ("confirm", Event::Confirm),
        ("mark leaver", Event::MarkLeaver),
        ("cancel leaver", Event::CancelLeaver),
        ("join, home open", Event::Join(target("RYY"), HomeOpen::Yes)),
        ("join, home closed", Event::Join(target("RYY"), HomeOpen::No)),
        ("join into closed", Event::Join(closed("RYY"), HomeOpen::Yes)),
        ("transfer", Event::Transfer(target("RYY"))),
        ("disable", Event::Disable),
        ("enable", Event::Enable),
        ("delete", Event::Delete("duplicate".into())),
        ("delete, no reason", Event::Delete(String::new())),
        ("restore", Event::Restore(target("RXX"))),
        ("restore to closed", Event::Restore(closed("RXX"))),
        ("resecure", Event::Resecure),
        ("hold", Event::Hold),
        ("release hold", Event::ReleaseHold),
        ("run came", Event::RunCame),
    ]
}

/// Every stand, by a short name. All since day 0; the requests come on day 1.
fn stands() -> Vec<(&'static str, State)> {
    let (since, cause) = (noon(0), Cause::Request);
    vec![
        ("pending", State::Pending { since }),
        ("active", active(0)),
        ("asked", State::Active { since, question: Question::Asked(day(0)) }),
        ("inactive", inactive(0)),
        ("leaver", leaver(0)),
        ("leaver off", State::Leaver { since, disabled_at: Some(since) }),
        ("disabled", State::Disabled { since }),
        ("deleted", State::Deleted { since, cause }),
        ("purged", State::Purged { since, cause }),
    ]
}

/// The status afterwards, `.` where it stays, or the rule that refuses.
fn outcome(account: &Account, event: &Event) -> String {
    match ask(account, event, 1, &policy()) {
        Ok(change) if change.is_transition() => change.account.status().to_string(),
        Ok(_) => ".".to_owned(),
        Err(refusal) if refusal.is_already() => "already".to_owned(),
        Err(Refusal::NotDue { .. }) => "not due".to_owned(),
        Err(refusal) => refusal.rule().to_string(),
    }
}

fn matrix(account: impl Fn(State) -> Account) -> String {
    let mut text = format!("\n{:<18}", "");
    for (name, _) in stands() {
        write!(text, "{name:<11}").unwrap();
    }
    for (name, event) in events() {
        text = text.trim_end().to_owned();
        write!(text, "\n{name:<18}").unwrap();
        for (_, state) in stands() {
            write!(text, "{:<11}", outcome(&account(state), &event)).unwrap();
        }
    }
    format!("{}\n", text.trim_end())
}

const USERS: &str = "
                  pending    active     asked      inactive   leaver     leaver off disabled   deleted    purged
mail sent         .          .          .          active     .          .          .          .          .
accept terms      active     already    already    already    already    already    already    already    already
confirm           LC-14      LC-14      .          LC-14      LC-14      LC-14      LC-14      LC-14      LC-14
mark leaver       leaver     leaver     leaver     leaver     already    already    LC-09      already    already
cancel leaver     already    already    already    already    active     disabled   already    LC-08      LC-08
join, home open   LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      LC-08      LC-08
join, home closed LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      active     LC-08
join into closed  ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02
transfer          .          .          .          .          LC-08      LC-08      .          LC-08      LC-08
disable           disabled   disabled   disabled   disabled   .          already    already    LC-08      LC-08
enable            already    already    already    already    already    .          active     LC-08      LC-08
delete            deleted    deleted    deleted    deleted    deleted    deleted    deleted    already    already
delete, no reason LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      already    already
restore           already    already    already    already    already    already    already    active     LC-08
restore to closed already    already    already    already    already    already    already    ORG-02     LC-08
resecure          .          pending    pending    .          .          LC-08      LC-08      LC-08      LC-08
hold              .          .          .          .          .          .          .          .          LC-08
release hold      already    already    already    already    already    already    already    already    already
run came          not due    not due    not due    not due    not due    not due    not due    not due    not due
";

const HELD: &str = "
                  pending    active     asked      inactive   leaver     leaver off disabled   deleted    purged
mail sent         .          .          .          active     .          .          .          .          .
accept terms      active     already    already    already    already    already    already    already    already
confirm           LC-14      LC-14      .          LC-14      LC-14      LC-14      LC-14      LC-14      LC-14
mark leaver       leaver     leaver     leaver     leaver     already    already    LC-09      already    already
cancel leaver     already    already    already    already    active     disabled   already    LC-08      LC-08
join, home open   LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      LC-08      LC-08
join, home closed LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      active     LC-08
join into closed  ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02
transfer          .          .          .          .          LC-08      LC-08      .          LC-08      LC-08
disable           disabled   disabled   disabled   disabled   .          already    already    LC-08      LC-08
enable            already    already    already    already    already    .          active     LC-08      LC-08
delete            LC-20      LC-20      LC-20      LC-20      LC-20      LC-20      LC-20      already    already
delete, no reason LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      already    already
restore           already    already    already    already    already    already    already    active     LC-08
restore to closed already    already    already    already    already    already    already    ORG-02     LC-08
resecure          .          pending    pending    .          .          LC-08      LC-08      LC-08      LC-08
hold              .          .          .          .          .          .          .          .          LC-08
release hold      .          .          .          .          .          .          .          .          .
run came          not due    not due    not due    not due    not due    not due    not due    not due    not due
";

const SHARED: &str = "
                  pending    active     asked      inactive   leaver     leaver off disabled   deleted    purged
mail sent         .          .          .          active     .          .          .          .          .
accept terms      active     already    already    already    already    already    already    already    already
confirm           LC-14      LC-14      .          LC-14      LC-14      LC-14      LC-14      LC-14      LC-14
mark leaver       JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01
cancel leaver     already    already    already    already    active     disabled   already    LC-08      LC-08
join, home open   LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      LC-08      LC-08
join, home closed LC-08      LC-08      LC-08      LC-08      active     disabled   LC-08      active     LC-08
join into closed  ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02     ORG-02
transfer          .          .          .          .          LC-08      LC-08      .          LC-08      LC-08
disable           disabled   disabled   disabled   disabled   .          already    already    LC-08      LC-08
enable            already    already    already    already    already    .          active     LC-08      LC-08
delete            deleted    deleted    deleted    deleted    deleted    deleted    deleted    already    already
delete, no reason LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      LC-12      already    already
restore           already    already    already    already    already    already    already    active     LC-08
restore to closed already    already    already    already    already    already    already    ORG-02     LC-08
resecure          JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01     JML-01
hold              .          .          .          .          .          .          .          .          LC-08
release hold      already    already    already    already    already    already    already    already    already
run came          not due    not due    not due    not due    not due    not due    not due    not due    not due
";

// Proves: LC-05, LC-08, LC-09, LC-10, LC-11, LC-12, LC-13, JML-03, JML-06, ORG-02
#[test]
fn what_each_request_does_to_a_user_in_each_status() {
    let found = matrix(user);
    assert_eq!(found, USERS, "{found}");
}

// Proves: LC-20
#[test]
fn what_a_hold_changes() {
    let found = matrix(|state| held(user(state)));
    assert_eq!(found, HELD, "{found}");
}

// Proves: LC-14, JML-01
#[test]
fn what_each_request_does_to_a_shared_mailbox() {
    let found = matrix(|state| super::fixture::account(Kind::Shared, state));
    assert_eq!(found, SHARED, "{found}");
}
