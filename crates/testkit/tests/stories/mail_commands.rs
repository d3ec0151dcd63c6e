//! Commands for the mail engine, worked off by hands that a story plays.

use std::cell::Cell;

use domain::command::{Command, Fate};
use domain::ids::AccountId;
use domain::mailbox::{Right, Standing};
use domain::rights::Role;
use domain::status::Status;
use domain::time::Timestamp;
use service::account::act::Request;
use service::account::mailbox::Belongs;
use service::engine::commands::{Job, Worked};
use service::run::Holder;
use store::db::Store;
use store::event::NewEvent;
use store::outbox::{NewCommand, Order, insert};
use store::tx::Audit;
use testkit::world::{World, on_both_stores};

use crate::mail::Elsewhere;

/// Works off what is due at a time on the wall, with hands that answer so to everything.
fn work(
    world: &World,
    elsewhere: &Elsewhere,
    wall: i64,
    mut hands: impl FnMut(&[Job]) -> Vec<Result<(), String>>,
) -> Worked {
    let wall = || Timestamp::from_second(wall);
    let holder = Holder { name: "a story".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: None };
    elsewhere.engine.work_commands(&elsewhere.almoner, &world.operator(), &holder, &mut hands).unwrap()
}

/// What was asked of the hands when all goes well.
fn asked(world: &World, elsewhere: &Elsewhere) -> Vec<Job> {
    let mut all = Vec::new();
    work(world, elsewhere, 0, |jobs| {
        all.extend_from_slice(jobs);
        jobs.iter().map(|_| Ok(())).collect()
    });
    all
}

fn listed(world: &World, fate: Option<Fate>) -> Vec<Order> {
    world.almoner.commands(&world.operator(), fate, i64::MAX, 50).unwrap()
}

fn words(orders: &[Order]) -> Vec<String> {
    orders.iter().map(|o| format!("{} {} {}", o.order.command, o.fate, o.attempts)).collect()
}

// Proves: MAIL-03
#[test]
fn sessions_end_for_whoever_may_not_work_any_more_and_for_nobody_else() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let ann = world.user("RX1", "Ann", "Lee");
        asked(world, &elsewhere);
        let end = |who: &str| vec![Job::End(vec![who.to_owned()])];
        let act = |request: &Request| {
            world.almoner.act(&world.operator(), &ann, request, "a reason").unwrap();
            asked(world, &elsewhere)
        };
        assert_eq!(act(&Request::Disable), end(&ann));
        assert_eq!(act(&Request::Enable), Vec::new());
        assert_eq!(act(&Request::MarkLeaver), Vec::new());
        assert_eq!(act(&Request::Disable), end(&ann), "a leaver that is disabled");
        assert_eq!(act(&Request::Delete), end(&ann));
        assert_eq!(act(&Request::Restore), Vec::new(), "and nothing of its mail was touched");
        // What happened meanwhile does not matter: the account may work now.
        world.ask(&ann, &Request::Disable).unwrap();
        world.ask(&ann, &Request::Enable).unwrap();
        assert_eq!(asked(world, &elsewhere), Vec::new());
        world.almoner.end_mail_sessions(&world.operator(), &ann).unwrap();
        world.almoner.recount_mailbox(&world.operator(), &ann).unwrap();
        assert_eq!(asked(world, &elsewhere), [end(&ann), vec![Job::Recount(ann.clone())]].concat());
        assert!(listed(world, None).iter().all(|order| order.fate == Fate::Done));
    });
}

// Proves: SM-02
#[test]
fn a_member_who_may_do_less_begins_anew_and_a_closed_mailbox_is_closed_to_all() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        asked(world, &elsewhere);
        let belongs = |how| {
            world.almoner.change_member(&world.operator(), &ward, &ben, how).unwrap();
            asked(world, &elsewhere)
        };
        let of = |right| Belongs::As(Standing { owner: false, right });
        let end = vec![Job::End(vec![ben.clone()])];
        assert_eq!(belongs(of(Right::SendAs)), Vec::new());
        assert_eq!(belongs(of(Right::Full)), Vec::new());
        assert_eq!(belongs(of(Right::Read)), end);
        assert_eq!(belongs(Belongs::Never), end);
        assert_eq!(belongs(of(Right::Read)), Vec::new());
        world.almoner.act(&world.operator(), &ward, &Request::Delete, "closed").unwrap();
        let jobs = asked(world, &elsewhere);
        let [Job::End(names)] = jobs.as_slice() else { panic!("{jobs:?}") };
        assert!(names.len() == 2 && names.contains(&ann) && names.contains(&ben), "{names:?}");
    });
}

// Proves: MAIL-05
#[test]
fn a_purged_mailbox_is_destroyed_once_and_the_trail_tells_it() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let ann = world.user("RX1", "Ann", "Lee");
        let id = world.account(&ann).id;
        let former = format!("ann.moss@{}", world.almoner.domain());
        world.alias(&ann, &former, None);
        elsewhere.follow(world);
        elsewhere.engine.use_told(&elsewhere.almoner, &world.operator(), &ann, (700, 1));
        elsewhere.engine.keep_uses(&elsewhere.almoner).unwrap();
        let store = Store::open(world.url()).unwrap();
        let used = || store::mailbox_use::get(&mut store.reader().unwrap(), id).unwrap().is_some();
        world.almoner.act(&world.operator(), &ann, &Request::Delete, "a duplicate").unwrap();
        asked(world, &elsewhere);
        assert!(used());
        world.days_pass(200);
        assert_eq!(world.status(&ann), Status::Purged);
        let mut jobs = Vec::new();
        work(world, &elsewhere, 0, |some| {
            jobs.extend_from_slice(some);
            Vec::new()
        });
        assert!(used(), "the hands were told to stop: nothing is written down");
        let names = vec![ann.clone(), former];
        assert_eq!(jobs, [Job::Destroy(id, names)]);
        assert_eq!(asked(world, &elsewhere), jobs, "done again by the next one");
        assert!(!used());
        assert_eq!(asked(world, &elsewhere), Vec::new(), "and no more");
        let told = world.almoner.history(&world.operator(), &ann).unwrap();
        let line = told.iter().find(|line| line.action == "mailbox_destroyed").unwrap();
        assert_eq!(line.rule.as_deref(), Some("MAIL-05"));
    });
}

#[test]
fn a_command_that_fails_is_tried_with_growing_pauses_and_then_waits_for_somebody() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let ann = world.user("RX1", "Ann", "Lee");
        asked(world, &elsewhere);
        world.ask(&ann, &Request::Disable).unwrap();
        let no = |jobs: &[Job]| jobs.iter().map(|_| Err("no".to_owned())).collect();
        let mut wall = 1_000;
        for (tries, pause) in (1..).zip([5, 20, 80, 320, 1280, 3600, 3600, 3600]) {
            assert_eq!(work(world, &elsewhere, wall, no), Worked { later: 1, ..Worked::default() }, "{tries}");
            let order = &listed(world, Some(Fate::Waiting))[0];
            assert_eq!((order.attempts, order.why.as_str()), (tries, "no"));
            assert_eq!(order.next_at.second(), wall + pause);
            assert_eq!(work(world, &elsewhere, wall + pause - 1, no), Worked::default(), "not before");
            wall += pause;
        }
        assert_eq!(work(world, &elsewhere, wall, no), Worked { failed: 1, ..Worked::default() });
        assert_eq!(work(world, &elsewhere, wall + 100_000, no), Worked::default(), "somebody has to look");
        let failed = listed(world, Some(Fate::Failed));
        assert_eq!(words(&failed), ["status failed 9"]);
        assert_eq!(failed[0].why, "given up after 9 tries: no");
        let (id, ctx) = (failed[0].id, world.operator());
        let desk = world.person(&world.admin(Role::LocalAdmin, "RX1", "Desk"));
        assert!(world.almoner.retry_command(&desk, id).is_err(), "not by whoever administers an organisation");
        world.almoner.retry_command(&ctx, id).unwrap();
        assert!(world.almoner.retry_command(&ctx, id).unwrap_err().to_string().contains("waits"));
        assert_eq!(asked(world, &elsewhere), [Job::End(vec![ann.clone()])]);
        assert!(world.almoner.drop_command(&ctx, id).unwrap_err().to_string().contains("done already"));
        world.almoner.end_mail_sessions(&ctx, &ann).unwrap();
        let id = listed(world, Some(Fate::Waiting))[0].id;
        world.almoner.drop_command(&ctx, id).unwrap();
        assert_eq!(asked(world, &elsewhere), Vec::new());
        assert_eq!(words(&listed(world, Some(Fate::Dropped))), ["kick dropped 0"]);
        assert_eq!(world.almoner.retry_commands(&ctx).unwrap(), 0);
    });
}

#[test]
fn a_command_whose_account_is_not_as_it_says_waits_for_somebody_and_destroys_nothing() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let ann = world.user("RX1", "Ann", "Lee");
        asked(world, &elsewhere);
        let id = world.account(&ann).id;
        forged_purge(world, id);
        let calls = Cell::new(0);
        let told = work(world, &elsewhere, 0, |jobs| {
            calls.set(calls.get() + 1);
            jobs.iter().map(|_| Ok(())).collect()
        });
        assert_eq!((told, calls.get()), (Worked { failed: 1, ..Worked::default() }, 0));
        assert_eq!(listed(world, Some(Fate::Failed))[0].why, "the account is not purged");
        assert_eq!(world.almoner.retry_commands(&world.operator()).unwrap(), 1);
        work(world, &elsewhere, 0, |jobs| jobs.iter().map(|_| Ok(())).collect());
        assert_eq!(words(&listed(world, Some(Fate::Failed))), ["purge failed 1"]);
    });
}

/// A command that nothing of ours would write.
fn forged_purge(world: &World, account: AccountId) {
    let forged = [NewCommand { account, command: Command::Purge, payload: String::new() }];
    let event = NewEvent {
        at: world.operator().now.second(),
        actor: "story".into(),
        grant_id: None,
        object_type: "command",
        object: "forged".into(),
        account_id: None,
        organisation: None,
        action: "forged",
        rule: None,
        detail: "{}".into(),
        run_id: None,
        request_key: None,
    };
    let written = Store::open(world.url()).unwrap().write("story", |tx| {
        insert(tx, &forged, world.operator().now, None)?;
        Ok::<_, store::error::Error>(((), Audit::events(vec![event.clone()])?))
    });
    written.unwrap();
}
