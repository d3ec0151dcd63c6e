//! The report of who could not choose a new password alone, and who administers without a second factor.

use domain::ctx::Ctx;
use domain::recovery::Missing;
use domain::rights::Role;
use service::account::act::Request;
use service::error::Error;
use service::identity::answers::Set;
use service::report::cell::Cell;
use service::report::{self, Report};
use testkit::world::{World, on_both_stores};

use crate::recovery::{ANSWERS, PASSWORD, Person};

/// The lines of the report: name / grants / methods / recovery codes / second factor / resets alone / missing.
fn readiness(world: &World, who: &Ctx, organisation: &str) -> Result<Vec<String>, Error> {
    let asked = report::Asked { organisation: organisation.to_owned(), ..report::Asked::all(Report::Readiness) };
    let mut lines = Vec::new();
    world.almoner.stream_report(who, &asked, &mut |line| {
        let cells: Vec<String> = line.iter().map(Cell::text).collect();
        lines.push(format!("{}: {}", cells[1], cells[3..].join(" / ")));
        true
    })?;
    Ok(lines)
}

// Proves: SSPR-03, MFA-01, ROLE-02
#[test]
fn an_administrator_sees_who_could_not_reset_alone_and_what_is_missing() {
    on_both_stores(|world| {
        let (ann, ben) = (Person::new(world, "Ann", "Lee"), Person::new(world, "Ben", "Ash"));
        ann.ready();
        assert_eq!(ben.answer(&ANSWERS), Set::Done);
        let cas = Person::new(world, "Cas", "Oak");
        assert_eq!(cas.answer(&ANSWERS), Set::Done);
        cas.with_authenticator();
        let gone = world.user("RX1", "Gone", "Away");
        world.ask(&gone, &Request::Delete).unwrap();
        world.shared("RX1", "Ward", &[&ann.address]);
        world.user("RX2", "Else", "Where");
        let admin = world.admin(Role::LocalAdmin, "RX1", "Min");
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let expected = [
            "Ann Lee:  / 3 answers, mobile / 0 / no / yes / ",
            "Ben Ash:  / 3 answers / 0 / no / no / mobile or authenticator",
            "Cas Oak:  / 3 answers, authenticator / 10 / yes / yes / ",
            "Admin Min: local_admin /  / 0 / owed / no / security answers, mobile or authenticator",
            "Admin Desk: helpdesk /  / 0 / owed / no / security answers, mobile or authenticator",
        ];
        for who in [&admin, &desk] {
            assert_eq!(readiness(world, &world.person(who), "RX1").unwrap(), expected, "{who}");
        }
        let owed = report::Asked {
            only: vec![("second_factor".to_owned(), "owed".to_owned())],
            ..report::Asked::all(Report::Readiness)
        };
        let mut count = 0;
        world
            .almoner
            .stream_report(&world.operator(), &owed, &mut |_| {
                count += 1;
                true
            })
            .unwrap();
        assert_eq!(count, 2, "who administers without a second factor");
        let (ctx, me) = ben.inside(PASSWORD);
        let own = world.almoner.own_readiness(&ctx, me.account.id).unwrap();
        assert_eq!(own, Some(vec![Missing::Code]));
        let stranger = world.admin(Role::LocalAdmin, "RX2", "Stranger");
        assert!(matches!(readiness(world, &world.person(&stranger), "RX1"), Err(Error::NotFound { .. })));
        assert!(matches!(readiness(world, &world.person(&ann.address), ""), Err(Error::NotAllowed(_))));
    });
}
