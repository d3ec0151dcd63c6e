//! Leavers: the clock that activity does not stop, cancelling, disabling, and what leaving takes away.

use super::fixture::{
    account, active, announced, ask, closed, day, inactive, leaver, life, noon, policy, seen, target, user,
};
use crate::account::{Cause, State};
use crate::lifecycle::apply::{Event, HomeOpen};
use crate::lifecycle::change::{Action, Reservation};
use crate::notice::NoticeKind;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::{Kind, Status};

// Proves: LC-06, NTC-01, NTC-03
#[test]
fn a_leaver_whom_nobody_joins_is_deleted_on_day_thirty() {
    let mut ann = user(leaver(0));
    let story = ["16 deletion_announced NTC-01", "23 reminded NTC-03", "29 reminded NTC-03"];
    assert_eq!(life(&mut ann, 0..=29, &policy()), story);
    assert_eq!(ann.status(), Status::Leaver);
    assert_eq!(life(&mut ann, 30..=30, &policy()), ["30 deleted LC-06"]);
    assert!(matches!(ann.state, State::Deleted { cause: Cause::UnjoinedLeaver, .. }));
}

// Proves: NTC-02, JML-01, ROLE-06
#[test]
fn who_is_marked_is_told_at_once_and_loses_only_the_grants() {
    for state in [active(-5), inactive(-5), State::Pending { since: noon(-5) }] {
        let ann = user(state);
        let change = ask(&ann, &Event::MarkLeaver, 0, &policy()).unwrap();
        let notice = change.notice.unwrap();
        assert_eq!((notice.kind, notice.rule, notice.about), (NoticeKind::LeaverMarked, Rule::Ntc02, Some(day(30))));
        assert!(change.ends_grants && change.moved.is_none(), "licence, quota and add-ons stay");
        assert_eq!(change.account.state, leaver(0));
        assert_eq!((change.account.signals, change.account.organisation), (ann.signals, ann.organisation));
    }
}

// Proves: LC-06, LC-02
#[test]
fn activity_does_not_stop_the_leaver_clock() {
    for n in [0, 15, 29] {
        let mut ann = announced(user(leaver(0)), 16, 30);
        for signal in Signal::ALL {
            let change = ask(&ann, &Event::Signal(*signal, seen(noon(n))), n, &policy()).unwrap();
            assert_eq!(change.action, Action::Signalled);
            ann = change.account;
        }
        assert_eq!(life(&mut ann, 30..=30, &policy()), ["30 deleted LC-06"], "signals on day {n}");
    }
}

// Proves: JML-07, LC-06
#[test]
fn cancelling_stops_the_deletion_on_any_day_before_it_is_done() {
    for n in [0, 16, 29, 30, 31] {
        let ann = announced(user(leaver(0)), 16, 30);
        let change = ask(&ann, &Event::CancelLeaver, n, &policy()).unwrap();
        assert_eq!((change.action, change.rule), (Action::CancelledLeaver, Rule::Jml07));
        let mut ann = change.account;
        assert_eq!((ann.state, ann.announced), (active(n), None));
        assert_eq!(life(&mut ann, n..=n + 90, &policy()), [format!("{} inactivated LC-01", n + 90)]);
    }
}

// Proves: JML-07
#[test]
fn a_return_cancels_the_deletion_also_when_the_old_organisation_takes_the_person_back() {
    let ann = announced(user(leaver(0)), 16, 30);
    let mut back = ask(&ann, &Event::Join(target("RXX"), HomeOpen::Yes), 29, &policy()).unwrap().account;
    assert_eq!((back.state, back.announced), (active(29), None));
    assert_eq!(life(&mut back, 30..=119, &policy()), ["119 inactivated LC-01"]);
}

// Proves: LC-09
#[test]
fn a_disabled_account_is_enabled_before_it_is_marked() {
    let disabled = user(State::Disabled { since: noon(0) });
    assert_eq!(ask(&disabled, &Event::MarkLeaver, 1, &policy()), Err(Refusal::EnableFirst));
    let enabled = ask(&disabled, &Event::Enable, 1, &policy()).unwrap().account;
    assert_eq!(ask(&enabled, &Event::MarkLeaver, 1, &policy()).unwrap().account.state, leaver(1));
}

// Proves: LC-09
#[test]
fn a_leaver_may_be_disabled_and_enabled_and_stays_on_the_leaver_clock() {
    let ann = announced(user(leaver(0)), 16, 30);
    let mut ann = ask(&ann, &Event::Disable, 20, &policy()).unwrap().account;
    assert_eq!(ann.state, State::Leaver { since: noon(0), disabled_at: Some(noon(20)) });
    assert_eq!(ask(&ann, &Event::Disable, 21, &policy()), Err(Refusal::Already(Status::Disabled)));
    let enabled = ask(&ann, &Event::Enable, 25, &policy()).unwrap().account;
    assert_eq!((enabled.state, enabled.announced), (leaver(0), ann.announced));
    assert!(life(&mut ann, 29..=29, &policy()).contains(&"29 reminded NTC-03".to_owned()));
    assert_eq!(life(&mut ann, 30..=30, &policy()), ["30 deleted LC-06"]);
}

// Proves: LC-09, JML-07
#[test]
fn a_disabled_leaver_returns_disabled() {
    let ann = user(State::Leaver { since: noon(0), disabled_at: Some(noon(5)) });
    for event in [Event::CancelLeaver, Event::Join(target("RYY"), HomeOpen::Yes)] {
        let back = ask(&ann, &event, 10, &policy()).unwrap().account;
        assert_eq!(back.state, State::Disabled { since: noon(5) }, "{event:?}");
    }
}

// Proves: JML-01
#[test]
fn only_people_leave() {
    for (kind, may) in [(Kind::User, true), (Kind::Shared, false), (Kind::Application, false), (Kind::Resource, false)]
    {
        let asked = ask(&account(kind, active(0)), &Event::MarkLeaver, 1, &policy());
        assert_eq!(asked.is_ok(), may, "{kind}");
    }
}

// Proves: JML-03, LC-06
#[test]
fn a_leaver_can_be_joined_until_the_day_it_is_deleted() {
    for (n, joins) in [(0, true), (29, true), (30, false), (31, false)] {
        let ann = announced(user(leaver(0)), 16, 30);
        let joined = ask(&ann, &Event::Join(target("RYY"), HomeOpen::Yes), n, &policy());
        assert_eq!(joined.is_ok(), joins, "day {n}: {joined:?}");
        if !joins {
            assert_eq!(joined, Err(Refusal::JoinEnded(day(30))));
        }
    }
}

// Proves: LC-12, LC-21
#[test]
fn a_leaver_deleted_by_hand_is_an_unjoined_leaver_too() {
    for (state, cause) in
        [(leaver(0), Cause::LeaverRequest), (active(0), Cause::Request), (inactive(0), Cause::Request)]
    {
        let change = ask(&user(state), &Event::Delete("created in error".into()), 3, &policy()).unwrap();
        assert!(matches!(change.account.state, State::Deleted { cause: found, .. } if found == cause), "{cause}");
    }
}

// Proves: LC-06, LC-21
#[test]
fn the_address_of_an_unjoined_leaver_is_never_given_to_another() {
    let ann = user(State::Deleted { since: noon(0), cause: Cause::UnjoinedLeaver });
    let change = ask(&ann, &Event::RunCame, 180, &policy()).unwrap();
    assert_eq!(change.reservation, Some(Reservation::ForGood));
}

// Proves: ORG-02, JML-07
#[test]
fn a_closed_organisation_takes_no_leaver_but_may_cancel_its_own() {
    let ann = user(leaver(0));
    assert!(ask(&ann, &Event::Join(closed("RZZ"), HomeOpen::Yes), 1, &policy()).is_err());
    assert!(ask(&ann, &Event::CancelLeaver, 1, &policy()).is_ok());
}
