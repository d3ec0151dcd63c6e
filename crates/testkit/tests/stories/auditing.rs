//! Who did what can be asked in every way that AUD-01 names, at once, and page by page.

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::rights::{Actor, Role, Scope};
use domain::time::{Day, Timestamp};
use expect_test::expect;
use service::account::act::Request;
use service::audit::search::{By, Group, Wanted};
use service::federation::{Almoner, Founding};
use testkit::databases::on_both_databases;
use testkit::world::{World, told_on_both_stores};

fn found(world: &World, who: &str, wanted: &Wanted) -> String {
    let ctx = if who == "operator" { world.operator() } else { world.person(who) };
    let line = |line: &store::audit::Line| format!("{} {} {}", line.actor, line.action, line.object);
    let mut streamed = Vec::new();
    let whole = world.almoner.stream_audit(&ctx, wanted, &mut |found| {
        streamed.push(line(found));
        true
    });
    if let Err(error) = whole {
        return error.to_string();
    }
    let (mut paged, mut before) = (Vec::new(), i64::MAX);
    loop {
        let page = world.almoner.audit_page(&ctx, wanted, before, 2).unwrap();
        paged.extend(page.lines.iter().map(line));
        let Some(next) = page.before else { break };
        before = next;
    }
    assert_eq!(paged, streamed, "page by page as in one go: {wanted:?}");
    streamed.join(", ")
}

// Proves: AUD-01
#[test]
fn the_trail_answers_whatever_is_asked_of_it() {
    let told = told_on_both_stores(|world| {
        let (ann, bob) = (world.user("RX1", "Ann", "Lee"), world.user("RX2", "Bob", "Ray"));
        let admin = world.admin(Role::LocalAdmin, "RX1", "One");
        world
            .almoner
            .grant(&world.operator(), &admin, Role::LocalAdmin, &Scope::Organisation(OdsCode::parse("RX2").unwrap()))
            .unwrap();
        world.wait(1);
        world.almoner.act(&world.person(&admin), &ann, &Request::MarkLeaver, "").unwrap();
        world.almoner.act(&world.person(&admin), &bob, &Request::Disable, "").unwrap();
        world.wait(1);
        world.run();
        let all = Wanted::default();
        let admin = admin.as_str();
        let day = |text| Day::parse(text);
        let mut lines = Vec::new();
        for (name, who, wanted) in [
            ("by performer", "operator", Wanted { performer: admin.into(), ..all.clone() }),
            ("the same for himself", admin, Wanted { performer: admin.into(), ..all.clone() }),
            ("to a target", admin, Wanted { target: ann.clone(), ..all.clone() }),
            (
                "in an organisation, since a day",
                admin,
                Wanted { organisation: "RX2".into(), from: day("2019-01-02"), ..all.clone() },
            ),
            ("deletions", "operator", Wanted { group: Some(Group::Delete), ..all.clone() }),
            ("grants", "operator", Wanted { object_type: "grant".into(), ..all.clone() }),
            (
                "what people did of one kind",
                "operator",
                Wanted { by: Some(By::People), action: "disabled".into(), ..all.clone() },
            ),
            ("what the system did", "operator", Wanted { by: Some(By::System), ..all.clone() }),
            (
                "until a day",
                "operator",
                Wanted {
                    group: Some(Group::Create),
                    object_type: "user".into(),
                    until: day("2019-01-01"),
                    ..all.clone()
                },
            ),
            ("nothing named", admin, all.clone()),
            ("of another", admin, Wanted { organisation: "A81001".into(), ..all.clone() }),
            ("by somebody without a role", ann.as_str(), Wanted { performer: admin.into(), ..all.clone() }),
        ] {
            lines.push(format!("{name}: {}", found(world, who, &wanted)));
        }
        lines.join("\n")
    });
    expect![[r#"
        by performer: admin.one@mail.example disabled bob.ray@mail.example, admin.one@mail.example marked_leaver ann.lee@mail.example
        the same for himself: admin.one@mail.example disabled bob.ray@mail.example, admin.one@mail.example marked_leaver ann.lee@mail.example
        to a target: admin.one@mail.example marked_leaver ann.lee@mail.example, operator accepted_terms ann.lee@mail.example, operator created ann.lee@mail.example
        in an organisation, since a day: admin.one@mail.example disabled bob.ray@mail.example
        deletions: 
        grants: operator granted 2, operator granted 1
        what people did of one kind: admin.one@mail.example disabled bob.ray@mail.example
        what the system did: system finished 2019-01-03
        until a day: operator created admin.one@mail.example, operator created bob.ray@mail.example, operator created ann.lee@mail.example
        nothing named: your roles do not allow that here (search_audit)
        of another: there is no organisation A81001, or you may not see it
        by somebody without a role: your roles do not allow that here (search_audit)"#]].assert_eq(&told);
}

// Proves: AUD-01
#[test]
fn in_a_real_federation_the_lines_of_a_day_are_found_by_halving() {
    on_both_databases(|database| {
        let at = |day: &str, hour: i64| {
            let start = i64::from(Day::parse(day).unwrap().number()) * 86_400;
            let now = Timestamp::from_second(start + hour * 3600);
            Ctx { actor: Actor::Console, now, wall: now }
        };
        let policy = service::policy::shipped("2018-09").unwrap().to_owned();
        let zone = "Europe/London".into();
        let founding = Founding { domain: "mail.example".into(), zone, policy, rehearsal: false };
        let almoner = Almoner::found(database.url(), &founding, &at("2019-01-01", 12)).unwrap();
        let moments = [("2019-01-02", 0), ("2019-01-05", 12), ("2019-01-05", 23), ("2019-01-06", 0), ("2019-02-01", 9)];
        for (n, (day, hour)) in (0..).zip(moments) {
            let begins = Day::parse("2030-01-01").unwrap().plus_days(n);
            almoner.adopt_policy(&at(day, hour), service::policy::shipped("2021-02").unwrap(), Some(begins)).unwrap();
        }
        let days = |from: &str, until: &str| {
            let wanted = Wanted { from: Day::parse(from), until: Day::parse(until), ..Wanted::default() };
            let page = almoner.audit_page(&at("2019-03-01", 9), &wanted, i64::MAX, 100).unwrap();
            page.lines.iter().map(|line| almoner.calendar().day_of(line.at).to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(days("2019-01-05", "2019-01-05"), "2019-01-05 2019-01-05");
        assert_eq!(days("2019-01-06", "2019-01-31"), "2019-01-06");
        assert_eq!(days("2019-02-02", ""), "");
        assert_eq!(days("", "2018-12-31"), "");
        assert_eq!(days("2019-01-01", "2019-01-01"), "2019-01-01");
    });
}
