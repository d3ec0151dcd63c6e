use super::*;
use crate::account::Cause;
use crate::lifecycle::tables::fixture::{announced, day, noon, user};

// Proves: NTC-06
#[test]
fn a_notice_goes_out_only_while_it_is_true() {
    let of = user;
    let since = noon(0);
    let inactive = of(State::Inactive { since, rule: Rule::Lc01 });
    let leaver = of(State::Leaver { since, disabled_at: None });
    let deleted = of(State::Deleted { since, cause: Cause::Idle });
    let active = |question| of(State::Active { since, question });
    let announced_ones = [NoticeKind::DeletionAnnounced, NoticeKind::DeletionReminder];
    for kind in announced_ones {
        for (account, about, expected) in [
            (announced(inactive.clone(), 0, 14), 14, true),
            (announced(inactive.clone(), 0, 15), 14, false),
            (announced(leaver.clone(), 0, 14), 14, true),
            (inactive.clone(), 14, false),
            (active(Question::None), 14, false),
            (announced(deleted.clone(), 0, 14), 14, false),
        ] {
            assert_eq!(
                untrue(kind, Some(day(about)), &account, day(1)).is_none(),
                expected,
                "{kind} {:?}",
                account.state
            );
        }
    }
    for (kind, account, expected) in [
        (NoticeKind::RestoreEnding, announced(deleted.clone(), 0, 14), true),
        (NoticeKind::RestoreEnding, deleted.clone(), false),
        (NoticeKind::RestoreEnding, announced(active(Question::None), 0, 14), false),
        (NoticeKind::OwnersAsked, active(Question::Asked(day(0))), true),
        (NoticeKind::OwnersAsked, active(Question::None), false),
        (NoticeKind::OwnersAsked, deleted.clone(), false),
        (NoticeKind::LeaverMarked, leaver.clone(), true),
        (NoticeKind::LeaverMarked, active(Question::None), false),
        (NoticeKind::HeldByBrake, deleted.clone(), true),
        (NoticeKind::Moved, active(Question::None), true),
        (NoticeKind::PasswordRecovered, active(Question::None), true),
        (NoticeKind::Unlocked, active(Question::None), true),
        (NoticeKind::Resecured, of(State::Pending { since }), true),
        (NoticeKind::Resecured, active(Question::None), false),
        (NoticeKind::PasswordExpires, active(Question::None), true),
        (NoticeKind::PasswordExpires, leaver.clone(), true),
        (NoticeKind::PasswordExpires, inactive.clone(), false),
        (NoticeKind::PasswordExpires, deleted.clone(), false),
        (NoticeKind::FileDone, active(Question::None), true),
        (NoticeKind::Ownerless, deleted.clone(), true),
    ] {
        assert_eq!(untrue(kind, Some(day(14)), &account, day(1)).is_none(), expected, "{kind} {:?}", account.state);
    }
}

#[test]
fn a_reminder_gives_the_reason_of_what_it_reminds_of() {
    let since = noon(0);
    for (state, expected) in [
        (State::Inactive { since, rule: Rule::Lc13 }, Rule::Lc04),
        (State::Leaver { since, disabled_at: Some(since) }, Rule::Lc06),
        (State::Disabled { since }, Rule::Lc07),
        (State::Active { since, question: Question::Asked(day(0)) }, Rule::Lc14),
        (State::Deleted { since, cause: Cause::Idle }, Rule::Lc11),
    ] {
        let account = user(state);
        assert_eq!(reason(Rule::Ntc03, &account), expected);
        assert_eq!(reason(Rule::Jml06, &account), Rule::Jml06, "any other rule speaks for itself");
    }
}

#[test]
fn the_rule_that_owes_a_kind_is_among_its_reasons_or_one_of_notices() {
    for kind in NoticeKind::ALL {
        let rule = kind.rule();
        assert!(kind.reasons().contains(&rule) || rule.as_str().starts_with("NTC"), "{kind}");
    }
}

#[test]
fn a_notice_whose_day_is_past_tells_nothing() {
    let leaver = user(State::Leaver { since: noon(0), disabled_at: None });
    for (about, today, expected) in [
        (Some(14), 13, None),
        (Some(14), 14, None),
        (Some(14), 15, Some("the day it speaks of is past")),
        (None, 400, None),
    ] {
        assert_eq!(
            untrue(NoticeKind::LeaverMarked, about.map(day), &leaver, day(today)),
            expected,
            "{about:?} {today}"
        );
    }
}

#[test]
fn waits_grow_and_end() {
    let waits: Vec<Option<i64>> = (1..=13).map(wait_after).collect();
    let long = Some(21_600);
    let first = [Some(60), Some(240), Some(960), Some(3_840), Some(15_360), long];
    assert_eq!(waits[..6], first);
    assert!(waits[6..11].iter().all(|wait| *wait == long), "{waits:?}");
    assert_eq!(waits[11..], [None, None], "the twelfth try is the last");
}

#[test]
fn only_what_administrators_have_to_decide_goes_to_them() {
    let theirs: Vec<&str> =
        NoticeKind::ALL.iter().filter(|k| k.audience() == Audience::Administrators).map(|k| k.as_str()).collect();
    assert_eq!(theirs, ["restore_ending", "held_by_brake", "ownerless"]);
}

#[test]
fn a_deletion_is_announced_in_every_state_but_the_last_two() {
    let since = noon(0);
    for (state, expected) in [
        (State::Pending { since }, None),
        (State::Active { since, question: Question::Asked(day(0)) }, None),
        (State::Disabled { since }, None),
        (State::Deleted { since, cause: Cause::Idle }, Some("it is not true any more")),
    ] {
        let account = announced(user(state), 0, 14);
        for kind in [NoticeKind::DeletionAnnounced, NoticeKind::DeletionReminder] {
            assert_eq!(untrue(kind, Some(day(14)), &account, day(14)), expected, "{kind} {:?}", account.state);
            assert!(untrue(kind, Some(day(14)), &account, day(15)).is_some(), "{kind}: its day is past");
            assert!(untrue(kind, None, &account, day(1)).is_some(), "{kind}: it names no day");
        }
    }
}
