//! People help themselves: answers, a confirmed mobile, a forgotten password, a lock (SSPR-01 to SSPR-03).

use domain::ctx::Ctx;
use domain::profile::Profile;
use domain::recovery::{AnswerFault, Proof};
use domain::rights::Actor;
use domain::signal::Signal;
use domain::status::{Kind, Status};
use service::account::act::Request;
use service::account::draft::Draft;
use service::error::Error;
use service::identity::Key;
use service::identity::answers::{Challenge, Set};
use service::identity::own_mobile::{Confirmed, Message, Wanted};
use service::identity::password::Changed;
use service::identity::recover::{Asked, Begun, Codes, Recovered, Step};
use service::identity::second::{Enrolled, fresh_secret};
use service::identity::session::Me;
use service::identity::sign_in::{Attempt, SignIn};
use testkit::dice::Seeded;
use testkit::world::{World, on_both_stores};
use totp_rs::{Algorithm, Secret, TOTP};

mod readiness;

const KEY: Key = Key([5; 32]);
const PASSWORD: &str = "three red kettles";
const NEW: &str = "nine blue teapots";
const NUMBER: &str = "+447700900123";
const ANSWERS: [(&str, &str); 3] = [
    ("What was your first school called?", "St. Mary's"),
    ("What was your first pet called?", "Captain"),
    ("Which ship did my uncle sail on?", "Northern Star"),
];

fn nobody(world: &World) -> Ctx {
    let actor = Actor::Person { id: domain::ids::AccountId(0), address: String::new(), grants: Vec::new() };
    Ctx { actor, ..world.operator() }
}

fn later(ctx: &Ctx, seconds: i64) -> Ctx {
    Ctx { now: ctx.now.plus_seconds(seconds), wall: ctx.wall.plus_seconds(seconds), ..ctx.clone() }
}

/// One person at their browser.
struct Person<'w> {
    world: &'w World,
    address: String,
    dice: Seeded,
}

impl<'w> Person<'w> {
    /// A person with a password of their own.
    fn new(world: &'w World, first: &str, last: &str) -> Self {
        let address = world.user("RX1", first, last);
        let person = Self { world, address, dice: Seeded::new(first.bytes().map(u64::from).sum()) };
        let temporary = world.almoner.reset_password(&world.operator(), &person.address, &person.dice).unwrap();
        let (ctx, me) = person.inside(&temporary);
        let changed =
            world.almoner.change_password(&ctx, &me.account, (&temporary, PASSWORD), &me.session.id, &person.dice);
        assert_eq!(changed.unwrap(), Changed::Done);
        person
    }

    fn sign_in(&self, password: &str, device: &str) -> SignIn {
        let attempt = Attempt { address: &self.address, password, device, agent: "a browser" };
        self.world.almoner.sign_in(&nobody(self.world), &attempt, &self.dice).unwrap()
    }

    fn comes_in(&self, password: &str) -> bool {
        matches!(self.sign_in(password, ""), SignIn::In { .. })
    }

    /// Who they are once they know the password, and in whose name they act then.
    fn inside(&self, password: &str) -> (Ctx, Me) {
        let SignIn::In { token, .. } = self.sign_in(password, "") else {
            unreachable!("{} is not let in", self.address)
        };
        let ctx = nobody(self.world);
        let me = self.world.almoner.me(&ctx, &token).unwrap().unwrap();
        (Ctx { actor: me.actor.clone(), ..ctx }, me)
    }

    fn answer(&self, answers: &[(&str, &str)]) -> Set {
        let (ctx, me) = self.inside(PASSWORD);
        let wanted: Vec<_> = answers.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect();
        self.world.almoner.set_answers(&ctx, &me, (PASSWORD, &wanted), &KEY, &self.dice).unwrap()
    }

    fn want(&self, number: &str) -> Result<Message, String> {
        let (ctx, me) = self.inside(PASSWORD);
        match self.world.almoner.want_mobile(&ctx, &me, (PASSWORD, number), &KEY, &self.dice) {
            Ok(Wanted::Send(message)) => Ok(message),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn confirm(&self, code: &str) -> Confirmed {
        let (ctx, me) = self.inside(PASSWORD);
        self.world.almoner.confirm_mobile(&ctx, &me, code, &KEY).unwrap()
    }

    fn with_mobile(&self, number: &str) {
        let message = self.want(number).unwrap();
        assert_eq!(self.confirm(&message.code), Confirmed::Done);
    }

    /// What shows their codes from now on, and their recovery codes.
    fn with_authenticator(&self) -> (TOTP, Vec<String>) {
        let (ctx, me) = self.inside(PASSWORD);
        let secret = fresh_secret(&self.dice);
        let bytes = Secret::Encoded(secret.clone()).to_bytes().unwrap();
        let shows = TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap();
        let code = shows.generate(ctx.wall.second().unsigned_abs());
        let enrolled = self.world.almoner.enrol(&ctx, &me, (&secret, &code), &KEY, &self.dice).unwrap();
        let Enrolled::Done { codes, .. } = enrolled else { unreachable!("{enrolled:?}") };
        (shows, codes)
    }

    /// With answers and a mobile.
    fn ready(&self) {
        assert_eq!(self.answer(&ANSWERS), Set::Done);
        self.with_mobile(NUMBER);
    }

    fn begin(&self, ctx: &Ctx) -> Begun {
        self.world.almoner.begin_recovery(ctx, (&self.address, ""), &KEY, &self.dice).unwrap()
    }

    fn begun(&self, ctx: &Ctx) -> (String, Message) {
        let Begun::Go(token, Some(message)) = self.begin(ctx) else {
            unreachable!("nothing is sent to {}", self.address)
        };
        (token, message)
    }

    fn asks(&self, ctx: &Ctx, token: &str) -> Asked {
        self.world.almoner.recovery_asks(ctx, token, &KEY).unwrap()
    }

    fn show(&self, ctx: &Ctx, token: &str, code: &str) -> Step {
        let codes = Codes { one: code, authenticator: "" };
        self.world.almoner.show_codes(ctx, token, codes, &KEY).unwrap()
    }

    fn tell(&self, ctx: &Ctx, token: &str, characters: &str) -> Step {
        self.world.almoner.show_characters(ctx, token, characters, &KEY).unwrap()
    }

    /// Up to where a new password may be chosen.
    fn proves(&self, ctx: &Ctx) -> String {
        let (token, message) = self.begun(ctx);
        assert_eq!(self.show(ctx, &token, &message.code), Step::Further);
        let Asked::Answers(challenge) = self.asks(ctx, &token) else { unreachable!("no answer is asked for") };
        assert_eq!(self.tell(ctx, &token, &right(&challenge)), Step::Further);
        assert_eq!(self.asks(ctx, &token), Asked::Proved(10));
        token
    }
}

/// The characters that somebody who knows the answer tells.
fn right(challenge: &Challenge) -> String {
    let (_, answer) = ANSWERS.iter().find(|(question, _)| *question == challenge.question).unwrap();
    let plain: Vec<char> = answer.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    challenge.places.iter().map(|place| plain[place - 1]).collect()
}

fn lock(person: &Person<'_>) {
    let mut ctx = nobody(person.world);
    for _ in 0..10 {
        let attempt = Attempt { address: &person.address, password: "wrong", device: "", agent: "" };
        while let SignIn::Wait(until) = person.world.almoner.sign_in(&ctx, &attempt, &person.dice).unwrap() {
            ctx = later(&ctx, until.second() - ctx.now.second());
        }
    }
    assert!(!person.comes_in(PASSWORD), "locked");
}

// Proves: SSPR-01, LC-02
#[test]
fn a_forgotten_password_is_replaced_by_a_code_and_characters_of_an_answer() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Featherstone");
        ann.ready();
        let (open, _) = ann.inside(PASSWORD);
        let ctx = nobody(world);
        let (token, message) = ann.begun(&ctx);
        assert_eq!(message.to.as_str(), NUMBER);
        assert_eq!(ann.asks(&ctx, &token), Asked::Codes(vec![Proof::Code]));
        assert_eq!(ann.tell(&ctx, &token, "abc"), Step::Over, "no answer before the code");
        assert_eq!(ann.show(&ctx, &token, "000000"), Step::Wrong);
        assert_eq!(ann.show(&ctx, &token, &message.code), Step::Further);
        assert_eq!(ann.show(&ctx, &token, &message.code), Step::Over, "a code goes once");
        let Asked::Answers(asked) = ann.asks(&ctx, &token) else { panic!("no answer is asked for") };
        assert_eq!(asked.places.len(), 3);
        assert_eq!(ann.tell(&ctx, &token, "zzz"), Step::Wrong);
        let again = ann.asks(&ctx, &token);
        assert_eq!(again, Asked::Answers(asked.clone()), "whoever fails is asked for the same");
        assert_eq!(
            world.almoner.recover_password(&ctx, &token, NEW, &ann.dice).unwrap(),
            Recovered::Over,
            "not before the answer"
        );
        assert_eq!(ann.tell(&ctx, &token, &right(&asked).to_uppercase()), Step::Further);
        for bad in ["short", PASSWORD, "featherstone lives here"] {
            let refused = world.almoner.recover_password(&ctx, &token, bad, &ann.dice).unwrap();
            assert!(matches!(refused, Recovered::Refused(_)), "{bad}: {refused:?}");
        }
        let done = || world.almoner.recover_password(&ctx, &token, NEW, &ann.dice).unwrap();
        assert_eq!((done(), done()), (Recovered::Done, Recovered::Over), "once");
        assert!(ann.comes_in(NEW) && !ann.comes_in(PASSWORD));
        assert!(matches!(&open.actor, Actor::Person { address, .. } if *address == ann.address));
        let story = world.story_of(&ann.address);
        assert!(story.contains("password_recovered (SSPR-01)"), "{story}");
        assert!(world.notices_of(&ann.address).contains("password_recovered"), "the person is told");
        let seen = world.account(&ann.address).signals.get(Signal::PasswordChange).unwrap();
        assert_eq!(seen.at, ctx.now, "their own change of password is a signal");
    });
}

// Proves: SSPR-01
#[test]
fn all_sessions_end_and_an_inactive_account_is_revived() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Lee");
        ann.ready();
        world.days_pass(91);
        assert_eq!(world.status(&ann.address), Status::Inactive);
        let SignIn::In { token: session, .. } = ann.sign_in(PASSWORD, "") else { panic!("not let in") };
        let ctx = nobody(world);
        let token = ann.proves(&ctx);
        assert_eq!(world.almoner.recover_password(&ctx, &token, NEW, &ann.dice).unwrap(), Recovered::Done);
        assert!(world.almoner.me(&ctx, &session).unwrap().is_none());
        assert_eq!(world.status(&ann.address), Status::Active, "LC-05");
    });
}

// Proves: SSPR-01
#[test]
fn a_locked_account_is_unlocked_by_the_same_proof_and_keeps_its_password() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Lee");
        ann.ready();
        lock(&ann);
        let ctx = nobody(world);
        let token = ann.proves(&ctx);
        assert!(world.almoner.recover_unlock(&ctx, &token).unwrap());
        assert!(!world.almoner.recover_unlock(&ctx, &token).unwrap(), "once");
        assert!(ann.comes_in(PASSWORD));
        assert!(world.notices_of(&ann.address).contains("unlocked"));
    });
}

// Proves: SSPR-01
#[test]
fn an_address_that_does_not_exist_is_met_like_any_other() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Lee");
        ann.ready();
        let ctx = nobody(world);
        let mut told = Vec::new();
        for address in [ann.address.as_str(), "no.such@mail.example", "not an address"] {
            let begin = |ctx: &Ctx| world.almoner.begin_recovery(ctx, (address, ""), &KEY, &ann.dice).unwrap();
            let mut met = Vec::new();
            let Begun::Go(token, _) = begin(&ctx) else { panic!("{address}") };
            met.push(format!("{:?}", ann.asks(&ctx, &token)));
            let mut now = ctx.clone();
            for _ in 0..9 {
                let step = ann.show(&now, &token, "00000x");
                met.push(match step {
                    Step::Wait(until) => {
                        let seconds = until.second() - now.now.second();
                        now = later(&now, seconds);
                        format!("wait {seconds}")
                    }
                    Step::Further | Step::Wrong | Step::Over => format!("{step:?}"),
                });
            }
            met.push(format!("{:?}", ann.asks(&now, &token)));
            let now = later(&now, 600);
            let waits: Vec<bool> = (0..3).map(|_| matches!(begin(&now), Begun::Wait(_))).collect();
            met.push(format!("{waits:?}"));
            told.push(met.join(", "));
        }
        assert!(told[0].contains("Wrong") && told[0].contains("wait") && told[0].contains("Over"), "{told:?}");
        assert!(told[0].contains("[false, false, true]"), "three codes an hour: {told:?}");
        assert_eq!(told[1], told[0]);
        assert_eq!(told[2], told[0]);
    });
}

#[test]
fn an_attempt_holds_ten_minutes_and_five_failures_and_guessing_gets_nowhere() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Lee");
        ann.ready();
        let ctx = nobody(world);
        let (token, message) = ann.begun(&ctx);
        assert_eq!(ann.show(&later(&ctx, 600), &token, &message.code), Step::Over, "ten minutes");
        let mut now = later(&ctx, 4_000);
        let (mut looked_at, end) = (0, now.now.second() + 24 * 3600);
        while now.now.second() < end {
            match ann.begin(&now) {
                Begun::Wait(until) => now = later(&now, until.second() - now.now.second()),
                Begun::Go(token, _) => {
                    for _ in 0..5 {
                        match ann.show(&now, &token, "00000x") {
                            Step::Wrong => looked_at += 1,
                            Step::Wait(until) => now = later(&now, until.second() - now.now.second()),
                            Step::Further | Step::Over => break,
                        }
                    }
                }
                Begun::Off => panic!("it is on"),
            }
        }
        assert!((10..60).contains(&looked_at), "{looked_at} guesses in a day");
        assert!(world.story_of(&ann.address).contains("recovery_locked"));
    });
}

// Proves: SSPR-01
#[test]
fn weak_answers_are_refused_and_good_ones_are_nowhere_to_be_read() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Featherstone");
        let mut weak = ANSWERS;
        weak[1].1 = "Feather stone";
        weak[2].1 = "st marys";
        let refused = Set::Refused(vec![None, Some(AnswerFault::Name), Some(AnswerFault::Twice)]);
        assert_eq!(ann.answer(&weak), refused);
        let (ctx, me) = ann.inside(PASSWORD);
        let few = [(ANSWERS[0].0.to_owned(), ANSWERS[0].1.to_owned())];
        assert!(world.almoner.set_answers(&ctx, &me, (PASSWORD, &few), &KEY, &ann.dice).is_err(), "all three");
        let all: Vec<_> = ANSWERS.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect();
        let set = |password: &str| world.almoner.set_answers(&ctx, &me, (password, &all), &KEY, &ann.dice).unwrap();
        assert_eq!(set("wrong"), Set::WrongPassword, "an open session is not enough");
        ann.ready();
        assert_eq!(world.almoner.own_questions(&me, &KEY).unwrap(), ANSWERS.map(|(question, _)| question));
        assert_eq!(world.almoner.own_questions(&me, &Key([6; 32])).unwrap(), [""; 0], "another key opens nothing");
        let store = store::db::Store::open(world.url()).unwrap();
        let kept = store::recovery::answers(&mut store.reader().unwrap(), me.account.id).unwrap();
        let everything: String = kept.iter().map(|answer| answer.sealed.as_str()).collect();
        let lines = world.almoner.history(&world.operator(), &ann.address).unwrap();
        let told: Vec<String> = lines.iter().map(|line| format!("{} {}", line.action, line.detail)).collect();
        let told = told.join("\n");
        assert!(told.contains("answers_set") && told.contains("mobile_confirmed"), "{told}");
        for secret in ["captain", "northern", "stmarys", "uncle"] {
            assert!(!everything.to_lowercase().contains(secret) && !told.to_lowercase().contains(secret), "{secret}");
        }
        assert!(!format!("{kept:?}").contains(kept[0].sealed.as_str()));
    });
}

// Proves: SSPR-02
#[test]
fn a_number_is_one_persons_and_counts_once_it_is_confirmed() {
    on_both_stores(|world| {
        let (ann, ben) = (Person::new(world, "Ann", "Lee"), Person::new(world, "Ben", "Ash"));
        let message = ann.want("07700 900123").unwrap();
        let (_, me) = ann.inside(PASSWORD);
        let counts = |person: &Person<'_>| {
            let (_, me) = person.inside(PASSWORD);
            world.almoner.own_mobile(&me).unwrap().1
        };
        assert_eq!(ann.confirm("000000"), Confirmed::Wrong);
        assert!(!counts(&ann));
        assert_eq!(ann.confirm(&message.code), Confirmed::Done);
        assert_eq!(ann.confirm(&message.code), Confirmed::Over, "once");
        assert!(counts(&ann));
        for number in ["07700 900123", "+44 (0)7700-900123"] {
            let why = ben.want(number).unwrap_err();
            assert!(why.contains("another account's already") && !why.contains("ann"), "{why}");
        }
        assert!(ben.want("12 34").unwrap_err().contains("no mobile number"));
        let draft = |mobile: &str| {
            let profile = Profile {
                first_name: "Cas".into(),
                last_name: "Oak".into(),
                mobile: mobile.into(),
                ..Profile::default()
            };
            let organisation = "RX1".to_owned();
            world
                .almoner
                .create_account(&world.operator(), &Draft { kind: Kind::User, organisation, profile, owners: vec![] })
        };
        assert!(matches!(draft("07700900123"), Err(Error::Input(why)) if why.contains("SSPR-02")));
        let other = draft("07700 900124").unwrap();
        let shown = world.almoner.show(&world.operator(), other.address.as_str()).unwrap();
        assert_eq!(shown.profile.mobile, "+447700900124");
        world.almoner.hide_own_mobile(&world.operator(), &me, true).unwrap();
        assert!(world.almoner.own_mobile(&me).unwrap().0.hide_mobile);
        // Whoever is deleted uses no number any more.
        world.ask(&ann.address, &Request::Delete).unwrap();
        ben.with_mobile("07700 900123");
        assert!(counts(&ben));
        let (ctx, me) = ben.inside(PASSWORD);
        world.almoner.remove_own_mobile(&ctx, &me).unwrap();
        assert!(!counts(&ben));
    });
}

// Proves: SSPR-02
#[test]
fn nobodys_telephone_is_flooded() {
    on_both_stores(|world| {
        let ann = Person::new(world, "Ann", "Lee");
        for _ in 0..3 {
            ann.want(NUMBER).unwrap();
        }
        assert!(ann.want(NUMBER).unwrap_err().contains("Wait"), "the fourth in an hour");
        world.wait(1);
        let message = ann.want(NUMBER).unwrap();
        for _ in 0..5 {
            assert_eq!(ann.confirm("000000"), Confirmed::Wrong);
        }
        assert_eq!(ann.confirm(&message.code), Confirmed::Over, "five wrong ones");
    });
}

// Proves: SSPR-01
#[test]
fn a_modern_policy_asks_for_an_authenticator_and_the_mobile_and_for_no_answer() {
    on_both_stores(|world| {
        let text = service::policy::shipped("modern").unwrap();
        let world = &world.adopt(text, Some(world.today().plus_days(1)));
        world.days_pass(1);
        let ann = Person::new(world, "Ann", "Lee");
        ann.with_mobile(NUMBER);
        let (ctx, me) = ann.inside(PASSWORD);
        let refused = world.almoner.set_answers(&ctx, &me, (PASSWORD, &[]), &KEY, &ann.dice);
        assert!(matches!(refused, Err(Error::Input(why)) if why.contains("no secret questions")));
        let (shows, codes) = ann.with_authenticator();
        let code = |ctx: &Ctx| shows.generate(ctx.wall.second().unsigned_abs());
        let ctx = later(&nobody(world), 60);
        let (token, message) = ann.begun(&ctx);
        assert_eq!(ann.asks(&ctx, &token), Asked::Codes(vec![Proof::Authenticator, Proof::Mobile]));
        let show = |one: &str, authenticator: &str| {
            world.almoner.show_codes(&ctx, &token, Codes { one, authenticator }, &KEY).unwrap()
        };
        assert_eq!(show(&message.code, "000000"), Step::Wrong);
        assert_eq!(show("000000", &code(&ctx)), Step::Wrong, "and nothing is used up");
        assert_eq!(show(&message.code, &code(&ctx)), Step::Further);
        assert_eq!(ann.asks(&ctx, &token), Asked::Proved(12));
        assert_eq!(world.almoner.recover_password(&ctx, &token, NEW, &ann.dice).unwrap(), Recovered::Done);
        let (token, message) = ann.begun(&ctx);
        let codes = Codes { one: &message.code, authenticator: &codes[0] };
        assert_eq!(world.almoner.show_codes(&ctx, &token, codes, &KEY).unwrap(), Step::Further, "a recovery code");
    });
}
