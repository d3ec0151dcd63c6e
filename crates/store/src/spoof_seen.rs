//! How many messages a day said that they were from here and were not (SPF-02), added up over all nodes. No part of the trail.

use domain::delivery::Network;
use domain::spoofing::Claim;
use domain::time::Day;

use crate::db::{Store, row};
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

/// Rows of a day; what is more is counted in one of [`OTHERS`] for each network and claim.
const ROWS: i64 = 2_000;
/// So many days are kept.
const KEPT: i64 = 400;
/// In place of a sender who came too late on a day to have a row.
pub const OTHERS: &str = "(others)";

const MORE: &str = "
    UPDATE spoof_seen SET messages = messages + $6
    WHERE day = $1 AND source = $2 AND address = $3 AND network = $4 AND claims = $5";
const ADD: &str = "
    INSERT INTO spoof_seen (day, source, address, network, claims, messages) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (day, source, address, network, claims) DO UPDATE SET messages = spoof_seen.messages + excluded.messages";
const COUNT: &str = "SELECT COUNT(*) FROM spoof_seen WHERE day = $1";
const END: &str = "DELETE FROM spoof_seen WHERE day < $1";
const BEFORE: &str = "SELECT MAX(day) FROM spoof_seen WHERE day < $1";
const OF_DAY: &str = "
    SELECT source, address, network, claims, messages FROM spoof_seen WHERE day = $1
    ORDER BY source, address, network, claims";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("spoof_seen.more", MORE),
    ("spoof_seen.add", ADD),
    ("spoof_seen.count", COUNT),
    ("spoof_seen.end", END),
    ("spoof_seen.before", BEFORE),
    ("spoof_seen.of_day", OF_DAY),
];

/// Who sent such messages, and how they said that they were from here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sender {
    /// The domain of the envelope's sender; empty for none.
    pub source: String,
    /// The network of the server that sent it, as `192.0.2.0/24`; empty for this machine.
    pub address: String,
    /// Whether that is one of the federation's.
    pub network: Network,
    /// Where they said it.
    pub claims: Claim,
}

/// The newest day with such messages before a day. Cost: one look at the primary key.
pub fn before(db: &mut Reader<'_>, day: Day) -> Result<Option<Day>, Error> {
    let found = db.query_one(BEFORE, &[i64::from(day.number()).into()], row::opt_int)?;
    let day = |number| i32::try_from(number).map(Day::from_number).map_err(|_| Error::Corrupt("spoof_seen.day"));
    found.flatten().map(day).transpose()
}

/// Who sent such messages on a day, and how many. Cost: a range of at most some two thousand rows.
pub fn of_day(db: &mut Reader<'_>, day: Day) -> Result<Vec<(Sender, i64)>, Error> {
    db.query(OF_DAY, &[i64::from(day.number()).into()], |row| {
        let (source, address) = (row.text()?, row.text()?);
        let network = row.word("spoof_seen.network", Network::parse)?;
        let claims = row.word("spoof_seen.claims", Claim::parse)?;
        Ok((Sender { source, address, network, claims }, row.int()?))
    })
}

fn add(tx: &mut WriteTx<'_>, day: i64, sender: &Sender, messages: i64) -> Result<(), Error> {
    let (network, claims) = (sender.network.as_str(), sender.claims.as_str());
    let of = |source, address| -> [crate::value::Value<'_>; 6] {
        [day.into(), source, address, network.into(), claims.into(), messages.into()]
    };
    let own = of(sender.source.as_str().into(), sender.address.as_str().into());
    if tx.execute(MORE, &own)? > 0 {
        return Ok(());
    }
    let rows = tx.query_one(COUNT, &[day.into()], row::int)?.unwrap_or(0);
    let row = if rows < ROWS { own } else { of(OTHERS.into(), "".into()) };
    tx.execute(ADD, &row).map(drop)
}

impl Store {
    /// Adds what was sent on a day, and forgets what is long ago. Cost: one or two small writes each, in one transaction.
    pub fn add_spoofed(&self, day: Day, seen: &[(Sender, u32)]) -> Result<(), Error> {
        let day = i64::from(day.number());
        self.bookkeep("add_spoofed", |tx| {
            tx.execute(END, &[(day - KEPT).into()])?;
            seen.iter().try_for_each(|(sender, messages)| add(tx, day, sender, i64::from(*messages)))
        })
    }
}
