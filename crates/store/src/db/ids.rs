//! Ids made by the application, from one counter a name. Gaps are fine, an id is never given twice.
//!
//! A later id of the same account's events belongs to a later version of the account, whatever machine wrote it: ids are
//! taken after the account was read, and a write on a version that is no longer there is `Stale`.

use super::Store;
use super::conn::{Backend, Conn};
use crate::error::Error;
use crate::tx::WriteTx;

const TAKE: &str = "
    INSERT INTO sequence (name, next) VALUES ($1, CAST($2 AS BIGINT) + 1)
    ON CONFLICT (name) DO UPDATE SET next = sequence.next + CAST($2 AS BIGINT)
    RETURNING next - CAST($2 AS BIGINT)";

pub(crate) const STATEMENTS: &[(&str, &str)] = &[("ids::TAKE", TAKE)];

fn take(conn: &mut Conn, name: &'static str, count: i64) -> Result<i64, Error> {
    let mut first = None;
    conn.for_each(TAKE, &[name.into(), count.into()], &mut |row| {
        first = Some(row.int()?);
        Ok(())
    })?;
    first.ok_or(Error::Corrupt("sequence"))
}

/// One round trip that does not wait for the disk. That is safe: the log is kept in its order, so a write that was kept,
/// later, has kept the counter too; a counter that was lost with the server gave ids to nothing that is there.
fn apart(name: &'static str, count: i64) -> String {
    // The name is a word of ours, the count a number: nothing to quote.
    let take = TAKE.replace("$1", &format!("'{name}'")).replace("$2", &count.to_string());
    format!("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off; {take}; COMMIT")
}

impl Store {
    /// Ids in a transaction of their own: were it part of the write, all writers would wait for one row.
    fn take_apart(&self, name: &'static str, count: i64) -> Result<i64, Error> {
        let sql = apart(name, count);
        let mut first = None;
        let conn = self.begin(|conn| {
            first = conn.first_number(&sql)?;
            Ok(())
        })?;
        self.give_back(conn);
        first.ok_or(Error::Corrupt("sequence"))
    }
}

impl WriteTx<'_> {
    /// `count` ids for a kind of thing (`"account"`), one after the other; the first of them. A fresh store begins at 1.
    pub fn next_ids(&mut self, name: &'static str, count: i64) -> Result<i64, Error> {
        match self.store().backend() {
            // One writer anyway, so nobody waits; and a second connection would wait for this transaction for ever.
            Backend::Sqlite => self.on_conn(|conn| take(conn, name, count)),
            Backend::Postgres => self.store().take_apart(name, count),
        }
    }
}
