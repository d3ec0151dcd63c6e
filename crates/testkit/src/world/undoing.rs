//! Undoing runs, and what must be the same afterwards.

use domain::account::Account;
use domain::ids::{AccountId, Address, OdsCode};
use domain::profile::Profile;
use domain::time::Day;
use service::error::Error;
use service::progress::{Progress, Silent};
use service::run::Holder;
use service::run::report::RunReport;
use store::address::{AddressKind, Taken};
use store::tx::Audit;

use super::{World, done};
use crate::killer::{Killer, watched};

impl World {
    /// Undoes a run, or a rollback, everywhere or in one organisation.
    ///
    /// # Errors
    /// As the use case.
    pub fn rollback(&self, run: Option<i64>, organisation: Option<&str>) -> Result<RunReport, Error> {
        self.rollback_as(run, organisation, &Silent)
    }

    fn rollback_as(
        &self,
        run: Option<i64>,
        organisation: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<RunReport, Error> {
        let wall = || self.now.get();
        let holder = Holder { name: "story".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: None };
        let code = organisation.map(|code| done(OdsCode::parse(code)));
        self.almoner.rollback(&self.operator(), run.unwrap_or(0), code.as_ref(), &holder, progress)
    }

    /// Undoes a run and is killed at the given call of its progress. `false`: it ended before.
    pub fn killed_rollback(&self, run: Option<i64>, at: usize) -> bool {
        let killer = Killer::after(at);
        watched(|| self.rollback_as(run, None, &killer)).is_none()
    }

    /// All that is kept but logs: accounts without their notes and versions, what belongs to them, grants,
    /// organisations, policies. Two equal texts mean the same state.
    ///
    /// # Panics
    /// When the database fails.
    pub fn state(&self) -> String {
        let store = done(store::db::Store::open(&self.url));
        let mut db = done(store.reader());
        let (first, last) = (AccountId(i64::MIN), AccountId(i64::MAX));
        let mut all: Vec<String> = Vec::new();
        for (account, next) in done(store::account::page(&mut db, first, 5000)) {
            all.push(format!("{:?} {next:?}", Account { version: 0, ..account }));
        }
        for (id, profile) in done(store::whole::profiles(&mut db, first, last)) {
            all.push(format!("{id} {:?}", Profile { notes: String::new(), ..profile }));
        }
        all.push(format!("{:?}", done(store::whole::addresses(&mut db, first, last))));
        all.push(format!("{:?}", done(store::whole::members(&mut db, first, last))));
        all.push(format!("{:?}", done(store::whole::holds(&mut db))));
        all.push(format!("{:?}", done(store::whole::grants(&mut db))));
        all.push(format!("{:?}", done(store::organisation::all(&mut db))));
        all.push(format!("{:?}", done(store::federation::policies(&mut db))));
        all.push(format!("{:?}", done(store::federation::get(&mut db))));
        all.join("\n")
    }

    /// Gives an account an alias, or another account's as its own, as a command to come will do; told by an event.
    ///
    /// # Panics
    /// When somebody has it.
    pub fn alias(&self, address: &str, alias: &str, until: Option<Day>) {
        let account = self.account(address);
        let text = until.map_or_else(|| "alias".to_owned(), |day| format!("alias until {day}"));
        let taken = Taken {
            address: done(Address::parse(alias).ok_or("no address")),
            account: account.id,
            kind: AddressKind::Alias,
            until,
        };
        let event = store::event::NewEvent {
            at: self.now.get().second(),
            actor: "story".into(),
            grant_id: None,
            object_type: "user",
            object: address.into(),
            account_id: Some(account.id.0),
            organisation: Some(account.organisation.to_string()),
            action: "edited",
            rule: None,
            detail: format!("{{\"before\":{{}},\"after\":{{\"address:{alias}\":\"{text}\"}}}}"),
            run_id: None,
            request_key: None,
        };
        let store = done(store::db::Store::open(&self.url));
        done(store.write("story", |tx| {
            store::address::claim(tx, [&taken])?;
            Ok::<_, store::error::Error>(((), Audit::events(vec![event.clone()])?))
        }));
    }
}
