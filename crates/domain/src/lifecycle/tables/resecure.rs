//! Resecuring (PWD-04): the terms must be accepted anew within the pending period; nobody's deletion is put off by it.

use super::fixture::{active, ask, day, inactive, leaver, life, noon, policy, terms, user};
use crate::account::State;
use crate::lifecycle::apply::Event;
use crate::lifecycle::task::next_task;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::Status;

// Proves: PWD-04, LC-13
#[test]
fn a_resecured_account_is_finished_in_thirty_days_or_becomes_inactive() {
    let change = ask(&user(active(0)), &Event::Resecure, 10, &policy()).unwrap();
    let owed = change.notice.unwrap();
    assert_eq!((owed.rule, owed.about), (Rule::Pwd04, Some(day(40))), "the person is told until when");
    let ann = change.account;
    assert_eq!((ann.status(), ann.terms_at), (Status::Pending, None));
    let early = ask(&ann, &Event::RunCame, 39, &policy());
    assert_eq!(early, Err(Refusal::NotDue { next: Some(day(40)) }));
    assert_eq!(life(&mut ann.clone(), 10..=41, &policy()), ["40 inactivated LC-13"]);
    let back = ask(&ann, &Event::AcceptTerms, 39, &policy()).unwrap().account;
    assert_eq!((back.status(), back.terms_at), (Status::Active, Some(noon(39))));
}

// Proves: PWD-04
#[test]
fn an_account_that_is_pending_begins_anew() {
    let ann = ask(&user(State::Pending { since: noon(0) }), &Event::Resecure, 20, &policy()).unwrap().account;
    assert_eq!(ann.state.since(), noon(20));
    assert_eq!(life(&mut ann.clone(), 20..=51, &policy()), ["50 inactivated LC-13"]);
}

// Proves: PWD-04
#[test]
fn whoever_is_on_the_way_to_a_deletion_stays_there() {
    let policy = policy();
    for state in [inactive(0), leaver(0)] {
        let before = user(state);
        let after = ask(&before, &Event::Resecure, 5, &policy).unwrap().account;
        assert_eq!((after.state, after.terms_at), (state, None));
        let due = |account| next_task(account, &terms(&policy, account, day(5)));
        assert_eq!(due(&after), due(&before), "{state:?}");
    }
    let revived = ask(&user(inactive(0)), &Event::Resecure, 5, &policy).unwrap().account;
    assert_eq!(ask(&revived, &Event::AcceptTerms, 6, &policy).unwrap().account.status(), Status::Active);
}
