//! A federation for stories: two trusts and a practice, a clock at 1 January 2019, noon, that only the test moves.

use std::cell::Cell;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::{Legal, Organisation, Sector, proposed_short_name};
use domain::profile::Profile;
use domain::rights::{Actor, Role, Scope};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use service::account::act::Request;
use service::account::draft::Draft;
use service::error::Error;
use service::federation::{Almoner, Founding};
use service::progress::Silent;
use service::run::Holder;
use service::run::report::RunReport;
use store::organisation::Listed;
use store::tx::Audit;

use crate::databases::{Database, on_both_databases};

/// The day on which every story begins.
pub const FIRST_DAY: &str = "2019-01-01";

/// A federation, its database and its clock.
pub struct World {
    /// The use cases.
    pub almoner: Almoner,
    url: String,
    now: Cell<Timestamp>,
}

/// Runs a story in a fresh federation on SQLite, then in one on PostgreSQL.
pub fn on_both_stores(story: impl Fn(&World)) {
    on_both_databases(|database| story(&World::new(database)));
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
            edition: "story".into(),
            version: 1,
            code: code.clone(),
        };
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
                detail: "{}".into(),
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
        let address = self.draft(organisation, Kind::User, &Profile {
            first_name: first.into(),
            last_name: last.into(),
            ..Profile::default()
        }, &[]);
        done(self.almoner.act(&self.operator(), &address, &Request::AcceptTerms, ""));
        address
    }

    /// A shared mailbox with its owners.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn shared(&self, organisation: &str, name: &str, owners: &[&str]) -> String {
        self.draft(organisation, Kind::Shared, &Profile { display_name: name.into(), ..Profile::default() }, owners)
    }

    fn draft(&self, organisation: &str, kind: Kind, profile: &Profile, owners: &[&str]) -> String {
        let draft = Draft {
            kind,
            organisation: organisation.into(),
            profile: profile.clone(),
            owners: owners.iter().map(|&o| o.to_owned()).collect(),
        };
        done(self.almoner.create_account(&self.operator(), &draft)).address.to_string()
    }

    /// An administrator of an organisation: an active user with that role; gives its address.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn admin(&self, role: Role, organisation: &str, last: &str) -> String {
        let address = self.user(organisation, "Admin", last);
        let scope = Scope::Organisation(done(OdsCode::parse(organisation)));
        done(self.almoner.grant(&self.operator(), &address, role, &scope));
        address
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
        let wall = || self.now.get();
        let holder = Holder { name: "story".into(), is_alive: &|_| true, wall: &wall };
        self.almoner.run(&self.operator(), &holder, &Silent)
    }

    /// Lives through some days: each day the clock moves and the run comes by.
    pub fn days_pass(&self, days: i32) {
        for _ in 0..days {
            self.wait(1);
            self.run();
        }
    }

    /// What happened to an account, as `action (rule)` lines with the day of the story (0 is the first).
    ///
    /// # Panics
    /// When there is no such account.
    pub fn story_of(&self, address: &str) -> String {
        let first = Day::parse(FIRST_DAY).map_or(0, Day::number);
        let lines = done(self.almoner.history(&self.operator(), address));
        let told = lines.iter().map(|line| {
            let day = self.almoner.calendar().day_of(line.at).number() - first;
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
