//! The demo's accounts: the same again from a seed, exact in number, plausible in their shares, sound in their dates.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::mobile::Mobile;

use super::fixtures::{TODAY, federation};
use super::*;

fn hash(organisations: &[DemoOrganisation], today: Day, seed: u64, accounts: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut line = String::new();
    for account in Federation::new(organisations, today, seed).accounts(accounts) {
        line.clear();
        write!(line, "{account:?}").unwrap();
        line.hash(&mut hasher);
    }
    hasher.finish()
}

#[test]
fn the_same_seed_gives_the_same_federation() {
    let organisations = federation();
    let first = hash(&organisations, TODAY, 7, 5_000);
    assert_eq!(first, hash(&organisations, TODAY, 7, 5_000));
    assert_ne!(first, hash(&organisations, TODAY, 8, 5_000));
    assert_ne!(first, hash(&organisations, TODAY.plus_days(1), 7, 5_000));
}

#[test]
fn an_organisation_alone_is_the_same_as_in_the_stream() {
    let organisations = federation();
    let all = Federation::new(&organisations, TODAY, 7);
    let share = all.shares(5_000)[3];
    let alone: Vec<String> = all.accounts_of(share).map(|account| format!("{account:?}")).collect();
    let within = all.accounts(5_000).filter(|account| account.organisation == share.organisation);
    assert_eq!(alone, within.map(|account| format!("{account:?}")).collect::<Vec<_>>());
}

#[test]
fn there_are_exactly_as_many_accounts_as_asked_and_an_administrator_everywhere() {
    let organisations = federation();
    for accounts in [1, 10, 1000, 50_000] {
        let mut chiefs = HashMap::new();
        let mut count = 0;
        for account in Federation::new(&organisations, TODAY, 1).accounts(accounts) {
            count += 1;
            let chief = account.grant == Some(DemoGrant::PrimaryLocalAdmin);
            *chiefs.entry(account.organisation).or_insert(0) += usize::from(chief);
            assert!(account.grant.is_none() || (account.kind, account.status) == (Kind::User, Status::Active));
        }
        assert_eq!(count, accounts);
        for (organisation, chiefs) in chiefs {
            let open = population::is_open(&organisations[organisation], TODAY);
            assert_eq!(open, chiefs > 0, "{}", organisations[organisation].code);
        }
    }
}

#[test]
fn the_mix_is_as_stated() {
    let organisations = federation();
    let mut counts: HashMap<(Kind, Option<Status>), f64> = HashMap::new();
    let open = |account: &DemoAccount| population::is_open(&organisations[account.organisation], TODAY);
    for account in Federation::new(&organisations, TODAY, 2).accounts(100_000).filter(open) {
        *counts.entry((account.kind, None)).or_default() += 0.001;
        *counts.entry((account.kind, Some(account.status))).or_default() += 0.001;
    }
    for (kind, status, percent, tolerance) in [
        (Kind::User, None, 93.5, 0.5),
        (Kind::Shared, None, 4.5, 0.4),
        (Kind::Application, None, 0.7, 0.15),
        (Kind::Resource, None, 1.3, 0.2),
        (Kind::User, Some(Status::Active), 93.5 * 0.84, 1.0),
        (Kind::User, Some(Status::Deleted), 93.5 * 0.05, 0.4),
        (Kind::User, Some(Status::Inactive), 93.5 * 0.045, 0.4),
        (Kind::User, Some(Status::Disabled), 93.5 * 0.03, 0.3),
        (Kind::User, Some(Status::Leaver), 93.5 * 0.025, 0.3),
        (Kind::User, Some(Status::Pending), 93.5 * 0.01, 0.2),
    ] {
        let found = counts.get(&(kind, status)).copied().unwrap_or_default();
        assert!((found - percent).abs() <= tolerance, "{kind} {status:?}: {found} instead of {percent}");
    }
}

#[test]
fn dates_follow_each_other() {
    let organisations = federation();
    for account in Federation::new(&organisations, TODAY, 3).accounts(100_000) {
        let terms = account.terms_accepted.unwrap_or(account.created);
        let organisation = &organisations[account.organisation];
        assert!(account.created <= terms && terms <= TODAY, "{account:?}");
        assert!(terms <= account.status_since && account.status_since <= TODAY, "{account:?}");
        assert!(organisation.opened_on.is_none_or(|day| day <= account.created), "{account:?}");
        assert!(organisation.closed_on.is_none_or(|day| day > account.created), "{account:?}");
        let accepted = account.kind == Kind::User && account.status != Status::Pending;
        assert!(account.terms_accepted.is_none() || accepted, "{account:?}");
        for (_, at) in account.signals.iter().flatten() {
            let day = Day::from_number(i32::try_from(at.second().div_euclid(86_400)).unwrap());
            assert!(terms <= day && day < TODAY, "{account:?}");
        }
    }
}

#[test]
fn names_numbers_and_owners_are_sound() {
    let organisations = federation();
    let (mut ids, mut mobiles, mut names) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut earlier: HashMap<usize, Vec<Kind>> = HashMap::new();
    for account in Federation::new(&organisations, TODAY, 4).accounts(60_000) {
        for text in [&*account.first_name, &account.last_name, account.job_title, account.unit, &account.local_id] {
            assert!(text.chars().count() <= 64, "{text}");
            assert!(any_ascii::any_ascii(text).bytes().all(|b| (b' '..0x7f).contains(&b)), "{text}");
        }
        let user = account.kind == Kind::User;
        assert!(user != account.first_name.is_empty() && user != account.last_name.is_empty(), "{account:?}");
        assert!((1..250).contains(&account.display_name.chars().count()), "{account:?}");
        let code = account.organisation;
        assert!(ids.insert((code, account.local_id.clone())), "{account:?}");
        if let Some(mobile) = &account.mobile {
            let read = Mobile::parse(mobile, None).unwrap();
            assert!(read.as_str() == mobile && mobile.starts_with("+999"), "{mobile}");
            assert!(mobiles.insert(mobile.clone()), "a number is one person's: {account:?}");
        }
        let drama = TELEPHONES.iter().any(|range| account.telephone.strip_prefix(range).is_some_and(|n| n.len() == 3));
        assert!(drama, "{}", account.telephone);
        let earlier = earlier.entry(code).or_default();
        for back in account.owner_offsets.into_iter().filter(|back| *back > 0) {
            assert!(!user && earlier[earlier.len() - back as usize] == Kind::User, "{account:?}");
        }
        if !user {
            assert!(names.insert((code, account.kind, account.display_name.clone())), "{account:?}");
        }
        earlier.push(account.kind);
    }
    assert!(mobiles.len() > 10_000, "{}", mobiles.len());
}

#[test]
fn every_day_of_the_coming_weeks_has_its_work() {
    let organisations = federation();
    let mut due: HashMap<Status, Vec<u32>> = HashMap::new();
    for account in Federation::new(&organisations, TODAY, 5).accounts(200_000).filter(|a| a.kind == Kind::User) {
        let used = |signal: &Signal| matches!(signal, Signal::PasswordChange | Signal::MailSent | Signal::MailboxLogin);
        let seen = account.signals.iter().flatten().filter(|(signal, _)| used(signal)).map(|(_, at)| *at).max();
        let last = seen.map_or(account.created, |at| Day::from_number(i32::try_from(at.second() / 86_400).unwrap()));
        let (from, period) = match account.status {
            Status::Active => (last, 90),
            Status::Inactive => (account.status_since, 90),
            Status::Leaver | Status::Pending => (account.status_since, 30),
            Status::Deleted => (account.status_since, 180),
            Status::Disabled | Status::Purged => continue,
        };
        // Today stands for all that is overdue too.
        let in_days = usize::try_from(period - TODAY.days_since(from)).unwrap_or(0);
        let days = due.entry(account.status).or_insert_with(|| vec![0; 16]);
        if let Some(day) = days.get_mut(in_days) {
            *day += 1;
        }
    }
    for (status, days) in due {
        let (least, most) = (days[1..].iter().min().unwrap(), days[1..].iter().max().unwrap());
        assert!(days[0] > 0 && *least > 0 && *most <= 2 * least + 30, "{status}: {days:?}");
    }
}
