//! Brakes: a day's work of one organisation, kind and cause that is too large waits for a person, and the rest goes on
//! (RUN-05, RUN-06). What is counted and how it is worded; who releases it is decided in `rights`.

use crate::capital::capital;
use crate::ids::OdsCode;
use crate::lifecycle::change::{Action, Change};
use crate::policy::{BrakeRules, Policy};
use crate::rule::Rule;
use crate::status::{Kind, Status};
use crate::time::Day;

words! {
    /// The limit that was met.
    pub enum Brake {
        /// Too large a share of the organisation's accounts.
        Share = "share",
        /// Far more than was forecast.
        Forecast = "forecast",
        /// The clock jumped: nothing is destroyed.
        Clock = "clock",
        /// A rollback put them back: a run would do again what was undone.
        Rollback = "rollback",
    }
}

words! {
    /// Where a held part comes from.
    pub enum Source {
        /// A run: its accounts are decided anew when the part is released.
        Run = "run",
        /// An actions file.
        File = "file",
        /// A single action.
        Person = "person",
        /// The rollback of a run.
        Rollback = "rollback",
    }
}

words! {
    /// Where a part stands, and each account in it.
    pub enum Stand {
        /// Waiting for a second person.
        Held = "held",
        /// Released, and still to be done by the next run.
        Released = "released",
        /// Released and done, or found to need nothing any more.
        Done = "done",
        /// A person decided against it.
        Refused = "refused",
        /// Nobody released it in time, or it no longer applied when somebody did.
        Lapsed = "lapsed",
    }
}

/// The statuses of an account in use: a brake's share is a share of these.
pub const IN_USE: [Status; 5] = [Status::Pending, Status::Active, Status::Inactive, Status::Leaver, Status::Disabled];

/// What is counted together in a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The organisation that loses by it.
    pub organisation: OdsCode,
    /// The kind of account.
    pub kind: Kind,
    /// What would happen.
    pub action: Action,
    /// The cause.
    pub rule: Rule,
}

/// The figures of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// What is about to be done.
    pub planned: i64,
    /// What was done of the group today.
    pub done_today: i64,
    /// What was expected of the day; people's requests have no forecast.
    pub forecast: Option<i64>,
    /// The organisation's accounts of that kind in use before anything of the group was done today.
    pub population: i64,
}

/// What the policy allowed on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The policy.
    pub policy: String,
    /// So many pass always.
    pub floor: i64,
    /// Beyond that, so much of the accounts in use.
    pub share_percent: i64,
    /// Beyond that, in a run, so much of what was forecast.
    pub forecast_percent: i64,
}

/// A brake holds a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tripped {
    /// Which.
    pub brake: Brake,
    /// So many would have passed.
    pub limit: i64,
    /// How the limit comes about, as `20 % of 40, at least 5`.
    pub why: String,
}

/// The group of a change; none where no brake is on it, because it gives an account back or edits it.
pub fn group_of(change: &Change) -> Option<Group> {
    verb(change.action)?;
    let organisation = change.moved.as_ref().map_or(&change.account.organisation, |moved| &moved.from).clone();
    Some(Group { organisation, kind: change.account.kind, action: change.action, rule: cause(change) })
}

impl Budget {
    /// What a policy allows.
    pub fn of(policy: &Policy) -> Self {
        let BrakeRules { floor, share_percent, forecast_percent, .. } = policy.brakes;
        Self {
            policy: policy.name.clone(),
            floor: floor.into(),
            share_percent: share_percent.into(),
            forecast_percent: forecast_percent.into(),
        }
    }
}

impl Brake {
    /// The rule by which it holds.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Clock => Rule::Run06,
            Self::Share | Self::Forecast | Self::Rollback => Rule::Run05,
        }
    }
}

/// Why a change happens. An announcement is made by the rule of notices; what it is for is what counts.
pub fn cause(change: &Change) -> Rule {
    change.notice.filter(|_| change.action == Action::Announced).map_or(change.rule, |owed| owed.rule)
}

/// Whether there is a brake on it.
pub const fn is_braked(action: Action) -> bool {
    verb(action).is_some()
}

/// Whether it takes something away that a signal or an administrator does not simply bring back.
pub const fn is_destructive(action: Action) -> bool {
    matches!(action, Action::Deleted | Action::Purged)
}

/// Whether an account that this happens to is counted no more among its organisation's accounts in use.
pub const fn leaves_use(action: Action) -> bool {
    matches!(action, Action::Deleted | Action::Transferred)
}

/// So many pass whatever else: below it, the population need not be known.
pub fn always_passes(rules: &BrakeRules, planned: i64, done_today: i64) -> bool {
    planned.saturating_add(done_today) <= i64::from(rules.floor)
}

/// Judges a group's day. The floor passes always; beyond it the share and, where there is one, the forecast count.
pub fn judge(rules: &BrakeRules, measure: Measure) -> Option<Tripped> {
    let Measure { planned, done_today, forecast, population } = measure;
    if planned <= 0 || always_passes(rules, planned, done_today) {
        return None;
    }
    let (day, floor) = (planned.saturating_add(done_today), i64::from(rules.floor));
    let part = |percent: u16, of: i64| of.saturating_mul(percent.into()) / 100;
    let share = part(rules.share_percent, population).max(floor);
    if day > share {
        let why = format!("{} % of {population}, at least {floor}", rules.share_percent);
        return Some(Tripped { brake: Brake::Share, limit: share, why });
    }
    let forecast = forecast?;
    let limit = part(rules.forecast_percent, forecast).max(floor);
    let why = format!("{} % of the {forecast} forecast, at least {floor}", rules.forecast_percent);
    (day > limit).then_some(Tripped { brake: Brake::Forecast, limit, why })
}

/// By how many the day would have gone beyond what the brake allows.
pub fn over(tripped: &Tripped, measure: Measure) -> i64 {
    measure.planned.saturating_add(measure.done_today).saturating_sub(tripped.limit).max(0)
}

/// So many accounts of a kind in use as make any of this pass; a count may stop there.
pub fn enough(rules: &BrakeRules, planned: i64, done_today: i64) -> i64 {
    let percent = i64::from(rules.share_percent).max(1);
    planned.saturating_add(done_today).saturating_mul(100) / percent + 1
}

/// RUN-06: so many days since the last run that something is wrong with the clock, or nobody was there.
pub fn clock_jumped(rules: &BrakeRules, last_run: Day, today: Day) -> Option<Tripped> {
    let days = today.days_since(last_run);
    let most = rules.clock_jump_days;
    let why = || format!("{}: {days} days since the last run, at most {most}", Brake::Clock.rule());
    (days > i32::from(most)).then(|| Tripped { brake: Brake::Clock, limit: 0, why: why() })
}

/// Why a group is held, with its figures.
pub fn sentence(group: &Group, tripped: &Tripped, measure: Measure) -> String {
    let Measure { planned, done_today, population, .. } = measure;
    let verb = verb(group.action).unwrap_or(group.action.as_str());
    match tripped.brake {
        Brake::Rollback => {
            let (kind, code) = (plural(group.kind), &group.organisation);
            let put_back = format!("{kind} of {code} put back by the rollback of {}: {planned}", tripped.why);
            return format!("{put_back}; released, they would {verb} again ({})", group.rule);
        }
        Brake::Share | Brake::Forecast | Brake::Clock => {}
    }
    let already = if done_today > 0 { format!(" besides {done_today} before") } else { String::new() };
    format!(
        "{planned} of {population} {} of {} would {verb} ({}) today{already}; the brake allows {} ({})",
        plural(group.kind),
        group.organisation,
        group.rule,
        tripped.limit,
        tripped.why,
    )
}

/// What would happen to the accounts of a group, and by which rule: `Users would become leavers (JML-01)`.
pub fn would(group: &Group) -> String {
    let verb = verb(group.action).unwrap_or(group.action.as_str());
    format!("{} would {verb} ({})", capital(plural(group.kind)), group.rule)
}

/// What would happen to an account, after `would`; none where no brake is on it.
const fn verb(action: Action) -> Option<&'static str> {
    match action {
        Action::Inactivated => Some("become inactive"),
        Action::Announced => Some("be told of their deletion"),
        Action::MarkedLeaver => Some("become leavers"),
        Action::Transferred => Some("be transferred away"),
        Action::Disabled => Some("be disabled"),
        Action::Deleted => Some("be deleted"),
        Action::Purged => Some("be purged"),
        Action::Created
        | Action::Migrated
        | Action::Signalled
        | Action::AcceptedTerms
        | Action::OwnersAsked
        | Action::Confirmed
        | Action::Reminded
        | Action::Reactivated
        | Action::CancelledLeaver
        | Action::Joined
        | Action::Enabled
        | Action::Restored
        | Action::HoldPlaced
        | Action::HoldReleased
        | Action::DeletionRefused
        | Action::Edited
        | Action::MemberLeft
        | Action::RulesSet
        | Action::AddressFreed
        | Action::Resecured
        | Action::RolledBack => None,
    }
}

const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "users",
        Kind::Shared => "shared mailboxes",
        Kind::Application => "application accounts",
        Kind::Resource => "resources",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::State;
    use crate::lifecycle::change::{Move, Owed};
    use crate::lifecycle::tables::fixture::{account, day, noon, policy};
    use crate::notice::NoticeKind;

    fn measure(planned: i64, done_today: i64, forecast: Option<i64>, population: i64) -> Measure {
        Measure { planned, done_today, forecast, population }
    }

    // Proves: RUN-05
    #[test]
    fn the_floor_passes_always_and_beyond_it_a_share_of_the_organisation() {
        let rules = policy().brakes;
        for (planned, done_today, population, held) in [
            (1, 0, 2, None),
            (2, 0, 2, None),
            (5, 0, 5, None),
            (6, 0, 6, Some(5)),
            (3, 2, 6, None),
            (3, 3, 6, Some(5)),
            (0, 9, 6, None),
            (8, 0, 40, None),
            (9, 0, 40, Some(8)),
            (1, 8, 40, Some(8)),
            (40, 0, 40, Some(8)),
            (8, 0, 44, None),
            (9, 0, 45, None),
            (400_000, 0, 2_000_000, None),
            (400_001, 0, 2_000_000, Some(400_000)),
            (6, 0, 0, Some(5)),
        ] {
            let tripped = judge(&rules, measure(planned, done_today, None, population));
            let brake = tripped.as_ref().map(|t| (t.brake, t.limit));
            assert_eq!(brake, held.map(|limit| (Brake::Share, limit)), "{planned} {done_today} {population}");
        }
    }

    // Proves: RUN-05
    #[test]
    fn beyond_the_floor_a_run_keeps_to_its_forecast() {
        let rules = policy().brakes;
        for (planned, forecast, held) in [
            (5, 0, None),
            (6, 0, Some(5)),
            (6, 4, None),
            (7, 4, Some(6)),
            (15, 10, None),
            (16, 10, Some(15)),
            (7, 5, None),
            (8, 5, Some(7)),
        ] {
            let tripped = judge(&rules, measure(planned, 0, Some(forecast), 1_000));
            let brake = tripped.as_ref().map(|t| (t.brake, t.limit));
            assert_eq!(brake, held.map(|limit| (Brake::Forecast, limit)), "{planned} {forecast}");
        }
        let both = judge(&rules, measure(40, 0, Some(0), 40)).map(|t| t.brake);
        assert_eq!(both, Some(Brake::Share));
    }

    #[test]
    fn what_is_beyond_the_limit_is_counted_with_what_was_done_before() {
        let tripped = |limit| Tripped { brake: Brake::Share, limit, why: String::new() };
        for (planned, done_today, limit, beyond) in
            [(8, 0, 8, 0), (9, 0, 8, 1), (1, 8, 8, 1), (38, 0, 8, 30), (3, 0, 0, 3), (2, 0, 5, 0)]
        {
            assert_eq!(
                over(&tripped(limit), measure(planned, done_today, None, 40)),
                beyond,
                "{planned} {done_today} {limit}"
            );
        }
        let budget = Budget::of(&policy());
        assert_eq!(
            (budget.policy.as_str(), budget.floor, budget.share_percent, budget.forecast_percent),
            ("2018-09", 5, 20, 150)
        );
    }

    #[test]
    fn a_count_may_stop_where_it_is_enough_and_the_answer_is_the_same() {
        let rules = policy().brakes;
        for planned in 1..60 {
            for population in 0..400 {
                let exact = judge(&rules, measure(planned, 2, None, population)).is_some();
                let stopped = population.min(enough(&rules, planned, 2));
                assert_eq!(
                    judge(&rules, measure(planned, 2, None, stopped)).is_some(),
                    exact,
                    "{planned} {population}"
                );
            }
        }
    }

    // Proves: RUN-06
    #[test]
    fn more_than_seven_days_since_the_last_run_are_a_jump() {
        let rules = policy().brakes;
        for (days, jumped) in [(0, false), (1, false), (7, false), (8, true), (400, true), (-3, false)] {
            assert_eq!(clock_jumped(&rules, day(0), day(days)).is_some(), jumped, "{days}");
        }
        let told = clock_jumped(&rules, day(0), day(12)).unwrap();
        let rules: Vec<&str> = Brake::ALL.iter().map(|brake| brake.rule().as_str()).collect();
        assert_eq!(rules, ["RUN-05", "RUN-05", "RUN-06", "RUN-05"]);
        assert_eq!((told.brake, told.why.as_str()), (Brake::Clock, "RUN-06: 12 days since the last run, at most 7"));
        let destructive: Vec<&str> = Action::ALL.iter().filter(|a| is_destructive(**a)).map(|a| a.as_str()).collect();
        assert_eq!(destructive, ["deleted", "purged"]);
    }

    #[test]
    fn a_change_is_counted_where_it_is_felt_and_by_its_cause() {
        let ann = account(Kind::User, State::Leaver { since: noon(0), disabled_at: None });
        let plain = |action, rule| Change::plain(ann.clone(), Status::Active, action, rule);
        let home = ann.organisation.clone();
        let told = |change: &Change| {
            group_of(change).map(|g| format!("{} {} {} {}", g.organisation, g.kind, g.action, g.rule))
        };
        let leaver = plain(Action::MarkedLeaver, Rule::Jml01);
        assert_eq!(told(&leaver), Some(format!("{home} user marked_leaver JML-01")));
        let owed = Owed { kind: NoticeKind::DeletionAnnounced, rule: Rule::Lc06, about: None };
        let announced = Change { notice: Some(owed), ..plain(Action::Announced, Rule::Ntc01) };
        assert_eq!(told(&announced), Some(format!("{home} user deletion_announced LC-06")));
        let moved = Some(Move { from: OdsCode::parse("A81001").unwrap(), fresh_entitlements: false });
        let transferred = Change { moved, ..plain(Action::Transferred, Rule::Jml06) };
        assert_eq!(told(&transferred).as_deref(), Some("A81001 user transferred JML-06"));
        for action in [Action::Joined, Action::Restored, Action::Enabled, Action::Reminded, Action::Edited] {
            assert_eq!(group_of(&plain(action, Rule::Lc10)), None, "{action}");
        }
    }

    #[test]
    fn a_group_says_what_would_happen_to_it() {
        let organisation = OdsCode::parse("A81001").unwrap();
        for (kind, action, rule, expected) in [
            (Kind::User, Action::MarkedLeaver, Rule::Jml01, "Users would become leavers (JML-01)"),
            (Kind::Shared, Action::Deleted, Rule::Lc14, "Shared mailboxes would be deleted (LC-14)"),
        ] {
            assert_eq!(would(&Group { organisation: organisation.clone(), kind, action, rule }), expected);
        }
    }

    #[test]
    fn a_held_group_says_its_figures() {
        let (rules, organisation) = (policy().brakes, OdsCode::parse("A81001").unwrap());
        let told = |action, rule, kind, figures| {
            let group = Group { organisation: organisation.clone(), kind, action, rule };
            sentence(&group, &judge(&rules, figures).unwrap(), figures)
        };
        assert_eq!(
            told(Action::Inactivated, Rule::Lc01, Kind::User, measure(38, 0, None, 40)),
            "38 of 40 users of A81001 would become inactive (LC-01) today; the brake allows 8 (20 % of 40, at least 5)"
        );
        assert_eq!(
            told(Action::Deleted, Rule::Lc12, Kind::Shared, measure(1, 5, None, 6)),
            "1 of 6 shared mailboxes of A81001 would be deleted (LC-12) today besides 5 before; the brake allows 5 \
             (20 % of 6, at least 5)"
        );
        assert_eq!(
            told(Action::Announced, Rule::Lc04, Kind::User, measure(90, 0, Some(2), 900)),
            "90 of 900 users of A81001 would be told of their deletion (LC-04) today; the brake allows 5 (150 % of the \
             2 forecast, at least 5)"
        );
    }

    // Proves: RUN-05
    #[test]
    fn a_brake_has_its_own_figures_from_the_policy() {
        let own = BrakeRules { floor: 0, share_percent: 50, forecast_percent: 100, ..policy().brakes };
        for (planned, forecast, population, held) in [
            (0, Some(0), 0, None),
            (1, None, 1, Some(Brake::Share)),
            (1, None, 2, None),
            (5, None, 11, None),
            (6, None, 11, Some(Brake::Share)),
            (5, Some(5), 10, None),
            (5, Some(4), 10, Some(Brake::Forecast)),
            (6, Some(5), 10, Some(Brake::Share)),
            (-1, Some(0), 0, None),
        ] {
            let brake = judge(&own, measure(planned, 0, forecast, population)).map(|t| t.brake);
            assert_eq!(brake, held, "{planned} {forecast:?} {population}");
        }
        assert!(always_passes(&own, 0, 0) && !always_passes(&own, 1, 0) && !always_passes(&own, i64::MAX, 1));
    }
}
