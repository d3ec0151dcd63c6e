//! Work that one process does at a time. A lease is a row that is taken by comparing its token, and the token fences
//! the holder before: what it still writes is refused.

use crate::db::Store;
use crate::db::row;
use crate::error::Error;
use crate::tx::WriteTx;

const READ: &str = "SELECT holder, token, until_at FROM lease WHERE name = $1";
const MAKE: &str = "
    INSERT INTO lease (name, holder, token, until_at) VALUES ($1, $2, 1, $3)
    ON CONFLICT (name) DO NOTHING";
const TAKE: &str = "
    UPDATE lease SET holder = $2, until_at = $3, token = token + 1
    WHERE name = $1 AND token = $4";
const KEEP: &str = "UPDATE lease SET until_at = $4 WHERE name = $1 AND holder = $2 AND token = $3";
const HAS: &str = "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND token = $3";
const RELEASE: &str = "UPDATE lease SET holder = '', until_at = 0 WHERE name = $1 AND holder = $2 AND token = $3";

pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("lease::READ", READ),
    ("lease::MAKE", MAKE),
    ("lease::TAKE", TAKE),
    ("lease::KEEP", KEEP),
    ("lease::HAS", HAS),
    ("lease::RELEASE", RELEASE),
];

/// The right to do a piece of work, until it is released, runs out or its holder is seen to be dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    name: String,
    holder: String,
    token: i64,
}

impl Lease {
    /// Grows with every holder.
    pub fn token(&self) -> i64 {
        self.token
    }
}

impl Store {
    /// Takes the lease, or says who has it. One that ran out, or whose holder `is_alive` denies, is taken over.
    pub fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: i64,
        ttl_seconds: i64,
        is_alive: &dyn Fn(&str) -> bool,
    ) -> Result<Lease, Error> {
        let until = now.saturating_add(ttl_seconds);
        let lease = |token| Lease { name: name.to_owned(), holder: holder.to_owned(), token };
        self.bookkeep("acquire_lease", |tx| {
            if tx.execute(MAKE, &[name.into(), holder.into(), until.into()])? == 1 {
                return Ok(lease(1));
            }
            let read = tx.query_one(READ, &[name.into()], |row| Ok((row.text()?, row.int()?, row.int()?)))?;
            let (other, token, other_until) = read.ok_or(Error::Busy)?;
            let refuse = |holder, until| Error::Leased { name: name.to_owned(), holder, until };
            if other_until > now && is_alive(&other) {
                return Err(refuse(other, other_until));
            }
            match tx.execute(TAKE, &[name.into(), holder.into(), until.into(), token.into()])? {
                1 => Ok(lease(token + 1)),
                // Somebody took it between the two statements.
                _ => Err(refuse("another process".to_owned(), until)),
            }
        })
    }

    /// Holds on to the lease, in a transaction of its own: the heartbeat of long work.
    pub fn renew_lease(&self, lease: &Lease, now: i64, ttl_seconds: i64) -> Result<(), Error> {
        self.bookkeep("renew_lease", |tx| tx.keep_lease(lease, now, ttl_seconds))
    }

    /// Gives the lease back. One that was taken over meanwhile is left alone.
    pub fn release_lease(&self, lease: &Lease) -> Result<(), Error> {
        let Lease { name, holder, token } = lease;
        self.bookkeep("release_lease", |tx| {
            tx.execute(RELEASE, &[name.into(), holder.into(), (*token).into()]).map(drop)
        })
    }
}

impl WriteTx<'_> {
    /// Refuses a transaction whose lease was taken over before. It only looks: transactions under one lease would else
    /// wait for each other at its row. One that is committed while the lease changes hands stays, so every row that it
    /// changes needs a version of its own.
    pub fn check_lease(&mut self, lease: &Lease) -> Result<(), Error> {
        let Lease { name, holder, token } = lease;
        let params = [name.into(), holder.into(), (*token).into()];
        self.query_one(HAS, &params, row::int)?.map(drop).ok_or(Error::LeaseLost)
    }

    /// Holds on to the lease in the transaction that it protects; nothing is kept once somebody else has it.
    pub fn keep_lease(&mut self, lease: &Lease, now: i64, ttl_seconds: i64) -> Result<(), Error> {
        let Lease { name, holder, token } = lease;
        let until = now.saturating_add(ttl_seconds);
        match self.execute(KEEP, &[name.into(), holder.into(), (*token).into(), until.into()])? {
            1 => Ok(()),
            _ => Err(Error::LeaseLost),
        }
    }
}
