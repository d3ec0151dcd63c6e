//! Accounts of the same class have the same future: an account lived day by day, the same played from change to change,
//! and the representative of its class, under random policies that follow each other.

use domain::account::{Account, Announced, Cause, Held, Question, State};
use domain::ids::{AccountId, Address, OdsCode};
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::change::{Action, Change};
use domain::lifecycle::class::{Class, Lens};
use domain::lifecycle::timeline::Timeline;
use domain::org::Sector;
use domain::policy::{KindRules, Policy, SectorRules};
use domain::rule::Rule;
use domain::signal::{Seen, Signal, Signals, Source};
use domain::status::Kind;
use domain::time::{Calendar, Day, Period, Timestamp};
use fastrand::Rng;
use service::policy::{parse, shipped};

/// What people would see of a change.
type Told = (Day, Action, Rule, &'static str);

/// The first day of the play, and how many days it lasts.
const TODAY: Day = Day::from_number(18_000);
const DAYS: i32 = 420;

fn told(on: Day, change: &Change) -> Option<Told> {
    let counts = change.is_transition() || change.action == Action::Announced;
    counts.then(|| (on, change.action, change.rule, change.account.status().as_str()))
}

/// A run on each day, in the middle of it.
fn lived(account: &Account, policies: &[&Policy], sector: Sector, calendar: &Calendar) -> Vec<Told> {
    let (mut account, mut all) = (account.clone(), Vec::new());
    for day in (0..DAYS).map(|n| TODAY.plus_days(n)) {
        let policy = policies.iter().rev().find(|policy| policy.covers(day)).unwrap();
        let terms = policy.terms(account.kind, sector, day, calendar);
        let noon = calendar.start_of(day).plus_seconds(12 * 3600);
        while let Ok(change) = apply(&account, &Event::RunCame, &terms, noon) {
            all.extend(told(day, &change));
            account = change.account;
        }
    }
    all
}

/// The same from change to change.
fn played(account: &Account, timeline: &Timeline<'_>) -> Vec<Told> {
    let (mut account, mut all, mut day) = (account.clone(), Vec::new(), TODAY);
    while let Some((on, change)) = timeline.next_change(&account, day, TODAY.plus_days(DAYS - 1)) {
        all.extend(told(on, &change));
        (account, day) = (change.account, on);
    }
    all
}

fn instant(rng: &mut Rng, back: i32) -> Timestamp {
    // Often within the hours in which London's day is not UTC's.
    let second = if rng.bool() { rng.i64(0..86_400) } else { 82_000 + rng.i64(0..4_400) };
    Timestamp::from_second(i64::from(TODAY.number() - rng.i32(1..=back)) * 86_400 + second)
}

fn state(rng: &mut Rng, kind: Kind) -> State {
    let back = [40, 200, 900][rng.usize(0..3)];
    let since = instant(rng, back);
    let cause = Cause::ALL[rng.usize(0..Cause::ALL.len())];
    match rng.u8(0..12) {
        0 => State::Pending { since },
        1 => State::Inactive { since, rule: [Rule::Lc01, Rule::Lc03, Rule::Lc13][rng.usize(0..3)] },
        2 => State::Leaver { since, disabled_at: rng.bool().then_some(since) },
        3 => State::Disabled { since },
        4 => State::Deleted { since, cause },
        5 => State::Purged { since, cause },
        n => {
            let question = match (kind, n % 3) {
                (Kind::Shared, 0) => Question::Asked(TODAY.plus_days(-rng.i32(0..60))),
                (Kind::Shared, 1) => Question::Confirmed(instant(rng, 300)),
                _ => Question::None,
            };
            State::Active { since, question }
        }
    }
}

fn account(rng: &mut Rng) -> Account {
    let kind = Kind::ALL[rng.usize(0..10).min(3)];
    let state = state(rng, kind);
    let mut signals = Signals::default();
    for signal in Signal::ALL {
        if rng.bool() {
            let back = [30, 120, 500][rng.usize(0..3)];
            signals.see(*signal, Seen { at: instant(rng, back), source: Source::Portal });
        }
    }
    let sent_on = TODAY.plus_days(-rng.i32(0..40));
    let announced = Announced {
        sent_on,
        effective_on: sent_on.plus_days(rng.i32(1..60)),
        reminded: rng.bool().then(|| [1, 7][rng.usize(0..2)]),
    };
    let refused_on = rng.bool().then(|| TODAY.plus_days(-rng.i32(0..50)));
    let held = Held { since: state.since(), refused_on };
    Account {
        id: AccountId(rng.i64(1..1_000)),
        kind,
        address: Address::parse("some.body@mail.example").unwrap(),
        organisation: OdsCode::parse("RX1").unwrap(),
        state,
        signals,
        announced: (rng.u8(0..3) == 0).then_some(announced),
        held: (rng.u8(0..5) == 0).then_some(held),
        created_at: state.since(),
        terms_at: rng.bool().then_some(state.since()),
        version: 3,
    }
}

fn rules(rng: &mut Rng, from: &KindRules) -> KindRules {
    let mut rules = from.clone();
    if rng.bool() {
        rules.automation_from = [None, Some(TODAY.plus_days(rng.i32(-50..200)))][rng.usize(0..2)];
    }
    if rng.bool() {
        rules.signals = Signal::ALL.iter().copied().filter(|_| rng.bool()).collect();
    }
    if rng.u8(0..3) == 0 {
        rules.password_age = Some(Period::Days(rng.u16(30..400)));
    }
    if rng.u8(0..6) == 0 {
        rules.idle = None;
    }
    if rng.u8(0..6) == 0 {
        (rules.ask_owners, rules.confirmation) =
            (Some(Period::Months(rng.u16(1..9))), Some(Period::Days(rng.u16(1..60))));
    }
    rules.inactive = [rules.inactive, Some(Period::Days(rng.u16(1..120)))][rng.usize(0..2)];
    rules.restore = [rules.restore, Period::Days(rng.u16(1..200))][rng.usize(0..2)];
    rules
}

/// A shipped policy, and often another with exceptions and figures of its own.
fn policy(rng: &mut Rng, from: Day) -> Policy {
    let name = ["2018-09", "2021-02", "2022-12"][rng.usize(0..3)];
    let mut policy = Policy { from, ..parse(shipped(name).unwrap()).unwrap() };
    if rng.u8(0..3) > 0 {
        policy.kinds = policy.kinds.each_ref().map(|kind| rules(rng, kind));
        policy.notice.before_deletion_days = rng.u16(14..40);
        let begins = TODAY.plus_days(rng.i32(-100..200));
        let until = rng.bool().then(|| begins.plus_days(rng.i32(1..150)));
        let kind = Kind::ALL[rng.usize(0..4)];
        let exception = rules(rng, policy.kind(kind));
        policy.sectors = vec![SectorRules { sector: Sector::Gp, kind, from: begins, until, rules: exception }];
    }
    policy
}

fn policies(rng: &mut Rng) -> Vec<Policy> {
    let mut all = vec![policy(rng, TODAY.plus_days(-300))];
    for _ in 0..rng.usize(0..3) {
        let from = TODAY.plus_days(rng.i32(0..DAYS));
        let until = (rng.u8(0..4) == 0).then(|| from.plus_days(rng.i32(1..100)));
        all.push(Policy { until, ..policy(rng, from) });
    }
    all.sort_by_key(|policy| policy.from);
    all
}

// Proves: RUN-09, LC-18, LC-19
#[test]
fn an_account_its_class_and_a_life_day_by_day_have_the_same_future() {
    let london = Calendar::new("Europe/London").unwrap();
    let (mut changes, mut reduced) = (0, 0);
    for seed in 1..=400 {
        let mut rng = Rng::with_seed(seed);
        let all = policies(&mut rng);
        let all: Vec<&Policy> = all.iter().collect();
        for n in 0..25 {
            let account = account(&mut rng);
            let sector = [Sector::Gp, Sector::Other][n / 4 % 2];
            let days = (TODAY, TODAY.plus_days(DAYS - 1));
            let timeline = Timeline::new(&all, account.kind, sector, days, &london).unwrap();
            let future = played(&account, &timeline);
            // Every fourth: a run on each of the days takes its time.
            if n % 4 == 0 {
                assert_eq!(future, lived(&account, &all, sector, &london), "seed {seed}, {n}: {account:?}");
            }
            let class = Class::of(&account, &london);
            let seen = Lens::new(&timeline).see(class);
            let representative = seen.representative(&london).unwrap();
            assert_eq!(future, played(&representative, &timeline), "seed {seed}, {n}: {account:?} {seen:?}");
            assert_eq!(Class::of(&representative, &london), seen, "seed {seed}, {n}: its own representative's class");
            changes += future.len();
            reduced += usize::from(seen != class);
        }
    }
    assert!(changes > 6_000 && reduced > 3_000, "too quiet to prove anything: {changes}, {reduced}");
}

// Proves: RUN-09
#[test]
fn what_nobody_counts_makes_no_other_class() {
    let london = Calendar::new("Europe/London").unwrap();
    let policy = Policy { from: TODAY, ..parse(shipped("2018-09").unwrap()).unwrap() };
    let days = (TODAY, TODAY.plus_days(DAYS));
    let timeline = Timeline::new(&[&policy], Kind::User, Sector::Gp, days, &london).unwrap();
    let lens = Lens::new(&timeline);
    let class = |changed: &dyn Fn(&mut Account)| {
        let mut rng = Rng::with_seed(1);
        let at = london.start_of(TODAY.plus_days(-20));
        let state = State::Active { since: london.start_of(TODAY.plus_days(-90)), question: Question::None };
        let mut one = Account { kind: Kind::User, state, held: None, signals: Signals::default(), ..account(&mut rng) };
        one.signals.see(Signal::MailSent, Seen { at, source: Source::Portal });
        changed(&mut one);
        lens.see(Class::of(&one, &london))
    };
    let see = |account: &mut Account, signal, day| {
        let at = london.start_of(TODAY.plus_days(day)).plus_seconds(60);
        account.signals.see(signal, Seen { at, source: Source::Engine });
    };
    let same = class(&|_| {});
    for (what, changed) in [
        ("a signal that does not count", &(|a: &mut Account| see(a, Signal::AppUse, -3)) as &dyn Fn(&mut Account)),
        ("an older signal that counts", &|a| see(a, Signal::MailboxLogin, -30)),
        ("another that counts, of the same day", &|a| see(a, Signal::PasswordChange, -20)),
        ("the hour of the signal", &|a| see(a, Signal::MailSent, -20)),
        ("since when, if it was seen later", &|a| {
            a.state = State::Active { since: a.created_at, question: Question::None }
        }),
        ("its number", &|a| a.id = AccountId(77)),
    ] {
        assert_eq!(class(changed), same, "{what}");
    }
    for (what, changed) in [
        ("a newer signal", &(|a: &mut Account| see(a, Signal::MailSent, -19)) as &dyn Fn(&mut Account)),
        ("a hold", &|a| a.held = Some(Held { since: a.created_at, refused_on: None })),
        ("its kind", &|a| a.kind = Kind::Resource),
        ("its status", &|a| a.state = State::Disabled { since: a.created_at }),
    ] {
        assert_ne!(class(changed), same, "{what}");
    }
}
