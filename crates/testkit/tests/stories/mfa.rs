//! Second factors: changed by their person, done without by an exception, taken away when they are lost (MFA-01).

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::refusal::Refusal;
use domain::rights::{Role, Scope};
use service::error::Error;
use service::identity::Dice;
use service::identity::own::Confirmed;
use service::identity::second::{Enrolled, Shown, fresh_secret};
use service::identity::session::Stage;
use testkit::world::{World, on_both_stores};

use crate::identity::{KEY, PASSWORD, code, dice, enrol, later, me, nobody, sign_in, try_in, with_password};

/// How an administrator made sure.
const SURE: &str = "met on the ward, badge seen";

/// Somebody with a password and an authenticator: the context, the secret, the recovery codes.
fn with_authenticator(world: &World, address: &str, dice: &dyn Dice) -> (Ctx, String, Vec<String>) {
    let ctx = nobody(world);
    with_password(world, address, dice);
    let (token, _) = sign_in(world, &ctx, (address, PASSWORD), dice);
    let (secret, codes, _) = enrol(world, &ctx, &me(world, &ctx, &token), dice);
    (later(&ctx, 90), secret, codes)
}

fn over(organisation: &str) -> Scope {
    Scope::Organisation(OdsCode::parse(organisation).unwrap())
}

fn refused(result: &Result<impl std::fmt::Debug, Error>, refusal: &Refusal) {
    assert!(matches!(result, Err(Error::Refused(met)) if met == refusal), "{result:?} is not {refusal:?}");
}

// Proves: MFA-01, ROLE-09
#[test]
fn an_exception_lets_in_without_the_second_factor_for_a_day_and_ends_by_itself() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let (ctx, ..) = with_authenticator(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        assert_eq!(me(world, &ctx, &token).stage, Stage::Second);
        let until = world.almoner.except_from_mfa(&world.person(&admin), &ann, None, SURE).unwrap();
        assert_eq!(until, world.operator().now.plus_seconds(86_400));
        let inside = me(world, &ctx, &token);
        assert_eq!((inside.stage, inside.excepted), (Stage::In, Some(until)));
        for (seconds, stage) in [(86_399, Stage::In), (86_400, Stage::Second)] {
            let then = later(&world.operator(), seconds);
            let (token, _) = sign_in(world, &Ctx { actor: ctx.actor.clone(), ..then.clone() }, (&ann, PASSWORD), &dice);
            assert_eq!(me(world, &then, &token).stage, stage, "after {seconds} seconds");
        }
        let (_, factors) = world.almoner.factors(&world.person(&admin), &ann).unwrap();
        let given = factors.exception.unwrap();
        assert_eq!((given.until, given.given_by.as_str()), (until, admin.as_str()));
        world.almoner.end_mfa_exception(&world.person(&admin), &ann).unwrap();
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        assert_eq!(me(world, &ctx, &token).stage, Stage::Second, "ended before its time");
        assert!(world.almoner.end_mfa_exception(&world.person(&admin), &ann).is_err(), "there is none");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        for action in ["mfa_exception_given", "mfa_exception_ended"] {
            let line = lines.iter().find(|line| line.action == action).unwrap();
            assert!(line.grant.is_some() && line.rule.as_deref() == Some("MFA-01"), "{line:?}");
        }
    });
}

// Proves: ROLE-08, MFA-01
#[test]
fn nobody_is_helped_without_a_word_on_how_it_was_made_sure_that_it_is_the_person() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        with_authenticator(world, &ann, &dice);
        let ctx = world.person(&world.admin(Role::LocalAdmin, "RX1", "Admin"));
        for statement in ["", "yes", "   yes   ", &"x".repeat(501)] {
            for met in [
                world.almoner.except_from_mfa(&ctx, &ann, None, statement).map(drop),
                world.almoner.reset_second_factor(&ctx, &ann, statement),
            ] {
                assert!(matches!(met, Err(Error::Input(_))), "{statement}: {met:?}");
            }
        }
        assert_eq!(world.almoner.factors(&ctx, &ann).unwrap().1.count(), 1, "nothing was done");
        world.almoner.except_from_mfa(&ctx, &ann, None, SURE).unwrap();
        world.almoner.reset_second_factor(&ctx, &ann, SURE).unwrap();
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        for action in ["mfa_exception_given", "second_factor_reset"] {
            let line = lines.iter().find(|line| line.action == action).unwrap();
            assert!(line.detail.contains(SURE), "the statement is kept: {line:?}");
        }
        // The operator at the machine has no rights to abuse: whoever is there has the store.
        world.almoner.except_from_mfa(&world.operator(), &world.admin(Role::Helpdesk, "RX1", "D"), None, "").unwrap();
    });
}

// Proves: MFA-01, ROLE-02, ROLE-05
#[test]
fn only_those_who_may_help_and_never_for_themselves() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        with_authenticator(world, &ann, &dice);
        for (role, day, longer) in
            [(Role::Helpdesk, false, false), (Role::LocalAdmin, true, false), (Role::PrimaryLocalAdmin, true, false)]
        {
            let admin = world.admin(role, "RX1", role.as_str());
            let ctx = world.person(&admin);
            assert_eq!(world.almoner.except_from_mfa(&ctx, &ann, None, SURE).is_ok(), day, "{role}: a day");
            assert_eq!(world.almoner.except_from_mfa(&ctx, &ann, Some(2), SURE).is_ok(), longer, "{role}: longer");
            assert!(world.almoner.factors(&ctx, &ann).is_ok(), "{role} sees them");
            refused(&world.almoner.except_from_mfa(&ctx, &admin, None, SURE), &Refusal::OwnSecondFactor);
            refused(&world.almoner.reset_second_factor(&ctx, &admin, SURE), &Refusal::OwnSecondFactor);
        }
        let wide = world.user("RX2", "Wide", "Wanda");
        world.almoner.grant(&world.operator(), &wide, Role::NationalHelpdesk, &Scope::Federation).unwrap();
        assert!(world.almoner.except_from_mfa(&world.person(&wide), &ann, None, SURE).is_ok());
        assert!(
            world.almoner.except_from_mfa(&world.person(&wide), &ann, Some(2), SURE).is_err(),
            "longer is the operator's"
        );
        let until = world.almoner.except_from_mfa(&world.operator(), &ann, Some(30), SURE).unwrap();
        assert_eq!(until, world.operator().now.plus_seconds(30 * 86_400));
        assert!(matches!(world.almoner.except_from_mfa(&world.operator(), &ann, Some(31), SURE), Err(Error::Input(_))));
        let stranger = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX2", "Stranger"));
        for met in [
            world.almoner.except_from_mfa(&stranger, &ann, None, SURE).map(drop),
            world.almoner.end_mfa_exception(&stranger, &ann),
            world.almoner.reset_second_factor(&stranger, &ann, SURE),
            world.almoner.factors(&stranger, &ann).map(drop),
        ] {
            assert!(matches!(met, Err(Error::NotFound { .. })), "{met:?}");
        }
        let plain = world.user("RX1", "Ben", "Ash");
        assert!(world.almoner.except_from_mfa(&world.operator(), &plain, None, SURE).is_err(), "nothing is in the way");
    });
}

// Proves: MFA-01
#[test]
fn nobody_helps_an_account_that_administers_more_than_they_do() {
    on_both_stores(|world| {
        let dice = dice();
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        for (role, scope) in [
            (Role::Operator, Scope::Federation),
            (Role::Auditor, Scope::Federation),
            (Role::SectorAdmin, Scope::Sector(domain::org::Sector::Trust)),
            (Role::LocalAdmin, over("RX2")),
        ] {
            let above = world.user("RX1", "Above", role.as_str());
            with_authenticator(world, &above, &dice);
            world.almoner.grant(&world.operator(), &above, role, &scope).unwrap();
            let met = world.almoner.reset_second_factor(&world.person(&local), &above, SURE);
            assert!(matches!(met, Err(Error::NotAllowed(_))), "{role}: {met:?}");
            let met = world.almoner.except_from_mfa(&world.person(&local), &above, None, SURE);
            assert!(matches!(met, Err(Error::NotAllowed(_))), "{role}: {met:?}");
            assert!(
                world.almoner.reset_second_factor(&world.operator(), &above, SURE).is_ok(),
                "{role}: the operator may"
            );
        }
        let beside = world.user("RX1", "Be", "Side");
        with_authenticator(world, &beside, &dice);
        world.almoner.grant(&world.operator(), &beside, Role::Helpdesk, &over("RX1")).unwrap();
        assert!(
            world.almoner.reset_second_factor(&world.person(&local), &beside, SURE).is_ok(),
            "over the same organisation"
        );
    });
}

// Proves: MFA-01, ROLE-07
#[test]
fn a_lost_second_factor_is_taken_away_and_an_administrator_sets_up_another() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.admin(Role::LocalAdmin, "RX1", "Lee");
        let (ctx, secret, codes) = with_authenticator(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let half = me(world, &ctx, &token);
        let shown = world.almoner.show_second(&ctx, &half, &code(&secret, &ctx), &KEY, &dice).unwrap();
        let Shown::In(open) = shown else { panic!("{shown:?}") };
        world.almoner.reset_second_factor(&world.operator(), &ann, SURE).unwrap();
        assert!(world.almoner.me(&ctx, &open).unwrap().is_none(), "the sessions end");
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        assert_eq!((inside.stage, inside.has_second), (Stage::Enrol, false));
        let met = world.almoner.show_second(&ctx, &inside, &codes[0], &KEY, &dice).unwrap();
        assert_eq!(met, Shown::Wrong, "recovery codes are gone too");
        let met = world.almoner.reset_second_factor(&world.operator(), &ann, SURE);
        assert!(matches!(met, Err(Error::Input(_))), "there is none: {met:?}");
        enrol(world, &ctx, &inside, &dice);
        assert!(world.story_of(&ann).contains("second_factor_reset (MFA-01) by operator"), "{}", world.story_of(&ann));
    });
}

// Proves: ROLE-07, MFA-01
#[test]
fn a_person_replaces_and_removes_their_own_and_an_administrator_keeps_the_last() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let (ctx, secret, codes) = with_authenticator(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let half = me(world, &ctx, &token);
        refused(&world.almoner.remove_authenticator(&ctx, &half), &Refusal::SecondFactorFirst);
        refused(&world.almoner.renew_recovery_codes(&ctx, &half, &dice), &Refusal::SecondFactorFirst);
        let fresh = fresh_secret(&dice);
        let met = world.almoner.enrol(&ctx, &half, (&fresh, &code(&fresh, &ctx)), &KEY, &dice);
        refused(&met, &Refusal::SecondFactorFirst);
        let shown = world.almoner.show_second(&ctx, &half, &code(&secret, &ctx), &KEY, &dice).unwrap();
        let Shown::In(token) = shown else { panic!("{shown:?}") };

        let given = world.almoner.grant(&world.operator(), &ann, Role::Helpdesk, &over("RX1")).unwrap();
        let inside = me(world, &ctx, &token);
        refused(&world.almoner.remove_authenticator(&ctx, &inside), &Refusal::LastSecondFactor);
        let new = world.almoner.renew_recovery_codes(&ctx, &inside, &dice).unwrap();
        assert!(new.len() == 10 && new != codes);
        let (_, _, token) = enrol(world, &ctx, &inside, &dice);
        world.almoner.end_grant(&world.operator(), given.grant.id).unwrap();
        let inside = me(world, &ctx, &token);
        world.almoner.remove_authenticator(&ctx, &inside).unwrap();
        let factors = world.almoner.own_factors(&inside).unwrap();
        assert_eq!((factors.authenticator, factors.recovery_codes), (false, 0), "no code stands for nothing");
        let inside = me(world, &ctx, &token);
        assert!(world.almoner.remove_authenticator(&ctx, &inside).is_err(), "there is none");
        assert!(world.almoner.renew_recovery_codes(&ctx, &inside, &dice).is_err(), "codes for nothing");
        let told = world.story_of(&ann);
        for action in ["recovery_codes_renewed", "second_factor_removed"] {
            assert!(told.contains(action), "{action}:\n{told}");
        }
    });
}

#[test]
fn an_exception_is_no_way_to_change_what_one_signs_in_with() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let (ctx, ..) = with_authenticator(world, &ann, &dice);
        world.almoner.except_from_mfa(&world.operator(), &ann, None, SURE).unwrap();
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        assert_eq!(inside.stage, Stage::In);
        refused(&world.almoner.remove_authenticator(&ctx, &inside), &Refusal::SecondFactorFirst);
        let fresh = fresh_secret(&dice);
        let met = world.almoner.enrol(&ctx, &inside, (&fresh, &code(&fresh, &ctx)), &KEY, &dice);
        refused(&met, &Refusal::SecondFactorFirst);
    });
}

// Proves: MFA-01
#[test]
fn a_clock_that_is_off_is_told_and_lets_nobody_in() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let (ctx, secret, _) = with_authenticator(world, &ann, &dice);
        let ctx = later(&ctx, 1_200);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let half = me(world, &ctx, &token);
        for off in [240, -240] {
            let met = world.almoner.show_second(&ctx, &half, &code(&secret, &later(&ctx, off)), &KEY, &dice).unwrap();
            assert_eq!(met, Shown::OtherTime(off));
            assert_eq!(me(world, &ctx, &token).stage, Stage::Second, "not in");
        }
        let far = code(&secret, &later(&ctx, 3_600));
        assert_eq!(world.almoner.show_second(&ctx, &half, &far, &KEY, &dice).unwrap(), Shown::Wrong);
        let met = world.almoner.show_second(&ctx, &half, &code(&secret, &ctx), &KEY, &dice).unwrap();
        assert!(matches!(met, Shown::Wait(_)), "each was counted: {met:?}");
        let ben = world.user("RX1", "Ben", "Ash");
        with_password(world, &ben, &dice);
        let (token, _) = sign_in(world, &ctx, (&ben, PASSWORD), &dice);
        let fresh = fresh_secret(&dice);
        let late = code(&fresh, &later(&ctx, -300));
        let met = world.almoner.enrol(&ctx, &me(world, &ctx, &token), (&fresh, &late), &KEY, &dice).unwrap();
        assert_eq!(met, Enrolled::OtherTime(-300));
    });
}

#[test]
fn a_password_is_asked_for_once_more_and_not_guessed() {
    on_both_stores(|world| {
        let (dice, ctx) = (dice(), nobody(world));
        let ann = world.user("RX1", "Ann", "Lee");
        with_password(world, &ann, &dice);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let inside = me(world, &ctx, &token);
        let confirm = |ctx: &Ctx, text: &str| world.almoner.confirm_password(ctx, &inside, text).unwrap();
        assert_eq!(confirm(&ctx, PASSWORD), Confirmed::Yes);
        for _ in 0..3 {
            assert_eq!(confirm(&ctx, "wrong"), Confirmed::No);
        }
        assert_eq!(confirm(&ctx, PASSWORD), Confirmed::Wait(ctx.now.plus_seconds(2)));
        assert_eq!(confirm(&later(&ctx, 2), PASSWORD), Confirmed::Yes);
        let met = try_in(world, &ctx, (&ann, PASSWORD), "", &dice);
        assert!(matches!(met, service::identity::sign_in::SignIn::In { .. }), "signing in has a count of its own");
    });
}
