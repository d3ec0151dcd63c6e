//! Inactive to deleted: never without a notice, with reminders, also after a run that was missed.

use super::fixture::{announced, ask, day, inactive, leaver, life, noon, policy, policy_with, run_hour, terms, user};
use crate::account::{Cause, Question, State};
use crate::lifecycle::apply::{Event, apply};
use crate::notice::NoticeKind;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::status::Status;
use crate::time::Period;

// Proves: LC-04, NTC-01, NTC-03
#[test]
fn an_inactive_account_gets_its_notice_its_reminders_and_is_deleted() {
    let mut ann = user(inactive(0));
    let story = ["76 deletion_announced NTC-01", "83 reminded NTC-03", "89 reminded NTC-03"];
    assert_eq!(life(&mut ann, 0..=89, &policy()), story);
    assert_eq!(ann.status(), Status::Inactive);
    assert_eq!(life(&mut ann, 90..=90, &policy()), ["90 deleted LC-04"]);
    assert_eq!(ann.state, State::Deleted { since: run_hour(day(90)), cause: Cause::Idle });
    assert_eq!(ann.announced, None);
}

// Proves: NTC-01, NTC-03
#[test]
fn the_notices_say_what_happens_on_which_day_and_by_which_rule() {
    let mut ann = user(inactive(0));
    for (on, kind, rule) in [
        (76, NoticeKind::DeletionAnnounced, Rule::Lc04),
        (83, NoticeKind::DeletionReminder, Rule::Ntc03),
        (89, NoticeKind::DeletionReminder, Rule::Ntc03),
    ] {
        let change = apply(&ann, &Event::RunCame, &terms(&policy(), &ann, day(on)), run_hour(day(on))).unwrap();
        let notice = change.notice.unwrap();
        assert_eq!((notice.kind, notice.rule, notice.about), (kind, rule, Some(day(90))), "day {on}");
        ann = change.account;
    }
}

// Proves: NTC-01, RUN-03
#[test]
fn a_late_notice_moves_the_deletion_so_that_fourteen_days_stay() {
    for (first_run, deleted) in [(76, 90), (77, 91), (89, 103), (90, 104), (136, 150), (400, 414)] {
        let mut ann = user(inactive(0));
        let story = life(&mut ann, first_run..=500, &policy());
        assert_eq!(story[0], format!("{first_run} deletion_announced NTC-01"));
        assert_eq!(story[3], format!("{deleted} deleted LC-04"), "first run on day {first_run}");
    }
}

// Proves: RUN-03
#[test]
fn runs_missed_for_sixty_days_delete_nobody_who_was_not_told_fourteen_days_before() {
    // Whatever the day of the last run before the gap: between notice and deletion lie 14 days or more.
    for last in 0..=95 {
        for mut ann in [user(inactive(0)), user(leaver(0)), user(State::Disabled { since: noon(-458) })] {
            let policy = policy();
            let mut story = super::fixture::live(&mut ann, day(0), last + 1, &policy);
            story.extend(super::fixture::live(&mut ann, day(last + 61), 120, &policy));
            let on = |word: &str| story.iter().find(|did| did.1.as_str() == word).map(|did| did.0);
            let (told, gone) = (on("deletion_announced").unwrap(), on("deleted").unwrap());
            assert!(gone.days_since(told) >= 14, "last run on day {last}: {:?}", super::fixture::told(&story));
        }
    }
}

// Proves: RUN-03, NTC-03
#[test]
fn a_deletion_that_was_announced_in_time_is_not_announced_again_after_a_gap() {
    for (first_run, story) in [
        (83, vec!["83 reminded NTC-03", "89 reminded NTC-03", "90 deleted LC-04"]),
        (88, vec!["88 reminded NTC-03", "89 reminded NTC-03", "90 deleted LC-04"]),
        (89, vec!["89 reminded NTC-03", "90 deleted LC-04"]),
        (90, vec!["90 deleted LC-04"]),
        (136, vec!["136 deleted LC-04"]),
    ] {
        let mut ann = announced(user(inactive(0)), 76, 90);
        assert_eq!(life(&mut ann, first_run..=140, &policy()), story, "first run on day {first_run}");
    }
}

// Proves: NTC-03
#[test]
fn reminders_are_those_of_the_policy() {
    for (days, story) in [
        (vec![], vec![]),
        (vec![1], vec!["89 reminded NTC-03"]),
        (vec![14, 3], vec!["87 reminded NTC-03"]),
        (vec![10, 7, 1], vec!["80 reminded NTC-03", "83 reminded NTC-03", "89 reminded NTC-03"]),
    ] {
        let mut policy = policy();
        policy.notice.reminder_days.clone_from(&days);
        let mut ann = announced(user(inactive(0)), 76, 90);
        assert_eq!(life(&mut ann, 77..=89, &policy), story, "{days:?}");
    }
}

// Proves: NTC-01
#[test]
fn a_period_shorter_than_the_notice_is_as_long_as_the_notice() {
    let policy = policy_with(|rules| rules.inactive = Some(Period::Days(5)));
    let mut ann = user(inactive(0));
    let story = life(&mut ann, 0..=30, &policy);
    assert_eq!((story[0].as_str(), story[3].as_str()), ("0 deletion_announced NTC-01", "14 deleted LC-04"));
}

// Proves: RUN-03
#[test]
fn a_gap_before_idleness_starts_the_next_period_when_the_run_comes_back() {
    let mut ann = user(State::Active { since: noon(0), question: Question::None });
    let story = life(&mut ann, 150..=240, &policy());
    assert_eq!(story[0], "150 inactivated LC-01");
    assert_eq!(story[1], "226 deletion_announced NTC-01", "150 + 76");
    assert_eq!(story[4], "240 deleted LC-04");
}

// Proves: RUN-01
#[test]
fn a_run_that_has_nothing_to_do_says_when_it_will() {
    let ann = user(inactive(0));
    assert_eq!(ask(&ann, &Event::RunCame, 75, &policy()), Err(Refusal::NotDue { next: Some(day(76)) }));
}

// Proves: RUN-02
#[test]
fn the_run_does_a_thing_once_however_often_it_comes() {
    let mut ann = user(inactive(0));
    let policy = policy();
    assert_eq!(life(&mut ann, 76..=76, &policy).len(), 1);
    assert!(life(&mut ann, 76..=76, &policy).is_empty());
}
