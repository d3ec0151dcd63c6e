//! Signing in: passwords, locks, second factors and sessions, through the use cases that the portal calls.

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::rights::{Actor, Role, Scope};
use domain::signal::{Signal, Source};
use domain::status::Status;
use service::account::act::Request;
use service::error::Error;
use service::identity::password::Changed;
use service::identity::proof::Typed;
use service::identity::second::{Enrolled, Shown, fresh_secret};
use service::identity::session::{Me, Stage};
use service::identity::sign_in::{Attempt, SignIn};
use service::identity::{Dice, Key};
use testkit::dice::Seeded;
use testkit::world::{World, on_both_stores};
use totp_rs::{Algorithm, Secret, TOTP};

pub(crate) const KEY: Key = Key([5; 32]);
pub(crate) const PASSWORD: &str = "three red kettles";

pub(crate) fn dice() -> Seeded {
    Seeded::new(11)
}

/// Sets up an authenticator: its secret, the recovery codes, the session's new secret.
pub(crate) fn enrol(world: &World, ctx: &Ctx, me: &Me, dice: &dyn Dice) -> (String, Vec<String>, String) {
    let secret = fresh_secret(dice);
    let met = world.almoner.enrol(ctx, me, (&secret, &code(&secret, ctx)), &KEY, dice).unwrap();
    let Enrolled::Done { codes, token } = met else { return Default::default() };
    (secret, codes, token)
}

/// Nobody yet: the portal before a sign-in.
pub(crate) fn nobody(world: &World) -> Ctx {
    let actor = Actor::Person { id: domain::ids::AccountId(0), address: String::new(), grants: Vec::new() };
    Ctx { actor, ..world.operator() }
}

pub(crate) fn later(ctx: &Ctx, seconds: i64) -> Ctx {
    Ctx { now: ctx.now.plus_seconds(seconds), wall: ctx.wall.plus_seconds(seconds), ..ctx.clone() }
}

pub(crate) fn try_in(world: &World, ctx: &Ctx, who: (&str, &str), device: &str, dice: &dyn Dice) -> SignIn {
    let attempt = Attempt { address: who.0, password: who.1, device, agent: "a browser" };
    world.almoner.sign_in(ctx, &attempt, dice).unwrap()
}

/// Signs in: the session's secret and the device's; nothing, where it fails.
pub(crate) fn sign_in(world: &World, ctx: &Ctx, who: (&str, &str), dice: &dyn Dice) -> (String, String) {
    let SignIn::In { token, device } = try_in(world, ctx, who, "", dice) else { return Default::default() };
    (token, device)
}

pub(crate) fn me(world: &World, ctx: &Ctx, token: &str) -> Me {
    world.almoner.me(ctx, token).unwrap().unwrap()
}

fn change(world: &World, ctx: &Ctx, me: &Me, current: &str, new: &str, dice: &dyn Dice) -> Changed {
    let ctx = Ctx { actor: me.actor.clone(), ..ctx.clone() };
    world.almoner.change_password(&ctx, &me.account, (current, new), &me.session.id, dice).unwrap()
}

/// A person with a password of their own.
pub(crate) fn with_password(world: &World, address: &str, dice: &dyn Dice) {
    let temporary = world.almoner.reset_password(&world.operator(), address, dice).unwrap();
    let ctx = nobody(world);
    let (token, _) = sign_in(world, &ctx, (address, &temporary), dice);
    assert_eq!(change(world, &ctx, &me(world, &ctx, &token), &temporary, PASSWORD, dice), Changed::Done);
}

pub(crate) fn code(secret: &str, ctx: &Ctx) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap().generate(ctx.wall.second().unsigned_abs())
}

// Proves: PWD-03, PWD-02, LC-02
#[test]
fn a_temporary_password_is_changed_at_its_first_use_and_only_that_is_a_signal() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Featherstone");
        let temporary = world.almoner.reset_password(&world.operator(), &ann, &dice).unwrap();
        assert_eq!(world.account(&ann).signals.get(Signal::PasswordChange), None, "a reset is no signal");
        let (token, _) = sign_in(world, &ctx, (&ann, &temporary), &dice);
        let inside = me(world, &ctx, &token);
        assert_eq!(inside.stage, Stage::Password);
        let (elsewhere, _) = sign_in(world, &ctx, (&ann, &temporary), &dice);
        for bad in ["short", "featherstone lives here", "password1234", &temporary] {
            let Changed::Refused(faults) = change(world, &ctx, &inside, &temporary, bad, &dice) else {
                panic!("{bad} is taken")
            };
            assert_eq!(faults.len(), 1, "{bad}: {faults:?}");
        }
        assert_eq!(change(world, &ctx, &inside, "wrong", PASSWORD, &dice), Changed::WrongCurrent);
        assert_eq!(change(world, &ctx, &inside, &temporary, PASSWORD, &dice), Changed::Done);
        assert_eq!(me(world, &ctx, &token).stage, Stage::In);
        assert!(world.almoner.me(&ctx, &elsewhere).unwrap().is_none(), "other sessions end");
        let seen = world.account(&ann).signals.get(Signal::PasswordChange).unwrap();
        assert_eq!((seen.at, seen.source), (ctx.now, Source::Portal));
        assert_eq!(try_in(world, &ctx, (&ann, &temporary), "", &dice), SignIn::Refused, "the old one is over");
    });
}

// Proves: PWD-02
#[test]
fn the_last_four_passwords_are_not_taken_again_and_the_fifth_is() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        let mut current = PASSWORD.to_owned();
        for next in ["four blue kettles", "five tall teapots", "nine old spoons"] {
            assert_eq!(change(world, &ctx, &inside, &current, next, &dice), Changed::Done, "{next}");
            next.clone_into(&mut current);
        }
        let again = change(world, &ctx, &inside, &current, PASSWORD, &dice);
        assert!(matches!(again, Changed::Refused(_)), "the fourth before");
        assert_eq!(change(world, &ctx, &inside, &current, "two odd forks here", &dice), Changed::Done);
        assert_eq!(
            change(world, &ctx, &inside, "two odd forks here", PASSWORD, &dice),
            Changed::Done,
            "the fifth before"
        );
    });
}

// Proves: PWD-01
#[test]
fn an_expired_password_signs_in_only_to_be_changed() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        for (days, stage) in [(89, Stage::In), (1, Stage::Password)] {
            world.wait(days);
            let ctx = nobody(world);
            let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
            assert_eq!(me(world, &ctx, &token).stage, stage, "{days} more days");
        }
    });
}

#[test]
fn ten_failures_lock_strangers_out_while_a_known_device_still_signs_in() {
    on_both_stores(|world| {
        let (dice, mut ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (_, device) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        for who in [ann.as_str(), "nobody.at.all@mail.example"] {
            for failure in 0..10 {
                let met = try_in(world, &ctx, (who, "wrong"), "", &dice);
                if let SignIn::Wait(until) = met {
                    assert!(failure >= 3, "{who} waits after {failure} failures");
                    assert_eq!(until.second() - ctx.now.second(), 1 << (failure - 2), "{who}: {failure} failures");
                    ctx = later(&ctx, until.second() - ctx.now.second());
                    assert_eq!(try_in(world, &ctx, (who, "wrong"), "", &dice), SignIn::Refused, "{who} {failure}");
                } else {
                    assert!(failure < 3, "{who} does not wait after {failure} failures");
                }
            }
            ctx = later(&ctx, 3600);
            assert_eq!(try_in(world, &ctx, (who, "wrong"), "", &dice), SignIn::Refused, "{who} is locked for good");
        }
        assert_eq!(try_in(world, &ctx, (&ann, PASSWORD), "", &dice), SignIn::Refused, "a stranger, who knows it");
        let other = "f".repeat(64);
        assert_eq!(try_in(world, &ctx, (&ann, PASSWORD), &other, &dice), SignIn::Refused, "an unknown device");
        let known = try_in(world, &ctx, (&ann, PASSWORD), &device, &dice);
        assert!(matches!(known, SignIn::In { .. }), "the ward's own machine: {known:?}");
        assert!(world.story_of(&ann).contains("sign_in_locked"), "{}", world.story_of(&ann));
        let temporary = world.almoner.reset_password(&world.operator(), &ann, &dice).unwrap();
        sign_in(world, &ctx, (&ann, &temporary), &dice);
    });
}

// Proves: MFA-01, ROLE-07
#[test]
fn whoever_holds_a_grant_shows_a_second_factor_and_keeps_it_without_the_grant() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let over = Scope::Organisation(OdsCode::parse("RX1").unwrap());
        let given = world.almoner.grant(&world.operator(), &ann, Role::LocalAdmin, &over).unwrap();
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        assert_eq!(inside.stage, Stage::Enrol, "an authenticator comes first");
        let wrong = world.almoner.enrol(&ctx, &inside, (&fresh_secret(&dice), "000000"), &KEY, &dice).unwrap();
        assert_eq!(wrong, Enrolled::Wrong, "a wrong code");
        let (secret, codes, after) = enrol(world, &ctx, &inside, &dice);
        let right = code(&secret, &ctx);
        assert_eq!((codes.len(), me(world, &ctx, &after).stage), (10, Stage::In));
        assert!(world.almoner.me(&ctx, &token).unwrap().is_none(), "the secret from before the second factor is over");

        let ctx = later(&ctx, 60);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let half = me(world, &ctx, &token);
        assert_eq!(half.stage, Stage::Second);
        let show = |code: &str, key: &Key| world.almoner.show_second(&ctx, &half, code, key, &dice).unwrap();
        assert_eq!(show("000000", &KEY), Shown::Wrong);
        assert_eq!(show(&right, &KEY), Shown::Wrong, "the code of a minute ago");
        let fresh = code(&secret, &ctx);
        assert!(matches!(show(&fresh, &KEY), Shown::In(_)), "the code of now");
        assert_eq!(show(&fresh, &KEY), Shown::Wrong, "once only");
        assert!(matches!(show(&codes[3], &KEY), Shown::In(_)), "a recovery code");
        assert_eq!(show(&codes[3], &KEY), Shown::Wrong, "once only");

        world.almoner.end_grant(&world.operator(), given.grant.id).unwrap();
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        assert_eq!(me(world, &ctx, &token).stage, Stage::Second, "losing the grant does not switch it off");
    });
}

#[test]
fn codes_are_not_guessed() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        enrol(world, &ctx, &me(world, &ctx, &token), &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let half = me(world, &ctx, &token);
        let mut now = later(&ctx, 300);
        let (mut looked_at, end) = (0, now.now.second() + 24 * 3600);
        while now.now.second() < end {
            match world.almoner.show_second(&now, &half, "000000", &KEY, &dice).unwrap() {
                Shown::Wait(until) => now = later(&now, until.second() - now.now.second()),
                Shown::Wrong | Shown::OtherTime(_) => looked_at += 1,
                Shown::In(_) => panic!("guessed"),
            }
        }
        assert!((20..40).contains(&looked_at), "{looked_at} guesses in a day");
    });
}

// Proves: LC-05, LC-13
#[test]
fn status_decides_who_comes_in_and_who_stays() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        for (request, inside) in [
            (Request::Disable, false),
            (Request::Enable, true),
            (Request::MarkLeaver, true),
            (Request::Disable, false),
            (Request::Enable, true),
            (Request::Delete, false),
            (Request::Restore, true),
        ] {
            world.almoner.act(&world.operator(), &ann, &request, "for the story").unwrap();
            assert_eq!(world.almoner.me(&ctx, &token).unwrap().is_some(), inside, "an open session after {request:?}");
            let met = try_in(world, &ctx, (&ann, PASSWORD), "", &dice);
            assert_eq!(matches!(met, SignIn::In { .. }), inside, "a sign-in after {request:?}: {met:?}");
        }
        let ben = world.try_user("RX1", "Ben", "Ash").unwrap();
        assert_eq!(world.status(&ben), Status::Pending);
        with_password(world, &ben, &dice);
        let (token, _) = sign_in(world, &ctx, (&ben, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        assert_eq!(inside.stage, Stage::Terms);
        world.almoner.accept_own_terms(&ctx, &inside).unwrap();
        assert_eq!((world.status(&ben), me(world, &ctx, &token).stage), (Status::Active, Stage::In));
    });
}

#[test]
fn a_session_ends_when_it_rests_or_is_too_old_or_its_person_says_so() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let in_use = |ctx: &Ctx, token: &str| world.almoner.me(ctx, token).unwrap().is_some();
        let (resting, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        assert!(in_use(&later(&ctx, 1_799), &resting));
        assert!(!in_use(&later(&ctx, 1_799 + 1_800), &resting), "half an hour later");
        let (busy, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        for minutes in (0..12 * 60).step_by(20) {
            assert!(in_use(&later(&ctx, minutes * 60), &busy), "after {minutes} minutes");
        }
        assert!(!in_use(&later(&ctx, 12 * 3600), &busy), "after twelve hours, though it was in use");

        let tokens: Vec<String> = (0..3).map(|_| sign_in(world, &ctx, (&ann, PASSWORD), &dice).0).collect();
        let ben = world.user("RX1", "Ben", "Ash");
        with_password(world, &ben, &dice);
        let (of_ben, _) = sign_in(world, &ctx, (&ben, PASSWORD), &dice);
        let inside = me(world, &ctx, &tokens[0]);
        world.almoner.end_own_session(&inside, &me(world, &ctx, &of_ben).session.id).unwrap();
        assert!(in_use(&ctx, &of_ben), "nobody ends another's");
        world.almoner.end_own_session(&inside, &me(world, &ctx, &tokens[1]).session.id).unwrap();
        assert!(!in_use(&ctx, &tokens[1]));
        assert_eq!(
            world.almoner.end_other_sessions(&inside).unwrap(),
            1 + 1,
            "that of the change of password, and one"
        );
        assert!(in_use(&ctx, &tokens[0]) && !in_use(&ctx, &tokens[2]));
        assert!(!in_use(&ctx, "") && !in_use(&ctx, &"0".repeat(64)));
    });
}

// Proves: ROLE-02, ROLE-05, ROLE-09
#[test]
fn a_password_is_reset_by_those_who_may_and_says_by_which_grant() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let typed = Typed { characters: "", statement: "met her on the ward" };
        let reset = |who: &str| world.almoner.give_password(&world.person(who), &ann, typed, &KEY, &dice);
        for role in [Role::Helpdesk, Role::LocalAdmin, Role::PrimaryLocalAdmin] {
            let admin = world.admin(role, "RX1", role.as_str());
            assert!(reset(&admin).is_ok(), "{role}");
        }
        let stranger = world.admin(Role::LocalAdmin, "RX2", "Stranger");
        assert!(matches!(reset(&stranger), Err(Error::NotFound { .. })), "another organisation's");
        assert!(matches!(reset(&ann), Err(Error::NotFound { .. } | Error::NotAllowed(_))), "one's own, by oneself");
        let auditor = world.user("RX2", "Odd", "Itor");
        world.almoner.grant(&world.operator(), &auditor, Role::Auditor, &Scope::Federation).unwrap();
        assert!(matches!(reset(&auditor), Err(Error::NotAllowed(_))), "an auditor");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let told: Vec<_> = lines.iter().filter(|line| line.action == "password_reset").collect();
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|line| line.grant.is_some() && line.rule.as_deref() == Some("PWD-03")));
    });
}

#[test]
fn no_secret_is_told_in_the_trail() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (token, device) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        let (secret, codes, after) = enrol(world, &ctx, &inside, &dice);
        let right = code(&secret, &ctx);
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let all: Vec<String> = lines.iter().map(|line| format!("{} {}", line.action, line.detail)).collect();
        let all = all.join("\n");
        for told in ["password_reset", "signed_in", "password_changed", "second_factor_set"] {
            assert!(all.contains(told), "{told} is not told:\n{all}");
        }
        for secret in [PASSWORD, &token, &device, &secret, &after, &right, &codes[0], "argon2"] {
            assert!(!all.contains(secret), "{secret} is told:\n{all}");
        }
    });
}
