//! Ids made by the application, from one counter a name. Gaps are fine, an id is never given twice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::Store;
use super::conn::{Backend, Conn};
use crate::error::Error;
use crate::tx::WriteTx;

const TAKE: &str = "
    INSERT INTO sequence (name, next) VALUES ($1, CAST($2 AS BIGINT) + 1)
    ON CONFLICT (name) DO UPDATE SET next = sequence.next + CAST($2 AS BIGINT)
    RETURNING next - CAST($2 AS BIGINT)";

pub(crate) const STATEMENTS: &[(&str, &str)] = &[("ids::TAKE", TAKE)];

/// How many ids PostgreSQL gives at a time.
const BLOCK: i64 = 1_000;

/// Ids that were taken from PostgreSQL and not yet given.
#[derive(Debug, Default)]
pub(crate) struct Blocks(Mutex<HashMap<&'static str, Range<i64>>>);

fn take(conn: &mut Conn, name: &'static str, count: i64) -> Result<i64, Error> {
    let mut first = None;
    conn.for_each(TAKE, &[name.into(), count.into()], &mut |row| {
        first = Some(row.int()?);
        Ok(())
    })?;
    first.ok_or(Error::Corrupt("sequence"))
}

impl Store {
    /// A block in a transaction of its own: were it part of the write, all writers would wait for one row.
    fn take_block(&self, name: &'static str, count: i64) -> Result<i64, Error> {
        let mut conn = self.begin(Conn::begin_write)?;
        let first = take(&mut conn, name, count)?;
        conn.commit()?;
        self.give_back(conn);
        Ok(first)
    }

    fn ids_in_block(&self, name: &'static str, count: i64) -> Result<i64, Error> {
        let mut blocks = self.blocks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let block = blocks.entry(name).or_default();
        if block.end - block.start < count {
            let size = count.max(BLOCK);
            let first = self.take_block(name, size)?;
            *block = first..first + size;
        }
        let first = block.start;
        block.start += count;
        Ok(first)
    }
}

impl WriteTx<'_> {
    /// `count` ids for a kind of thing (`"account"`), one after the other; the first of them. A fresh store begins at 1.
    pub fn next_ids(&mut self, name: &'static str, count: i64) -> Result<i64, Error> {
        match self.store().backend() {
            // One writer anyway, so nobody waits; and a second connection would wait for this transaction for ever.
            Backend::Sqlite => self.on_conn(|conn| take(conn, name, count)),
            Backend::Postgres => self.store().ids_in_block(name, count),
        }
    }
}
