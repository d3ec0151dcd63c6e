//! Reports: what each tells, to whom (REP-01).

use std::fmt::Write;

use domain::ids::OdsCode;
use domain::org::Sector;
use domain::rights::{Role, Scope};
use expect_test::expect;
use service::account::act::Request;
use service::report::cell::Cell;
use service::report::screen::{Sort, Which};
use service::report::{Asked, Key, Report};
use testkit::world::{World, told_on_both_stores};

fn told(world: &World, who: &str, asked: &Asked) -> String {
    let ctx = if who == "operator" { world.operator() } else { world.person(who) };
    let mut text = String::new();
    let read = world.almoner.stream_report(&ctx, asked, &mut |line| {
        let cells: Vec<String> = line.iter().map(Cell::text).collect();
        writeln!(text, "{}", cells.join("|")).unwrap();
        true
    });
    read.map_or_else(|error| format!("{error}\n"), |()| text)
}

// Proves: REP-01
#[test]
fn each_report_tells_what_its_readers_may_see() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let bob = world.user("A81001", "Bob", "Ray");
        let ward = world.shared("RX1", "Ward Two", &[&ann]);
        world.shared("RX1", "Ward Three", &[&bob]);
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        world.days_pass(3);
        world.ask(&bob, &Request::MarkLeaver).unwrap();
        world.ask(&ann, &Request::Delete).unwrap();
        let mut text = String::new();
        for report in Report::ALL {
            for who in ["operator", local.as_str()] {
                writeln!(text, "{report} for {who}:\n{}", told(world, who, &Asked::all(*report))).unwrap();
            }
        }
        let _ = ward;
        text
    });
    expect![[r#"
        mailbox for operator:
        ann.lee@mail.example|Ann Lee|user|RX1||deleted|2019-01-04|||purged|2019-07-03|standard|4096|||no|no|
        bob.ray@mail.example|Bob Ray|user|A81001||leaver|2019-01-04|||deleted|2019-02-03|standard|4096|||no|no|
        rx1.ward-two@mail.example|Ward Two|shared|RX1||active|2019-01-01|||deleted|2019-07-31|standard|4096|||no|no|
        rx1.ward-three@mail.example|Ward Three|shared|RX1||active|2019-01-01|||deleted|2019-07-31|standard|4096|||no|no|
        admin.local@mail.example|Admin Local|user|RX1||active|2019-01-01|||inactive|2019-04-01|standard|4096|||no|no|

        mailbox for admin.local@mail.example:
        ann.lee@mail.example|Ann Lee|user|RX1||deleted|2019-01-04|||purged|2019-07-03|standard|4096|||no|no|
        rx1.ward-two@mail.example|Ward Two|shared|RX1||active|2019-01-01|||deleted|2019-07-31|standard|4096|||no|no|
        rx1.ward-three@mail.example|Ward Three|shared|RX1||active|2019-01-01|||deleted|2019-07-31|standard|4096|||no|no|
        admin.local@mail.example|Admin Local|user|RX1||active|2019-01-01|||inactive|2019-04-01|standard|4096|||no|no|

        forecast for operator:
        bob.ray@mail.example|A81001|deleted|2019-02-03|LC-06|leaver since 2019-01-04, not joined for 30 days||another organisation joins it before 2019-02-03: active there (JML-03); A81001 cancels the leaver before 2019-02-03: active again (JML-07); a legal hold: nothing is destroyed while it stands (LC-20)

        forecast for admin.local@mail.example:

        run for operator:
        3|2019-01-04|2018-09|0|0|0||0||0
        2|2019-01-03|2018-09|0|0|0||0||0
        1|2019-01-02|2018-09|0|0|0||0||

        run for admin.local@mail.example:
        your roles do not allow that here (report)

        possible-duplicates for operator:

        possible-duplicates for admin.local@mail.example:

        ownerless for operator:
        shared|rx1.ward-two@mail.example|RX1|1|

        ownerless for admin.local@mail.example:
        shared|rx1.ward-two@mail.example|RX1|1|

        sign-in for operator:
        bob.ray@mail.example|Bob Ray|A81001|||0|no|no|security answers, mobile or authenticator
        admin.local@mail.example|Admin Local|RX1|local_admin||0|owed|no|security answers, mobile or authenticator

        sign-in for admin.local@mail.example:
        admin.local@mail.example|Admin Local|RX1|local_admin||0|owed|no|security answers, mobile or authenticator

        administrators for operator:
        admin.local@mail.example|local_admin|RX1|operator|2019-01-01||no|1

        administrators for admin.local@mail.example:
        admin.local@mail.example|local_admin|RX1|operator|2019-01-01||no|1

        protocol-use for operator:

        protocol-use for admin.local@mail.example:

        spoofing for operator:

        spoofing for admin.local@mail.example:
        your roles do not allow that here (report)

        closed-organisations for operator:
        A81002|ORGANISATION A81002||||0|0

        closed-organisations for admin.local@mail.example:

    "#]].assert_eq(&told);
}

// Proves: REP-01, ROLE-02
#[test]
fn a_report_reaches_as_far_as_its_reader() {
    told_on_both_stores(|world| {
        for (organisation, last) in [("RX1", "One"), ("RX2", "Two"), ("A81001", "Three")] {
            world.user(organisation, "Ann", last);
        }
        let code = |text| OdsCode::parse(text).unwrap();
        let give = |role, scope: Scope, name: &str| {
            let who = world.user("RX2", "Role", name);
            world.almoner.grant(&world.operator(), &who, role, &scope).unwrap();
            who
        };
        let sector = give(Role::SectorAdmin, Scope::Sector(Sector::Gp), "Sector");
        let both = give(Role::Helpdesk, Scope::Organisation(code("RX1")), "Both");
        world.almoner.grant(&world.operator(), &both, Role::Helpdesk, &Scope::Organisation(code("A81001"))).unwrap();
        let unit = give(Role::Helpdesk, Scope::Unit(code("RX1"), "Ward 2".into()), "Unit");
        let nobody = world.user("RX2", "No", "Role");
        let all = Asked { words: "ann".into(), ..Asked::all(Report::Mailbox) };
        let of = |code: &str| Asked { organisation: code.into(), ..all.clone() };
        let names = |who: &str, asked: &Asked| {
            let text = told(world, who, asked);
            text.lines().map(|line| line.split('|').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let (one, two, three) = ("ann.one@mail.example", "ann.two@mail.example", "ann.three@mail.example");
        for (who, asked, expected) in [
            ("operator", &all, format!("{one} {two} {three}")),
            (&sector, &all, three.to_owned()),
            (&both, &all, format!("{three} {one}")),
            (&both, &of("RX1"), one.to_owned()),
            (&unit, &all, String::new()),
            (&unit, &of("RX1"), String::new()),
            (&both, &of("RX2"), "there is no organisation RX2, or you may not see it".to_owned()),
            (&both, &of("RX7"), "there is no organisation RX7, or you may not see it".to_owned()),
            (&nobody, &of("RX2"), "there is no organisation RX2, or you may not see it".to_owned()),
            (&nobody, &all, "your roles do not allow that here (report)".to_owned()),
        ] {
            assert_eq!(names(who, asked), expected, "{who} {:?}", asked.organisation);
        }
        String::new()
    });
}

// Proves: REP-01
#[test]
fn a_page_goes_on_where_the_last_ended_and_any_column_sorts() {
    told_on_both_stores(|world| {
        for (number, name) in ["Cy", "Ann", "Bob", "Dot", "Eve"].iter().enumerate() {
            let organisation = if number % 2 == 0 { "RX1" } else { "RX2" };
            world.user(organisation, name, "Lee");
        }
        for who in ["operator", world.admin(Role::LocalAdmin, "RX1", "Local").as_str()] {
            let ctx = if who == "operator" { world.operator() } else { world.person(who) };
            for report in Report::ALL.iter().filter(|report| who == "operator" || !report.is_federal()) {
                let asked = Asked { days: 300, ..Asked::all(*report) };
                let whole: Vec<String> = told(world, who, &asked).lines().map(str::to_owned).collect();
                let (mut paged, mut after): (Vec<String>, Option<Key>) = (Vec::new(), None);
                loop {
                    let which = Which { after: after.take(), limit: 2, ..Which::default() };
                    let page = world.almoner.report_page(&ctx, &asked, &which).unwrap();
                    paged.extend(
                        page.lines.iter().map(|line| line.iter().map(Cell::text).collect::<Vec<_>>().join("|")),
                    );
                    let Some(next) = page.next else { break };
                    after = Key::parse(&next.to_string());
                    assert!(after.is_some(), "{next} reads back");
                }
                assert_eq!(paged, whole, "{report} for {who}, page by page");
            }
        }
        let asked = Asked { words: "lee".into(), ..Asked::all(Report::Mailbox) };
        let sorted = |descending, before| {
            let sort = Some(Sort { column: 0, descending });
            let which = Which { sort, before, limit: 3, after: None };
            let page = world.almoner.report_page(&world.operator(), &asked, &which).unwrap();
            let first = |line: &Vec<Cell>| line[0].text().split('.').next().unwrap().to_owned();
            (page.lines.iter().map(first).collect::<Vec<_>>().join(" "), page.next_before, page.of)
        };
        assert_eq!(sorted(false, 0), ("ann bob cy".to_owned(), Some(3), Some(5)));
        assert_eq!(sorted(false, 3), ("dot eve".to_owned(), None, Some(5)));
        assert_eq!(sorted(true, 0), ("eve dot cy".to_owned(), Some(3), Some(5)));
        assert_eq!(sorted(true, 9), (String::new(), None, Some(5)));
        String::new()
    });
}
