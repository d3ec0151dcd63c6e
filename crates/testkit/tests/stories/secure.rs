//! Secure domains: kept by the operator, asked about by everybody, over after a year.

use domain::rights::{Role, Scope};
use domain::secure::{Safety, Standing};
use domain::time::Day;
use service::error::Error;
use service::secure::Accreditation;
use testkit::world::{World, on_both_stores};

fn told(pattern: &str) -> Accreditation<'_> {
    Accreditation { pattern, on: None, reference: " certificate 7 " }
}

fn is_safe(world: &World, address: &str) -> bool {
    world.almoner.safety_of(&world.operator(), address).unwrap().1.is_safe()
}

/// The accredited ones, with how they stand; the policy's follow them.
fn listed(world: &World) -> Vec<String> {
    let all = world.almoner.secure_domains(&world.operator()).unwrap();
    let own = all.into_iter().filter(|one| one.accredited.is_some());
    own.map(|one| format!("{} {} {:?} {}", one.pattern, one.until, one.standing, one.reference)).collect()
}

// Proves: SEM-01
#[test]
fn an_accreditation_makes_a_domain_safe_for_a_year_and_a_renewal_for_another() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        assert!(is_safe(world, &ann), "inside");
        assert!(!is_safe(world, "bo@trust.example") && listed(world).is_empty());
        let added = world.almoner.add_secure_domain(&world.operator(), &told(" *.Trust.example")).unwrap();
        assert_eq!((added.until.to_string().as_str(), added.reference.as_str()), ("2020-01-01", "certificate 7"));
        assert!(is_safe(world, "bo@a.trust.example") && !is_safe(world, "bo@trust.example"));
        let again = world.almoner.add_secure_domain(&world.operator(), &told("*.trust.example")).unwrap_err();
        assert_eq!(again.to_string(), "*.trust.example is there already: renew it");
        world.wait(305);
        assert_eq!(listed(world), ["*.trust.example 2020-01-01 EndsSoon certificate 7"]);
        let on = Day::parse("2019-10-01");
        let renewal = Accreditation { pattern: "*.trust.example", on, reference: "" };
        world.almoner.renew_secure_domain(&world.operator(), &renewal).unwrap();
        assert_eq!(listed(world), ["*.trust.example 2020-10-01 Holds certificate 7"]);
        let earlier = Accreditation { on: Day::parse("2019-09-30"), ..renewal };
        let refused = world.almoner.renew_secure_domain(&world.operator(), &earlier).unwrap_err().to_string();
        assert_eq!(refused, "*.trust.example was accredited later, on 2019-10-01: name a day after that");
        world.wait(333);
        assert!(is_safe(world, "bo@a.trust.example"), "2020-09-30, its last day");
        world.wait(1);
        let (_, lapsed) = world.almoner.safety_of(&world.operator(), "bo@a.trust.example").unwrap();
        assert!(matches!(lapsed, Safety::Lapsed(by) if by.until.to_string() == "2020-10-01"));
        world.almoner.remove_secure_domain(&world.operator(), "*.TRUST.example").unwrap();
        let (_, gone) = world.almoner.safety_of(&world.operator(), "bo@a.trust.example").unwrap();
        assert_eq!(gone, Safety::Unknown);
        let none = world.almoner.remove_secure_domain(&world.operator(), "*.trust.example").unwrap_err().to_string();
        assert_eq!(none, "there is no secure domain *.trust.example, or you may not see it");
    });
}

// Proves: SEM-01
#[test]
fn the_policys_domains_are_safe_until_their_days() {
    on_both_stores(|world| {
        let legacy = |world: &World| {
            let all = world.almoner.secure_domains(&world.operator()).unwrap();
            all.into_iter().filter(|one| one.standing != Standing::Over).map(|one| one.pattern).collect::<Vec<_>>()
        };
        assert_eq!(legacy(world).len(), 6);
        assert!(is_safe(world, "bo@tax.gsi.gov.uk") && is_safe(world, "bo@firm.cjsm.net"));
        world.wait(89);
        assert!(is_safe(world, "bo@tax.gsi.gov.uk"), "31 March");
        world.wait(1);
        assert!(!is_safe(world, "bo@tax.gsi.gov.uk") && is_safe(world, "bo@firm.cjsm.net"), "1 April");
        assert_eq!(legacy(world), ["*.pnn.police.uk", "*.cjsm.net", "*.mod.uk"]);
        world.almoner.add_secure_domain(&world.operator(), &told("*.gsi.gov.uk")).unwrap();
        assert!(is_safe(world, "bo@tax.gsi.gov.uk"), "what somebody vouches for anew is safe again");
    });
}

// Proves: SEM-01, ROLE-09
#[test]
fn the_operator_alone_keeps_the_list_and_each_change_is_told() {
    on_both_stores(|world| {
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin"));
        let ann = world.user("RX1", "Ann", "Lee");
        let chief = world.user("RX1", "Chief", "Lee");
        let grant = world.almoner.grant(&world.operator(), &chief, Role::Operator, &Scope::Federation).unwrap();
        for who in [&admin, &world.person(&ann)] {
            for refused in [
                world.almoner.add_secure_domain(who, &told("trust.example")),
                world.almoner.renew_secure_domain(who, &told("trust.example")),
                world.almoner.remove_secure_domain(who, "trust.example"),
            ] {
                assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
            }
            assert!(!world.almoner.safety_of(who, "x@trust.example").unwrap().1.is_safe(), "everybody may ask");
        }
        let chief = world.person(&chief);
        for (pattern, on, refused) in [
            ("mail.example", None, "mail.example is the federation's own: it is safe as it is"),
            ("*.mail.example", None, "*.mail.example is the federation's own: it is safe as it is"),
            ("*.uk", None, "\"*.uk\" is no domain: write one as trust.example, or *.trust.example for all below it"),
            ("a.example", Some("2019-01-02"), "2019-01-02 is yet to come: name the day of the accreditation"),
            (
                "a.example",
                Some("2018-01-01"),
                "an accreditation of 2018-01-01 is over after 12 months: it needs a new one",
            ),
        ] {
            let told = Accreditation { pattern, on: on.and_then(Day::parse), reference: "" };
            assert_eq!(world.almoner.add_secure_domain(&chief, &told).unwrap_err().to_string(), refused);
        }
        world.almoner.add_secure_domain(&chief, &told("trust.example")).unwrap();
        world.almoner.renew_secure_domain(&chief, &told("trust.example")).unwrap();
        world.almoner.remove_secure_domain(&chief, "trust.example").unwrap();
        let search = store::audit::Search {
            object: "trust.example".into(),
            limit: 9,
            before: i64::MAX,
            until: domain::time::Timestamp::from_second(i64::MAX),
            from: domain::time::Timestamp::from_second(0),
            actor: String::new(),
            organisation: String::new(),
            action: String::new(),
            rule: String::new(),
        };
        let lines = world.almoner.search_audit(&world.operator(), &search).unwrap();
        let told: Vec<&str> = lines.iter().rev().map(|line| line.action.as_str()).collect();
        assert_eq!(told, ["added", "renewed", "removed"]);
        let by =
            |line: &store::audit::Line| line.grant == Some(grant.grant.id) && line.rule.as_deref() == Some("SEM-01");
        assert!(lines.iter().all(by), "{lines:?}");
    });
}
