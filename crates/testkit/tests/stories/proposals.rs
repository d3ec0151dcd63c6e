//! A policy is put in force by two persons.

use domain::ctx::Ctx;
use domain::rights::{Role, Scope};
use domain::status::Status;
use domain::time::Timestamp;
use service::policy::kept::Standing;
use service::policy::proposal::Draft;
use service::policy::shipped;
use store::audit::Search;
use store::proposal::Stage;
use testkit::world::{World, on_both_stores};

fn operator(world: &World, first: &str) -> Ctx {
    let address = world.user("RX1", first, "Operator");
    world.almoner.grant(&world.operator(), &address, Role::Operator, &Scope::Federation).unwrap();
    world.person(&address)
}

fn draft(name: &str) -> Draft {
    let text = shipped(name).unwrap().to_owned();
    Draft { text, note: "  as agreed  ".into(), summary: "{}".into(), ..Draft::default() }
}

/// The trail of policies, oldest first.
fn trail(world: &World) -> Vec<String> {
    let any = String::new;
    let (from, until) = (Timestamp::from_second(0), Timestamp::from_second(i64::MAX));
    let (actor, object, organisation, action, rule) = (any(), any(), any(), any(), any());
    let search = Search { actor, object, organisation, action, rule, from, until, before: i64::MAX, limit: 90 };
    let lines = world.almoner.search_audit(&world.operator(), &search).unwrap();
    let policies = lines.iter().rev().filter(|line| line.object_type == "policy");
    policies.map(|line| format!("{} {} by {}", line.object, line.action, line.actor)).collect()
}

// Proves: LC-18, LC-19, ROLE-09
#[test]
fn what_one_operator_proposes_another_puts_in_force_and_never_the_same() {
    on_both_stores(|world| {
        let (one, two) = (operator(world, "One"), operator(world, "Two"));
        let ann = world.user("RX1", "Ann", "Lee");
        let id = world.almoner.propose_policy(&one, &draft("2021-02")).unwrap();
        let proposal = world.almoner.proposal(&two, id).unwrap();
        assert_eq!((proposal.stage, proposal.note.as_str(), proposal.from), (Stage::Open, "as agreed", None));
        assert_eq!(world.almoner.adopt_proposal(&one, id).unwrap_err().to_string(), OWN);
        assert_eq!(world.again().almoner.policies().len(), 1, "nothing is adopted yet");
        let adopted = world.almoner.adopt_proposal(&two, id).unwrap();
        assert_eq!((adopted.name.as_str(), adopted.from.to_string().as_str()), ("2021-02", "2021-02-01"));
        assert_eq!(world.status(&ann), Status::Active, "it moves nobody");
        let again = world.almoner.adopt_proposal(&two, id).unwrap_err().to_string();
        assert_eq!(again, format!("proposal {id} is adopted already"));
        let kept = world.again().almoner.kept_policies(&two).unwrap();
        assert_eq!((kept[0].standing, kept[0].row.adopted_by.as_str()), (Standing::Coming, two.actor.name()));
        assert_eq!(kept[1].standing, Standing::InForce);
        assert_eq!(kept[1].last.unwrap().to_string(), "2021-01-31");
        let [first, second] = [&one, &two].map(|ctx| ctx.actor.name().to_owned());
        assert_eq!(trail(world), [format!("2021-02 proposed by {first}"), format!("2021-02 adopted by {second}")]);
    });
}

const OWN: &str = "you proposed it: another operator must put it in force";

// Proves: LC-18
#[test]
fn a_proposal_is_withdrawn_by_its_own_and_refused_by_another_and_ends_once() {
    on_both_stores(|world| {
        let (one, two) = (operator(world, "One"), operator(world, "Two"));
        let propose = |ctx| world.almoner.propose_policy(ctx, &draft("2021-02")).unwrap();
        let (first, second) = (propose(&one), propose(&one));
        assert_eq!(world.almoner.drop_proposal(&one, first).unwrap(), Stage::Withdrawn);
        assert_eq!(world.almoner.drop_proposal(&two, second).unwrap(), Stage::Refused);
        for id in [first, second] {
            assert!(world.almoner.drop_proposal(&two, id).unwrap_err().to_string().ends_with("already"));
            assert!(world.almoner.adopt_proposal(&two, id).unwrap_err().to_string().ends_with("already"));
        }
        let third = propose(&one);
        assert_eq!(world.almoner.adopt_proposal(&world.operator(), third).unwrap().name, "2021-02");
        let stages: Vec<Stage> = world.almoner.proposals(&two).unwrap().iter().map(|one| one.stage).collect();
        assert_eq!(stages, [Stage::Adopted, Stage::Refused, Stage::Withdrawn]);
        let fourth = world.almoner.propose_policy(&world.operator(), &draft("2022-12")).unwrap();
        assert_eq!(world.almoner.adopt_proposal(&world.operator(), fourth).unwrap_err().to_string(), OWN);
    });
}

// Proves: LC-18, ROLE-02
#[test]
fn a_policy_with_a_mistake_is_no_proposal_and_only_operators_propose() {
    on_both_stores(|world| {
        let one = operator(world, "One");
        let refused = |ctx: &Ctx, draft: &Draft| world.almoner.propose_policy(ctx, draft).unwrap_err().to_string();
        let broken = draft("2021-02").text.replace("leaver = \"30 days\"", "leaver = \"30 dys\"");
        let told = refused(&one, &Draft { text: broken, ..draft("2021-02") });
        assert!(told.contains("line ") && told.contains("user.leaver"), "{told}");
        let past = Draft { from: Some(world.today().plus_days(-1)), ..draft("2021-02") };
        assert!(refused(&one, &past).contains("is past"));
        let coming = world.adopt(shipped("2022-12").unwrap(), None);
        let told = coming.almoner.propose_policy(&one, &draft("2022-12")).unwrap_err().to_string();
        assert!(told.contains("overlaps"), "{told}");
        assert!(refused(&one, &Draft { note: "x".repeat(2001), ..draft("2021-02") }).contains("longer than"));
        let told = world.almoner.adopt_policy(&one, shipped("2021-02").unwrap(), None).unwrap_err().to_string();
        assert!(told.contains("takes two persons"), "{told}");
        for role in [Role::Auditor, Role::NationalHelpdesk] {
            let address = world.user("RX1", "Some", "Body");
            world.almoner.grant(&world.operator(), &address, role, &Scope::Federation).unwrap();
            let ctx = world.person(&address);
            assert_eq!(refused(&ctx, &draft("2021-02")), "your roles do not allow that here (policy)");
            assert!(world.almoner.kept_policies(&ctx).is_ok(), "{role} may read what holds");
        }
        let local = world.person(&world.admin(Role::LocalAdmin, "RX1", "Local"));
        assert_eq!(refused(&local, &draft("2021-02")), "your roles do not allow that here (policy)");
        assert_eq!(
            world.almoner.proposals(&local).unwrap_err().to_string(),
            "your roles do not allow that here (report)"
        );
        assert_eq!(world.almoner.kept_policies(&local).unwrap().len(), 2);
        assert_eq!(trail(world), ["2022-12 adopted by operator"]);
    });
}

// Proves: ROLE-09
#[test]
fn an_operator_who_lost_the_grant_meanwhile_puts_nothing_in_force() {
    on_both_stores(|world| {
        let (one, two) = (operator(world, "One"), operator(world, "Two"));
        let id = world.almoner.propose_policy(&one, &draft("2021-02")).unwrap();
        for given in world.almoner.grants_of(&world.operator(), two.actor.name()).unwrap() {
            world.almoner.end_grant(&world.operator(), given.grant.id).unwrap();
        }
        let told = world.almoner.adopt_proposal(&two, id).unwrap_err().to_string();
        assert_eq!(told, "your roles do not allow that here (policy)");
        assert_eq!(world.again().almoner.policies().len(), 1);
    });
}
