//! How many accounts each organisation of the demo has, and what they are. All shares stand here.
//!
//! | of all accounts | % | | of users | % | | of leavings in closed organisations | % |
//! |---|---|---|---|---|---|---|---|
//! | user | 93.5 | | active | 84 | | user | 88 |
//! | shared | 4.5 | | deleted | 5 | | active | 43 |
//! | resource | 1.3 | | inactive | 4.5 | | leaver | 25 |
//! | application | 0.7 | | disabled | 3 | | inactive | 22 |
//! | | | | leaver | 2.5 | | disabled, deleted | 5, 5 |
//! | | | | pending | 1 | | | |

use domain::status::{Kind, Status};
use domain::time::Day;
use fastrand::Rng;

use super::people::{Class, DemoOrganisation, Share};

/// Kinds in a thousand; the rest are users.
const KINDS: [(Kind, u32); 3] = [(Kind::Shared, 45), (Kind::Resource, 13), (Kind::Application, 7)];
/// Statuses of users in a thousand; the rest are active.
const USERS: [(Status, u32); 5] = [
    (Status::Deleted, 50),
    (Status::Inactive, 45),
    (Status::Disabled, 30),
    (Status::Leaver, 25),
    (Status::Pending, 10),
];
const SHARED: [(Status, u32); 1] = [(Status::Deleted, 40)];
const APPLICATIONS: [(Status, u32); 3] = [(Status::Deleted, 30), (Status::Inactive, 20), (Status::Disabled, 10)];
const RESOURCES: [(Status, u32); 1] = [(Status::Deleted, 30)];
const LEFT_KINDS: [(Kind, u32); 2] = [(Kind::Shared, 100), (Kind::Application, 20)];
const LEFT_USERS: [(Status, u32); 4] =
    [(Status::Leaver, 250), (Status::Inactive, 220), (Status::Disabled, 50), (Status::Deleted, 50)];

/// Closed longer ago than this, an organisation has nothing left.
const LEFT_FOR_DAYS: i32 = 900;

/// One draw from a table in thousandths.
fn draw<T: Copy>(rng: &mut Rng, table: &[(T, u32)], rest: T) -> T {
    let mut at = rng.u32(0..1000);
    for (what, share) in table {
        if at < *share {
            return *what;
        }
        at -= share;
    }
    rest
}

/// The kind of an account, in an open or a closed organisation.
pub(super) fn kind(rng: &mut Rng, open: bool) -> Kind {
    if open { draw(rng, &KINDS, Kind::User) } else { draw(rng, &LEFT_KINDS, Kind::User) }
}

/// The status of an account.
pub(super) fn status(rng: &mut Rng, kind: Kind, open: bool) -> Status {
    let table: &[(Status, u32)] = match kind {
        Kind::User if open => &USERS,
        Kind::User => &LEFT_USERS,
        Kind::Shared => &SHARED,
        Kind::Application => &APPLICATIONS,
        Kind::Resource => &RESOURCES,
    };
    draw(rng, table, Status::Active)
}

/// Whether an organisation is open on a day.
pub(super) fn is_open(organisation: &DemoOrganisation, today: Day) -> bool {
    organisation.closed_on.is_none_or(|day| day > today) && organisation.opened_on.is_none_or(|day| day <= today)
}

/// A seed of an organisation's own, so that its accounts depend neither on its place nor on its neighbours.
pub(super) fn seed_of(organisation: &DemoOrganisation, seed: u64) -> u64 {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = organisation.code.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, fnv);
    // The seeds of neighbouring codes differ little; the generator's own mixing does the rest.
    Rng::with_seed(hash).u64(..)
}

/// How big an organisation would be in a federation of its natural size. The smaller of two draws makes small ones
/// the rule.
fn natural(organisation: &DemoOrganisation, today: Day) -> u64 {
    let mut rng = Rng::with_seed(seed_of(organisation, 1));
    let mut between = |least: u64, most: u64| least + rng.u64(0..=most - least).min(rng.u64(0..=most - least));
    if is_open(organisation, today) {
        return match organisation.class {
            Class::GpPractice => between(12, 40),
            Class::Trust => between(2_000, 20_000),
            Class::Commissioner => between(80, 900),
            Class::Other => between(5, 40),
        };
    }
    match organisation.closed_on {
        Some(day) if day <= today && today.days_since(day) < LEFT_FOR_DAYS => {
            let most = if organisation.class == Class::Trust { 120 } else { 14 };
            // The longer ago, the likelier that all is tidied up.
            let tidy = i64::from(today.days_since(day)) > i64::from(LEFT_FOR_DAYS) * rng.i64(0..100) / 100;
            if tidy { 0 } else { 2 + rng.u64(0..most).min(rng.u64(0..most)) }
        }
        Some(_) | None => 0,
    }
}

/// Shares of exactly `accounts` accounts, in the order of the organisations. A small federation has fewer and smaller
/// trusts, and fewer practices of nearly the usual size, spread evenly. Empty when no organisation can have accounts.
pub(super) fn shares(organisations: &[DemoOrganisation], today: Day, accounts: u64) -> Vec<Share> {
    let sizes: Vec<u64> = organisations.iter().map(|organisation| natural(organisation, today)).collect();
    let group = |at: usize| {
        let organisation = organisations.get(at)?;
        Some(match organisation.class {
            _ if !is_open(organisation, today) => 0,
            Class::Other => 1,
            Class::Commissioner => 2,
            Class::GpPractice => 3,
            // Last, so that what rounding leaves over goes to the biggest.
            Class::Trust => 4,
        })
    };
    let total: u64 = sizes.iter().sum();
    let mut shares = Vec::new();
    let (mut before, mut spent) = (0_u64, 0_u64);
    for number in 0..5_u8 {
        let members: Vec<Share> = sizes
            .iter()
            .enumerate()
            .filter(|(at, size)| **size > 0 && group(*at) == Some(number))
            .map(|(organisation, size)| Share { organisation, accounts: *size })
            .collect();
        before += members.iter().map(|share| share.accounts).sum::<u64>();
        let budget = part(accounts, before, total) - spent;
        spent += budget;
        let big = matches!(number, 2 | 4);
        let chosen = spread(&members, chosen_count(members.len(), accounts, total, big), budget);
        shares.extend(allot(&chosen, budget));
    }
    shares.sort_unstable_by_key(|share| share.organisation);
    shares
}

/// `whole * numerator / denominator`, rounded down; 0 of nothing.
fn part(whole: u64, numerator: u64, denominator: u64) -> u64 {
    let exact = (u128::from(whole) * u128::from(numerator)).checked_div(u128::from(denominator)).unwrap_or(0);
    u64::try_from(exact).unwrap_or(u64::MAX)
}

/// How many of a group take part in a federation of `accounts` where `total` would be natural: by the square root of
/// the scale for big organisations, nearly in proportion (power 7/8) for small ones.
fn chosen_count(count: usize, accounts: u64, total: u64, big: bool) -> u64 {
    const ONE: u128 = 1_000_000_000_000;
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    if accounts >= total {
        return count;
    }
    let scale = (u128::from(accounts) * ONE / u128::from(total)).max(1);
    let root = |x: u128| (x * ONE).isqrt();
    let share = if big { root(scale) } else { scale * ONE / root(root(root(scale))) };
    u64::try_from((u128::from(count) * share).div_ceil(ONE)).unwrap_or(u64::MAX)
}

/// So many of the members, evenly spread, but no more than there are accounts for.
fn spread(members: &[Share], count: u64, budget: u64) -> Vec<Share> {
    let of = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let count = count.min(of).min(budget);
    let steps = (0_u64..).zip(members);
    steps.filter(|(at, _)| part(at + 1, count, of) > part(*at, count, of)).map(|(_, share)| *share).collect()
}

/// One account each, and the rest of the budget by size: exact to the last.
fn allot(members: &[Share], budget: u64) -> Vec<Share> {
    let total: u64 = members.iter().map(|share| share.accounts).sum();
    let rest = budget.saturating_sub(u64::try_from(members.len()).unwrap_or(u64::MAX));
    let mut before = 0;
    let allotted = members.iter().map(|share| {
        let from = part(rest, before, total);
        before += share.accounts;
        Share { organisation: share.organisation, accounts: 1 + part(rest, before, total) - from }
    });
    allotted.collect()
}

#[cfg(test)]
mod tests {
    use super::super::people::fixtures::{TODAY, federation};
    use super::*;

    #[test]
    fn every_size_is_met_exactly() {
        let organisations = federation();
        for accounts in [0, 1, 2, 9, 10, 1000, 50_000, 2_100_000, 9_000_000] {
            let shares = shares(&organisations, TODAY, accounts);
            assert_eq!(shares.iter().map(|share| share.accounts).sum::<u64>(), accounts);
            assert!(shares.iter().all(|share| share.accounts > 0), "{accounts}");
            assert!(shares.is_sorted_by(|a, b| a.organisation < b.organisation));
        }
        let only = shares(&organisations, TODAY, 1).pop().unwrap();
        assert!(is_open(&organisations[only.organisation], TODAY), "a single account is in an open organisation");
        assert!(shares(&[], TODAY, 10).is_empty());
    }

    #[test]
    fn practices_keep_their_size_in_a_small_federation() {
        let organisations = federation();
        for accounts in [50_000, 500_000] {
            let shares = shares(&organisations, TODAY, accounts);
            let of = |class: Class| {
                let here = |share: &&Share| {
                    organisations.get(share.organisation).is_some_and(|o| o.class == class && is_open(o, TODAY))
                };
                let sizes: Vec<u64> = shares.iter().filter(here).map(|share| share.accounts).collect();
                (sizes.len() as u64, sizes.iter().sum::<u64>())
            };
            let (practices, in_practices) = of(Class::GpPractice);
            let (trusts, in_trusts) = of(Class::Trust);
            assert!((10..=40).contains(&(in_practices / practices)), "{in_practices} in {practices}");
            assert!(trusts >= 20 && in_trusts / trusts >= 500, "{in_trusts} in {trusts}");
        }
    }

    #[test]
    fn what_closed_long_ago_or_is_not_open_yet_has_nothing() {
        let mut organisations = federation();
        for organisation in &mut organisations {
            organisation.closed_on = Some(TODAY.plus_days(-LEFT_FOR_DAYS));
        }
        assert!(shares(&organisations, TODAY, 1000).is_empty());
        for organisation in &mut organisations {
            (organisation.closed_on, organisation.opened_on) = (None, Some(TODAY.plus_days(1)));
        }
        assert!(shares(&organisations, TODAY, 1000).is_empty());
        for organisation in &mut organisations {
            (organisation.closed_on, organisation.opened_on) = (Some(TODAY.plus_days(1)), Some(TODAY));
        }
        assert!(!shares(&organisations, TODAY, 1000).is_empty());
    }
}
