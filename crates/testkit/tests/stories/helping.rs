//! Administrators help: they authenticate the person, give a password, unlock, resecure (ROLE-08, PWD-04).

use std::cell::Cell;

use domain::ctx::Ctx;
use domain::rights::{Actor, Role};
use domain::status::Status;
use service::account::act::Request;
use service::error::Error;
use service::identity::Key;
use service::identity::answers::{Challenge, Set};
use service::identity::proof::{Expected, Helped, Typed};
use service::identity::session::{Me, Stage};
use service::identity::sign_in::{Attempt, SignIn};
use testkit::dice::Seeded;
use testkit::world::{World, on_both_stores};

const KEY: Key = Key([5; 32]);
const PASSWORD: &str = "three red kettles";
const MET: &str = "met her on the ward, badge 4711";
const ANSWERS: [(&str, &str); 3] = [
    ("What was your first school called?", "Saint Mary"),
    ("What was your first pet called?", "Captain"),
    ("In which street did you first live?", "Northern Row"),
];

thread_local! {
    /// Each test begins with the same dice, and throws no two alike.
    static SEED: Cell<u64> = const { Cell::new(3) };
}

fn dice() -> Seeded {
    SEED.set(SEED.get() + 1);
    Seeded::new(SEED.get())
}

fn nobody(world: &World) -> Ctx {
    let actor = Actor::Person { id: domain::ids::AccountId(0), address: String::new(), grants: Vec::new() };
    Ctx { actor, ..world.operator() }
}

fn try_in(world: &World, ctx: &Ctx, address: &str, password: &str) -> SignIn {
    let attempt = Attempt { address, password, device: "", agent: "a browser" };
    world.almoner.sign_in(ctx, &attempt, &dice()).unwrap()
}

fn inside(world: &World, address: &str, password: &str) -> Me {
    let ctx = nobody(world);
    let SignIn::In { token, .. } = try_in(world, &ctx, address, password) else { unreachable!("not let in") };
    world.almoner.me(&ctx, &token).unwrap().unwrap()
}

/// Ann, with a password of her own and answers.
fn ann(world: &World) -> String {
    let ann = world.user("RX1", "Ann", "Lee");
    let temporary = world.almoner.reset_password(&world.operator(), &ann, &dice()).unwrap();
    let me = inside(world, &ann, &temporary);
    let ctx = Ctx { actor: me.actor.clone(), ..nobody(world) };
    world.almoner.change_password(&ctx, &me.account, (&temporary, PASSWORD), &me.session.id, &dice()).unwrap();
    let me = inside(world, &ann, PASSWORD);
    let wanted: Vec<_> = ANSWERS.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect();
    assert_eq!(world.almoner.set_answers(&ctx, &me, (PASSWORD, &wanted), &KEY, &dice()).unwrap(), Set::Done);
    ann
}

fn asked(world: &World, who: &str, of: &str) -> Challenge {
    match world.almoner.expected_proof(&world.person(who), of, &KEY).unwrap() {
        Expected::Characters(challenge) => challenge,
        Expected::NoAnswers | Expected::NoQuestions => unreachable!("no characters are asked for"),
    }
}

fn right(challenge: &Challenge) -> String {
    let (_, answer) = ANSWERS.iter().find(|(question, _)| *question == challenge.question).unwrap();
    let plain: Vec<char> = answer.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    challenge.places.iter().map(|place| plain[place - 1]).collect()
}

fn give(world: &World, who: &str, of: &str, characters: &str) -> Result<Helped<String>, Error> {
    let typed = Typed { characters, statement: MET };
    world.almoner.give_password(&world.person(who), of, typed, &KEY, &dice())
}

// Proves: ROLE-08, ROLE-09
#[test]
fn nothing_changes_until_the_person_told_three_characters_of_their_secret() {
    on_both_stores(|world| {
        let ann = ann(world);
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let challenge = asked(world, &desk, &ann);
        assert_eq!(challenge.places.len(), 3);
        for wrong in ["", "zzz", "captain"] {
            assert_eq!(give(world, &desk, &ann, wrong).unwrap(), Helped::Wrong, "{wrong}");
            assert_eq!(asked(world, &desk, &ann), challenge, "the same characters until they are right");
        }
        inside(world, &ann, PASSWORD);
        let Helped::Wait(until) = give(world, &desk, &ann, &right(&challenge)).unwrap() else { panic!("no wait") };
        assert_eq!(until.second() - world.operator().now.second(), 2, "after three wrong ones");
        world.wait(1);
        let Helped::Done(temporary) = give(world, &desk, &ann, &right(&challenge)).unwrap() else {
            panic!("not given")
        };
        assert_eq!(inside(world, &ann, &temporary).stage, Stage::Password);
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let of =
            |action: &str| lines.iter().filter(|line| line.action == action && line.actor == desk).collect::<Vec<_>>();
        assert_eq!(of("authentication_failed").len(), 3);
        assert!(of("authentication_failed").iter().all(|line| line.grant.is_some()));
        let reset = of("password_reset");
        assert!(reset.len() == 1 && reset[0].detail.contains("characters of the secret"), "{reset:?}");
        let next: Vec<_> = (0..4).map(|_| asked(world, &desk, &ann)).collect();
        assert!(next.iter().all(|one| *one == next[0]), "steady again");
    });
}

// Proves: ROLE-08
#[test]
fn without_answers_the_administrators_statement_is_kept() {
    on_both_stores(|world| {
        let ben = world.user("RX1", "Ben", "Ash");
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let who = world.person(&desk);
        assert_eq!(world.almoner.expected_proof(&who, &ben, &KEY).unwrap(), Expected::NoAnswers);
        let give =
            |statement| world.almoner.give_password(&who, &ben, Typed { characters: "", statement }, &KEY, &dice());
        for short in ["", "yes", "          ok         "] {
            assert!(matches!(give(short), Err(Error::Input(why)) if why.contains("ROLE-08")), "{short:?}");
        }
        assert!(matches!(give(MET), Ok(Helped::Done(_))));
        let lines = world.almoner.history(&world.operator(), &ben).unwrap();
        assert!(lines.iter().any(|line| line.action == "password_reset" && line.detail.contains(MET)), "{lines:?}");
        let stranger = world.admin(Role::LocalAdmin, "RX2", "Stranger");
        let unseen = world.almoner.expected_proof(&world.person(&stranger), &ben, &KEY);
        assert!(matches!(unseen, Err(Error::NotFound { .. })));
        assert!(world.almoner.reset_password(&who, &ben, &dice()).is_err(), "no way round it");
    });
}

// Proves: ROLE-08
#[test]
fn a_lock_is_opened_without_another_password() {
    on_both_stores(|world| {
        let ann = ann(world);
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let mut ctx = nobody(world);
        for _ in 0..10 {
            while let SignIn::Wait(until) = try_in(world, &ctx, &ann, "wrong") {
                ctx = Ctx { now: until, ..ctx };
            }
        }
        assert_eq!(try_in(world, &ctx, &ann, PASSWORD), SignIn::Refused);
        assert!(world.almoner.is_locked(&world.operator(), &ann).unwrap());
        let challenge = asked(world, &desk, &ann);
        let unlock = |characters: &str| {
            world.almoner.unlock_account(&world.person(&desk), &ann, Typed { characters, statement: "" }, &KEY).unwrap()
        };
        assert_eq!(unlock("zzz"), Helped::Wrong);
        assert_eq!(try_in(world, &ctx, &ann, PASSWORD), SignIn::Refused, "nothing changed");
        assert_eq!(unlock(&right(&challenge)), Helped::Done(()));
        assert!(!world.almoner.is_locked(&world.operator(), &ann).unwrap());
        inside(world, &ann, PASSWORD);
        assert!(world.notices_of(&ann).contains("unlocked"));
    });
}

// Proves: PWD-04
#[test]
fn a_resecured_account_begins_anew_and_is_finished_in_time() {
    on_both_stores(|world| {
        let ann = ann(world);
        let (desk, admin) = (world.admin(Role::Helpdesk, "RX1", "Desk"), world.admin(Role::LocalAdmin, "RX1", "Min"));
        let session = inside(world, &ann, PASSWORD);
        let resecure = |who: &str| world.almoner.resecure(&world.person(who), &ann, MET, &dice());
        assert!(matches!(resecure(&desk), Err(Error::NotAllowed(_))), "not a helpdesk");
        let temporary = resecure(&admin).unwrap();
        assert_eq!(world.status(&ann), Status::Pending);
        assert_eq!(try_in(world, &nobody(world), &ann, PASSWORD), SignIn::Refused, "the old password");
        assert!(world.almoner.sessions(&session).unwrap().is_empty());
        assert!(world.almoner.own_questions(&session, &KEY).unwrap().is_empty(), "the secret");
        assert!(world.notices_of(&ann).contains("resecured"));
        let me = inside(world, &ann, &temporary);
        assert_eq!(me.stage, Stage::Password);
        let ctx = Ctx { actor: me.actor.clone(), ..nobody(world) };
        let new = (temporary.as_str(), "nine blue teapots");
        world.almoner.change_password(&ctx, &me.account, new, &me.session.id, &dice()).unwrap();
        let me = inside(world, &ann, new.1);
        assert_eq!(me.stage, Stage::Terms);
        world.almoner.accept_own_terms(&nobody(world), &me).unwrap();
        assert_eq!(world.status(&ann), Status::Active);
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let told = lines.iter().find(|line| line.action == "resecured").unwrap();
        assert!(
            told.detail.contains(MET) && told.grant.is_some() && told.rule.as_deref() == Some("PWD-04"),
            "{told:?}"
        );
    });
}

// Proves: PWD-04, LC-13
#[test]
fn whoever_does_not_finish_becomes_inactive_after_thirty_days() {
    on_both_stores(|world| {
        let (ann, ben) = (ann(world), world.user("RX1", "Ben", "Ash"));
        world.almoner.resecure(&world.operator(), &ann, "", &dice()).unwrap();
        world.days_pass(29);
        assert_eq!(world.status(&ann), Status::Pending);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Inactive);
        let leaver = world.ask(&ben, &Request::MarkLeaver).unwrap();
        world.almoner.resecure(&world.operator(), &ben, "", &dice()).unwrap();
        assert_eq!(world.account(&ben).state, leaver.state, "a leaver's clock runs on");
        world.ask(&ben, &Request::Disable).unwrap();
        assert!(world.almoner.resecure(&world.operator(), &ben, "", &dice()).is_err(), "enable it first");
    });
}
