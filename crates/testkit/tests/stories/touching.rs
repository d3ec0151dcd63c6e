//! Who may touch what and why, and the first primary administrator (ROLE-03, ROLE-04, ROLE-09).

use domain::confirmation::{Confirmation, Confirmer};
use domain::ids::OdsCode;
use domain::org::Sector;
use domain::rights::{Role, Scope};
use expect_test::expect;
use service::grant::scope_text;
use service::grant::touch::Held;
use testkit::world::{World, told_on_both_stores};

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn told(world: &World, who: &str, what: &str) -> String {
    let ctx = if who == "operator" { world.operator() } else { world.person(who) };
    let line = |held: &Held| {
        let name = held.holder.split('@').next().unwrap();
        format!("{name} {} {}", held.given.grant.role, scope_text(&held.given.grant.scope))
    };
    match world.almoner.who_may_touch(&ctx, what) {
        Err(error) => error.to_string().replace(what, "WHAT"),
        Ok(touching) => {
            let named = touching.named.iter().map(line);
            let counted = touching.counted.iter().map(|(role, over, count)| format!("{count} {role} over the {over}"));
            named.chain(counted).collect::<Vec<_>>().join(", ")
        }
    }
}

// Proves: ROLE-09, ROLE-02
#[test]
fn everybody_who_may_touch_something_is_told_with_the_reason() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        let other = world.admin(Role::LocalAdmin, "RX2", "Other");
        let give = |role, scope: Scope, name: &str| {
            let who = world.user("RX2", "Role", name);
            world.give(&who, role, &scope).unwrap();
            who
        };
        give(Role::Helpdesk, Scope::Unit(code("RX1"), "Ward 2".into()), "Unit");
        give(Role::SectorAdmin, Scope::Sector(Sector::Trust), "Sector");
        give(Role::SectorAdmin, Scope::Sector(Sector::Gp), "Elsewhere");
        let auditor = give(Role::Auditor, Scope::Federation, "Auditor");
        let mut lines = Vec::new();
        for (who, what) in [
            ("operator", "RX1"),
            ("operator", ann.as_str()),
            (auditor.as_str(), "RX1"),
            (local.as_str(), "RX1"),
            (local.as_str(), ann.as_str()),
            (other.as_str(), "RX1"),
            (other.as_str(), "RX7"),
            (other.as_str(), ann.as_str()),
            (ann.as_str(), ann.as_str()),
            ("operator", "A81001"),
        ] {
            let name = |text: &str| text.split('@').next().unwrap().to_owned();
            lines.push(format!("{} of {}: {}", name(who), name(what), told(world, who, what)));
        }
        lines.join("\n")
    });
    expect![[r#"
        operator of RX1: admin.local local_admin RX1, role.unit helpdesk RX1/Ward 2, role.sector sector_admin sector trust, role.auditor auditor federation
        operator of ann.lee: admin.local local_admin RX1, role.sector sector_admin sector trust, role.auditor auditor federation
        role.auditor of RX1: admin.local local_admin RX1, role.unit helpdesk RX1/Ward 2, role.sector sector_admin sector trust, role.auditor auditor federation
        admin.local of RX1: admin.local local_admin RX1, role.unit helpdesk RX1/Ward 2, 1 auditor over the federation, 1 sector_admin over the sector
        admin.local of ann.lee: admin.local local_admin RX1, 1 auditor over the federation, 1 sector_admin over the sector
        admin.other of RX1: there is no organisation WHAT, or you may not see it
        admin.other of RX7: there is no organisation WHAT, or you may not see it
        admin.other of ann.lee: there is no account WHAT, or you may not see it
        ann.lee of ann.lee: admin.local local_admin RX1, 1 auditor over the federation, 1 sector_admin over the sector
        operator of A81001: role.elsewhere sector_admin sector gp, role.auditor auditor federation"#]].assert_eq(&told);
}

// Proves: ROLE-04
#[test]
fn only_the_first_primary_administrator_needs_the_federation_and_a_confirmation() {
    told_on_both_stores(|world| {
        let (ann, bob, cyd) =
            (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Bob", "Ray"), world.user("RX2", "Cyd", "Fox"));
        let here = Scope::Organisation(code("RX1"));
        let give = |ctx: &domain::ctx::Ctx, to: &str, scope: &Scope, confirmation: Option<&Confirmation>| {
            let given = world.almoner.grant_confirmed(ctx, to, Role::PrimaryLocalAdmin, scope, confirmation);
            given.map(|given| given.grant.id).map_err(|error| error.to_string())
        };
        let today = world.today();
        let confirmed = Confirmation::new(Confirmer::HeadOfIt, "Pat Low", today, today).unwrap();
        let refused = give(&world.operator(), &ann, &here, None).unwrap_err();
        assert!(refused.contains("the first primary administrator of RX1 needs a confirmation (ROLE-04)"), "{refused}");
        let first = give(&world.operator(), &ann, &here, Some(&confirmed)).unwrap();
        let primary = world.person(&ann);
        let second = give(&primary, &bob, &here, None).unwrap();
        let kept = |id| world.almoner.show_grant(&world.operator(), id).unwrap().1;
        assert_eq!((kept(first), kept(second)), (Some(confirmed.clone()), None));
        let elsewhere = give(&primary, &cyd, &Scope::Organisation(code("RX2")), Some(&confirmed)).unwrap_err();
        assert_eq!(elsewhere, "there is no organisation RX2, or you may not see it");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let line = lines.iter().find(|line| line.action == "granted").unwrap();
        assert_eq!(line.rule.as_deref(), Some("ROLE-04"));
        assert!(
            line.detail.ends_with("\"confirmed\":{\"as\":\"head_of_it\",\"name\":\"Pat Low\",\"on\":\"2019-01-01\"}}")
        );
        for id in [first, second] {
            world.almoner.end_grant(&world.operator(), id).unwrap();
        }
        let again = give(&world.operator(), &bob, &here, None).unwrap_err();
        assert!(again.contains("ROLE-04"), "without any, the next is the first again");
        String::new()
    });
}

// Proves: ROLE-03
#[test]
fn each_administrator_appoints_what_their_role_may_and_the_use_is_told() {
    told_on_both_stores(|world| {
        let (ann, bob) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Bob", "Ray"));
        let here = Scope::Organisation(code("RX1"));
        for (role, may) in [
            (Role::PrimaryLocalAdmin, &[Role::PrimaryLocalAdmin, Role::LocalAdmin, Role::Helpdesk][..]),
            (Role::LocalAdmin, &[Role::Helpdesk]),
            (Role::Helpdesk, &[]),
        ] {
            let who = world.admin(role, "RX1", role.as_str());
            for given in [Role::PrimaryLocalAdmin, Role::LocalAdmin, Role::Helpdesk] {
                let ctx = world.person(&who);
                let gave = world.almoner.grant(&ctx, &ann, given, &here);
                assert_eq!(gave.is_ok(), may.contains(&given), "{role} gives {given}");
                if let Ok(gave) = gave {
                    world.almoner.end_grant(&ctx, gave.grant.id).unwrap();
                }
            }
            let held = world.almoner.may_touch(&world.operator(), &who).unwrap();
            assert_eq!((held.len(), held[0].used.is_some()), (1, !may.is_empty()), "{role} used its grant");
            assert!(held[0].may_end);
        }
        let none = world.almoner.may_touch(&world.operator(), &bob).unwrap();
        assert!(none.is_empty());
        String::new()
    });
}
