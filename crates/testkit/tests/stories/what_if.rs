//! What-if: the figures are those of a play of every account by itself, and what then happens when the policy is adopted.

mod replay;

use std::collections::BTreeMap;

use domain::account::Account;
use domain::ids::AccountId;
use domain::lifecycle::timeline::Timeline;
use domain::org::{Legal, Sector};
use domain::policy::Policy;
use domain::rights::{Role, Scope};
use domain::time::Day;
use service::account::act::Request;
use service::error::Error;
use service::outlook::play;
use service::policy::{parse, shipped};
use service::progress::Silent;
use service::what_if::Question;
use service::what_if::report::{Counts, Pair, Turn, WhatIf};
use store::db::Store;
use testkit::world::{World, on_both_stores};

/// A number by organisation, day and transition.
type Table = BTreeMap<(String, Day, &'static str), u32>;

const ORGANISATIONS: [&str; 3] = ["RX1", "RX2", "A81001"];

/// A federation after fifty days, with accounts in every status, some held, some seen.
fn federation(world: &World) {
    for (n, organisation) in ORGANISATIONS.iter().cycle().take(36).enumerate() {
        let address = world.user(organisation, "Any", &format!("P{n}"));
        let request = match n % 9 {
            0 => Request::MarkLeaver,
            1 => Request::Disable,
            2 => Request::Delete,
            3 => Request::Hold,
            _ => {
                world.signal(&address, ["mail_sent", "portal_login", "password_change"][n % 3]);
                continue;
            }
        };
        world.ask(&address, &request).unwrap();
        if n % 2 == 0 && n % 9 == 0 {
            world.ask(&address, &Request::Hold).unwrap();
        }
    }
    for n in 0..6 {
        world.try_user(ORGANISATIONS[n % 3], "New", &format!("N{n}")).unwrap();
        world.shared(ORGANISATIONS[n % 3], &format!("Ward {n}"), &[]);
    }
    world.days_pass(40);
    for n in [4, 7, 13, 14] {
        world.signal(&format!("any.p{n}@mail.example"), ["mailbox_login", "app_use"][n % 2]);
    }
    world.days_pass(10);
}

/// A policy whose brakes hold nothing: a comparison leaves them aside, so that it can be held against what runs do.
fn braked_at_nothing(policy: &str) -> String {
    let open = policy.replace("floor = 5 ", "floor = 500 ");
    assert_ne!(open, policy);
    open
}

/// A policy that is quicker than that of 2018, and an exception that begins in between.
fn candidate() -> String {
    let quick = shipped("2021-02").unwrap().replace("\"2021-02\"", "\"quick\"").replace("2021-02-01", "2019-01-01");
    let quick = braked_at_nothing(&quick)
        .replace("idle = \"90 days\"", "idle = \"70 days\"")
        .replace("leaver = \"30 days\"", "leaver = \"45 days\"");
    format!(
        "{quick}\n[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2019-03-20\"\nuntil = \"2019-05-01\"\n\
         idle = \"55 days\"\ninactive = \"20 days\"\npassword_age = \"never\"\n"
    )
}

fn question(text: &str, days: u16, organisation: Option<&str>) -> Question {
    let (policy, organisations) = (parse(text).unwrap(), organisation.into_iter().map(str::to_owned).collect());
    Question { policy, from: None, begins: None, days, organisations }
}

fn asked(world: &World, question: &Question) -> WhatIf {
    world.almoner.what_if(&world.operator(), question, &Silent).unwrap()
}

fn table(report: &WhatIf, side: fn(Pair) -> u32) -> Table {
    let mut table = Table::new();
    let filled = report.rows(|code, day, turn, pair| {
        if side(pair) > 0 {
            table.insert((code.to_owned(), day, turn.as_str()), side(pair));
        }
        Ok::<_, Error>(())
    });
    filled.unwrap();
    table
}

fn everybody(world: &World) -> Vec<Account> {
    let store = Store::open(world.url()).unwrap();
    let page = store::account::page(&mut store.reader().unwrap(), AccountId(i64::MIN), 5000).unwrap();
    page.into_iter().map(|(account, _)| account).collect()
}

fn without_notices(table: &Table) -> Table {
    table.iter().filter(|((.., turn), _)| *turn != Turn::Notice.as_str()).map(|(k, v)| (k.clone(), *v)).collect()
}

/// Plays every account by itself.
fn by_hand(world: &World, policies: &[&Policy], days: u16) -> Table {
    let (today, mut table) = (world.today(), Table::new());
    let until = today.plus_days(i32::from(days) - 1);
    for account in everybody(world) {
        let code = account.organisation.to_string();
        let sector = if code.starts_with('A') { Sector::Gp } else { Sector::Trust };
        let timeline = Timeline::new(policies, account.kind, sector, (today, until), world.almoner.calendar()).unwrap();
        for step in play(&account, &timeline, today, until).1 {
            let turn = Turn::parse(&format!("{}->{}", step.from, step.to)).unwrap();
            *table.entry((code.clone(), step.on, turn.as_str())).or_default() += 1;
        }
    }
    table
}

/// What the system did since a day, as the audit tells it.
fn happened(world: &World, since: Day) -> Table {
    let mut table = Table::new();
    for account in everybody(world) {
        for line in world.almoner.history(&world.operator(), account.address.as_str()).unwrap() {
            let day = world.almoner.calendar().day_of(line.at);
            let detail: serde_json::Value = serde_json::from_str(&line.detail).unwrap();
            let status = |side: &str| detail.pointer(side).and_then(|named| named.as_str()).map(str::to_owned);
            let moved = status("/before/status").zip(status("/after/status")).map(|(from, to)| format!("{from}->{to}"));
            let named = if line.action == "deletion_announced" { Some("notice".to_owned()) } else { moved };
            if let Some(turn) = named.filter(|_| line.actor == "system" && day >= since) {
                let turn = Turn::parse(&turn).unwrap().as_str();
                *table.entry((account.organisation.to_string(), day, turn)).or_default() += 1;
            }
        }
    }
    table
}

// Proves: RUN-09
#[test]
fn several_organisations_are_counted_as_each_by_itself() {
    on_both_stores(|world| {
        federation(world);
        let of = |codes: &[&str]| {
            let organisations = codes.iter().map(|code| (*code).to_owned()).collect();
            asked(world, &Question { organisations, ..question(&candidate(), 200, None) })
        };
        let (one, other, both) = (of(&["RX1"]), of(&["A81001"]), of(&["A81001", "RX1", "A81001"]));
        assert_eq!(both.accounts, one.accounts + other.accounts);
        for (turn, pair) in both.total.taken() {
            let sum = |side: fn(Pair) -> u32| side(one.total.get(turn)) + side(other.total.get(turn));
            assert_eq!((pair.before, pair.after), (sum(|p| p.before), sum(|p| p.after)), "{turn}");
        }
        let admin = world.person(&world.admin(Role::LocalAdmin, "RX1", "Only"));
        let organisations = vec!["RX1".to_owned(), "A81001".to_owned()];
        let beyond = Question { organisations, ..question(&candidate(), 200, None) };
        assert!(matches!(world.almoner.what_if(&admin, &beyond, &Silent), Err(Error::NotFound { .. })));
        assert!(matches!(world.almoner.may_ask(&admin, &beyond), Err(Error::NotFound { .. })));
    });
}

// Proves: RUN-09
#[test]
fn what_if_counts_what_a_play_of_every_account_by_itself_counts() {
    on_both_stores(|world| {
        federation(world);
        let kept = world.everything();
        let report = asked(world, &question(&candidate(), 365, None));
        assert_eq!(world.everything(), kept, "nothing is written");
        let policy = Policy { from: world.today(), ..parse(&candidate()).unwrap() };
        let adopted: Vec<&Policy> = world.almoner.policies().iter().collect();
        let with: Vec<&Policy> = adopted.iter().copied().chain([&policy]).collect();
        let (before, after) = (table(&report, |pair| pair.before), table(&report, |pair| pair.after));
        assert_eq!(without_notices(&before), by_hand(world, &adopted, 365));
        assert_eq!(without_notices(&after), by_hand(world, &with, 365));
        assert_ne!(without_notices(&before), without_notices(&after));
        assert_eq!(report.accounts, 48);
        assert!(report.held.before > 0 && report.held.after >= report.held.before, "{:?}", report.held);
        check_sums(&report, &before, &after);
        assert!(without_notices(&after).len() > 20, "{after:?}");
    });
}

/// Totals, days and organisations are sums of the same rows.
fn check_sums(report: &WhatIf, before: &Table, after: &Table) {
    let sum = |rows: &Table, wanted: &dyn Fn(&(String, Day, &str)) -> bool| -> u32 {
        rows.iter().filter(|(key, _)| wanted(key)).map(|(_, count)| count).sum()
    };
    let check = |counts: &Counts, wanted: &dyn Fn(&(String, Day, &str)) -> bool| {
        for turn in Turn::ALL {
            let of_turn = |key: &(String, Day, &str)| key.2 == turn.as_str() && wanted(key);
            let pair = Pair { before: sum(before, &of_turn), after: sum(after, &of_turn) };
            assert_eq!(counts.get(*turn), pair, "{turn}");
        }
    };
    check(&report.total, &|_| true);
    for (n, counts) in (0..).zip(&report.by_day) {
        check(counts, &|(_, day, _)| *day == report.from.plus_days(n));
    }
    for one in &report.by_organisation {
        check(&one.total, &|(code, ..)| code == one.code.as_str());
        let worst = one.worst_day.unwrap();
        check(&worst.counts, &|(code, day, _)| code == one.code.as_str() && *day == worst.on);
    }
    let worst = report.worst_day.unwrap();
    check(&worst.counts, &|(_, day, _)| *day == worst.on);
    assert!(report.by_day.iter().all(|counts| counts.moves().after <= worst.counts.moves().after));
    assert!(report.by_organisation.is_sorted_by_key(|one| std::cmp::Reverse(one.differs)));
}

// Proves: RUN-09, LC-19
#[test]
fn what_if_is_what_then_happens_when_the_policy_is_adopted() {
    on_both_stores(|world| {
        federation(world);
        let from = world.today().plus_days(1);
        let whole = candidate();
        let (report, alone) = {
            world.wait(1);
            (asked(world, &question(&whole, 60, None)), asked(world, &question(&whole, 60, Some("A81001"))))
        };
        assert_eq!((report.from, report.to, report.begins), (from, from.plus_days(59), from));
        let foreseen = table(&report, |pair| pair.after);
        let of_one: Table = foreseen.clone().into_iter().filter(|((code, ..), _)| code == "A81001").collect();
        assert_eq!(table(&alone, |pair| pair.after), of_one);
        let world = world.adopt(&whole, Some(from));
        world.run();
        world.days_pass(59);
        assert_eq!(happened(&world, from), foreseen);
        assert!(foreseen.len() > 10, "{foreseen:?}");
    });
}

// Proves: RUN-09, LC-18
#[test]
fn policies_that_begin_later_take_over_from_the_candidate_unless_it_has_their_name() {
    on_both_stores(|world| {
        federation(world);
        let start = world.today().plus_days(20);
        let world = world.adopt(&candidate(), Some(start));
        let slow = shipped("2018-09")
            .unwrap()
            .replace("\"2018-09\"", "\"slow\"")
            .replace("idle = \"90 days\"", "idle = \"300 days\"");
        let other = asked(&world, &question(&slow, 200, None));
        let policy = Policy { from: world.today(), ..parse(&slow).unwrap() };
        let mut with: Vec<&Policy> = world.almoner.policies().iter().collect();
        with.insert(1, &policy);
        assert_eq!(without_notices(&table(&other, |pair| pair.after)), by_hand(&world, &with, 200));
        let renamed = slow.replace("\"slow\"", "\"quick\"");
        let replaced = asked(&world, &question(&renamed, 200, None));
        let alone: Vec<&Policy> = vec![with[0], with[1]];
        assert_eq!(without_notices(&table(&replaced, |pair| pair.after)), by_hand(&world, &alone, 200));
        assert_ne!(replaced.by_day, other.by_day);
        assert_eq!(table(&other, |pair| pair.before), table(&replaced, |pair| pair.before));
        let same = asked(&world, &Question { begins: Some(start), ..question(&candidate(), 200, None) });
        assert_eq!(table(&same, |pair| pair.before), table(&same, |pair| pair.after), "it is adopted already");
    });
}

// Proves: RUN-09, ROLE-02
#[test]
fn who_administers_sees_what_if_of_their_own_organisations_only() {
    on_both_stores(|world| {
        world.organisation("A81003", Sector::Gp, Legal::Active);
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        let primary = world.admin(Role::PrimaryLocalAdmin, "RX1", "Primary");
        let helpdesk = world.admin(Role::Helpdesk, "RX1", "Helper");
        let sector = world.user("RX2", "Sector", "Admin");
        world.almoner.grant(&world.operator(), &sector, Role::SectorAdmin, &Scope::Sector(Sector::Gp)).unwrap();
        let auditor = world.user("RX2", "Au", "Ditor");
        world.almoner.grant(&world.operator(), &auditor, Role::Auditor, &Scope::Federation).unwrap();
        let answer = |who: &str, organisation: Option<&str>| {
            let asked = question(&candidate(), 30, organisation);
            match world.almoner.what_if(&world.person(who), &asked, &Silent) {
                Ok(report) => format!("{} accounts", report.accounts),
                Err(Error::NotFound { .. }) => "not found".to_owned(),
                Err(Error::NotAllowed(_)) => "not allowed".to_owned(),
                Err(error) => panic!("{error}"),
            }
        };
        for (who, organisation, expected) in [
            (&local, Some("RX1"), "3 accounts"),
            (&local, Some("RX2"), "not found"),
            (&local, None, "not allowed"),
            (&primary, Some("RX1"), "3 accounts"),
            (&primary, Some("A81001"), "not found"),
            (&sector, Some("A81003"), "0 accounts"),
            (&sector, Some("RX2"), "not found"),
            (&sector, None, "not allowed"),
            (&helpdesk, Some("RX1"), "not allowed"),
            (&auditor, Some("RX1"), "not allowed"),
            (&auditor, None, "not allowed"),
        ] {
            assert_eq!(answer(who, organisation), expected, "{who} {organisation:?}");
        }
    });
}

// Proves: RUN-09
#[test]
fn a_question_that_cannot_be_asked_is_refused() {
    on_both_stores(|world| {
        let refused = |asked: &Question| match world.almoner.what_if(&world.operator(), asked, &Silent) {
            Ok(report) => panic!("{} was compared", report.policy),
            Err(error) => error.to_string(),
        };
        let asked = question(&candidate(), 30, None);
        assert_eq!(refused(&Question { days: 0, ..asked.clone() }), "--days takes 1 to 3650");
        assert_eq!(refused(&Question { days: 3651, ..asked.clone() }), "--days takes 1 to 3650");
        let begins = Some(world.today().plus_days(-1));
        assert!(refused(&Question { begins, ..asked.clone() }).contains("is past"));
        let over = Policy { until: Some(world.today()), ..asked.policy.clone() };
        assert!(refused(&Question { policy: over, ..asked.clone() }).contains("would have ended"));
        let nobody = crate::what_if::asked(world, &asked);
        assert_eq!((nobody.accounts, nobody.worst_day, nobody.by_organisation.len()), (0, None, 0));
    });
}
