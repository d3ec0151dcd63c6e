//! Transactions. A snapshot to read in, and the one way to write: `Store::write`, which keeps nothing without its audit.

use std::ops::{Deref, DerefMut};
use std::thread;
use std::time::Duration;

use crate::bulk::{BulkInsert, BulkUpdate};
use crate::db::Store;
use crate::db::conn::Conn;
use crate::db::row::Row;
use crate::error::Error;
use crate::event::{self, NewEvent};
use crate::value::Value;

/// How often a write is tried when others are in its way or the connection breaks.
const ATTEMPTS: u32 = 5;

/// The wait after the first failed attempt; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(10);

/// A consistent view of the database; ends when dropped. A write transaction can do all that it can.
#[derive(Debug)]
pub struct Reader<'s> {
    store: &'s Store,
    conn: Option<Conn>,
    /// The first failure. PostgreSQL ends a transaction at it and then keeps nothing; SQLite does the same by this.
    failed: Option<Error>,
}

/// A write in progress; only `Store::write` makes one and decides whether it is kept.
#[derive(Debug)]
pub struct WriteTx<'s>(Reader<'s>);

/// What a write tells the audit trail. A closure that returns it has decided whether its changes stay.
#[derive(Debug)]
pub struct Audit(Vec<NewEvent>);

impl Audit {
    /// Keeps the changes together with these events, of which there must be at least one.
    pub fn events(events: Vec<NewEvent>) -> Result<Self, Error> {
        if events.is_empty() { Err(Error::NoAudit) } else { Ok(Self(events)) }
    }

    /// Keeps the changes together with these events; without any there was nothing to do.
    pub fn if_any(events: Vec<NewEvent>) -> Self {
        Self(events)
    }

    /// There was nothing to do; should the transaction have changed something all the same, it is undone.
    pub fn nothing_changed() -> Self {
        Self::if_any(Vec::new())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Keep,
    Undo,
}

/// What is run in a transaction, perhaps more than once.
type Work<'w, T, E> = &'w mut dyn FnMut(&mut WriteTx<'_>) -> Result<(T, End), E>;

impl Store {
    /// A consistent view of the database, for as long as the reader lives.
    pub fn reader(&self) -> Result<Reader<'_>, Error> {
        let conn = self.begin(Conn::begin_read)?;
        Ok(Reader { store: self, conn: Some(conn), failed: None })
    }

    /// Runs `work` in a transaction and keeps its changes with their audit events. When other writes were in the way or
    /// the connection broke, everything is undone and `work` is run again, so it must have no effect elsewhere.
    /// `name` is the use case, for those who read the source and for error messages.
    pub fn write<T, E: From<Error>>(
        &self,
        name: &'static str,
        mut work: impl FnMut(&mut WriteTx<'_>) -> Result<(T, Audit), E>,
    ) -> Result<T, E> {
        self.transact(name, &mut |tx| {
            let (value, Audit(events)) = work(tx)?;
            if events.is_empty() {
                return Ok((value, End::Undo));
            }
            event::insert(tx, &events)?;
            Ok((value, End::Keep))
        })
    }

    /// A write without audit, for the store's own bookkeeping only (migrations, leases): it says nothing about any
    /// account, and the trail's reader would drown in it.
    pub(crate) fn bookkeep<T>(
        &self,
        name: &'static str,
        mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.transact(name, &mut |tx| Ok((work(tx)?, End::Keep)))
    }

    fn transact<T, E: From<Error>>(&self, name: &'static str, work: Work<'_, T, E>) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            let (result, failed) = self.attempt(work);
            match failed {
                Some(error) if error.is_passing() && attempt < ATTEMPTS => {
                    thread::sleep(BACKOFF * 2_u32.pow(attempt - 1));
                    attempt += 1;
                }
                // A closure that goes on after a failure must not be taken to have succeeded.
                Some(error) if result.is_ok() => return Err(during(name, error).into()),
                _ => return result,
            }
        }
    }

    /// One attempt: what came of it, and the database's failure if there was one.
    fn attempt<T, E: From<Error>>(&self, work: Work<'_, T, E>) -> (Result<T, E>, Option<Error>) {
        let begun = self.turn().and_then(|turn| Ok((turn, self.begin(Conn::begin_write)?)));
        let (_turn, conn) = match begun {
            Ok(begun) => begun,
            Err(error) => return (Err(error.clone().into()), Some(error)),
        };
        let mut tx = WriteTx(Reader { store: self, conn: Some(conn), failed: None });
        let result = work(&mut tx);
        let failed = tx.0.failed.clone();
        match result {
            Err(error) => (Err(error), failed),
            Ok((value, _)) if failed.is_some() => (Ok(value), failed),
            Ok((value, End::Undo)) => (Ok(value), None),
            Ok((value, End::Keep)) => match tx.commit() {
                Ok(()) => (Ok(value), None),
                Err(error) => (Err(error.clone().into()), Some(error)),
            },
        }
    }

    /// Every statement of the store with its name, as its database gets it: so that a test can ask how it is carried
    /// out.
    pub fn statements(&self) -> Vec<(&'static str, &'static str)> {
        crate::statements::all(self.backend())
    }

    /// Lets the database read every statement of the store; how many there are.
    pub fn check_statements(&self) -> Result<usize, Error> {
        let mut reader = self.reader()?;
        let all = crate::statements::all(self.backend());
        for (name, sql) in &all {
            reader.on_conn(|conn| conn.prepare(sql)).map_err(|error| during(name, error))?;
        }
        Ok(all.len())
    }
}

fn during(name: &str, error: Error) -> Error {
    if let Error::Database(text) = error { Error::Database(format!("{text}, in {name}")) } else { error }
}

impl Reader<'_> {
    /// The rows of a SELECT, each read by `read`. For a list that has a limit.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.for_each(sql, params, |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of a SELECT, or none.
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        Ok(self.query(sql, params, read)?.into_iter().next())
    }

    /// Shows each row of a SELECT to `each`, in bounded memory however many there are.
    pub fn for_each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        mut each: impl FnMut(&mut Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.on_conn(|conn| conn.for_each(sql, params, &mut each))
    }

    pub(crate) fn store(&self) -> &Store {
        self.store
    }

    /// Does something with the connection and remembers its first failure, after which nothing works any more.
    pub(crate) fn on_conn<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let over = || Error::Database("the transaction is over".to_owned());
        let result = self.conn.as_mut().ok_or_else(over).and_then(work);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // A connection on which the end does not work is closed by its drop, which ends the transaction as well.
        if let Some(mut conn) = self.conn.take()
            && conn.rollback().is_ok()
        {
            self.store.give_back(conn);
        }
    }
}

impl<'s> Deref for WriteTx<'s> {
    type Target = Reader<'s>;

    fn deref(&self) -> &Reader<'s> {
        &self.0
    }
}

impl DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl WriteTx<'_> {
    /// Runs an INSERT, UPDATE or DELETE; how many rows it touched.
    pub fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.on_conn(|conn| conn.execute(sql, params))
    }

    /// Runs a statement that must touch one row of `table`; none is `Stale`.
    pub fn execute_one(&mut self, table: &'static str, sql: &'static str, params: &[Value<'_>]) -> Result<(), Error> {
        self.on_conn(|conn| match conn.execute(sql, params)? {
            1 => Ok(()),
            _ => Err(Error::Stale { table }),
        })
    }

    /// Runs statements of a migration.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.on_conn(|conn| conn.batch(sql))
    }

    /// Adds many rows; each has its values in the order of the columns. How many were added.
    pub fn bulk_insert<'v, R: AsRef<[Value<'v>]>>(
        &mut self,
        insert: &'static BulkInsert,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, Error> {
        self.on_conn(|conn| insert.run(conn, rows))
    }

    /// Changes many rows; each is its key, its version if the table has one, then the values in the order of the
    /// columns. A row that is missing or has another version is `Stale`, and nothing is kept. Keys must differ.
    pub fn bulk_update<'v, R: AsRef<[Value<'v>]>>(
        &mut self,
        update: &'static BulkUpdate,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, Error> {
        self.on_conn(|conn| update.run(conn, rows))
    }

    /// Keeps the changes and gives the connection back.
    fn commit(mut self) -> Result<(), Error> {
        let over = || Error::Database("the transaction is over".to_owned());
        let mut conn = self.0.conn.take().ok_or_else(over)?;
        match conn.commit() {
            Ok(()) => {
                self.0.store.give_back(conn);
                Ok(())
            }
            Err(error) => {
                // The commit's failure is what counts; a connection that cannot undo is closed by its drop.
                if conn.rollback().is_ok() {
                    self.0.store.give_back(conn);
                }
                Err(error)
            }
        }
    }
}
