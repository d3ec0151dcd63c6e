//! Finding people and organisations, and accounts that may be one person's.

use std::fmt::Write;

use domain::ids::OdsCode;
use domain::org::Support;
use domain::profile::Profile;
use domain::rights::{Role, Scope};
use domain::status::Kind;
use service::account::act::Request;
use service::account::draft::Draft;
use service::directory::Wanted;
use service::org::manage::Openness;
use service::report::cell::Cell;
use service::report::{Asked, Report};
use testkit::world::{World, told_on_both_stores};

fn names(world: &World, who: &str, name: &str, work: &str, organisation: &str) -> String {
    let (name, work, organisation) = (name.to_owned(), work.to_owned(), organisation.to_owned());
    let wanted = Wanted { name, work, organisation, after: 0, limit: 9 };
    let found = world.almoner.find_people(&world.person(who), &wanted);
    let told = found.map(|people| {
        let each = people.entries.iter().map(|entry| entry.profile.full_name());
        let names = each.collect::<Vec<_>>().join(", ");
        if people.alike { format!("like {names}") } else { names }
    });
    told.unwrap_or_else(|error| error.to_string())
}

fn person(world: &World, organisation: &str, first: &str, last: &str, job: &str, mobile: &str) -> String {
    let profile = Profile {
        first_name: first.into(),
        last_name: last.into(),
        job_title: job.into(),
        mobile: mobile.into(),
        ..Profile::default()
    };
    let draft = Draft { kind: Kind::User, organisation: organisation.into(), profile, owners: vec![] };
    let address = world.almoner.create_account(&world.operator(), &draft).unwrap().address.to_string();
    world.almoner.act(&world.operator(), &address, &Request::AcceptTerms, "").unwrap();
    address
}

// Proves: DIR-01, DIR-03
#[test]
fn people_are_found_by_name_job_and_organisation_as_far_as_they_are_shown() {
    told_on_both_stores(|world| {
        person(world, "RX1", "Siân", "O'Connell", "Staff nurse", "");
        let leaver = person(world, "RX2", "Sean", "Ostrom", "Surgeon", "");
        let who = world.user("A81001", "Any", "Body");
        for (name, work, organisation, found) in [
            ("o connell", "", "", "Siân O'Connell"),
            ("OCONNEL", "", "", ""),
            ("sian", "", "", "Siân O'Connell"),
            ("siân o", "", "", "Siân O'Connell"),
            ("os", "", "", "Sean Ostrom"),
            ("ostorm", "", "", "like Sean Ostrom"),
            ("ostrom", "surgeon", "", "Sean Ostrom"),
            ("ostrom", "nurse", "", ""),
            ("", "nurse", "RX1", "Siân O'Connell"),
            ("", "surgoen", "RX2", "Sean Ostrom"),
            ("", "", "RX2", "Sean Ostrom"),
            ("sean", "", "RX1", "Siân O'Connell"),
            ("o", "", "", ""),
            ("", "", "", ""),
            ("x", "", "RX7", "there is no organisation RX7, or you may not see it"),
        ] {
            assert_eq!(names(world, &who, name, work, organisation), found, "{name:?} {work:?} {organisation:?}");
        }
        world.ask(&leaver, &Request::MarkLeaver).unwrap();
        for (name, organisation) in [("ostrom", ""), ("", "RX2"), (leaver.as_str(), "")] {
            assert_eq!(names(world, &who, name, "", organisation), "", "a leaver is not shown: {name:?}");
        }
        assert!(world.almoner.person_entry(&world.person(&who), &leaver).is_err());
        String::new()
    });
}

// Proves: REP-01
#[test]
fn accounts_of_one_name_with_more_in_common_are_possible_duplicates() {
    told_on_both_stores(|world| {
        let here = person(world, "RX1", "Ann", "Lee", "", "07700 900001");
        let twice = person(world, "RX1", "Ann", "Lée", "", "");
        let away = person(world, "RX2", "Ann", "Lee", "", "");
        person(world, "RX2", "Bob", "Ray", "", "");
        person(world, "A81001", "Bob", "Ray", "", "");
        let told = |who: &str, organisation: &str| {
            let ctx = if who == "operator" { world.operator() } else { world.person(who) };
            let asked = Asked { organisation: organisation.into(), ..Asked::all(Report::Duplicates) };
            let mut text = String::new();
            let each = &mut |line: &Vec<Cell>| {
                let cell = |at: usize| line[at].text();
                write!(text, "{} {} {}; ", cell(1).split('@').next().unwrap(), cell(4), cell(5)).unwrap();
                true
            };
            world.almoner.stream_report(&ctx, &asked, each).unwrap();
            text
        };
        let both = "ann.lee name, organisation, created 70; ann.lee1 name, organisation, created 70; ";
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        for (who, organisation, found) in [
            ("operator", "", both),
            ("operator", "RX1", both),
            ("operator", "RX2", ""),
            (&local, "", both),
            (&local, "RX1", both),
        ] {
            assert_eq!(told(who, organisation), found, "{who} {organisation}");
        }
        world.ask(&twice, &Request::Delete).unwrap();
        assert_eq!(
            told("operator", ""),
            "",
            "a deleted one is none, and {away} is of another organisation than {here}"
        );
        String::new()
    });
}

// Proves: DIR-04
#[test]
fn an_organisation_is_found_and_its_support_contact_is_kept_by_those_who_may() {
    told_on_both_stores(|world| {
        let (primary, local) =
            (world.admin(Role::PrimaryLocalAdmin, "RX1", "One"), world.admin(Role::LocalAdmin, "RX1", "Two"));
        let support = Support::parse("01632 960001", "https://help.example").unwrap();
        let set = |who: &str, code: &str| {
            world.almoner.set_support(&world.person(who), code, None, &support).map(|o| o.support)
        };
        assert_eq!(
            set(&local, "RX1").unwrap_err().to_string(),
            "your roles do not allow that here (edit_organisation)"
        );
        assert_eq!(
            set(&primary, "RX2").unwrap_err().to_string(),
            "there is no organisation RX2, or you may not see it"
        );
        assert_eq!(set(&primary, "RX1").unwrap(), support);
        assert_eq!(set(&primary, "RX1").unwrap(), support, "once more changes nothing");
        let stale = world.almoner.set_support(&world.person(&primary), "RX1", Some(1), &Support::default());
        assert!(matches!(stale, Err(service::error::Error::Store(store::error::Error::Stale { .. }))), "{stale:?}");
        let admins = world.almoner.administrators_of(&world.person(&local), "RX1").unwrap();
        let told: Vec<String> = admins.iter().map(|one| format!("{} {}", one.role, one.name)).collect();
        assert_eq!(told, ["primary_local_admin Admin One", "local_admin Admin Two"]);
        let unit = Scope::Unit(OdsCode::parse("RX2").unwrap(), "Ward".into());
        world.give(&local, Role::Helpdesk, &unit).unwrap();
        assert!(
            world.almoner.administrators_of(&world.person(&local), "RX2").unwrap().is_empty(),
            "a unit is not all of it"
        );
        let found = |text: &str, openness| {
            let wanted = service::org::search::Wanted {
                text: text.into(),
                sector: None,
                openness,
                after: String::new(),
                limit: 9,
            };
            let found = world.almoner.search_organisations(&world.operator(), &wanted).unwrap();
            let codes: Vec<String> = found.organisations.iter().map(|o| o.code.to_string()).collect();
            (codes.join(" "), found.alike)
        };
        assert_eq!(found("", Openness::Any), ("A81001 A81002 RX1 RX2".to_owned(), false));
        assert_eq!(found("organisation a8", Openness::Open), ("A81001".to_owned(), false));
        assert_eq!(found("orgaisation rx1", Openness::Any), ("RX1".to_owned(), true));
        assert_eq!(found("nothing like it", Openness::Any), (String::new(), false));
        String::new()
    });
}
