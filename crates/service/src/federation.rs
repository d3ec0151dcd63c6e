//! The federation: its domain, its calendar, its policies by day. Made once, opened by every command.

use domain::ctx::Ctx;
use domain::lifecycle::timeline::Timeline;
use domain::org::Sector;
use domain::policy::{Policy, Terms};
use domain::rights::{self, Action, Actor, Allowed, Denied, Place};
use domain::status::Kind;
use domain::time::{Calendar, Day};
use store::db::Store;
use store::event::NewEvent;
use store::federation::{FederationRow, PolicyRow};
use store::tx::Audit;
use wire::policy_file;

use crate::account::shelves::Shelves;
use crate::error::Error;

/// An open federation.
#[derive(Debug)]
pub struct Almoner {
    pub(crate) store: Store,
    domain: String,
    calendar: Calendar,
    rehearsal: bool,
    /// By the day they come into force.
    policies: Vec<Policy>,
    pub(crate) shelves: Shelves,
}

/// What a new federation is made of.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The mail domain that all share.
    pub domain: String,
    /// IANA time zone.
    pub zone: String,
    /// The first policy, as TOML.
    pub policy: String,
    /// Commands may state the time.
    pub rehearsal: bool,
}

impl Almoner {
    /// Makes a federation in a store that has none.
    pub fn found(url: &str, founding: &Founding, ctx: &Ctx) -> Result<Self, Error> {
        let read = crate::policy::parse(&founding.policy)?;
        if Calendar::new(&founding.zone).is_none() {
            return Err(Error::input(format!("{:?} is no time zone: write one as Europe/London", founding.zone)));
        }
        let host = founding.domain.to_ascii_lowercase();
        if domain::ids::Address::parse(&format!("a@{host}")).is_none() || !host.contains('.') {
            return Err(Error::input(format!("{:?} is no mail domain: write one as mail.example", founding.domain)));
        }
        // The first policy holds from the first day, also in a rehearsal of the years before it was written.
        let today = Calendar::new(&founding.zone).map_or(read.from, |calendar| calendar.day_of(ctx.now));
        let policy = Policy { from: read.from.min(today), ..read };
        let epoch = policy.epoch(today);
        let store = Store::create(url)?;
        store.write("found", |tx| {
            if store::federation::get(tx)?.is_some() {
                return Err(Error::input("the store has a federation already: name another with --store"));
            }
            let row = FederationRow {
                domain: host.clone(),
                zone: founding.zone.clone(),
                rehearsal: founding.rehearsal,
                created_at: ctx.now,
                epoch: epoch.clone(),
            };
            store::federation::insert(tx, &row)?;
            let first = policy_row(&policy, &founding.policy, 1, ctx);
            store::federation::adopt(tx, &first)?;
            let detail = serde_json::json!({
                "zone": row.zone,
                "rehearsal": row.rehearsal,
                "epoch": row.epoch,
                "policy": first.name,
                "from": first.from.to_string(),
                "until": first.until.map(|day| day.to_string()),
                "text": first.text,
            });
            let founded = plain_event(ctx, "federation", &host, "founded", &detail.to_string());
            Ok(((), Audit::events(vec![founded])?))
        })?;
        Self::load(store)
    }

    /// Opens the federation in a store.
    pub fn open(url: &str) -> Result<Self, Error> {
        Self::load(Store::open(url)?)
    }

    fn load(store: Store) -> Result<Self, Error> {
        let (row, policies) = {
            let mut reader = store.reader()?;
            let row = store::federation::get(&mut reader)?.ok_or(store::error::Error::NoSchema)?;
            (row, store::federation::policies(&mut reader)?)
        };
        let calendar = Calendar::new(&row.zone).ok_or(store::error::Error::Corrupt("federation.zone"))?;
        let policies = policies.iter().map(adopted).collect::<Result<_, _>>()?;
        Ok(Self {
            store,
            domain: row.domain,
            calendar,
            rehearsal: row.rehearsal,
            policies,
            shelves: Shelves::default(),
        })
    }

    /// The mail domain that all share.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The federation's civil days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Whether the database is in this process, so that a reader waits for nothing but a processor.
    pub fn is_embedded(&self) -> bool {
        !self.store.writes_side_by_side()
    }

    /// Whether commands may state the time.
    pub fn rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// The adopted policies, by the day they come into force.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The civil day of a request.
    pub fn today(&self, ctx: &Ctx) -> Day {
        self.calendar.day_of(ctx.now)
    }

    /// The policy in force on a day: the latest that has begun and not ended.
    pub fn policy_on(&self, day: Day) -> Result<&Policy, Error> {
        self.policies.iter().rev().find(|policy| policy.covers(day)).ok_or_else(|| no_policy(day))
    }

    /// The terms that hold for a kind and sector on a day.
    pub(crate) fn terms(&self, kind: Kind, sector: Sector, day: Day) -> Result<Terms<'_>, Error> {
        Ok(self.policy_on(day)?.terms(kind, sector, day, &self.calendar))
    }

    /// What holds for a kind and sector from one day to another, both included.
    pub(crate) fn timeline(&self, kind: Kind, sector: Sector, from: Day, until: Day) -> Result<Timeline<'_>, Error> {
        let policies: Vec<&Policy> = self.policies.iter().collect();
        Timeline::new(&policies, kind, sector, (from, until), &self.calendar).ok_or_else(|| no_policy(from))
    }

    /// Checks that an actor may do something, and says by which grant; what may not be seen is not found (ROLE-02).
    pub(crate) fn may(
        actor: &Actor,
        action: Action,
        place: Place<'_>,
        unseen: impl FnOnce() -> Error,
    ) -> Result<Allowed, Error> {
        rights::may(actor, action, place).map_err(|denied| match denied {
            Denied::Unseen => unseen(),
            Denied::NotByRole => Error::NotAllowed(action.as_str()),
        })
    }

    /// The same for what belongs to the whole federation.
    pub(crate) fn may_federation(actor: &Actor, action: Action) -> Result<Allowed, Error> {
        Self::may(actor, action, Place::Federation, || Error::NotAllowed(action.as_str()))
    }
}

pub(crate) fn no_policy(day: Day) -> Error {
    Error::input(format!("no policy is in force on {day}: adopt one with `almoner policy adopt`"))
}

/// A policy as it was adopted: the day is the store's, whatever the text says.
fn adopted(row: &PolicyRow) -> Result<Policy, Error> {
    let policy = policy_file::parse(&row.text).map_err(|_| store::error::Error::Corrupt("policy.text"))?;
    Ok(Policy { from: row.from, until: row.until, ..policy })
}

pub(crate) fn policy_row(policy: &Policy, text: &str, revision: i64, ctx: &Ctx) -> PolicyRow {
    PolicyRow {
        name: policy.name.clone(),
        revision,
        from: policy.from,
        until: policy.until,
        text: text.to_owned(),
        adopted_at: ctx.now,
        adopted_by: ctx.actor.name().to_owned(),
    }
}

/// An audit line about something that is no account.
pub(crate) fn plain_event(
    ctx: &Ctx,
    object_type: &'static str,
    object: &str,
    action: &'static str,
    detail: &str,
) -> NewEvent {
    NewEvent {
        at: ctx.now.second(),
        actor: ctx.actor.name().to_owned(),
        grant_id: None,
        object_type,
        object: object.to_owned(),
        account_id: None,
        organisation: None,
        action,
        rule: None,
        detail: detail.to_owned(),
        run_id: None,
        request_key: None,
    }
}
