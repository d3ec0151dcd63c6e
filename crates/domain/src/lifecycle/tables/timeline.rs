//! Timelines: what holds on each day when policies and exceptions follow each other, and what a run on each day then does.

use super::fixture::{
    LONDON, account, active, announced, day, held, inactive, leaver, noon, policy, policy_with, seen, user,
};
use crate::account::{Account, State};
use crate::lifecycle::change::Action;
use crate::lifecycle::class::{Class, Lens};
use crate::lifecycle::timeline::{Timeline, in_force};
use crate::org::Sector;
use crate::policy::{Policy, SectorRules};
use crate::signal::Signal;
use crate::status::{Kind, Status};
use crate::time::{Day, Period};

fn from(n: i32, policy: Policy) -> Policy {
    Policy { from: day(n), ..policy }
}

fn between(begins: i32, ends: i32, policy: Policy) -> Policy {
    Policy { until: Some(day(ends)), ..from(begins, policy) }
}

fn of_user<'a>(policies: &[&'a Policy], until: i32) -> Timeline<'a> {
    Timeline::new(policies, Kind::User, Sector::Gp, (day(0), day(until)), &LONDON).unwrap()
}

/// The idle periods that hold on some days.
fn idle_on(timeline: &Timeline<'_>, days: &[i32]) -> Vec<Option<Period>> {
    days.iter().map(|n| timeline.on(day(*n)).unwrap().rules.idle).collect()
}

/// What is done to an account until a day, as `(day, action)`.
fn done(account: &Account, timeline: &Timeline<'_>, until: i32) -> Vec<(i32, Action)> {
    let (mut account, mut from, mut all) = (account.clone(), day(0), Vec::new());
    while let Some((on, change)) = timeline.next_change(&account, from, day(until)) {
        all.push((on.days_since(day(0)), change.action));
        (account, from) = (change.account, on);
    }
    all
}

// Proves: LC-18
#[test]
fn the_latest_policy_that_has_begun_and_not_ended_holds() {
    let old = from(-10, policy());
    let new = between(20, 30, policy_with(|rules| rules.idle = Some(Period::Days(60))));
    let timeline = of_user(&[&old, &new], 100);
    let (ninety, sixty) = (Some(Period::Days(90)), Some(Period::Days(60)));
    assert_eq!(idle_on(&timeline, &[0, 19, 20, 29, 30, 100]), [ninety, ninety, sixty, sixty, ninety, ninety]);
    assert_eq!(in_force(&[&old, &new], day(-11)), None);
    assert!(Timeline::new(&[&new], Kind::User, Sector::Gp, (day(0), day(50)), &LONDON).is_none());
    let ended = between(-10, 20, policy());
    assert_eq!(idle_on(&of_user(&[&ended], 50), &[19, 20]), [ninety, ninety], "until another holds, its terms go on");
}

// Proves: LC-18
#[test]
fn an_exception_holds_for_its_sector_on_its_days() {
    let mut with = from(-10, policy());
    let rules = policy_with(|rules| rules.idle = None).kinds[0].clone();
    with.sectors = vec![SectorRules { sector: Sector::Gp, kind: Kind::User, from: day(5), until: Some(day(9)), rules }];
    let ninety = Some(Period::Days(90));
    assert_eq!(idle_on(&of_user(&[&with], 50), &[4, 5, 8, 9]), [ninety, None, None, ninety]);
    let other = Timeline::new(&[&with], Kind::User, Sector::Trust, (day(0), day(50)), &LONDON).unwrap();
    assert_eq!(idle_on(&other, &[4, 5, 8, 9]), [ninety; 4]);
    assert_ne!(other, of_user(&[&with], 50));
    let dental = Timeline::new(&[&with], Kind::User, Sector::Dentistry, (day(0), day(50)), &LONDON).unwrap();
    assert_eq!(other, dental, "nothing tells these sectors from each other");
}

// Proves: LC-19, RUN-07
#[test]
fn what_a_later_policy_makes_due_is_done_on_the_day_it_begins() {
    let (old, ann) = (from(-10, policy()), user(active(-70)));
    let quick = from(10, policy_with(|rules| rules.idle = Some(Period::Days(60))));
    let slow = from(10, policy_with(|rules| rules.idle = Some(Period::Days(120))));
    for (policies, until, expected) in [
        (vec![&old], 19, vec![]),
        (vec![&old], 20, vec![(20, Action::Inactivated)]),
        (vec![&old, &quick], 9, vec![]),
        (vec![&old, &quick], 10, vec![(10, Action::Inactivated)]),
        (vec![&old, &slow], 49, vec![]),
        (vec![&old, &slow], 50, vec![(50, Action::Inactivated)]),
    ] {
        assert_eq!(done(&ann, &of_user(&policies, 90), until), expected, "{} policies until {until}", policies.len());
    }
}

// Proves: LC-19, NTC-01
#[test]
fn a_notice_sent_before_a_quicker_policy_begins_keeps_its_day() {
    let old = from(-100, policy());
    let quick = from(5, policy_with(|rules| rules.inactive = Some(Period::Days(30))));
    let told = announced(user(inactive(-80)), -4, 10);
    assert_eq!(done(&told, &of_user(&[&old, &quick], 40), 40).last(), Some(&(10, Action::Deleted)));
    let untold = user(inactive(-40));
    let done = done(&untold, &of_user(&[&old, &quick], 40), 40);
    assert_eq!(done.first(), Some(&(5, Action::Announced)));
    assert_eq!(done.last(), Some(&(19, Action::Deleted)), "fourteen days after the notice");
}

// Proves: RUN-09
#[test]
fn a_lens_sees_what_its_timeline_reads_and_nothing_else() {
    let plain = from(-10, policy());
    let passwords = from(30, policy_with(|rules| rules.password_age = Some(Period::Days(365))));
    let seen_of =
        |account: &Account, policies: &[&Policy]| Lens::new(&of_user(policies, 90)).see(Class::of(account, &LONDON));
    let mailed = |change: i32| {
        let mut ann = user(active(-60));
        ann.signals.see(Signal::MailSent, seen(noon(-5)));
        ann.signals.see(Signal::PasswordChange, seen(noon(change)));
        ann
    };
    assert_eq!(seen_of(&mailed(-40), &[&plain]), seen_of(&mailed(-30), &[&plain]), "the mail is newer");
    assert_ne!(seen_of(&mailed(-40), &[&plain, &passwords]), seen_of(&mailed(-30), &[&plain, &passwords]));
    assert_ne!(seen_of(&mailed(-4), &[&plain]), seen_of(&mailed(-30), &[&plain]), "the change is newer");
    for state in [leaver(-5), inactive(-5), State::Disabled { since: noon(-5) }, State::Pending { since: noon(-5) }] {
        let mut one = user(state);
        let before = seen_of(&one, &[&plain]);
        one.signals.see(Signal::MailSent, seen(noon(-1)));
        assert_eq!(seen_of(&one, &[&plain]), before, "only an active account has clocks that signals turn");
        assert_ne!(seen_of(&held(one), &[&plain]), before);
    }
    let gone = |n| user(State::Purged { since: noon(n), cause: crate::account::Cause::Idle });
    assert_eq!(seen_of(&gone(-5), &[&plain]), seen_of(&held(gone(-50)), &[&plain]), "nothing comes after a purge");
}

// Proves: RUN-09, LC-15
#[test]
fn kinds_that_are_not_automated_have_one_class_of_active_accounts() {
    let off = from(-10, policy());
    let timeline = Timeline::new(&[&off], Kind::Application, Sector::Gp, (day(0), day(400)), &LONDON).unwrap();
    let class = |n| Lens::new(&timeline).see(Class::of(&account(Kind::Application, active(n)), &LONDON));
    assert_eq!(class(-5), class(-700));
    let representative = class(-5).representative(&LONDON).unwrap();
    assert_eq!((representative.status(), representative.kind), (Status::Active, Kind::Application));
    assert_eq!(done(&representative, &timeline, 400), []);
    assert!(class(-5).free() == class(-5) && !class(-5).is_held());
    assert_eq!(Day::from_number(0), LONDON.day_of(representative.state.since()));
}
