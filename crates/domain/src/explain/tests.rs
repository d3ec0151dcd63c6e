//! Every account can be explained, and what an explanation promises is what the run then does.

use super::{Explanation, explain};
use crate::account::{Account, Cause, Question, State};
use crate::lifecycle::change::Action;
use crate::lifecycle::tables::fixture::{
    DAY_0, Dice, account, active, announced, day, held, inactive, leaver, live, noon, policy, terms, told, user,
    with_signal,
};
use crate::policy::Policy;
use crate::rule::Rule;
use crate::signal::Signal;
use crate::status::{Kind, Status};
use crate::time::{Day, Period};

fn states(n: i32) -> [State; 9] {
    let (since, cause) = (noon(n), Cause::Request);
    [
        State::Pending { since },
        active(n),
        State::Active { since, question: Question::Asked(day(n)) },
        State::Active { since, question: Question::Confirmed(since) },
        inactive(n),
        leaver(n),
        State::Disabled { since },
        State::Deleted { since, cause },
        State::Purged { since, cause },
    ]
}

/// The 2018 policy with programs and rooms automated too.
fn automated() -> Policy {
    let mut policy = policy();
    policy.kinds[2].automation_from = Some(Day::from_number(0));
    policy.kinds[3].automation_from = Some(Day::from_number(0));
    policy
}

/// Shorter periods, a password age, and an automation date still to come.
fn stricter() -> Policy {
    let mut policy = automated();
    for rules in &mut policy.kinds {
        rules.automation_from = Some(day(40));
        rules.password_age = Some(Period::Days(365));
        rules.idle = rules.idle.map(|_| Period::Days(30));
        rules.inactive = Some(Period::Days(30));
        rules.restore = Period::Days(30);
    }
    policy
}

fn explained(account: &Account, policy: &Policy, n: i32) -> Explanation {
    explain(account, &terms(policy, account, day(n)), day(n))
}

// Proves: EXP-01
#[test]
fn every_status_of_every_kind_is_explained() {
    for policy in [policy(), automated()] {
        for kind in Kind::ALL {
            for account in states(0).map(|state| account(*kind, state)) {
                let told = explained(&account, &policy, 1);
                let what = format!("{kind} {:?}", account.state);
                assert_eq!((told.status, told.since, told.rule), (account.status(), noon(0), account.rule()), "{what}");
                assert_eq!(told.policy, "2018-09");
                assert!(!told.would_change.is_empty(), "what would change {what}");
                assert!(told.facts.iter().any(|fact| fact.name == "created" && fact.at == Some(noon(0))), "{what}");
                let due = policy.kind(*kind).automation_from.is_some() && told.status != Status::Purged;
                let started = matches!(told.status, Status::Leaver | Status::Deleted);
                let never = *kind == Kind::Shared && told.status == Status::Inactive;
                assert_eq!(told.next.is_some(), (due || started) && !never, "next step of {what}");
            }
        }
    }
}

// Proves: EXP-01
#[test]
fn an_explanation_names_facts_with_their_source_and_the_way_out() {
    let ann = with_signal(user(active(-400)), Signal::MailSent, noon(0));
    let told = explained(&with_signal(ann, Signal::AppUse, noon(5)), &policy(), 10);
    let fact =
        |name: &str| told.facts.iter().find(|fact| fact.name == name).map(|fact| (fact.value.as_str(), fact.source));
    assert_eq!(fact("mail_sent"), Some(("2019-01-01", "mail_engine")));
    assert_eq!(fact("app_use"), Some(("2019-01-06 (does not count)", "mail_engine")));
    assert_eq!(fact("password_change"), Some(("never seen", "account")));
    assert_eq!(fact("portal_login"), None);
    assert_eq!(told.next.map(|step| (step.on, step.to, step.rule)), Some((day(90), Status::Inactive, Rule::Lc01)));
    let way = "password_change or mail_sent or mailbox_login before 2019-04-01: it stays active and the clock restarts";
    assert_eq!(told.would_change[0], way);
}

// Proves: EXP-01, LC-20
#[test]
fn what_a_hold_keeps_is_told_with_the_day_it_would_happen_without() {
    for (today, then) in [(10, "2019-04-01"), (76, "2019-04-01"), (77, "2019-04-02"), (200, "2019-08-03")] {
        let told = explained(&held(user(inactive(0))), &policy(), today);
        assert_eq!(told.next, None);
        assert_eq!(told.would_change[0], format!("releasing the hold: then deleted on {then} (LC-04)"));
    }
}

// Proves: EXP-01, NTC-01
#[test]
fn the_next_step_is_never_in_the_past_and_leaves_time_for_the_notice() {
    for (account, today, on) in [
        (user(inactive(0)), 76, 90),
        (user(inactive(0)), 77, 91),
        (user(inactive(0)), 300, 314),
        (announced(user(inactive(0)), 76, 90), 90, 90),
        (announced(user(inactive(0)), 76, 90), 300, 300),
        (user(active(0)), 300, 300),
    ] {
        assert_eq!(
            explained(&account, &policy(), today).next.map(|step| step.on),
            Some(day(on)),
            "seen on day {today}"
        );
    }
}

/// An account with a plausible past: born somewhere in the last 700 days, run over for a while, then perhaps missed;
/// perhaps something was announced to it, under whatever policy.
fn random(dice: &mut Dice, policies: &[Policy]) -> Account {
    let n = |dice: &mut Dice, below: usize| i32::try_from(dice.below(below)).unwrap();
    let kind = Kind::ALL[dice.below(4)];
    let born = -1 - n(dice, 700);
    let state = states(born)[dice.below(9)];
    let mut account = account(kind, state);
    for signal in Signal::ALL {
        if dice.below(3) == 0 {
            account = with_signal(account, *signal, noon(-1 - n(dice, 700)));
        }
    }
    let policy = &policies[dice.below(policies.len())];
    let missed = if dice.below(2) == 0 { 0 } else { n(dice, usize::try_from(-born).unwrap()) };
    live(&mut account, day(born), -born - missed, policy);
    if matches!(account.status(), Status::Inactive | Status::Leaver | Status::Disabled) && dice.below(2) == 0 {
        let sent = -n(dice, 30);
        account = announced(account, sent, sent + 14 + n(dice, 300));
    }
    if dice.below(8) == 0 { held(account) } else { account }
}

// Proves: EXP-01, RUN-07
#[test]
fn what_an_explanation_promises_is_what_the_run_then_does() {
    let policies = [policy(), automated(), stricter()];
    let mut dice = Dice(2018);
    let mut kinds_of_step = [0; 14];
    for round in 0..2000 {
        let mut account = random(&mut dice, &policies);
        let policy = &policies[dice.below(3)];
        let before = account.clone();
        let told_next = explained(&account, policy, 0).next;
        let did = live(&mut account, DAY_0, 700, policy);
        let first = |wanted: &[Action]| did.iter().find(|(_, action, _)| wanted.contains(action));
        let happened = first(&[Action::Inactivated, Action::Deleted, Action::Purged]);
        let what = format!("round {round}: {before:?}\ntold {told_next:?}\ndid {:?}", told(&did));
        assert_eq!(told_next.map(|step| (step.on, step.rule)), happened.map(|did| (did.0, did.2)), "{what}");
        let Some(step) = told_next else { continue };
        let doing = match step.to {
            Status::Inactive => Action::Inactivated,
            Status::Deleted => Action::Deleted,
            Status::Purged => Action::Purged,
            Status::Pending | Status::Active | Status::Leaver | Status::Disabled => panic!("{what}"),
        };
        kinds_of_step[usize::from(step.announced) + 2 * (step.to as usize)] += 1;
        assert_eq!(Some(doing), happened.map(|did| did.1), "{what}");
        assert_eq!(step.ask_on, first(&[Action::OwnersAsked]).map(|did| did.0).filter(|on| *on <= step.on), "{what}");
        if !step.announced {
            let notice = first(&[Action::Announced]).map(|did| did.0).filter(|on| *on <= step.on);
            assert_eq!(step.notice_on, notice, "{what}");
        }
    }
    let [idle, unannounced, announced, purge] = [4, 10, 11, 12].map(|n| kinds_of_step[n]);
    assert!(idle.min(unannounced).min(announced).min(purge) > 50, "every kind of step was promised: {kinds_of_step:?}");
}
