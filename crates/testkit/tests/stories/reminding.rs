//! What is owed on certain days and by no step of the lifecycle: passwords that expire (NTC-04), mailboxes without owner,
//! monthly (NTC-05).

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::profile::Profile;
use domain::rights::Role;
use domain::status::{Kind, Status};
use domain::time::Timestamp;
use service::account::act::Request;
use service::account::draft::Draft;
use service::error::Error;
use service::notice::remind::Reminded;
use service::run::Holder;
use store::credential::Credential;
use store::event::NewEvent;
use store::tx::Audit;
use testkit::world::{World, on_both_stores};

/// Makes what is owed today, two rows at a time.
pub(crate) fn remind(world: &World) -> Reminded {
    remind_as(world, &world.operator(), &|| world.operator().now).unwrap()
}

fn remind_as(world: &World, ctx: &Ctx, wall: &dyn Fn() -> Timestamp) -> Result<Reminded, Error> {
    let holder = Holder { name: "this".into(), is_alive: &|_| false, wall, workers: None, batch: Some(2) };
    world.almoner.remind(ctx, &holder)
}

/// The same, killed at a call of the clock: some of these are in the middle of a transaction. `false`: it ended before.
fn killed(world: &World, at: usize) -> bool {
    let left = Cell::new(at);
    let wall = || {
        if left.get() == 0 {
            resume_unwind(Box::new("killed"));
        }
        left.set(left.get() - 1);
        world.operator().now
    };
    catch_unwind(AssertUnwindSafe(|| remind_as(world, &world.operator(), &wall))).is_err()
}

/// A password that was set now.
pub(crate) fn set_password(world: &World, address: &str, temporary: bool) {
    let (id, now) = (world.account(address).id, world.operator().now);
    let store = store::db::Store::open(world.url()).unwrap();
    let kept = store.write("story", |tx| {
        let before = store::credential::get(tx, id)?.unwrap_or_else(|| Credential::none(id));
        let credential = Credential { hash: "a hash".into(), set_at: now, temporary, ..before };
        store::credential::put(tx, &credential)?;
        Ok::<_, store::error::Error>(((), Audit::events(vec![password_set(id, now)])?))
    });
    kept.unwrap();
}

fn password_set(id: AccountId, now: Timestamp) -> NewEvent {
    NewEvent {
        at: now.second(),
        actor: "story".into(),
        grant_id: None,
        object_type: "user",
        object: "somebody".into(),
        account_id: Some(id.0),
        organisation: None,
        action: "password_changed",
        rule: None,
        detail: "{}".into(),
        run_id: None,
        request_key: None,
    }
}

/// The days of the story on which somebody was reminded.
fn reminded(world: &World, address: &str) -> Vec<i32> {
    let told = world.notices_of(address);
    let days = told.lines().filter_map(|line| line.split_once(" password_expires -> ")).map(|(day, to)| {
        assert_eq!(to, address);
        day.parse().unwrap()
    });
    days.collect()
}

// Proves: NTC-04
#[test]
fn a_password_is_reminded_of_on_five_days_before_it_expires() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        set_password(world, &ann, false);
        for _ in 0..95 {
            world.wait(1);
            remind(world);
            assert_eq!(remind(world), Reminded::default(), "again on the same day");
        }
        assert_eq!(reminded(world, &ann), [72, 80, 85, 88, 89]);
        let notices = world.almoner.notices(&world.operator(), Some(&ann), None, 100).unwrap();
        assert!(notices.iter().all(|n| n.notice.about.unwrap().to_string() == "2019-04-01"), "{notices:?}");
        let explained = world.almoner.explain(&world.operator(), &ann, None).unwrap();
        let fact = explained.explanation.facts.iter().find(|fact| fact.name == "password_expires").unwrap();
        assert_eq!(fact.value, "2019-04-01 (it must be changed)");
    });
}

// Proves: NTC-04
#[test]
fn days_without_a_pass_are_made_up_for_by_one_reminder() {
    on_both_stores(|world| {
        let [ann, ben] = ["Ann", "Ben"].map(|name| world.user("RX1", name, "Lee"));
        set_password(world, &ann, false);
        world.wait(12);
        set_password(world, &ben, false);
        remind(world);
        world.wait(71);
        assert_eq!(remind(world), Reminded { passwords: 1, ownerless: 0 });
        assert_eq!(reminded(world, &ann), [83], "18 and 10 days before were missed: told once");
        world.wait(20);
        remind(world);
        assert_eq!(reminded(world, &ann), [83], "it has expired, and is asked for at the next sign-in");
        assert!(reminded(world, &ben).is_empty(), "his expired in the meantime");
    });
}

// Proves: NTC-04
#[test]
fn a_pass_that_is_killed_goes_on_and_tells_nobody_twice() {
    on_both_stores(|world| {
        let people: Vec<String> = (0..7).map(|n| world.user("RX1", &format!("P{n}"), "Lee")).collect();
        for address in &people {
            set_password(world, address, false);
        }
        remind(world);
        world.wait(72);
        let kills = (1..50).take_while(|at| killed(world, *at)).count();
        assert!(kills > 3, "{kills}: each time further on");
        assert_eq!(remind(world), Reminded::default());
        for address in &people {
            assert_eq!(reminded(world, address), [72], "{address}");
        }
        // Killed on one day and gone on with on the next, which is none of theirs.
        world.wait(8);
        assert!(killed(world, 3));
        let told = || people.iter().map(|address| reminded(world, address).len() - 1).sum::<usize>();
        let before = told();
        assert!(before > 0 && before < 7, "{before}");
        world.wait(1);
        assert_eq!(remind(world).passwords, 7 - before);
        assert_eq!(told(), 7);
        // Killed on one day, and the next is one of theirs as well: nobody hears twice on it.
        world.wait(7);
        assert!(killed(world, 3));
        let early = told() - 7;
        assert!(early > 0 && early < 7, "{early}");
        world.wait(1);
        assert_eq!(remind(world).passwords, 7);
        for address in &people {
            let days = reminded(world, address);
            assert!(days.ends_with(&[89]) && days.windows(2).all(|pair| pair[0] < pair[1]), "{address}: {days:?}");
        }
    });
}

// Proves: NTC-04
#[test]
fn only_those_are_reminded_who_sign_in_with_a_password_of_their_own() {
    on_both_stores(|world| {
        let user = |name: &str| {
            let address = world.user("RX1", name, "Lee");
            set_password(world, &address, false);
            address
        };
        let [active, leaver, stopped, gone] = ["Act", "Lea", "Sto", "Gon"].map(user);
        let pending = world.try_user("RX1", "Pen", "Lee").unwrap();
        set_password(world, &pending, false);
        let temporary = world.user("RX1", "Tem", "Lee");
        set_password(world, &temporary, true);
        let draft = Draft {
            kind: Kind::Application,
            organisation: "RX1".into(),
            profile: Profile { display_name: "Labs".into(), ..Profile::default() },
            owners: vec![active.clone()],
        };
        let labs = world.almoner.create_account(&world.operator(), &draft).unwrap().address.to_string();
        set_password(world, &labs, false);
        world.wait(72);
        for (address, request) in
            [(&leaver, Request::MarkLeaver), (&stopped, Request::Disable), (&gone, Request::Delete)]
        {
            world.ask(address, &request).unwrap();
        }
        assert_eq!(remind(world).passwords, 4);
        for (address, expected) in [
            (&active, vec![72]),
            (&leaver, vec![72]),
            (&stopped, vec![]),
            (&gone, vec![]),
            (&pending, vec![]),
            (&temporary, vec![]),
        ] {
            assert_eq!(reminded(world, address), expected, "{address}");
        }
        assert_eq!(
            world.notices_of(&labs),
            format!("72 password_expires -> {labs}\n72 password_expires -> {active}"),
            "the account, and whoever answers for it"
        );
    });
}

// Proves: NTC-04
#[test]
fn a_policy_without_expiry_or_without_days_reminds_nobody() {
    let text = service::policy::shipped("2018-09").unwrap();
    for (name, key, other) in [
        ("silent", "password_reminder_days = [18, 10, 5, 2, 1]", "password_reminder_days = []"),
        ("endless", "password_expiry = \"90 days\"", "# no expiry"),
        ("usual", "", ""),
    ] {
        let text = text.replace(key, other).replace("name = \"2018-09\"", &format!("name = \"{name}\""));
        on_both_stores(|world| {
            let world = &world.adopt(&text, Some(world.today().plus_days(1)));
            world.wait(1);
            let ann = world.user("RX1", "Ann", "Lee");
            set_password(world, &ann, false);
            let told: Vec<usize> = [36, 36, 36]
                .map(|days| {
                    world.wait(days);
                    remind(world).passwords
                })
                .into();
            assert_eq!(told, [0, usize::from(name == "usual"), 0], "{name}");
        });
    }
}

// Proves: NTC-05
#[test]
fn administrators_hear_once_a_month_of_mailboxes_without_an_owner() {
    on_both_stores(|world| {
        let [ann, ben, cas] = ["Ann", "Ben", "Cas"].map(|name| world.user("RX1", name, "Lee"));
        let ward = |organisation: &str, name: &str, owners: &[&str]| world.shared(organisation, name, owners);
        let lost = ward("RX1", "Ward One", &[&ann]);
        ward("RX1", "Ward Two", &[&ann, &ben]);
        let gone = ward("RX1", "Ward Three", &[&ann]);
        ward("RX1", "Ward Four", &[&ann]);
        ward("RX2", "Unheard", &[&ann]);
        let far = ward("A81001", "Practice", &[&cas]);
        let admins = ["One", "Two"].map(|last| world.admin(Role::LocalAdmin, "RX1", last));
        world.admin(Role::Helpdesk, "RX1", "Desk");
        let primary = world.admin(Role::PrimaryLocalAdmin, "A81001", "Prime");
        assert_eq!(remind(world).ownerless, 0, "all have one");
        world.wait(3);
        for address in [&ann, &gone] {
            world.ask(address, &Request::Delete).unwrap();
        }
        assert_eq!(remind(world).ownerless, 0, "this month was done");
        world.wait(28);
        assert_eq!(world.today().to_string(), "2019-02-01");
        assert_eq!(remind(world).ownerless, 2, "two administrators, and nobody in RX2");
        assert_eq!(remind(world).ownerless, 0);
        let told = world.notices_of(&lost);
        assert_eq!(told, admins.map(|admin| format!("31 ownerless -> {admin}")).join("\n"));
        let notices = world.almoner.notices(&world.operator(), Some(&lost), None, 1).unwrap();
        assert_eq!(notices[0].notice.details, [lost.as_str(), "rx1.ward-four@mail.example"]);
        world.ask(&cas, &Request::Delete).unwrap();
        world.wait(28);
        assert_eq!(world.status(&far), Status::Active);
        let kills = (1..50).take_while(|at| killed(world, *at)).count();
        assert!(kills > 2, "{kills}");
        assert_eq!(world.notices_of(&far), format!("59 ownerless -> {primary}"));
        assert_eq!(world.notices_of(&lost).lines().count(), 4, "each once more, however often it was killed");
    });
}

// Proves: ROLE-02
#[test]
fn only_who_may_run_the_lifecycle_reminds_and_one_at_a_time() {
    on_both_stores(|world| {
        let admin = world.admin(Role::PrimaryLocalAdmin, "RX1", "Prime");
        let wall = || world.operator().now;
        assert!(matches!(remind_as(world, &world.person(&admin), &wall), Err(Error::NotAllowed(_))));
        let store = store::db::Store::open(world.url()).unwrap();
        let lease = store.acquire_lease("the reminders", "another", wall().second(), 60, &|_| true).unwrap();
        let holder = Holder { name: "this".into(), is_alive: &|_| true, wall: &wall, workers: None, batch: None };
        let refused = world.almoner.remind(&world.operator(), &holder);
        assert!(matches!(refused, Err(Error::Store(store::error::Error::Leased { .. }))), "{refused:?}");
        store.release_lease(&lease).unwrap();
        assert_eq!(world.almoner.remind(&world.operator(), &holder).unwrap(), Reminded::default());
    });
}
