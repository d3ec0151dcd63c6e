//! Notices on their way: sent once, tried again, given up, withdrawn; what a dead sender leaves is sent by the next.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ctx::Ctx;
use domain::notice::Delivery;
use domain::rights::Role;
use domain::time::Timestamp;
use service::account::act::Request;
use service::error::Error;
use service::notice::letter::{Letter, Sender};
use service::notice::send::{Delivered, Post, Posted};
use service::run::Holder;
use testkit::world::{World, on_both_stores};
use wire::notice_text::Templates;

use crate::reminding::{remind, set_password};

fn sender() -> Sender {
    Sender {
        service: "Mail of all".into(),
        portal: "https://portal.example".into(),
        support: String::new(),
        operator: Some("operator@mail.example".into()),
        even_in_rehearsal: true,
    }
}

/// A sender with a clock on the wall of its own, which begins with the story's.
struct Desk<'w> {
    world: &'w World,
    wall: Cell<Timestamp>,
    sender: Sender,
}

impl<'w> Desk<'w> {
    fn new(world: &'w World) -> Self {
        Self { world, wall: Cell::new(world.operator().now), sender: sender() }
    }

    fn wait(&self, seconds: i64) {
        self.wall.set(self.wall.get().plus_seconds(seconds));
    }

    fn pass(&self, most: u32, deliver: &mut dyn FnMut(&Letter) -> Posted) -> Result<Delivered, Error> {
        self.pass_as("this", most, deliver)
    }

    fn pass_as(&self, name: &str, most: u32, deliver: &mut dyn FnMut(&Letter) -> Posted) -> Result<Delivered, Error> {
        let (texts, wall) = (Templates::shipped().unwrap(), || self.wall.get());
        let holder =
            Holder { name: name.into(), is_alive: &|holder| holder != "dead", wall: &wall, workers: None, batch: None };
        let post = Post { texts: &texts, sender: &self.sender, holder: &holder, most };
        self.world.almoner.send_notices(&self.world.operator(), &post, deliver)
    }

    /// A pass in which a mail server takes everything.
    fn sent(&self) -> Vec<Letter> {
        let mut letters = Vec::new();
        let told = self.pass(1000, &mut |letter| {
            letters.push(letter.clone());
            Posted::Accepted
        });
        assert_eq!(told.unwrap().sent as usize, letters.len());
        letters
    }

    /// How the notices about an account fare, oldest first: state, tries, why.
    fn fares(&self, address: &str) -> Vec<(Delivery, u32, String)> {
        let mut all = self.world.almoner.notices(&self.world.operator(), Some(address), None, 100).unwrap();
        all.reverse();
        all.into_iter().map(|notice| (notice.state, notice.attempts, notice.why)).collect()
    }
}

// Proves: NTC-06, NTC-02
#[test]
fn a_leaver_is_told_by_mail_once() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        world.admin(Role::LocalAdmin, "RX1", "One");
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        let letters = desk.sent();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!((letter.to.as_str(), letter.to_name.as_str()), (ann.as_str(), "Ann Lee"));
        assert_eq!(letter.message.subject, "You have been marked as leaving ORGANISATION RX1");
        let made = world.operator().now.second();
        assert_eq!(letter.message_id, format!("notice.{}.{made}@mail.example", letter.notice));
        for said in
            ["Dear Ann Lee,", "deleted on Thursday 31 January 2019", "Admin One, administrator, admin.one@mail.example"]
        {
            assert!(letter.message.body.contains(said), "{said} is not in\n{}", letter.message.body);
        }
        assert_eq!(desk.fares(&ann), [(Delivery::Sent, 1, String::new())]);
        assert!(desk.sent().is_empty(), "nothing is left");
    });
}

#[test]
fn what_is_put_off_is_tried_again_later_and_given_up_in_the_end() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        let mut tries = 0;
        let mut later = |_: &Letter| {
            tries += 1;
            Posted::Later("450 4.2.0, not now".into())
        };
        let told = desk.pass(1000, &mut later).unwrap();
        assert_eq!((told.later, told.sent), (1, 0));
        desk.wait(59);
        assert_eq!(desk.pass(1000, &mut later).unwrap(), Delivered::default(), "a minute has not passed");
        desk.wait(1);
        assert_eq!(desk.pass(1000, &mut later).unwrap().later, 1);
        assert_eq!(desk.fares(&ann), [(Delivery::Queued, 2, "450 4.2.0, not now".to_owned())]);
        for _ in 0..20 {
            desk.wait(6 * 3600);
            desk.pass(1000, &mut later).unwrap();
        }
        assert_eq!(tries, 12);
        let given_up = (Delivery::Failed, 12, "given up after 12 tries: 450 4.2.0, not now".to_owned());
        assert_eq!(desk.fares(&ann), [given_up]);
    });
}

// Proves: ROLE-02, ROLE-09
#[test]
fn who_may_puts_a_refused_notice_back_and_nobody_else_learns_of_it() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        let ann = world.user("RX1", "Ann", "Lee");
        let [helper, stranger] = ["RX1", "RX2"].map(|code| world.admin(Role::Helpdesk, code, code));
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        desk.pass(1000, &mut |_| Posted::Never("550 5.1.1, there is no such mailbox".into())).unwrap();
        assert_eq!(desk.fares(&ann), [(Delivery::Failed, 1, "550 5.1.1, there is no such mailbox".to_owned())]);
        desk.wait(7 * 86_400);
        assert!(desk.sent().is_empty(), "nobody tries a refused one again by itself");
        let id = world.almoner.notices(&world.operator(), Some(&ann), None, 1).unwrap()[0].id;
        let retry = |who: &Ctx| world.almoner.retry_notice(who, id).map_err(|error| error.to_string());
        let unseen = format!("there is no notice {id}, or you may not see it");
        assert_eq!(retry(&world.person(&stranger)), Err(unseen.clone()));
        assert_eq!(retry(&world.person(&ann)), Err(unseen));
        assert_eq!(retry(&world.person(&helper)), Ok(()));
        assert_eq!(
            retry(&world.person(&helper)),
            Err(format!("notice {id} is queued: only one that failed is sent again"))
        );
        assert_eq!(desk.sent().len(), 1);
        let found = store::audit::Search {
            actor: helper.clone(),
            object: id.to_string(),
            organisation: "RX1".into(),
            action: "retried".into(),
            rule: String::new(),
            from: Timestamp::from_second(0),
            until: Timestamp::from_second(i64::MAX),
            before: i64::MAX,
            limit: 10,
        };
        let lines = world.almoner.search_audit(&world.operator(), &found).unwrap();
        assert!(lines.len() == 1 && lines[0].grant.is_some(), "{lines:?}");
        assert_eq!(world.almoner.retry_notices(&world.person(&helper), "RX1").unwrap(), 0);
        assert!(world.almoner.retry_notices(&world.person(&helper), "").is_err(), "not of the whole federation");
    });
}

#[test]
fn what_is_not_true_any_more_is_not_sent() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        let [back, gone, stays] = ["Back", "Gone", "Stays"].map(|last| world.user("RX1", "Ann", last));
        for one in [&back, &gone, &stays] {
            world.ask(one, &Request::MarkLeaver).unwrap();
        }
        world.ask(&back, &Request::CancelLeaver).unwrap();
        world.ask(&gone, &Request::Delete).unwrap();
        let mailbox = world.shared("RX1", "Ward 2", &[&stays]);
        let letters = desk.sent();
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [stays.as_str()]);
        for one in [&back, &gone] {
            assert_eq!(desk.fares(one), [(Delivery::Withdrawn, 0, "it is not true any more".to_owned())]);
        }
        world.wait(181);
        world.days_pass(1);
        assert!(desk.sent().iter().any(|letter| letter.message.subject.starts_with("Do you still need")));
        assert_eq!(desk.fares(&mailbox)[0].0, Delivery::Sent);
    });
}

// Proves: NTC-04
#[test]
fn whoever_chose_a_new_password_is_not_reminded_of_the_old_one() {
    on_both_stores(|world| {
        let [ann, ben] = ["Ann", "Ben"].map(|name| world.user("RX1", name, "Lee"));
        for address in [&ann, &ben] {
            set_password(world, address, false);
        }
        world.wait(72);
        assert_eq!(remind(world).passwords, 2);
        set_password(world, &ben, false);
        let desk = Desk::new(world);
        let letters = desk.sent();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (letter.to.as_str(), letter.message.subject.as_str()),
            (ann.as_str(), "Your password expires on Monday 1 April 2019")
        );
        assert!(letter.message.body.contains("its rule NTC-04"), "{}", letter.message.body);
        assert_eq!(desk.fares(&ben), [(Delivery::Withdrawn, 0, "it is not true any more".to_owned())]);
    });
}

#[test]
fn a_server_that_takes_nothing_costs_no_tries() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        let people = ["One", "Two", "Three"].map(|last| world.user("RX1", "Ann", last));
        for one in &people {
            world.ask(one, &Request::MarkLeaver).unwrap();
        }
        let mut first = true;
        let told = desk.pass(1000, &mut |_| {
            if std::mem::take(&mut first) { Posted::Accepted } else { Posted::Unreachable("no connection".into()) }
        });
        let expected = Delivered { sent: 1, stopped: Some("no connection".into()), ..Delivered::default() };
        assert_eq!(told.unwrap(), expected);
        let fares: Vec<_> = people.iter().map(|one| desk.fares(one)[0].clone()).collect();
        assert_eq!(fares[0].0, Delivery::Sent);
        assert_eq!((fares[1].0, fares[1].1, fares[2].1), (Delivery::Queued, 0, 0));
        assert_eq!(desk.sent().len(), 2);
    });
}

// Proves: RUN-02
#[test]
fn what_a_dead_sender_leaves_is_sent_by_the_next_under_the_same_name() {
    on_both_stores(|world| {
        let desk = Desk::new(world);
        let ann = world.user("RX1", "Ann", "Lee");
        for number in 0..60 {
            world.shared("RX1", &format!("Ward {number}"), &[&ann]);
        }
        world.wait(181);
        world.days_pass(1);
        let mut arrived: BTreeMap<String, u32> = BTreeMap::new();
        let mut count = 0;
        let died = catch_unwind(AssertUnwindSafe(|| {
            desk.pass_as("dead", 1000, &mut |letter| {
                *arrived.entry(letter.message_id.clone()).or_default() += 1;
                count += 1;
                assert!(count < 40, "killed");
                Posted::Accepted
            })
        }));
        assert!(died.is_err());
        let living = desk.pass_as("living", 10, &mut |letter| {
            let other = desk.pass_as("second", 1000, &mut |_| Posted::Accepted);
            let leased = matches!(other, Err(Error::Store(store::error::Error::Leased { .. })));
            assert!(leased, "two never send at once: {other:?}");
            *arrived.entry(letter.message_id.clone()).or_default() += 1;
            Posted::Accepted
        });
        let living = living.unwrap();
        assert!(living.sent == 10 && living.more, "no more than was asked for: {living:?}");
        let last = desk.sent();
        for letter in &last {
            *arrived.entry(letter.message_id.clone()).or_default() += 1;
        }
        assert_eq!(arrived.len(), 60, "each notice arrives");
        let twice = arrived.values().filter(|times| **times > 1).count();
        assert!(twice <= 25 && arrived.values().all(|times| *times <= 2), "no more than a batch twice: {twice}");
        assert!(desk.sent().is_empty());
    });
}

#[test]
fn a_rehearsal_sends_nothing_unless_it_is_told_to_and_operators_notices_need_an_address() {
    on_both_stores(|world| {
        let mut desk = Desk::new(world);
        let mailbox = world.shared("RX2", "Ward 2", &[]);
        world.wait(181);
        world.days_pass(1);
        desk.sender.even_in_rehearsal = false;
        let refused = desk.pass(1000, &mut |_| panic!("nothing may be sent")).unwrap_err().to_string();
        assert!(refused.contains("a rehearsal sends no mail"), "{refused}");
        let ann = world.user("RX1", "Ann", "Lee");
        desk.sender = Sender { operator: None, ..sender() };
        assert_eq!(desk.pass(1000, &mut |_| Posted::Accepted).unwrap().failed, 1);
        assert_eq!(desk.fares(&mailbox)[0].2, "no address of the operator is configured");
        desk.sender = sender();
        assert_eq!(world.almoner.retry_notices(&world.operator(), "").unwrap(), 1);
        let letters = desk.sent();
        assert_eq!(letters[0].to, "operator@mail.example");
        assert!(letters[0].message.body.starts_with("Dear operator,"), "{}", letters[0].message.body);
        let post = world.almoner.retry_notices(&world.person(&ann), "");
        assert!(matches!(post, Err(Error::NotAllowed(_))), "{post:?}");
    });
}
