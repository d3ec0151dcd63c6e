//! Work that is owed once a day or once a month, beside the run, and how far it is: whoever goes on after a kill begins behind
//! what is kept here. The store's own bookkeeping; what the work does is told by its own lines.

use domain::time::{Day, Timestamp};

use crate::account::day;
use crate::db::Store;
use crate::error::Error;
use crate::lease::Lease;
use crate::tx::{Reader, WriteTx};

const GET: &str = "SELECT day, done_on, place, id FROM pass WHERE name = $1";
const PUT: &str = "
    INSERT INTO pass (name, day, done_on, place, id) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO UPDATE SET day = excluded.day, done_on = excluded.done_on, place = excluded.place, id = excluded.id";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("pass.get", GET), ("pass.put", PUT)];

/// How far a piece of work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The day whose work is being done.
    pub day: Day,
    /// Up to this day all of it is done.
    pub done_on: Day,
    /// Behind this place it goes on.
    pub place: String,
    /// Behind this number of that place.
    pub id: i64,
}

/// How far a piece of work is; absent before its first time.
pub fn get(db: &mut Reader<'_>, name: &str) -> Result<Option<Pass>, Error> {
    db.query_one(GET, &[name.into()], |row| {
        let (on, done_on) = (row.int()?, row.int()?);
        Ok(Pass {
            day: day(on, "pass.day")?,
            done_on: day(done_on, "pass.done_on")?,
            place: row.text()?,
            id: row.int()?,
        })
    })
}

/// Says how far it is, together with what was done.
pub fn put(tx: &mut WriteTx<'_>, name: &str, pass: &Pass) -> Result<(), Error> {
    let (day, done_on) = (i64::from(pass.day.number()), i64::from(pass.done_on.number()));
    tx.execute(PUT, &[name.into(), day.into(), done_on.into(), pass.place.as_str().into(), pass.id.into()]).map(drop)
}

impl Store {
    /// Says how far it is where nothing was done, and holds on to the lease of the work.
    pub fn keep_pass(
        &self,
        name: &str,
        pass: &Pass,
        lease: &Lease,
        wall: Timestamp,
        seconds: i64,
    ) -> Result<(), Error> {
        self.bookkeep("keep_pass", |tx| {
            tx.keep_lease(lease, wall.second(), seconds)?;
            put(tx, name, pass)
        })
    }
}
