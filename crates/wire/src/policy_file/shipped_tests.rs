//! The shipped policies are what the rules say, and damaged ones are met with mistakes, not with a crash.

use domain::policy::{KindRules, Outside, Policy};
use domain::recovery::Proof;
use domain::signal::Signal;
use domain::status::{Kind, Status};
use domain::time::{Day, Period};

use crate::damage::mutate;
use crate::policy_file::{parse, shipped};

fn policy(name: &str) -> Policy {
    let (_, text) = shipped().iter().find(|(shipped, _)| *shipped == name).unwrap();
    parse(text).unwrap_or_else(|mistakes| panic!("{name}: {}", mistakes[0]))
}

fn user(name: &str) -> KindRules {
    policy(name).kind(Kind::User).clone()
}

// Proves: LC-18, LC-03
#[test]
fn the_shipped_policies_have_the_published_periods() {
    use Period::{Days, Months};
    for (name, idle, password_age, inactive, restore) in
        [("2018-09", 90, None, 90, 180), ("2021-02", 90, Some(Days(365)), 90, 30), ("2022-12", 30, None, 30, 30)]
    {
        let rules = user(name);
        assert_eq!(rules.idle, Some(Days(idle)), "{name}");
        assert_eq!(rules.password_age, password_age, "{name}");
        assert_eq!(rules.inactive, Some(Days(inactive)), "{name}");
        assert_eq!(rules.restore, Days(restore), "{name}");
        assert_eq!(
            (rules.pending, rules.leaver, rules.disabled),
            (Some(Days(30)), Some(Days(30)), Some(Months(18))),
            "{name}"
        );
        let from = Day::parse(&format!("{name}-01"));
        assert_eq!((Some(policy(name).from), rules.automation_from), (from, from), "{name}");
    }
}

// Proves: LC-02
#[test]
fn the_shipped_policies_count_the_published_signals() {
    use Signal::{AppLogin, AppUse, MailSent, MailboxLogin, PasswordChange, PortalLogin};
    assert_eq!(user("2018-09").signals, [PasswordChange, MailSent, MailboxLogin]);
    assert_eq!(user("2021-02").signals, [PasswordChange, MailSent, MailboxLogin]);
    assert_eq!(user("2022-12").signals, [PortalLogin, AppLogin, AppUse, MailSent]);
}

// Proves: PWD-01
#[test]
fn the_shipped_policies_have_the_published_rules_of_passwords() {
    use Period::Days;
    for (name, expiry) in [("2018-09", Days(90)), ("2021-02", Days(365)), ("2022-12", Days(365))] {
        let rules = policy(name).identity.unwrap();
        assert_eq!(rules.password_expiry, Some(expiry), "{name}");
        assert_eq!((rules.password_length, rules.passwords_remembered), (10, 4), "{name}");
        assert_eq!((rules.delay_after_failures, rules.lock_after_failures), (3, 10), "{name}");
        assert_eq!((rules.mfa_exception_hours, rules.mfa_exception_days), (Some(24), Some(30)), "{name}");
    }
}

// Proves: SSPR-01
#[test]
fn the_shipped_policies_ask_for_answers_and_a_code_and_the_modern_one_for_two_codes() {
    for (name, _) in shipped() {
        let policy = policy(name);
        let rules = policy.recovery.unwrap();
        let expected: (&[Proof], u16) = match *name {
            "modern" => (&[Proof::Authenticator, Proof::Mobile], 0),
            _ => (&[Proof::Answers, Proof::Code], 3),
        };
        assert_eq!((rules.proofs.as_slice(), rules.answers), expected, "{name}");
        assert_eq!(rules.country_code, Some(44), "{name}");
        let expires = policy.identity.unwrap().password_expiry.is_some();
        assert_eq!(expires, *name != "modern", "{name}");
    }
}

#[test]
fn a_policy_adopted_before_there_was_a_recovery_is_read_as_it_was() {
    let (_, text) = shipped()[0];
    let (before, rest) = text.split_once("[recovery]").unwrap();
    let (_, after) = rest.split_once("[addresses]").unwrap();
    let policy = parse(&format!("{before}[addresses]{after}")).unwrap();
    assert!(policy.recovery.is_none() && policy.identity.is_some());
}

// Proves: SM-01
#[test]
fn the_shipped_policies_have_the_limits_of_mailboxes_and_one_without_them_means_the_same() {
    for (name, text) in shipped() {
        let rules = policy(name).mailboxes;
        assert_eq!((rules.members, rules.owners, rules.name_length), (250, 100, 249), "{name}");
        let (before, rest) = text.split_once("[mailboxes]").unwrap();
        let (_, after) = rest.split_once("[user]").unwrap();
        assert_eq!(parse(&format!("{before}[user]{after}")).unwrap().mailboxes, rules, "{name}");
    }
}

// Proves: LIM-01, APP-04
#[test]
fn the_shipped_policies_have_the_limits_of_mail_and_one_without_them_means_the_same() {
    for (name, text) in shipped() {
        let rules = policy(name).mail;
        assert_eq!((rules.message_mib, rules.recipients_per_day, rules.received_per_hour), (35, 10_000, 3_600));
        assert!(!rules.people_from_internet, "{name}");
        let (before, rest) = text.split_once("[mail]").unwrap();
        let (_, after) = rest.split_once("[user]").unwrap();
        assert_eq!(parse(&format!("{before}[user]{after}")).unwrap().mail, rules, "{name}");
        assert_eq!(parse(&format!("{before}[mail]\n[user]{after}")).unwrap().mail, rules, "{name}");
    }
    let (_, text) = shipped()[0];
    let told = |from: &str, to: &str| {
        let found = parse(&text.replace(from, to)).err().unwrap_or_default();
        found.into_iter().map(|mistake| format!("{}: {}", mistake.key, mistake.what)).collect::<Vec<_>>()
    };
    assert_eq!(told("message_mib = 35", "message_mib = 0"), ["mail.message_mib: 0 is too small"]);
    assert_eq!(told("message_mib = 35", "message_mib = 151"), ["mail.message_mib: 151 is too large"]);
    assert_eq!(told("per_hour = 3600", "per_hour = 0"), ["mail.received_per_hour: 0 is too small"]);
    assert_eq!(told("per_day = 10000 ", "per_day = 0 "), ["mail.recipients_per_day: 0 is too small"]);
    let neither = ["mail.people_from_internet: 1 is neither true nor false"];
    assert_eq!(told("internet = false", "internet = 1"), neither);
}

#[test]
fn no_more_own_a_mailbox_than_share_it() {
    let (_, text) = shipped()[0];
    let told = |from: &str, to: &str| {
        let found = parse(&text.replace(from, to)).err().unwrap_or_default();
        found.into_iter().map(|mistake| format!("{}: {}", mistake.key, mistake.what)).collect::<Vec<_>>()
    };
    assert_eq!(told("members = 250", "members = 100"), [""; 0]);
    assert_eq!(told("members = 250", "members = 99"), ["mailboxes.owners: 100 is too large"]);
    assert_eq!(told("members = 250", "members = 10001"), ["mailboxes.members: 10001 is too large"]);
    assert_eq!(told("owners = 100", "owners = 0"), ["mailboxes.owners: 0 is too small"]);
    assert_eq!(told("name_length = 249", "name_length = 251"), ["mailboxes.name_length: 251 is too large"]);
    assert_eq!(told("name_length = 249", "name_length = 9"), ["mailboxes.name_length: 9 is too small"]);
}

// Proves: OOO-01
#[test]
fn the_shipped_policies_let_no_mailbox_be_forwarded_out_and_one_without_the_section_means_the_same() {
    for (name, text) in shipped() {
        let rules = policy(name).forwarding.unwrap();
        assert_eq!((rules.outside, rules.domains.len()), (Outside::Never, 0), "{name}");
        let (before, rest) = text.split_once("[forwarding]").unwrap();
        let (_, after) = rest.split_once("[user]").unwrap();
        assert_eq!(parse(&format!("{before}[user]{after}")).unwrap().forwarding, None, "{name}");
    }
    let (_, text) = shipped()[0];
    let with = |keys: &str| parse(&text.replace("outside = \"never\"", keys));
    let rules = with("outside = \"allowed\"\ndomains = [\"Partner.example\", \"b.example\"]").unwrap().forwarding;
    assert_eq!(rules.unwrap().domains, ["partner.example", "b.example"]);
    for (keys, told) in [
        ("outside = \"sometimes\"", "forwarding.outside: \"sometimes\" is no word for it"),
        ("outside = \"allowed\"\ndomains = []", "forwarding.domains: no domain is listed"),
        ("outside = \"allowed\"\ndomains = [\"a@b.example\"]", "forwarding.domains: \"a@b.example\" is no domain"),
        ("outside = \"allowed\"\ndomains = [\"localhost\"]", "forwarding.domains: \"localhost\" is no domain"),
        (
            "outside = \"allowed\"\ndomains = [\"b.example\", \"B.example\"]",
            "forwarding.domains: \"B.example\" is there twice",
        ),
        (
            "outside = \"never\"\ndomains = [\"b.example\"]",
            "forwarding.domains: domains are listed, but nothing leaves the federation",
        ),
    ] {
        let found = with(keys).err().unwrap_or_default();
        let all: Vec<String> = found.iter().map(|mistake| format!("{}: {}", mistake.key, mistake.what)).collect();
        assert_eq!(all, [told], "{keys}");
    }
}

// Proves: LC-15
#[test]
fn each_kind_has_its_own_periods_and_programs_are_not_automated_yet() {
    for (name, _) in shipped() {
        let policy = policy(name);
        assert!(policy.kind(Kind::Shared).automation_from.is_some(), "{name}");
        for kind in [Kind::Application, Kind::Resource] {
            assert_eq!(policy.kind(kind).automation_from, None, "{name} {kind}");
            assert_ne!(policy.kind(kind).idle, policy.kind(Kind::User).idle, "{name} {kind}");
        }
    }
}

// Proves: LC-14, LC-21, NTC-01, NTC-03
#[test]
fn the_shipped_policies_have_the_other_figures_of_the_rules() {
    for (name, _) in shipped() {
        let policy = policy(name);
        let shared = policy.kind(Kind::Shared);
        assert_eq!(policy.name, *name);
        assert_eq!(shared.ask_owners, Some(Period::Months(6)), "{name}");
        assert_eq!(shared.confirmation, Some(Period::Days(30)), "{name}");
        assert_eq!((&shared.signals[..], shared.restore), (&[Signal::MailSent][..], Period::Days(30)), "{name}");
        assert_eq!(policy.addresses.reserve_after_purge, Period::Months(24), "{name}");
        assert_eq!(policy.addresses.old_organisation_alias, Period::Days(90), "{name}");
        assert_eq!(policy.notice.before_deletion_days, 14, "{name}");
        assert_eq!(policy.notice.reminder_days, [7, 1], "{name}");
        assert_eq!(policy.notice.restore_reminder_days, [7, 1], "{name}");
        assert_eq!(policy.notice.password_reminder_days, [18, 10, 5, 2, 1], "{name}");
        let brakes = &policy.brakes;
        assert_eq!((brakes.floor, brakes.share_percent, brakes.forecast_percent), (5, 20, 150), "{name}");
        assert_eq!((brakes.clock_jump_days, brakes.held_days), (7, 14), "{name}");
        for rules in &policy.kinds {
            assert_eq!(rules.hidden.len(), 5, "{name}");
            assert!(!rules.hidden.contains(&Status::Active) && !rules.hidden.contains(&Status::Purged), "{name}");
        }
    }
}

#[test]
fn a_damaged_file_is_a_policy_or_has_mistakes_and_never_a_crash() {
    let (_, text) = shipped()[0];
    let text = format!("{text}\n[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = 2019-01-01\nidle = \"never\"\n");
    let (mut read, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let damaged = mutate(text.as_bytes(), seed);
        let damaged = String::from_utf8_lossy(&damaged);
        match parse(&damaged) {
            Ok(_) => read += 1,
            Err(mistakes) => {
                refused += 1;
                assert!(!mistakes.is_empty(), "seed {seed}");
                let last = damaged.lines().count().max(1);
                for mistake in &mistakes {
                    assert!((1..=last).contains(&mistake.line), "seed {seed}: {mistake}");
                    assert!(!mistake.to_string().contains('\n'), "seed {seed}: {mistake}");
                    assert!(!mistake.what.is_empty() && !mistake.write.is_empty(), "seed {seed}: {mistake}");
                }
                assert!(mistakes.is_sorted_by_key(|mistake| mistake.line), "seed {seed}");
            }
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} read, {refused} refused");
}

#[test]
fn the_operators_page_names_every_key() {
    use crate::policy_file::keys::{ADDRESSES, ENTITLEMENT, EXCEPTION, KIND, NOTICE, ROOT, RUN};
    let page = include_str!("../../../../docs/policy.md");
    for (key, _) in [ROOT, NOTICE, RUN, ADDRESSES, ENTITLEMENT, KIND, EXCEPTION].into_iter().flatten() {
        assert!(page.contains(&format!("`{key}`")) || page.contains(&format!("[{key}]")), "{key}");
    }
}
