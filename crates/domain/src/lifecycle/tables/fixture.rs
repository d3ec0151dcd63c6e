//! The 2018 policy as a literal, short builders, and a driver that lets the run come by day after day.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::account::{Account, Announced, Held, Question, State};
use crate::ids::{AccountId, Address, OdsCode};
use crate::lifecycle::apply::{Event, Target, apply};
use crate::lifecycle::change::{Action, Change};
use crate::org::Sector;
use crate::policy::{
    AddressRules, BrakeRules, EntitlementRules, KindRules, MailRules, MailboxRules, NoticeRules, Policy, RunRules,
    Terms,
};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::signal::{Seen, Signal, Signals, Source};
use crate::status::Kind;
use crate::time::{Calendar, Day, Period, Timestamp};

/// The federation's calendar.
pub(crate) static LONDON: LazyLock<Calendar> = LazyLock::new(|| Calendar::new("Europe/London").unwrap());

/// Day 0 of the tables.
pub(crate) const DAY_0: Day = Day::from_number(17_897);

/// A day of the tables.
pub(crate) fn day(n: i32) -> Day {
    DAY_0.plus_days(n)
}

/// Noon of a day.
pub(crate) fn noon(n: i32) -> Timestamp {
    LONDON.start_of(day(n)).plus_seconds(12 * 3600)
}

/// The hour of the run.
pub(crate) fn run_hour(on: Day) -> Timestamp {
    LONDON.start_of(on).plus_seconds(2 * 3600)
}

/// An instant as written.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// User accounts in September 2018.
pub(crate) fn user_rules() -> KindRules {
    KindRules {
        automation_from: Some(Day::from_number(0)),
        signals: vec![Signal::PasswordChange, Signal::MailSent, Signal::MailboxLogin],
        idle: Some(Period::Days(90)),
        password_age: None,
        pending: Some(Period::Days(30)),
        inactive: Some(Period::Days(90)),
        leaver: Some(Period::Days(30)),
        disabled: Some(Period::Months(18)),
        restore: Period::Days(180),
        ask_owners: None,
        confirmation: None,
        hidden: vec![],
    }
}

/// The presets' 2018-09.
pub(crate) fn policy() -> Policy {
    let shared = KindRules {
        signals: vec![Signal::MailSent],
        idle: None,
        inactive: None,
        restore: Period::Days(30),
        ask_owners: Some(Period::Months(6)),
        confirmation: Some(Period::Days(30)),
        ..user_rules()
    };
    let application = KindRules { automation_from: None, idle: Some(Period::Days(365)), ..user_rules() };
    Policy {
        name: "2018-09".into(),
        title: "Data retention policy of September 2018".into(),
        from: Day::parse("2018-09-01").unwrap(),
        until: None,
        notice: NoticeRules {
            before_deletion_days: 14,
            reminder_days: vec![7, 1],
            restore_reminder_days: vec![7, 1],
            password_reminder_days: vec![18, 10, 5, 2, 1],
        },
        run: RunRules { deletions_per_day: 5000, deletions_per_organisation_per_day: 500 },
        identity: None,
        recovery: None,
        brakes: BrakeRules { floor: 5, share_percent: 20, forecast_percent: 150, clock_jump_days: 7, held_days: 14 },
        addresses: AddressRules {
            pattern: "{first}.{last}{n}@example.org".into(),
            first_number: 2,
            reserve_after_purge: Period::Months(24),
            old_organisation_alias: Period::Days(90),
        },
        entitlement: EntitlementRules { licence: "standard".into(), quota_mib: 4096 },
        mail: MailRules {
            message_mib: 35,
            recipients_per_day: 10_000,
            received_per_hour: 3_600,
            people_from_internet: false,
        },
        mailboxes: MailboxRules { members: 250, owners: 100, name_length: 249 },
        attachments: None,
        secure: None,
        spoofing: None,
        forwarding: None,
        kinds: [user_rules(), shared, application.clone(), application],
        sectors: vec![],
    }
}

/// The 2018 policy with other rules for users.
pub(crate) fn policy_with(change: impl FnOnce(&mut KindRules)) -> Policy {
    let mut policy = policy();
    change(&mut policy.kinds[0]);
    policy
}

/// The terms of an account in no special sector.
pub(crate) fn terms<'a>(policy: &'a Policy, account: &Account, on: Day) -> Terms<'a> {
    policy.terms(account.kind, Sector::Other, on, &LONDON)
}

/// An account of RXX whose terms were accepted, standing where told, never seen.
pub(crate) fn account(kind: Kind, state: State) -> Account {
    Account {
        id: AccountId(1),
        kind,
        address: Address::parse("ann.lee@example.org").unwrap(),
        organisation: OdsCode::parse("RXX").unwrap(),
        state,
        signals: Signals::default(),
        announced: None,
        held: None,
        created_at: state.since(),
        terms_at: (!matches!(state, State::Pending { .. })).then_some(state.since()),
        version: 1,
    }
}

/// A user account standing where told.
pub(crate) fn user(state: State) -> Account {
    account(Kind::User, state)
}

/// Active since noon of a day.
pub(crate) fn active(n: i32) -> State {
    State::Active { since: noon(n), question: Question::None }
}

/// Inactive since noon of a day, for want of signals.
pub(crate) fn inactive(n: i32) -> State {
    State::Inactive { since: noon(n), rule: Rule::Lc01 }
}

/// A leaver since noon of a day.
pub(crate) fn leaver(n: i32) -> State {
    State::Leaver { since: noon(n), disabled_at: None }
}

/// A sighting.
pub(crate) fn seen(at: Timestamp) -> Seen {
    Seen { at, source: Source::Engine }
}

/// The account with a signal seen.
pub(crate) fn with_signal(mut account: Account, signal: Signal, at: Timestamp) -> Account {
    account.signals.see(signal, seen(at));
    account
}

/// The account with a deletion announced.
pub(crate) fn announced(account: Account, sent: i32, names: i32) -> Account {
    let announced = Some(Announced { sent_on: day(sent), effective_on: day(names), reminded: None });
    Account { announced, ..account }
}

/// The account under a hold.
pub(crate) fn held(account: Account) -> Account {
    let held = Some(Held { since: account.state.since(), refused_on: None });
    Account { held, ..account }
}

/// An open organisation.
pub(crate) fn target(code: &str) -> Target {
    Target { code: OdsCode::parse(code).unwrap(), open: true, short_name: Some("x".into()), successor: None }
}

/// A closed organisation with a successor.
pub(crate) fn closed(code: &str) -> Target {
    Target { open: false, successor: OdsCode::parse("RYY").ok(), ..target(code) }
}

/// Asks at noon of a day.
pub(crate) fn ask(account: &Account, event: &Event, n: i32, policy: &Policy) -> Result<Change, Refusal> {
    apply(account, event, &terms(policy, account, day(n)), noon(n))
}

/// What a run did to an account on a day.
pub(crate) type Did = (Day, Action, Rule);

/// The run comes by at two o'clock each day and does what is due, at most three things a day.
pub(crate) fn live_in(sector: Sector, account: &mut Account, from: Day, days: i32, policy: &Policy) -> Vec<Did> {
    let mut did = Vec::new();
    for on in (0..days).map(|n| from.plus_days(n)) {
        let terms = policy.terms(account.kind, sector, on, &LONDON);
        for _ in 0..3 {
            let Ok(change) = apply(account, &Event::RunCame, &terms, run_hour(on)) else { break };
            did.push((on, change.action, change.rule));
            *account = change.account;
        }
    }
    did
}

/// The same in no special sector.
pub(crate) fn live(account: &mut Account, from: Day, days: i32, policy: &Policy) -> Vec<Did> {
    live_in(Sector::Other, account, from, days, policy)
}

/// What was done, as `76 deletion_announced NTC-01`.
pub(crate) fn told(did: &[Did]) -> Vec<String> {
    did.iter().map(|(on, action, rule)| format!("{} {action} {rule}", on.days_since(DAY_0))).collect()
}

/// Lives some days of the tables and tells.
pub(crate) fn life(account: &mut Account, during: RangeInclusive<i32>, policy: &Policy) -> Vec<String> {
    let (from, to) = during.into_inner();
    told(&live(account, day(from), to - from + 1, policy))
}

/// A xorshift: a seed gives the same accounts on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}
