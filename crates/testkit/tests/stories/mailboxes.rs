//! Who may do what in a shared mailbox, and who says so.

use domain::mailbox::{Right, Standing};
use domain::rights::Role;
use service::account::act::Request;
use service::account::mailbox::Belongs;
use testkit::world::{World, on_both_stores};

const READS: Standing = Standing { owner: false, right: Right::Read };

fn set(world: &World, who: &str, mailbox: &str, member: &str, belongs: Belongs) -> String {
    let done = world.almoner.change_member(&world.person(who), mailbox, member, belongs);
    done.map_or_else(|error| error.to_string(), |_| "done".to_owned())
}

fn members(world: &World, mailbox: &str) -> String {
    let mailbox = world.almoner.mailbox(&world.operator(), mailbox).unwrap();
    let told = mailbox.members.iter().map(|m| {
        let name = m.account.address.as_str().split('@').next().unwrap();
        format!("{name} {}", m.standing.text())
    });
    told.collect::<Vec<_>>().join(", ")
}

// Proves: SM-02
#[test]
fn owners_name_members_without_a_role_and_members_do_not() {
    on_both_stores(|world| {
        let (ann, ben, cy) =
            (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"), world.user("RX2", "Cy", "Dee"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let as_member = Belongs::As(READS);
        for (who, member, belongs, told) in [
            (&ben, &cy, as_member, "there is no mailbox"),
            (&ann, &ben, as_member, "done"),
            (&ann, &ben, as_member, "set so already"),
            (&ben, &cy, as_member, "roles do not allow"),
            (&ann, &cy, Belongs::As(Standing { owner: false, right: Right::SendAs }), "done"),
            (&ann, &"no.body@mail.example".to_owned(), as_member, "there is no person"),
            (&ann, &ward, as_member, "there is no person"),
            (&ann, &ann, Belongs::Never, "name another owner first"),
            (&ann, &ben, Belongs::As(Standing::OWNER), "done"),
            (&ben, &ann, Belongs::Never, "done"),
            (&ann, &cy, Belongs::Never, "there is no mailbox"),
        ] {
            let said = set(world, who, &ward, member, belongs);
            assert!(said.contains(told), "{who} about {member}: {said}");
        }
        assert_eq!(members(world, &ward), "ben.ash owner, cy.dee member send_as");
        let mine: Vec<_> = world.almoner.mailboxes_of(&world.person(&ben)).unwrap();
        assert_eq!(
            mine.iter().map(|(a, name, _)| (a.address.as_str(), name.as_str())).collect::<Vec<_>>(),
            [(ward.as_str(), "Ward 2")]
        );
        let lines = world.almoner.history(&world.operator(), &ward).unwrap();
        assert_eq!(lines.iter().filter(|line| line.rule.as_deref() == Some("SM-02")).count(), 4);
    });
}

// Proves: SM-02, ROLE-02
#[test]
fn administrators_name_members_within_their_scope_and_by_their_grant() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        for (role, organisation, told) in [
            (Role::Helpdesk, "RX1", "done"),
            (Role::LocalAdmin, "RX1", "done"),
            (Role::NationalHelpdesk, "RX1", "roles do not allow"),
            (Role::Auditor, "RX1", "roles do not allow"),
            (Role::LocalAdmin, "RX2", "there is no mailbox"),
        ] {
            let who = world.admin(role, organisation, role.as_str());
            let said = set(world, &who, &ward, &ben, Belongs::As(READS));
            assert!(said.contains(told), "{role} of {organisation}: {said}");
            if said == "done" {
                assert_eq!(set(world, &who, &ward, &ben, Belongs::Never), "done");
            }
        }
        let lines = world.almoner.history(&world.operator(), &ward).unwrap();
        let set: Vec<_> = lines.iter().filter(|line| line.action == "edited").collect();
        assert!(set.len() == 4 && set.iter().all(|line| line.grant.is_some()), "{set:?}");
    });
}

// Proves: SM-06, JML-02
#[test]
fn a_leaver_stays_until_the_owner_ends_it_and_a_deleted_member_is_kept_without_effect() {
    on_both_stores(|world| {
        let (ann, ben, cy) =
            (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"), world.user("RX1", "Cy", "Dee"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        for member in [&ben, &cy] {
            assert_eq!(set(world, &ann, &ward, member, Belongs::As(READS)), "done");
        }
        world.ask(&ben, &Request::MarkLeaver).unwrap();
        let kept = world.almoner.memberships(&world.operator(), &ben).unwrap();
        assert_eq!(kept.len(), 1, "JML-02");
        world.ask(&ben, &Request::Join(domain::ids::OdsCode::parse("RX2").unwrap())).unwrap();
        assert_eq!(members(world, &ward), "ann.lee owner, ben.ash member read, cy.dee member read");
        assert_eq!(set(world, &ann, &ward, &ben, Belongs::Never), "done");
        world.ask(&cy, &Request::Delete).unwrap();
        assert!(
            set(world, &ann, &ward, &cy, Belongs::As(Standing::MEMBER)).contains("done"),
            "a kept one may be changed"
        );
        world.ask(&ward, &Request::Delete).unwrap();
        assert!(set(world, &ann, &ward, &ben, Belongs::As(READS)).contains("restore it"));
        world.ask(&ward, &Request::Restore).unwrap();
        assert_eq!(members(world, &ward), "ann.lee owner, cy.dee member", "a restore brings them back");
    });
}
