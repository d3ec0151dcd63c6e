//! Sessions of the portal, the devices that accounts are known on, and failed sign-ins. The store's own bookkeeping:
//! it says nothing about any account, so it is kept without audit; that somebody signed in is told by the use case.

use domain::identity::Tries;
use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::db::Store;
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::tx::Reader;

const GET: &str = "SELECT id, account_id, made_at, seen_at, second, agent FROM session WHERE id = $1";
const OF_ACCOUNT: &str = "
    SELECT id, account_id, made_at, seen_at, second, agent FROM session WHERE account_id = $1 ORDER BY made_at, id";
const INSERT: &str = "
    INSERT INTO session (id, account_id, made_at, seen_at, second, agent) VALUES ($1, $2, $3, $4, $5, $6)";
const TOUCH: &str = "UPDATE session SET seen_at = $2 WHERE id = $1";
const END: &str = "DELETE FROM session WHERE id = $1";
const END_OTHERS: &str = "DELETE FROM session WHERE account_id = $1 AND id <> $2";
const END_OLD: &str = "DELETE FROM session WHERE made_at < $1";
const KNOWS: &str = "SELECT 1 FROM known_device WHERE account_id = $1 AND id = $2";
const IS_DEVICE: &str = "SELECT 1 FROM known_device WHERE id = $1 LIMIT 1";
const KNOW: &str = "
    INSERT INTO known_device (account_id, id, seen_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id, id) DO UPDATE SET seen_at = excluded.seen_at";
const TRIES: &str = "SELECT failures, last_at FROM failed_try WHERE id = $1";
const FAIL: &str = "
    INSERT INTO failed_try (id, failures, last_at) VALUES ($1, 1, $2)
    ON CONFLICT (id) DO UPDATE SET failures = failed_try.failures + 1, last_at = excluded.last_at
    RETURNING failures";
const FORGIVE: &str = "DELETE FROM failed_try WHERE id = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("session.get", GET),
    ("session.of_account", OF_ACCOUNT),
    ("session.insert", INSERT),
    ("session.touch", TOUCH),
    ("session.end", END),
    ("session.end_others", END_OTHERS),
    ("session.end_old", END_OLD),
    ("session.knows", KNOWS),
    ("session.is_device", IS_DEVICE),
    ("session.know", KNOW),
    ("session.tries", TRIES),
    ("session.fail", FAIL),
    ("session.forgive", FORGIVE),
];

/// Somebody signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of what the browser holds, in hexadecimal digits.
    pub id: String,
    /// Who.
    pub account: AccountId,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// The second factor was shown in it.
    pub second: bool,
    /// What the browser calls itself.
    pub agent: String,
}

fn read(row: &mut Row<'_>) -> Result<Session, Error> {
    Ok(Session {
        id: row.text()?,
        account: AccountId(row.int()?),
        made_at: Timestamp::from_second(row.int()?),
        seen_at: Timestamp::from_second(row.int()?),
        second: row.bool()?,
        agent: row.text()?,
    })
}

/// A session by its id. Cost: one read by key.
pub fn get(db: &mut Reader<'_>, id: &str) -> Result<Option<Session>, Error> {
    db.query_one(GET, &[id.into()], read)
}

/// The sessions of an account, oldest first.
pub fn of_account(db: &mut Reader<'_>, account: AccountId) -> Result<Vec<Session>, Error> {
    db.query(OF_ACCOUNT, &[account.0.into()], read)
}

/// Whether an account was signed in to from a device before.
pub fn knows(db: &mut Reader<'_>, account: AccountId, device: &str) -> Result<bool, Error> {
    Ok(db.query_one(KNOWS, &[account.0.into(), device.into()], row::int)?.is_some())
}

/// Whether anybody signed in from a device before. Cost: one read by key.
pub fn is_device(db: &mut Reader<'_>, device: &str) -> Result<bool, Error> {
    Ok(db.query_one(IS_DEVICE, &[device.into()], row::int)?.is_some())
}

/// The failures that were counted under a name.
pub fn tries(db: &mut Reader<'_>, id: &str) -> Result<Tries, Error> {
    let tries = db.query_one(TRIES, &[id.into()], |row| {
        Ok(Tries { failures: u32::try_from(row.int()?).unwrap_or(u32::MAX), last: row.int()? })
    })?;
    Ok(tries.unwrap_or_default())
}

impl Store {
    /// Keeps a new session, in the place of another if one is named; those made before `oldest` are removed.
    pub fn begin_session(&self, session: &Session, replaces: Option<&str>, oldest: Timestamp) -> Result<(), Error> {
        self.bookkeep("begin_session", |tx| {
            if let Some(old) = replaces {
                tx.execute(END, &[old.into()])?;
            }
            tx.execute(END_OLD, &[oldest.second().into()])?;
            let params = [
                session.id.as_str().into(),
                session.account.0.into(),
                session.made_at.second().into(),
                session.seen_at.second().into(),
                session.second.into(),
                session.agent.as_str().into(),
            ];
            tx.execute(INSERT, &params).map(drop)
        })
    }

    /// Notes that a session is in use.
    pub fn touch_session(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        self.bookkeep("touch_session", |tx| tx.execute(TOUCH, &[id.into(), now.second().into()]).map(drop))
    }

    /// Ends a session.
    pub fn end_session(&self, id: &str) -> Result<(), Error> {
        self.bookkeep("end_session", |tx| tx.execute(END, &[id.into()]).map(drop))
    }

    /// Ends every session of an account but one (none, where it is empty); how many.
    pub fn end_other_sessions(&self, account: AccountId, but: &str) -> Result<u64, Error> {
        self.bookkeep("end_other_sessions", |tx| tx.execute(END_OTHERS, &[account.0.into(), but.into()]))
    }

    /// Remembers that an account is signed in to from a device.
    pub fn know_device(&self, account: AccountId, device: &str, now: Timestamp) -> Result<(), Error> {
        let params = [account.0.into(), device.into(), now.second().into()];
        self.bookkeep("know_device", |tx| tx.execute(KNOW, &params).map(drop))
    }

    /// Counts a failure under a name; how many there are now.
    pub fn count_failure(&self, id: &str, now: Timestamp) -> Result<u32, Error> {
        self.bookkeep("count_failure", |tx| {
            let count = tx.query_one(FAIL, &[id.into(), now.second().into()], row::int)?;
            Ok(u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX))
        })
    }

    /// Forgets the failures under a name.
    pub fn forgive(&self, id: &str) -> Result<(), Error> {
        self.bookkeep("forgive", |tx| tx.execute(FORGIVE, &[id.into()]).map(drop))
    }
}
