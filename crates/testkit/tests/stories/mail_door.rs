//! Who may open a mailbox with a mail program: the hash that is given, the waits, the locks, the signals.

use argon2::password_hash::{PasswordHash, PasswordVerifier};
use domain::delivery::{Door, Network, Shut};
use domain::filter::{Authenticity, Message, Way};
use domain::identity::Verdict;
use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use domain::signal::{Signal, Source};
use domain::status::Status;
use service::account::act::Request;
use service::engine::entry::{Knock, Opening, Tried};
use service::engine::filter;
use service::identity::proof::Typed;
use service::identity::sign_in::SignIn;
use service::report::cell::{Cell, Line};
use service::report::{Asked, Report};
use testkit::world::{World, on_both_stores};

use crate::identity::{KEY, PASSWORD, dice, enrol, later, me, nobody, sign_in, try_in, with_password};
use crate::mail::Elsewhere;

const WARD: &str = "10.1.2.3";
const STRANGER: &str = "10.9.9.9";

fn opening(world: &World, elsewhere: &Elsewhere, login: &str, network: Network) -> Opening {
    let knock = Knock { login, door: Door::Imap, remote: STRANGER, network, program: None };
    elsewhere.engine.opening(&elsewhere.almoner, &world.operator(), &knock).unwrap().unwrap()
}

fn opens(opening: &Opening, password: &str) -> bool {
    let hash = PasswordHash::new(&opening.hash).unwrap();
    argon2::Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

fn tried(world: &World, elsewhere: &Elsewhere, login: &str, remote: &str, right: bool) {
    let tried = Tried { login, door: Some(Door::Imap), remote, network: Network::Inside, right };
    elsewhere.engine.tried(&elsewhere.almoner, &world.operator(), &tried).unwrap();
}

fn verdict(world: &World, elsewhere: &Elsewhere, login: &str, remote: &str) -> Verdict {
    elsewhere.engine.may_try(&elsewhere.almoner, &world.operator(), login, remote).unwrap()
}

// Proves: MAIL-03, LC-08
#[test]
fn a_status_closes_the_door_at_once_and_nobody_can_tell_why() {
    on_both_stores(|world| {
        let (ann, dice) = (world.user("RX1", "Ann", "Lee"), dice());
        with_password(world, &ann, &dice);
        let elsewhere = Elsewhere::start(world);
        let now = || opening(world, &elsewhere, &ann.to_uppercase(), Network::Inside);
        assert!(opens(&now(), PASSWORD) && !opens(&now(), "another"));
        assert_eq!((now().address.as_str(), now().shut), (ann.as_str(), None));
        world.ask(&ann, &Request::Disable).unwrap();
        assert_eq!(now().shut, Some(Shut::Status));
        assert!(!opens(&now(), PASSWORD) && !opens(&now(), ""));
        let nobody = opening(world, &elsewhere, "no.body@mail.example", Network::Inside);
        assert_eq!(nobody.shut, None, "there is nobody to be kept out");
        assert_eq!(nobody.hash, now().hash, "nobody and a disabled person look alike");
        world.ask(&ann, &Request::Enable).unwrap();
        assert!(opens(&now(), PASSWORD));
    });
}

// Proves: APP-04, SM-01, PWD-03, MFA-01, LC-13
#[test]
fn each_reason_keeps_a_person_out() {
    on_both_stores(|world| {
        let dice = dice();
        let ann = world.user("RX1", "Ann", "Lee");
        let pending = world.try_user("RX1", "Pia", "Day").unwrap();
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let elsewhere = Elsewhere::start(world);
        let shut = |who: &str, network| opening(world, &elsewhere, who, network).shut;
        assert_eq!(shut(&ann, Network::Inside), Some(Shut::Password), "none is set");
        world.almoner.reset_password(&world.operator(), &ann, &dice).unwrap();
        assert_eq!(shut(&ann, Network::Inside), Some(Shut::Password), "it is temporary");
        with_password(world, &ann, &dice);
        assert_eq!(shut(&ann, Network::Inside), None);
        assert_eq!(shut(&ann, Network::Internet), Some(Shut::Network));
        assert_eq!(shut(&ward, Network::Inside), Some(Shut::Kind));
        assert_eq!(shut(&pending, Network::Inside), Some(Shut::Terms));
        let ctx = nobody(world);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        enrol(world, &ctx, &me(world, &ctx, &token), &dice);
        assert_eq!(shut(&ann, Network::Inside), Some(Shut::SecondFactor));
    });
}

fn program(world: &World, elsewhere: &Elsewhere, login: &str, at: usize) -> Option<String> {
    let knock = Knock { login, door: Door::Imap, remote: STRANGER, network: Network::Inside, program: Some(at) };
    let opening = elsewhere.engine.opening(&elsewhere.almoner, &world.operator(), &knock).unwrap();
    opening.map(|opening| opening.hash)
}

// Proves: MFA-01
#[test]
fn a_mail_programs_password_stands_for_the_second_factor_until_it_is_taken_away() {
    on_both_stores(|world| {
        let (ann, dice) = (world.user("RX1", "Ann", "Lee"), dice());
        with_password(world, &ann, &dice);
        let ctx = nobody(world);
        let (token, _) = sign_in(world, &ctx, (&ann, PASSWORD), &dice);
        let (_, _, token) = enrol(world, &ctx, &me(world, &ctx, &token), &dice);
        let me = me(world, &ctx, &token);
        let elsewhere = Elsewhere::start(world);
        let programs = || (0..7).filter_map(|at| program(world, &elsewhere, &ann, at)).collect::<Vec<_>>();
        let make = |name: &str| world.almoner.make_app_password(&ctx, &me, name, &dice);
        assert!(programs().is_empty());
        assert!(make(" \u{7} ").unwrap_err().to_string().contains("for which program"));
        let passwords: Vec<String> = (0..5).map(|n| make(&format!("Telephone {n}")).unwrap()).collect();
        assert!(passwords.iter().all(|password| password.len() == 23 && password.split('-').count() == 4));
        assert!(make("Sixth").unwrap_err().to_string().contains("5 passwords"));
        assert_eq!(programs().len(), 5);
        let kept = world.almoner.app_passwords(&me).unwrap();
        assert_eq!((kept[0].name.as_str(), kept[0].made_at), ("Telephone 0", ctx.now));
        assert!(!format!("{kept:?}").contains(&kept[0].hash), "a hash is not printed");
        world.almoner.remove_app_password(&ctx, &me, kept[0].id).unwrap();
        assert!(world.almoner.remove_app_password(&ctx, &me, kept[0].id).is_err());
        assert_eq!(programs().first(), Some(&kept[1].hash));
        world.ask(&ann, &Request::Disable).unwrap();
        assert!(programs().is_empty(), "a status closes every door");
        world.ask(&ann, &Request::Enable).unwrap();
        assert_eq!(programs().len(), 4);
        world.almoner.reset_password(&world.operator(), &ann, &dice).unwrap();
        assert!(world.almoner.app_passwords(&me).unwrap().is_empty(), "a reset takes them away");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let count = |action: &str| lines.iter().filter(|line| line.action == action).count();
        assert_eq!((count("app_password_made"), count("app_password_removed")), (5, 1));
    });
}

/// Decision 12.
#[test]
fn strangers_lock_themselves_out_and_not_the_ward_that_signed_in_before() {
    on_both_stores(|world| {
        let (ann, dice) = (world.user("RX1", "Ann", "Lee"), dice());
        with_password(world, &ann, &dice);
        let elsewhere = Elsewhere::start(world);
        tried(world, &elsewhere, &ann, WARD, true);
        for _ in 0..3 {
            assert_eq!(verdict(world, &elsewhere, &ann, STRANGER), Verdict::Go);
            tried(world, &elsewhere, &ann, STRANGER, false);
        }
        assert!(matches!(verdict(world, &elsewhere, &ann, STRANGER), Verdict::Wait(_)), "the fourth waits");
        for _ in 3..10 {
            tried(world, &elsewhere, &ann, STRANGER, false);
        }
        assert_eq!(verdict(world, &elsewhere, &ann, "10.8.8.8"), Verdict::Locked, "all strangers have one count");
        assert_eq!(verdict(world, &elsewhere, &ann, WARD), Verdict::Go);
        let stranger = opening(world, &elsewhere, &ann, Network::Inside);
        assert_eq!(stranger.shut, Some(Shut::Locked), "also where nobody asked before");
        assert!(!opens(&stranger, PASSWORD));
        let ctx = later(&nobody(world), 3600);
        let portal = try_in(world, &ctx, (&ann, PASSWORD), "network:10.1.2.3", &dice);
        assert_eq!(portal, SignIn::Refused, "a browser cannot pose as the ward's network");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        assert_eq!(lines.iter().filter(|line| line.action == "sign_in_locked").count(), 1);
        world
            .almoner
            .unlock_account(&world.operator(), &ann, Typed { characters: "", statement: "called back" }, &KEY)
            .unwrap();
        assert_eq!(verdict(world, &elsewhere, &ann, STRANGER), Verdict::Go);
    });
}

#[test]
fn an_address_that_nobody_has_is_slowed_and_locked_alike() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        for _ in 0..10 {
            tried(world, &elsewhere, "no.body@mail.example", STRANGER, false);
        }
        assert_eq!(verdict(world, &elsewhere, "no.body@mail.example", STRANGER), Verdict::Locked);
        tried(world, &elsewhere, "no.body@mail.example", STRANGER, true);
        assert_eq!(elsewhere.engine.unwritten(), 0);
    });
}

// Proves: MAIL-02, LC-05
#[test]
fn opening_the_mailbox_is_a_signal_and_revives_whoever_was_inactive() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.days_pass(95);
        assert_eq!(world.status(&ann), Status::Inactive);
        let elsewhere = Elsewhere::start(world);
        let tried = |door| {
            let tried = Tried { login: &ann, door, remote: WARD, network: Network::Inside, right: true };
            elsewhere.engine.tried(&elsewhere.almoner, &world.operator(), &tried).unwrap();
        };
        tried(Some(Door::Submission));
        tried(None);
        assert_eq!(elsewhere.engine.unwritten(), 0, "sending is told when a message was sent");
        tried(Some(Door::Pop3));
        assert_eq!(elsewhere.engine.write_signals(&elsewhere.almoner, &world.operator()).unwrap(), 1);
        assert_eq!(world.status(&ann), Status::Active);
        let seen = world.account(&ann).signals.get(Signal::MailboxLogin).unwrap();
        assert_eq!((seen.at, seen.source), (world.operator().now, Source::Engine));
        let code = OdsCode::parse("RX1").unwrap();
        assert_eq!(world.account(&ann).organisation, code);
    });
}

fn lines(world: &World, who: &str, report: Report) -> Vec<String> {
    let ctx = if who.is_empty() { world.operator() } else { world.person(who) };
    let mut all = Vec::new();
    let mut each = |line: &Line| {
        all.push(line.iter().map(Cell::text).collect::<Vec<_>>().join("|"));
        true
    };
    world.almoner.stream_report(&ctx, &Asked::all(report), &mut each).unwrap();
    all
}

// Proves: APP-04, REP-01
#[test]
fn administrators_see_by_which_protocol_and_from_where_each_account_came_in() {
    on_both_stores(|world| {
        let (ann, bob) = (world.user("RX1", "Ann", "Lee"), world.user("A81001", "Bob", "Ray"));
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        let elsewhere = Elsewhere::start(world);
        let came = |login: &str, door, network, right| {
            let tried = Tried { login, door: Some(door), remote: WARD, network, right };
            elsewhere.engine.tried(&elsewhere.almoner, &world.operator(), &tried).unwrap();
        };
        let keep = || elsewhere.engine.keep_doors(&elsewhere.almoner).unwrap();
        assert_eq!((lines(world, "", Report::Protocols), keep()), (vec![], 0));
        for _ in 0..3 {
            came(&ann, Door::Imap, Network::Inside, true);
        }
        came(&ann, Door::Pop3, Network::Internet, false);
        came(&bob, Door::Submission, Network::Internet, true);
        assert_eq!((keep(), keep()), (2, 0));
        world.wait(2);
        came(&ann, Door::Imap, Network::Inside, true);
        came(&ann, Door::Submission, Network::Inside, true);
        // A node that begins on the same day tells it again, and it is counted once.
        let anew = Elsewhere::start(world);
        let again = Tried { login: &ann, door: Some(Door::Imap), remote: WARD, network: Network::Inside, right: true };
        anew.engine.tried(&anew.almoner, &world.operator(), &again).unwrap();
        assert_eq!((keep(), anew.engine.keep_doors(&anew.almoner).unwrap()), (2, 1));
        let anns = [
            "ann.lee@mail.example|user|RX1|active|imap|inside|2019-01-01|2019-01-03|2",
            "ann.lee@mail.example|user|RX1|active|smtp|inside|2019-01-03|2019-01-03|1",
        ];
        let bobs = "bob.ray@mail.example|user|A81001|active|smtp|internet|2019-01-01|2019-01-01|1";
        assert_eq!(lines(world, "", Report::Protocols), [anns[0], anns[1], bobs]);
        assert_eq!(lines(world, &local, Report::Protocols), anns);
        // What waits over midnight keeps its day.
        came(&ann, Door::Pop3, Network::Inside, true);
        world.wait(1);
        came(&ann, Door::Sieve, Network::Inside, true);
        assert_eq!(keep(), 2);
        let all = lines(world, &local, Report::Protocols);
        assert!(all[1].ends_with("|pop3|inside|2019-01-03|2019-01-03|1"), "{all:?}");
        assert!(all[2].ends_with("|sieve|inside|2019-01-04|2019-01-04|1"), "{all:?}");
    });
}

// Proves: REP-01
#[test]
fn the_report_of_mailboxes_tells_what_the_mail_engine_counted() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let elsewhere = Elsewhere::start(world);
        for (bytes, told) in
            [(0, "4096|0|0|"), (1, "4096|1|0|"), (1 << 30, "4096|1024|25|"), (1 << 33, "4096|8192|200|")]
        {
            elsewhere.engine.use_told(&elsewhere.almoner, &world.operator(), &ann, (bytes, 7));
            elsewhere.engine.keep_uses(&elsewhere.almoner).unwrap();
            let all = lines(world, "", Report::Mailbox);
            assert!(all[0].contains(told), "{bytes}: {all:?}");
        }
    });
}

// Proves: SPF-02, REP-01, ROLE-02
#[test]
fn who_sends_in_our_name_is_listed_by_day_for_those_who_see_the_federation() {
    on_both_stores(|world| {
        let elsewhere = Elsewhere::start(world);
        let sent = |sender: &str, from: &str, client: &str| {
            let message = Message {
                way: Way::Incoming,
                login: "",
                network: Network::Internet,
                client: Some(client.parse().unwrap()),
                helo: "there",
                sender,
                recipients: &[],
                fields: &[],
                bytes: b"",
                body_at: 0,
            };
            let found = Authenticity { from: vec![from.to_owned()], ..Authenticity::unknown("mx.example") };
            let ctx = world.operator();
            let asked = filter::Asked {
                engine: &elsewhere.engine,
                almoner: &elsewhere.almoner,
                ctx: &ctx,
                gateway: false,
                message: &message,
                authenticity: &found,
                host: "mx.example",
            };
            filter::verdict(&asked)
        };
        let keep = || elsewhere.engine.keep_spoofs(&elsewhere.almoner).unwrap();
        assert_eq!((lines(world, "", Report::Spoofing), keep()), (vec![], 0));
        for client in ["192.0.2.1", "192.0.2.99", "198.51.100.7"] {
            sent("x@there.example", "ann@mail.example", client);
        }
        sent("x@there.example", "x@there.example", "192.0.2.1");
        sent("ann@mail.example", "x@there.example", "2001:db8::1");
        assert_eq!((keep(), keep()), (3, 0));
        sent("x@there.example", "ann@mail.example", "192.0.2.2");
        keep();
        world.wait(1);
        sent("", "ann@mail.example", "192.0.2.1");
        assert_eq!(keep(), 1);
        let all = [
            "2019-01-02||192.0.2.0/24|internet|author|1",
            "2019-01-01|mail.example|2001:db8::/48|internet|sender|1",
            "2019-01-01|there.example|192.0.2.0/24|internet|author|3",
            "2019-01-01|there.example|198.51.100.0/24|internet|author|1",
        ];
        assert_eq!(lines(world, "", Report::Spoofing), all);
        let auditor = world.user("RX1", "An", "Auditor");
        world.give(&auditor, Role::Auditor, &Scope::Federation).unwrap();
        assert_eq!(lines(world, &auditor, Report::Spoofing), all);
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        let asked = Asked::all(Report::Spoofing);
        assert!(world.almoner.check_report(&world.person(&local), &asked).is_err());
    });
}
