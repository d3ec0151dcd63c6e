//! Joins, transfers and the organisations that may receive.

use super::fixture::{
    account, active, announced, ask, closed, day, inactive, leaver, life, noon, policy, target, user,
};
use crate::account::{Account, Cause, Question, State};
use crate::lifecycle::apply::{Event, HomeOpen, Target};
use crate::lifecycle::change::{Action, Change};
use crate::notice::{Audience, NoticeKind};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::{Kind, Status};

fn join(target: Target) -> Event {
    Event::Join(target, HomeOpen::Yes)
}

/// Whom somebody is to receive, and how.
type Receives = (Account, fn(Target) -> Event);

fn moves(change: &Change) -> (&str, &str, bool) {
    let moved = change.moved.as_ref().unwrap();
    (moved.from.as_str(), change.account.organisation.as_str(), moved.fresh_entitlements)
}

// Proves: JML-03, JML-04, ROLE-06
#[test]
fn a_join_takes_the_person_in_with_the_new_organisations_entitlements() {
    let ann = announced(user(leaver(0)), 16, 30);
    let change = ask(&ann, &join(target("RYY")), 20, &policy()).unwrap();
    assert_eq!((change.action, change.rule), (Action::Joined, Rule::Jml03));
    assert_eq!(moves(&change), ("RXX", "RYY", true));
    assert!(change.ends_grants);
    assert_eq!((change.account.state, change.account.announced), (active(20), None));
    let mut ann = change.account;
    assert_eq!(life(&mut ann, 20..=110, &policy()), ["110 inactivated LC-01"], "the clock starts anew");
}

// Proves: JML-03
#[test]
fn nobody_is_joined_who_was_not_given_up() {
    for state in [State::Pending { since: noon(0) }, active(0), inactive(0), State::Disabled { since: noon(0) }] {
        let refused = ask(&user(state), &join(target("RYY")), 1, &policy());
        assert!(matches!(refused, Err(Refusal::WrongStatus { .. })), "{refused:?}");
        let own = ask(&user(state), &join(target("RXX")), 1, &policy()).unwrap_err();
        assert!(own.is_already(), "a joiner sent twice is no mistake");
    }
}

// Proves: JML-06, ROLE-06
#[test]
fn a_transfer_keeps_the_status_and_its_clock_and_ends_the_grants() {
    for state in [State::Pending { since: noon(0) }, active(0), inactive(0), State::Disabled { since: noon(0) }] {
        let ann = user(state);
        let change = ask(&ann, &Event::Transfer(target("RYY")), 10, &policy()).unwrap();
        assert_eq!((change.action, change.rule), (Action::Transferred, Rule::Jml06));
        assert_eq!(moves(&change), ("RXX", "RYY", false));
        assert!(change.ends_grants && !change.is_transition());
        assert_eq!(change.account.state, ann.state);
        let (mut stayed, mut moved) = (ann, change.account);
        assert_eq!(life(&mut moved, 10..=600, &policy()), life(&mut stayed, 10..=600, &policy()));
    }
}

// Proves: JML-06, NTC-01
#[test]
fn a_transfer_withdraws_no_announcement() {
    let ann = announced(user(inactive(0)), 76, 90);
    let mut ann = ask(&ann, &Event::Transfer(target("RYY")), 80, &policy()).unwrap().account;
    assert_eq!(life(&mut ann, 90..=90, &policy()), ["90 deleted LC-04"]);
}

// Proves: JML-06
#[test]
fn only_the_living_are_transferred_and_a_leaver_is_joined_instead() {
    for (state, may) in [
        (leaver(0), false),
        (State::Leaver { since: noon(0), disabled_at: Some(noon(0)) }, false),
        (State::Deleted { since: noon(0), cause: Cause::Idle }, false),
        (State::Purged { since: noon(0), cause: Cause::Idle }, false),
        (active(0), true),
    ] {
        let asked = ask(&user(state), &Event::Transfer(target("RYY")), 1, &policy());
        assert_eq!(asked.is_ok(), may, "{}", state.status());
    }
    let again = ask(&user(active(0)), &Event::Transfer(target("RXX")), 1, &policy()).unwrap_err();
    assert!(again.is_already(), "a transfer sent twice is no mistake");
}

// Proves: JML-06, NTC-05
#[test]
fn whoever_uses_an_account_is_told_of_a_transfer() {
    for kind in [Kind::User, Kind::Shared, Kind::Application, Kind::Resource] {
        let change = ask(&account(kind, active(0)), &Event::Transfer(target("RYY")), 1, &policy()).unwrap();
        let owed = change.notice.unwrap();
        assert_eq!((owed.kind, owed.rule, owed.about), (NoticeKind::Moved, Rule::Jml06, None), "{kind}");
        assert_eq!(owed.kind.audience(), Audience::Holder);
    }
}

// Proves: JML-03, NTC-05
#[test]
fn a_joiner_is_told() {
    let joined = ask(&user(leaver(0)), &Event::Join(target("RYY"), HomeOpen::Yes), 3, &policy()).unwrap();
    let owed = joined.notice.unwrap();
    assert_eq!((owed.kind, owed.rule, owed.about), (NoticeKind::Joined, Rule::Ntc05, None));
    assert_eq!(owed.kind.audience(), Audience::Holder);
}

// Proves: ORG-02, ORG-03
#[test]
fn a_closed_or_nameless_organisation_receives_nobody() {
    let nameless = || Target { short_name: None, ..target("RZZ") };
    let gone = user(State::Deleted { since: noon(0), cause: Cause::Idle });
    let cases: [Receives; 4] = [
        (user(leaver(0)), join),
        (gone.clone(), |target| Event::Join(target, HomeOpen::No)),
        (user(active(0)), Event::Transfer),
        (gone, Event::Restore),
    ];
    for (ann, event) in cases {
        assert!(ask(&ann, &event(target("RZZ")), 1, &policy()).is_ok());
        let refused = ask(&ann, &event(closed("RZZ")), 1, &policy()).unwrap_err();
        assert_eq!(refused.rule(), Rule::Org02);
        assert_eq!(refused.to_string(), "organisation RZZ is closed: it takes no accounts; its successor is RYY");
        assert_eq!(ask(&ann, &event(nameless()), 1, &policy()).unwrap_err().rule(), Rule::Org03);
    }
}

// Proves: ROLE-06
#[test]
fn grants_end_with_leaving_moving_and_deletion_and_with_nothing_else() {
    let run = |ann: &Account, n: i32| ask(ann, &Event::RunCame, n, &policy());
    let asked = State::Active { since: noon(-400), question: Question::Asked(day(0)) };
    let deletion = || Event::Delete("duplicate".into());
    for (what, change, ends) in [
        ("leaver", ask(&user(active(0)), &Event::MarkLeaver, 1, &policy()), true),
        ("join", ask(&user(leaver(0)), &join(target("RYY")), 1, &policy()), true),
        ("transfer", ask(&user(active(0)), &Event::Transfer(target("RYY")), 1, &policy()), true),
        ("delete", ask(&user(active(0)), &deletion(), 1, &policy()), true),
        ("deleted when idle", run(&announced(user(inactive(0)), 76, 90), 90), true),
        ("deleted as leaver", run(&announced(user(leaver(0)), 16, 30), 30), true),
        ("deleted unconfirmed", run(&announced(account(Kind::Shared, asked), 16, 30), 30), true),
        ("inactive", run(&user(active(0)), 90), false),
        ("disable", ask(&user(active(0)), &Event::Disable, 1, &policy()), false),
        ("cancel", ask(&user(leaver(0)), &Event::CancelLeaver, 1, &policy()), false),
        ("notice", run(&user(inactive(0)), 76), false),
        ("hold", ask(&user(active(0)), &Event::Hold, 1, &policy()), false),
    ] {
        assert_eq!(change.unwrap().ends_grants, ends, "{what}");
    }
}

// Proves: ORG-02, JML-06
#[test]
fn a_transfer_out_of_a_closed_organisation_is_possible() {
    let ann = user(active(0));
    let moved = ask(&ann, &Event::Transfer(target("RYY")), 1, &policy()).unwrap().account;
    assert_eq!((moved.organisation.as_str(), moved.status()), ("RYY", Status::Active));
}
