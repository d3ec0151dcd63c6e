//! A program that is told to stop: long work ends between two batches, and goes on when it is asked for again.

use std::cell::Cell;
use std::fs;

use domain::rights::Actor;
use domain::status::Status;
use service::error::Error;
use service::import::kept::Places;
use service::progress::{Progress, Silent};
use service::run::Holder;
use store::file_job::FileKind;
use testkit::world::{World, on_both_stores};

/// Told to stop after so many words about how far it is.
struct Stops(Cell<u32>);

impl Stops {
    fn after(words: u32) -> Self {
        Self(Cell::new(words))
    }
}

impl Progress for Stops {
    fn stage(&self, _: &str, _: Option<u64>) {}

    fn advance(&self, _: u64) {
        self.0.set(self.0.get().saturating_sub(1));
    }

    fn finish(&self) {}

    fn stops(&self) -> bool {
        self.0.get() == 0
    }
}

fn run(world: &World, progress: &dyn Progress) -> Result<(), Error> {
    let ctx = world.operator();
    let wall = ctx.wall;
    let (name, wall) = ("test".to_owned(), move || wall);
    let holder = Holder { name, is_alive: &|_| true, wall: &wall, workers: Some(1), batch: Some(1) };
    world.almoner.run(&ctx, &holder, progress).map(drop)
}

// Proves: RUN-02
#[test]
fn a_run_that_is_told_to_stop_keeps_what_it_did_and_goes_on_when_it_is_called_again() {
    on_both_stores(|world| {
        let all: Vec<String> = ["Lee", "Ash", "Oak"].map(|last| world.user("RX1", "Ann", last)).to_vec();
        world.wait(90);
        let inactive = |world: &World| all.iter().filter(|one| world.status(one) == Status::Inactive).count();
        // Some words while it plans, then one for each account.
        let stopped = (1..20).find(|words| {
            assert!(matches!(run(world, &Stops::after(*words)), Err(Error::Stopped)), "{words}");
            inactive(world) > 0
        });
        assert!(stopped.is_some());
        assert_eq!(inactive(world), 1, "what was done is kept, and nothing more was begun");
        // Nobody waits for its lease.
        run(world, &Silent).unwrap();
        assert_eq!(inactive(world), 3);
        assert!(all.iter().all(|one| world.story_of(one).matches("inactivated").count() == 1), "each once");
    });
}

// Proves: CSV-02
#[test]
fn a_file_that_is_told_to_stop_stays_where_it_is_and_is_gone_on_with() {
    on_both_stores(|world| {
        let admin = world.admin(domain::rights::Role::LocalAdmin, "RX1", "Admin");
        let ann = world.user("RX1", "Ann", "Lee");
        let folder = tempfile::tempdir().unwrap();
        let ctx = world.person(&admin);
        assert!(matches!(ctx.actor, Actor::Person { .. }));
        let id = world.almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap();
        let places = Places::of(folder.path(), id);
        // The same account twice: two batches.
        let lines = format!("Address,Action,Argument,Reason\n{ann},leaver,,\n{ann},cancel-leaver,,\n");
        fs::write(&places.file, lines).unwrap();
        world.almoner.skip_check(&ctx, id).unwrap();
        let work = |progress: &dyn Progress| {
            let job = world.almoner.file_of(&ctx, id).unwrap();
            world.almoner.work_file(&job, &places, (ctx.now, ctx.wall), progress)
        };
        // Words: two lines are checked, two are weighed, then the first batch is applied.
        let stopped = (1..9).find(|words| {
            let told = work(&Stops::after(*words));
            assert!(matches!(told, Err(Error::Stopped)), "{words}: {told:?}");
            world.status(&ann) == Status::Leaver
        });
        assert!(stopped.is_some(), "it stops between the two batches, too");
        assert_eq!(world.almoner.file_of(&ctx, id).unwrap().state.as_str(), "applying");
        work(&Silent).unwrap();
        assert_eq!(world.almoner.file_of(&ctx, id).unwrap().state.as_str(), "done");
        assert_eq!(world.status(&ann), Status::Active);
        assert_eq!(world.story_of(&ann).matches("marked_leaver").count(), 1, "nothing is done twice");
    });
}
