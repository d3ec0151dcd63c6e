//! A federation for stories: two trusts and a practice, a clock at 1 January 2019, noon, that only the test moves.

use std::cell::Cell;

use domain::account::Account;
use domain::confirmation::{Confirmation, Confirmer};
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::{Legal, Organisation, Sector, Support, proposed_short_name};
use domain::profile::Profile;
use domain::rights::{Actor, Role, Scope};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use service::account::act::Request;
use service::account::draft::Draft;
use service::error::Error;
use service::federation::{Almoner, Founding};
use service::progress::{Progress, Silent};
use service::run::Holder;
use service::run::report::RunReport;
use store::grant::Given;
use store::organisation::Listed;
use store::tx::Audit;

use crate::databases::{Database, on_both_databases};
use crate::killer::{Killer, watched};

mod undoing;

/// The day on which every story begins.
pub const FIRST_DAY: &str = "2019-01-01";

/// A federation, its database and its clock.
pub struct World {
    /// The use cases.
    pub almoner: Almoner,
    url: String,
    now: Cell<Timestamp>,
}

/// Tells a story on both databases; the two must be the same, and are given back once.
///
/// # Panics
/// When the databases tell different stories.
pub fn told_on_both_stores(story: impl Fn(&World) -> String) -> String {
    let [told, again] = [Database::sqlite(), Database::postgres()].map(|database| {
        let world = World::new(&database);
        let told = story(&world);
        world.verify();
        told
    });
    assert_eq!(told, again, "SQLite and PostgreSQL tell different stories");
    told
}

/// Runs a story in a fresh federation on SQLite, then in one on PostgreSQL. Whatever happened, its events tell all of it.
pub fn on_both_stores(story: impl Fn(&World)) {
    on_both_databases(|database| {
        let world = World::new(database);
        story(&world);
        world.verify();
    });
}

impl World {
    /// A federation under the policy of 2018-09 with RX1 and RX2 (trusts), A81001 (an open practice) and A81002 (closed).
    ///
    /// # Panics
    /// When the database fails: the test has failed.
    pub fn new(database: &Database) -> Self {
        let now = Day::parse(FIRST_DAY).map_or(Timestamp::from_second(0), |day| {
            Timestamp::from_second(i64::from(day.number()) * 86_400 + 12 * 3600)
        });
        let policy = service::policy::shipped("2018-09").unwrap_or_default().to_owned();
        let founding =
            Founding { domain: "mail.example".into(), zone: "Europe/London".into(), policy, rehearsal: true };
        let almoner = done(Almoner::found(database.url(), &founding, &console(now)));
        let world = Self { almoner, url: database.url().to_owned(), now: Cell::new(now) };
        world.organisation("RX1", Sector::Trust, Legal::Active);
        world.organisation("RX2", Sector::Trust, Legal::Active);
        world.organisation("A81001", Sector::Gp, Legal::Active);
        world.organisation("A81002", Sector::Gp, Legal::Closed);
        world
    }

    /// The same federation opened once more, as another process would.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { almoner: done(Almoner::open(&self.url)), url: self.url.clone(), now: Cell::new(self.now.get()) }
    }

    /// Where the federation is kept.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds an organisation as a loaded edition would.
    ///
    /// # Panics
    /// When the database fails.
    pub fn organisation(&self, code: &str, sector: Sector, legal: Legal) {
        let code = done(OdsCode::parse(code));
        let organisation = Organisation {
            name: format!("ORGANISATION {code}"),
            short_name: Some(proposed_short_name(&code)),
            sector,
            legal,
            opened_on: None,
            closed_on: None,
            parent: None,
            successor: None,
            postal: String::new(),
            telephone: String::new(),
            support: Support::default(),
            edition: "story".into(),
            version: 1,
            code: code.clone(),
        };
        let told = &organisation;
        let short_name = told.short_name.as_deref().unwrap_or_default();
        let detail = format!(
            "{{\"after\":{{\"name\":\"{}\",\"short_name\":\"{short_name}\",\"sector\":\"{sector}\",\"legal\":\"{legal}\",\
             \"series\":\"story\",\"edition\":\"story\"}}}}",
            told.name
        );
        let store = done(store::db::Store::open(&self.url));
        let added = store.write("story", |tx| {
            store::organisation::insert(tx, [&Listed { organisation: organisation.clone(), series: "story".into() }])?;
            let event = store::event::NewEvent {
                at: self.now.get().second(),
                actor: "story".into(),
                grant_id: None,
                object_type: "organisation",
                object: code.to_string(),
                account_id: None,
                organisation: Some(code.to_string()),
                action: "created",
                rule: None,
                detail: detail.clone(),
                run_id: None,
                request_key: None,
            };
            Ok::<_, store::error::Error>(((), Audit::events(vec![event])?))
        });
        done(added);
    }

    /// The operator at the machine, now.
    pub fn operator(&self) -> Ctx {
        console(self.now.get())
    }

    /// A person who acts, now.
    ///
    /// # Panics
    /// When there is no such person.
    pub fn person(&self, address: &str) -> Ctx {
        Ctx { actor: done(self.almoner.actor(address)), ..self.operator() }
    }

    /// An active user with accepted terms.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn user(&self, organisation: &str, first: &str, last: &str) -> String {
        let address = done(self.try_user(organisation, first, last));
        done(self.almoner.act(&self.operator(), &address, &Request::AcceptTerms, ""));
        address
    }

    /// A shared mailbox with its owners.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn shared(&self, organisation: &str, name: &str, owners: &[&str]) -> String {
        let profile = Profile { display_name: name.into(), ..Profile::default() };
        done(self.draft(organisation, Kind::Shared, &profile, owners))
    }

    /// A user whose terms are not accepted yet.
    ///
    /// # Errors
    /// As the use case.
    pub fn try_user(&self, organisation: &str, first: &str, last: &str) -> Result<String, Error> {
        let profile = Profile { first_name: first.into(), last_name: last.into(), ..Profile::default() };
        self.draft(organisation, Kind::User, &profile, &[])
    }

    fn draft(&self, organisation: &str, kind: Kind, profile: &Profile, owners: &[&str]) -> Result<String, Error> {
        let draft = Draft {
            kind,
            organisation: organisation.into(),
            profile: profile.clone(),
            owners: owners.iter().map(|&o| o.to_owned()).collect(),
        };
        Ok(self.almoner.create_account(&self.operator(), &draft)?.address.to_string())
    }

    /// An administrator of an organisation: an active user with that role; gives its address.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn admin(&self, role: Role, organisation: &str, last: &str) -> String {
        let address = self.user(organisation, "Admin", last);
        let scope = Scope::Organisation(done(OdsCode::parse(organisation)));
        done(self.give(&address, role, &scope));
        address
    }

    /// The operator gives a role, with the confirmation that a first primary administrator needs.
    ///
    /// # Errors
    /// As the use case.
    pub fn give(&self, address: &str, role: Role, scope: &Scope) -> Result<Given, Error> {
        let told = Confirmation::new(Confirmer::HeadOfHr, "Pat Low", self.today(), self.today());
        self.almoner.grant_confirmed(&self.operator(), address, role, scope, told.ok().as_ref())
    }

    /// Asks for something as the operator.
    ///
    /// # Errors
    /// As the use case.
    pub fn ask(&self, address: &str, request: &Request) -> Result<Account, Error> {
        self.almoner.act(&self.operator(), address, request, "asked in a story").map(|acted| acted.change.account)
    }

    /// An account as the operator sees it.
    ///
    /// # Panics
    /// When there is none.
    pub fn account(&self, address: &str) -> Account {
        done(self.almoner.account(&self.operator(), address))
    }

    /// The status of an account.
    pub fn status(&self, address: &str) -> Status {
        self.account(address).status()
    }

    /// Asks for what a rule refuses, and gives the refusal's words.
    ///
    /// # Panics
    /// When it is done nevertheless.
    #[expect(clippy::panic, reason = "the story has failed")]
    pub fn refusal(&self, address: &str, request: &Request) -> String {
        match self.ask(address, request) {
            Ok(account) => panic!("{request:?} of {address} was to be refused, but it is {} now", account.status()),
            Err(error) => error.to_string(),
        }
    }

    /// Puts a policy in force, and opens the federation anew, as the next command would.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn adopt(&self, text: &str, from: Option<Day>) -> Self {
        done(self.almoner.adopt_policy(&self.operator(), text, from));
        self.again()
    }

    /// Another system reports that an account did something just now.
    ///
    /// # Panics
    /// When the report is not taken.
    pub fn signal(&self, address: &str, signal: &str) {
        let folder = done(tempfile::TempDir::new());
        let file = folder.path().join("signals.csv");
        done(std::fs::write(&file, format!("Address,Signal,Time\n{address},{signal},{}\n", self.now.get())));
        let report = done(self.almoner.import_signals(&self.operator(), &file, None, false, &Silent));
        assert_eq!(report.done + report.unchanged, 1, "{report:?}");
    }

    /// The notices about an account as `day kind -> recipient`, oldest first.
    ///
    /// # Panics
    /// When there is no such account.
    pub fn notices_of(&self, address: &str) -> String {
        let mut notices = done(self.almoner.notices(&self.operator(), Some(address), None, 1000));
        notices.sort_by_key(|notice| notice.id);
        let told = notices.iter().map(|n| {
            let recipient = n.recipient.as_deref().unwrap_or("the operator");
            format!("{} {} -> {recipient}", self.day_of_story(n.made_at), n.notice.kind)
        });
        told.collect::<Vec<_>>().join("\n")
    }

    /// Everything that is kept of all accounts, their audit lines, notices, commands and runs: two equal texts mean
    /// that nothing was changed in between.
    ///
    /// # Panics
    /// When the database fails.
    pub fn everything(&self) -> String {
        let store = done(store::db::Store::open(&self.url));
        let mut db = done(store.reader());
        let mut all = Vec::new();
        let accounts = done(store::account::page(&mut db, AccountId(i64::MIN), 5000));
        for (account, next) in accounts {
            let profile = done(store::profile::get(&mut db, account.id));
            let addresses = done(store::address::of_account(&mut db, account.id));
            let lines = done(self.almoner.history(&self.operator(), account.address.as_str()));
            all.push(format!("{account:?} {next:?} {profile:?} {addresses:?} {lines:?}"));
        }
        all.push(format!("{:?}", done(store::notice::list(&mut db, None, None, i64::MAX, 10_000))));
        all.push(format!("{:?}", done(self.almoner.run_list(&self.operator(), 1000))));
        all.push(format!("{:?}", done(store::federation::get(&mut db))));
        all.join("\n")
    }

    /// Derives the store anew from its events and compares.
    ///
    /// # Panics
    /// When anything differs.
    pub fn verify(&self) {
        let differing = self.differences();
        assert!(differing.is_empty(), "the store is not what its events tell:\n{}", differing.join("\n"));
    }

    /// What differs between the store and its events, as `account 7 status: active, told leaver`.
    ///
    /// # Panics
    /// When the check fails.
    pub fn differences(&self) -> Vec<String> {
        // Opened anew: policies may have been adopted since.
        let verified = done(self.again().almoner.verify(&self.operator(), &Silent));
        let side = |text: Option<String>| text.unwrap_or_else(|| "nothing".into());
        let told = verified.told.into_iter();
        told.map(|f| format!("{} {} {}: {}, told {}", f.what, f.name, f.field, side(f.stored), side(f.told))).collect()
    }

    /// The day of an instant, counted from the first of the story.
    pub fn day_of_story(&self, at: Timestamp) -> i32 {
        let first = Day::parse(FIRST_DAY).map_or(0, Day::number);
        self.almoner.calendar().day_of(at).number() - first
    }

    /// Today, in the federation's zone.
    pub fn today(&self) -> Day {
        self.almoner.calendar().day_of(self.now.get())
    }

    /// Moves the clock without a run.
    pub fn wait(&self, days: i32) {
        let noon = self.almoner.calendar().start_of(self.today().plus_days(days)).plus_seconds(12 * 3600);
        self.now.set(noon);
    }

    /// Runs the lifecycle of today.
    ///
    /// # Panics
    /// When the run fails.
    pub fn run(&self) -> RunReport {
        done(self.try_run())
    }

    /// Runs the lifecycle of today.
    ///
    /// # Errors
    /// As the run.
    pub fn try_run(&self) -> Result<RunReport, Error> {
        self.run_as("story", true, &Silent)
    }

    /// Runs the lifecycle of today as a process of some name, which takes all others for alive or for dead.
    ///
    /// # Errors
    /// As the run.
    pub fn run_as(&self, name: &str, others_live: bool, progress: &dyn Progress) -> Result<RunReport, Error> {
        let wall = || self.now.get();
        let holder = Holder { name: name.into(), is_alive: &|_| others_live, wall: &wall, workers: None, batch: None };
        self.almoner.run(&self.operator(), &holder, progress)
    }

    /// Runs the lifecycle of today, whoever was killed in it, and is killed at the given call of its progress. `false`: it
    /// ended before.
    pub fn killed_run(&self, at: usize) -> bool {
        let killer = Killer::after(at);
        watched(|| self.run_as("killed", false, &killer)).is_none()
    }

    /// Lives through some days: each day the clock moves and the run comes by.
    pub fn days_pass(&self, days: i32) {
        for _ in 0..days {
            self.wait(1);
            self.run();
        }
    }

    /// Lives through some days with a run each week and one on the last: the clock never jumps.
    pub fn weeks_pass(&self, days: i32) {
        let mut left = days;
        while left > 0 {
            self.wait(left.min(7));
            self.run();
            left -= 7;
        }
    }

    /// What happened to an account, as `action (rule)` lines with the day of the story (0 is the first).
    ///
    /// # Panics
    /// When there is no such account.
    pub fn story_of(&self, address: &str) -> String {
        let lines = done(self.almoner.history(&self.operator(), address));
        let told = lines.iter().map(|line| {
            let day = self.day_of_story(line.at);
            format!("{day} {} ({}) by {}", line.action, line.rule.as_deref().unwrap_or("-"), line.actor)
        });
        told.collect::<Vec<_>>().join("\n")
    }
}

fn console(now: Timestamp) -> Ctx {
    Ctx { actor: Actor::Console, now, wall: now }
}

/// Takes what must have worked; a story that cannot go on has failed.
#[expect(clippy::panic, reason = "only tests call it, and the story has failed")]
fn done<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the story cannot go on: {error}"),
    }
}
