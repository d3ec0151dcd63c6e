//! What mail servers are told is so at that moment, whichever process changed it.

use domain::delivery::{DELETED, FULL, FULL_SENDER, GOT_ENOUGH, NOT_ALLOWED, SENT_ENOUGH, TOO_LARGE};
use domain::mailbox::{Right, Standing};
use domain::signal::{Signal, Source};
use domain::status::Status;
use service::account::act::Request;
use service::account::mailbox::Belongs;
use service::engine::Engine;
use service::engine::judge::{Stage, Step};
use service::federation::Almoner;
use service::progress::Silent;
use testkit::world::{World, on_both_stores};

/// An engine of another process, which learns of nothing but what the store tells.
pub(crate) struct Elsewhere {
    pub(crate) almoner: Almoner,
    pub(crate) engine: Engine,
}

impl Elsewhere {
    pub(crate) fn start(world: &World) -> Self {
        let almoner = Almoner::open(world.url()).unwrap();
        let engine = Engine::start(&almoner, &world.operator(), &Silent).unwrap();
        Self { almoner, engine }
    }

    pub(crate) fn follow(&self, world: &World) -> usize {
        self.engine.follow(&self.almoner, &world.operator()).unwrap()
    }

    fn step(&self, world: &World, step: &Step<'_>) -> Result<(), domain::delivery::Reply> {
        let rules = self.almoner.policy_on(world.today()).unwrap().mail;
        self.engine.judge(step, rules, world.today(), &world.operator())
    }
}

fn step<'a>(stage: Stage, login: &'a str, recipient: &'a str, size: u64) -> Step<'a> {
    Step { stage, login, recipient, size, recipients: 1 }
}

// Proves: LIM-01
#[test]
fn what_heavy_senders_named_is_known_on_every_node_and_after_a_restart() {
    on_both_stores(|world| {
        let (ann, bob) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Bob", "Ray"));
        let rules = world.almoner.policy_on(world.today()).unwrap().mail;
        assert_eq!(rules.recipients_per_day, 10_000);
        let (here, there) = (Elsewhere::start(world), Elsewhere::start(world));
        let sends = |of: &Elsewhere, who: &str, recipients| {
            of.step(world, &Step { recipients, ..step(Stage::Message, who, "", 900) })
        };
        let keep = |of: &Elsewhere| of.engine.keep_paces(&of.almoner, rules).unwrap();
        // A light sender is not written down.
        sends(&here, &bob, 499).unwrap();
        assert_eq!(keep(&here), 0);
        sends(&here, &ann, 6_000).unwrap();
        sends(&there, &ann, 3_000).unwrap();
        assert_eq!((keep(&here), keep(&there)), (1, 1));
        // There all is known; here at the next writing.
        assert_eq!(sends(&there, &ann, 1_001), Err(SENT_ENOUGH));
        sends(&here, &ann, 500).unwrap();
        assert_eq!(keep(&here), 1);
        let anew = Elsewhere::start(world);
        assert_eq!(sends(&anew, &ann, 501), Err(SENT_ENOUGH));
        assert_eq!(sends(&anew, &ann, 500), Ok(()));
        let names = |of: &Elsewhere, who: &str| of.step(world, &step(Stage::Recipient, who, &bob, 0));
        assert_eq!((names(&anew, &ann), names(&anew, &bob)), (Err(SENT_ENOUGH), Ok(())));
        world.wait(1);
        assert_eq!(sends(&anew, &ann, 10_000), Ok(()));
    });
}

// Proves: LIM-01
#[test]
fn a_message_is_as_large_as_the_policy_says_and_a_mailbox_gets_so_many_an_hour() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let elsewhere = Elsewhere::start(world);
        let arrives = |size| elsewhere.step(world, &step(Stage::Recipient, "", &ann, size));
        let largest = 35 * 1024 * 1024;
        assert_eq!((arrives(largest), arrives(largest + 1)), (Ok(()), Err(TOO_LARGE)));
        for message in 1..3_600 {
            assert_eq!(arrives(900), Ok(()), "{message}");
        }
        assert_eq!(arrives(900), Err(GOT_ENOUGH));
        world.wait(1);
        assert_eq!(arrives(900), Ok(()));
    });
}

// Proves: MAIL-03
#[test]
fn a_change_of_status_holds_for_the_next_message() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let elsewhere = Elsewhere::start(world);
        let today = world.today();
        let engine = &elsewhere.engine;
        let arrives = || elsewhere.step(world, &step(Stage::Recipient, "", &ann, 0));
        let sends = || elsewhere.step(world, &step(Stage::Recipient, &ann, "someone@elsewhere.example", 0));
        assert_eq!(engine.recipient(&ann.to_uppercase(), today), Some(ann.clone()));
        for (request, status, comes, goes) in [
            (Request::Disable, Status::Disabled, Ok(()), Err(NOT_ALLOWED)),
            (Request::Enable, Status::Active, Ok(()), Ok(())),
            (Request::MarkLeaver, Status::Leaver, Ok(()), Ok(())),
            (Request::Disable, Status::Leaver, Ok(()), Err(NOT_ALLOWED)),
            (Request::Delete, Status::Deleted, Err(DELETED), Err(NOT_ALLOWED)),
            (Request::Restore, Status::Active, Ok(()), Ok(())),
        ] {
            world.almoner.act(&world.operator(), &ann, &request, "a reason").unwrap();
            assert_eq!(elsewhere.follow(world), 1, "{request:?}");
            assert_eq!(world.status(&ann), status, "{request:?}");
            assert_eq!((arrives(), sends()), (comes, goes), "{request:?}");
            assert_eq!(engine.recipient(&ann, today).is_some(), comes.is_ok(), "{request:?}");
        }
        assert_eq!(elsewhere.follow(world), 0, "nothing is taken in twice");
    });
}

#[test]
fn an_account_that_came_later_is_known_and_one_that_never_was_is_not() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let (engine, today) = (&elsewhere.engine, world.today());
        let before = engine.accounts();
        let ann = world.user("RX1", "Ann", "Lee");
        assert_eq!(engine.recipient(&ann, today), None, "not before the store was asked");
        assert_eq!(elsewhere.follow(world), 1);
        assert_eq!(engine.recipient(&ann, today), Some(ann));
        assert_eq!(engine.accounts(), before + 1);
        assert_eq!(engine.recipient("no.body@mail.example", today), None);
        let stranger = elsewhere.step(world, &step(Stage::Recipient, "no.body@mail.example", "a@b.example", 0));
        assert_eq!(stranger, Err(NOT_ALLOWED));
        let elsewhere_mail = elsewhere.step(world, &step(Stage::Recipient, "", "a@b.example", 0));
        assert_eq!(elsewhere_mail, Ok(()), "whether mail for elsewhere is taken is not asked here");
    });
}

// Proves: JML-05
#[test]
fn a_former_address_leads_to_the_mailbox_until_its_day() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let until = world.today().plus_days(90);
        world.alias(&ann, "ann.old@mail.example", Some(until));
        let elsewhere = Elsewhere::start(world);
        let engine = &elsewhere.engine;
        let alias = |day| engine.alias("Ann.Old@mail.example", day);
        assert_eq!(alias(until.plus_days(-1)), Some(ann.clone()));
        assert_eq!(alias(until), None);
        assert_eq!(engine.alias(&ann, world.today()), None, "a primary address needs no way");
        let detail = ann.replace('@', "+news@");
        assert_eq!(engine.alias("ann.old+news@mail.example", world.today()), Some(detail.clone()));
        assert_eq!(engine.alias(&detail, world.today()), None);
        assert_eq!(engine.recipient("ann.old+news@mail.example", world.today()), Some(ann.clone()));
        assert_eq!(engine.senders("ann.old@mail.example", world.today()), [ann]);
    });
}

// Proves: MAIL-04
#[test]
fn a_full_mailbox_takes_nothing_and_sends_nothing_also_after_a_start() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let first = Elsewhere::start(world);
        let quota = first.engine.home(&first.almoner, &world.operator(), &ann).unwrap().quota;
        first.engine.use_told(&first.almoner, &world.operator(), &ann, (quota - 10, 3));
        first.engine.use_told(&first.almoner, &world.operator(), "no.body@mail.example", (7, 1));
        let arrives = |of: &Elsewhere, size| of.step(world, &step(Stage::Recipient, "", &ann, size));
        assert_eq!((arrives(&first, 10), arrives(&first, 11)), (Ok(()), Err(FULL)));
        first.engine.use_told(&first.almoner, &world.operator(), &ann, (quota, 4));
        assert_eq!(arrives(&first, 0), Err(FULL));
        assert_eq!(first.step(world, &step(Stage::Recipient, &ann, "a@b.example", 0)), Err(FULL_SENDER));
        assert_eq!(
            (first.engine.keep_uses(&first.almoner).unwrap(), first.engine.keep_uses(&first.almoner).unwrap()),
            (1, 0)
        );
        let second = Elsewhere::start(world);
        assert_eq!(arrives(&second, 0), Err(FULL), "what was kept is known after a start");
    });
}

// Proves: SM-01, SM-03
#[test]
fn members_send_as_a_shared_mailbox_by_their_right_and_it_keeps_a_copy() {
    on_both_stores(|world| {
        let (ann, ben, cy) =
            (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"), world.user("RX2", "Cy", "Dee"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let elsewhere = Elsewhere::start(world);
        let senders = || elsewhere.engine.senders(&ward, world.today());
        assert_eq!(senders(), std::slice::from_ref(&ann));
        let give = |who: &str, right| {
            let belongs = Belongs::As(Standing { owner: false, right });
            world.almoner.change_member(&world.operator(), &ward, who, belongs).unwrap();
            assert_eq!(elsewhere.follow(world), 1);
        };
        give(&ben, Right::Read);
        give(&cy, Right::SendAs);
        assert_eq!(senders(), [ann.clone(), cy.clone()], "who may read may not write");
        world.ask(&cy, &Request::Disable).unwrap();
        elsewhere.follow(world);
        assert_eq!(senders(), std::slice::from_ref(&ann), "a disabled member's right is without effect");
        world.almoner.change_member(&world.operator(), &ward, &cy, Belongs::Never).unwrap();
        world.ask(&cy, &Request::Enable).unwrap();
        elsewhere.follow(world);
        assert_eq!(senders(), std::slice::from_ref(&ann));
        let (name, host) = ward.split_once('@').unwrap();
        assert_eq!(elsewhere.engine.sent_copy(&ward, world.today()), Some(format!("{name}+Sent@{host}")));
        assert_eq!(elsewhere.engine.sent_copy(&ann, world.today()), None);
        assert_eq!(elsewhere.engine.senders(&ann, world.today()), [ann]);
        let signed_in_as_it = elsewhere.step(world, &step(Stage::Recipient, &ward, "a@b.example", 0));
        assert_eq!(signed_in_as_it, Err(NOT_ALLOWED), "nobody signs in as a shared mailbox");
    });
}

// Proves: MAIL-02, LC-02
#[test]
fn a_message_sent_is_one_signal_a_day_however_many_are_sent() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let elsewhere = Elsewhere::start(world);
        let sends = || elsewhere.step(world, &step(Stage::Message, &ann, "", 900)).unwrap();
        let write = || elsewhere.engine.write_signals(&elsewhere.almoner, &world.operator()).unwrap();
        let lines = || world.almoner.history(&world.operator(), &ann).unwrap().len();
        world.wait(1);
        let before = lines();
        for _ in 0..5 {
            sends();
        }
        elsewhere.step(world, &step(Stage::Message, "", "", 900)).unwrap();
        assert_eq!((elsewhere.engine.unwritten(), write(), elsewhere.engine.unwritten()), (1, 1, 0));
        sends();
        assert_eq!((write(), lines()), (0, before + 1), "the second writing of a day has nothing to say");
        let seen = world.account(&ann).signals.get(Signal::MailSent).unwrap();
        assert_eq!((seen.at, seen.source), (world.operator().now, Source::Engine));
        world.wait(1);
        sends();
        assert_eq!((write(), lines()), (1, before + 2), "another day is told");
    });
}
