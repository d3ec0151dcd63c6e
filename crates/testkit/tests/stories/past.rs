//! Grants and organisations as of a day that is over, from their events.

use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use domain::time::Day;
use service::account::act::Request;
use service::grant::scope_text;
use testkit::world::{World, on_both_stores};

fn rx1() -> OdsCode {
    OdsCode::parse("RX1").unwrap()
}

/// Who held what over RX1 at the end of a day, by the organisation and by the holder.
fn held(world: &World, address: &str, day: Day) -> (String, String) {
    let over = world.almoner.grants_over_on(&world.operator(), &rx1(), day).unwrap();
    let of = world.almoner.grants_of_on(&world.operator(), address, day).unwrap();
    let over: Vec<String> = over.iter().map(|(given, who)| format!("{} {who}", given.grant.role)).collect();
    let of: Vec<String> =
        of.iter().map(|given| format!("{} {}", given.grant.role, scope_text(&given.grant.scope))).collect();
    (over.join(", "), of.join(", "))
}

// Proves: EXP-02
#[test]
fn who_held_what_on_a_past_day_is_told_by_the_events() {
    on_both_stores(|world| {
        let first = world.today();
        let ann = world.admin(Role::LocalAdmin, "RX1", "Lee");
        world.wait(1);
        let unit = Scope::Unit(rx1(), "Ward 2".into());
        world.almoner.grant(&world.operator(), &ann, Role::Helpdesk, &unit).unwrap();
        let ben = world.admin(Role::PrimaryLocalAdmin, "RX1", "Ray");
        world.wait(1);
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.wait(1);
        let (all, none) = ("local_admin RX1, helpdesk RX1/Ward 2", String::new());
        let [one, two] = [format!("local_admin {ann}"), format!("primary_local_admin {ben}")];
        for (day, expected) in [
            (first.plus_days(-1), (none.clone(), none.clone())),
            (first, (one.clone(), "local_admin RX1".to_owned())),
            (first.plus_days(1), (format!("{one}, {two}"), all.to_owned())),
            (first.plus_days(2), (two.clone(), none.clone())),
        ] {
            assert_eq!(held(world, &ann, day), expected, "{day}");
        }
        let stranger = world.person(&world.admin(Role::LocalAdmin, "RX2", "Far"));
        let unseen = world.almoner.grants_over_on(&stranger, &rx1(), first).unwrap_err();
        assert_eq!(unseen.to_string(), "there is no organisation RX1, or you may not see it");
    });
}

// Proves: EXP-02
#[test]
fn an_organisation_is_shown_as_it_was() {
    on_both_stores(|world| {
        let first = world.today();
        world.wait(1);
        world.almoner.close_organisation(&world.operator(), "RX1", None).unwrap();
        world.wait(1);
        world.almoner.set_successor(&world.operator(), "RX1", "RX2").unwrap();
        let on = |day| world.almoner.show_organisation_on(&world.operator(), &rx1(), day);
        for (day, status, successor) in [
            (first, "open", None),
            (first.plus_days(1), "closed", None),
            (first.plus_days(2), "closed", Some("RX2")),
            (first.plus_days(9), "closed", Some("RX2")),
        ] {
            let shown = on(day).unwrap();
            let next = shown.organisation.successor.as_ref().map(OdsCode::as_str);
            assert_eq!((shown.status, next), (status, successor), "{day}");
        }
        let unknown = on(first.plus_days(-1)).unwrap_err().to_string();
        assert_eq!(unknown, "RX1 was not known on 2018-12-31: its history begins later");
    });
}
