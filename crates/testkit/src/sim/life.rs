//! A federation that lives, and everything that the simulation remembers of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use domain::ctx::Ctx;
use domain::explain::Explanation;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::step::Step as Next;
use domain::time::Day;
use service::audit::roots::Pinned;
use store::db::Store;
use tempfile::TempDir;

use crate::databases::Database;
use crate::sim::claims::Claims;
use crate::sim::failure::Broken;
use crate::sim::foresight::Foreseen;
use crate::sim::mirror::{Mirror, News, Planted};
use crate::sim::op::{Number, ORGANISATIONS, Organisation};
use crate::sim::restored::Kept;
use crate::world::World;

/// What a life came to; one that is too quiet proves nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Operations.
    pub ops: u64,
    /// Days that passed.
    pub days: u64,
    /// Runs that ended.
    pub runs: u64,
    /// Requests that took effect.
    pub done: u64,
    /// Requests that a rule refused.
    pub refused: u64,
    /// Deletions by the system.
    pub deleted: u64,
    /// Purges.
    pub purged: u64,
    /// Accounts that a rollback put back.
    pub restored: u64,
    /// Steps that what-if foresaw and that were compared with what then happened.
    pub foreseen: u64,
    /// Accounts at the end.
    pub accounts: u64,
}

impl std::ops::AddAssign for Stats {
    fn add_assign(&mut self, more: Self) {
        self.ops += more.ops;
        self.days += more.days;
        self.runs += more.runs;
        self.done += more.done;
        self.refused += more.refused;
        self.deleted += more.deleted;
        self.purged += more.purged;
        self.restored += more.restored;
        self.foreseen += more.foreseen;
        self.accounts += more.accounts;
    }
}

/// Something that was said of a day.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) on: Day,
    pub(crate) account: AccountId,
    pub(crate) explanation: Explanation,
}

/// What the next run has to keep to.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// What each account was told to be next.
    pub(crate) next: HashMap<AccountId, Option<Next>>,
    /// Accounts whose telling is older than their last change.
    pub(crate) stale: BTreeSet<AccountId>,
    /// The policy's epoch for which it was told.
    pub(crate) epoch: String,
}

/// What is known of runs.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    /// What each did, as its audit lines tell: `active->inactive`, `notices`.
    pub(crate) did: HashMap<i64, BTreeMap<String, i64>>,
    /// Deletions of each, by organisation.
    pub(crate) deleted: HashMap<i64, BTreeMap<String, i64>>,
    /// Runs whose forecast was compared.
    pub(crate) scored: HashSet<i64>,
    /// Accounts that somebody or a signal changed since the last forecast was made.
    pub(crate) changed: BTreeSet<AccountId>,
    /// Parts that were released, refused or lapsed since then.
    pub(crate) let_go: Vec<(i64, String)>,
    /// The day of the last forecast, and the epoch under which it was made.
    pub(crate) forecast: Option<(Day, String)>,
    /// What each run, or rollback, moved, with the organisation of then.
    pub(crate) moved: HashMap<i64, BTreeMap<AccountId, String>>,
    /// What a run did to accounts that its rollback put back: not again before somebody or something lets them go.
    pub(crate) put_back: HashMap<AccountId, String>,
    /// Accounts as they were before each run, or rollback, touched them.
    pub(crate) before: HashMap<i64, BTreeMap<AccountId, Kept>>,
    /// The last day whose run ended.
    pub(crate) ended: Option<Day>,
    /// A run was killed today.
    pub(crate) killed: bool,
    /// Something happened between that and the run that took it up: its plan is out of date.
    pub(crate) disturbed: bool,
}

/// A federation that lives.
pub(crate) struct Life {
    pub(crate) world: World,
    /// A way of our own to read.
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
    pub(crate) files: u32,
    pub(crate) mirror: Mirror,
    pub(crate) claims: Claims,
    pub(crate) said: Vec<Said>,
    /// Actions files, and how many of their lines may still be done.
    pub(crate) sent: Vec<(PathBuf, u64)>,
    /// The seals of the audit trail, as somebody else keeps them.
    pub(crate) pinned: Vec<Pinned>,
    pub(crate) expected: Expected,
    /// What was said that a policy would do.
    pub(crate) foreseen: Option<Foreseen>,
    pub(crate) runs: Runs,
    pub(crate) planted: Option<Planted>,
    pub(crate) stats: Stats,
}

impl Life {
    pub(crate) fn begin(database: &Database, planted: Option<Planted>) -> Result<Self, Broken> {
        let world = World::new(database);
        let store = Store::open(world.url())?;
        Ok(Self {
            world,
            store,
            folder: TempDir::new()?,
            files: 0,
            mirror: Mirror::default(),
            claims: Claims::default(),
            said: Vec::new(),
            sent: Vec::new(),
            pinned: Vec::new(),
            expected: Expected::default(),
            foreseen: None,
            runs: Runs::default(),
            planted,
            stats: Stats::default(),
        })
    }

    /// A person's address now; none when there is no such person, or nothing of it any more.
    pub(crate) fn address(&self, number: Number) -> Option<String> {
        let id = self.account(number)?;
        self.mirror.facts.get(&id)?.get("address").cloned()
    }

    pub(crate) fn account(&self, number: Number) -> Option<AccountId> {
        self.mirror.numbered.get(&name(number)).copied()
    }

    pub(crate) fn status(&self, account: AccountId) -> &str {
        self.mirror.facts.get(&account).and_then(|facts| facts.get("status")).map_or("", String::as_str)
    }

    /// Reads what the last operation wrote, judges it, and remembers whom it concerns.
    pub(crate) fn news(&mut self) -> Result<News, Broken> {
        let mut db = self.store.reader()?;
        let news = self.mirror.read(&mut db, self.world.almoner.calendar(), self.planted)?;
        drop(db);
        self.expected.stale.extend(&news.touched);
        self.lets_go(&news)?;
        self.runs.changed.extend(&news.by_people);
        self.runs.let_go.extend(news.let_go.iter().cloned());
        let today = self.world.today();
        self.foreseen.iter_mut().for_each(|foreseen| foreseen.hears(&news, today));
        self.said.retain(|said| said.on != today || !news.touched.contains(&said.account));
        Ok(news)
    }

    /// A new file with this text.
    pub(crate) fn file(&mut self, text: &str) -> Result<PathBuf, Broken> {
        self.files += 1;
        let path = self.folder.path().join(format!("{}.csv", self.files));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// The operator, or a person if they can act at all.
    pub(crate) fn actor(&self, by: Option<Number>) -> Option<Ctx> {
        let Some(number) = by else { return Some(self.world.operator()) };
        let actor = self.world.almoner.actor(&self.address(number)?).ok()?;
        Some(Ctx { actor, ..self.world.operator() })
    }
}

/// What a person or mailbox is called in the organisation's own list.
pub(crate) fn name(number: Number) -> String {
    format!("L{number}")
}

pub(crate) fn code(number: Organisation) -> Option<OdsCode> {
    let text = ORGANISATIONS.get(usize::from(number).checked_sub(1)?)?;
    OdsCode::parse(text).ok()
}
