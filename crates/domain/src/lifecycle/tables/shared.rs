//! Shared mailboxes: unused, asked about, confirmed, used again, or deleted with notice.

use super::fixture::{account, ask, day, held, life, noon, policy, seen, with_signal};
use crate::account::{Account, Cause, Question, State};
use crate::lifecycle::apply::Event;
use crate::lifecycle::change::Action;
use crate::notice::{Audience, NoticeKind};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::{Kind, Status};

/// A shared mailbox that last sent on day 0. Six months later, 1 July, is day 181.
fn desk() -> Account {
    with_signal(account(Kind::Shared, super::fixture::active(-400)), Signal::MailSent, noon(0))
}

fn asked_on(n: i32) -> Account {
    account(Kind::Shared, State::Active { since: noon(-400), question: Question::Asked(day(n)) })
}

// Proves: LC-14, NTC-01, NTC-03
#[test]
fn an_unused_mailbox_is_asked_about_announced_and_deleted() {
    let mut desk = desk();
    assert!(life(&mut desk, 0..=180, &policy()).is_empty());
    assert_eq!(life(&mut desk, 181..=181, &policy()), ["181 owners_asked LC-14"]);
    let story = ["197 deletion_announced NTC-01", "204 reminded NTC-03", "210 reminded NTC-03"];
    assert_eq!(life(&mut desk, 182..=210, &policy()), story);
    assert_eq!(desk.status(), Status::Active);
    assert_eq!(life(&mut desk, 211..=211, &policy()), ["211 deleted LC-14"]);
    assert!(matches!(desk.state, State::Deleted { cause: Cause::Unconfirmed, .. }));
}

// Proves: LC-14
#[test]
fn the_owners_are_told_by_when_to_answer() {
    let change = ask(&desk(), &Event::RunCame, 181, &policy()).unwrap();
    let notice = change.notice.unwrap();
    assert_eq!((notice.kind, notice.rule, notice.about), (NoticeKind::OwnersAsked, Rule::Lc14, Some(day(211))));
    assert_eq!(notice.kind.audience(), Audience::Holder);
    assert!(!change.is_transition());
}

// Proves: LC-14, RUN-03
#[test]
fn a_question_asked_late_still_leaves_the_owners_their_time() {
    let mut desk = desk();
    let story = life(&mut desk, 300..=340, &policy());
    assert_eq!((story[0].as_str(), story[1].as_str()), ("300 owners_asked LC-14", "316 deletion_announced NTC-01"));
    assert_eq!(story[4], "330 deleted LC-14");
}

// Proves: LC-14
#[test]
fn a_confirmation_restarts_the_clock() {
    for n in [181, 200, 210] {
        let policy = policy();
        let mut desk = desk();
        life(&mut desk, 0..=n, &policy);
        let change = ask(&desk, &Event::Confirm, n, &policy).unwrap();
        assert_eq!((change.action, change.rule), (Action::Confirmed, Rule::Lc14));
        let mut desk = change.account;
        assert_eq!(desk.announced, None);
        // 1 July plus six months is 1 January, day 365; 20 July and 30 July alike.
        let again = [(181, 365), (200, 384), (210, 394)].iter().find(|(on, _)| *on == n).unwrap().1;
        assert!(life(&mut desk, n..=again - 1, &policy).is_empty(), "confirmed on day {n}");
        assert_eq!(life(&mut desk, again..=again, &policy), [format!("{again} owners_asked LC-14")]);
    }
}

// Proves: LC-14
#[test]
fn mail_sent_after_the_question_answers_it() {
    let policy = policy();
    let mut desk = desk();
    life(&mut desk, 0..=200, &policy);
    assert!(desk.announced.is_some());
    desk = ask(&desk, &Event::Signal(Signal::MailSent, seen(noon(200))), 200, &policy).unwrap().account;
    assert_eq!((desk.announced, desk.state.flat().asked_on), (None, None));
    assert!(life(&mut desk, 201..=383, &policy).is_empty());
    assert_eq!(life(&mut desk, 384..=384, &policy), ["384 owners_asked LC-14"]);
}

// Proves: LC-14, LC-05
#[test]
fn mail_reported_late_answers_too_while_it_would_have_kept_the_question_away() {
    for (sent, reported, answers) in
        [(180, 190, true), (181, 190, true), (10, 190, true), (9, 190, false), (-5, 190, false)]
    {
        let event = Event::Signal(Signal::MailSent, seen(noon(sent)));
        let desk = ask(&asked_on(181), &event, reported, &policy()).unwrap().account;
        let open = matches!(desk.state, State::Active { question: Question::Asked(_), .. });
        assert_eq!(!open, answers, "sent on day {sent}");
    }
}

// Proves: LC-14, LC-02
#[test]
fn other_signals_do_not_answer() {
    for signal in Signal::ALL.iter().filter(|signal| **signal != Signal::MailSent) {
        let desk = ask(&asked_on(181), &Event::Signal(*signal, seen(noon(190))), 190, &policy()).unwrap().account;
        assert_eq!(desk.state.flat().asked_on, Some(day(181)), "{signal}");
    }
}

// Proves: LC-14
#[test]
fn nothing_is_to_be_confirmed_that_was_not_asked() {
    assert_eq!(ask(&desk(), &Event::Confirm, 10, &policy()), Err(Refusal::NotAsked));
    let once = ask(&asked_on(0), &Event::Confirm, 10, &policy()).unwrap().account;
    assert_eq!(ask(&once, &Event::Confirm, 10, &policy()), Err(Refusal::NotAsked));
}

// Proves: LC-14, LC-20
#[test]
fn a_held_mailbox_is_not_deleted_however_long_its_owners_are_silent() {
    let mut desk = held(asked_on(0));
    assert_eq!(life(&mut desk, 0..=400, &policy()), ["30 deletion_refused LC-20"]);
    let mut free = ask(&desk, &Event::ReleaseHold, 400, &policy()).unwrap().account;
    assert_eq!(life(&mut free, 400..=414, &policy())[3], "414 deleted LC-14");
}

// Proves: LC-14, LC-08
#[test]
fn a_disabled_mailbox_is_not_asked_about() {
    let mut desk = ask(&desk(), &Event::Disable, 10, &policy()).unwrap().account;
    assert!(life(&mut desk, 11..=400, &policy()).is_empty());
    let mut desk = ask(&desk, &Event::Enable, 400, &policy()).unwrap().account;
    assert_eq!(desk.status(), Status::Active, "it has no terms of use to accept");
    assert!(life(&mut desk, 400..=580, &policy()).is_empty());
}
