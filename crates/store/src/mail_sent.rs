//! How many recipients those who send much named on a day, added up over all nodes. No part of the trail.

use domain::ids::AccountId;
use domain::time::Day;

use crate::db::Store;
use crate::error::Error;
use crate::tx::Reader;

const ADD: &str = "
    INSERT INTO mail_sent (day, account_id, recipients) VALUES ($1, $2, $3)
    ON CONFLICT (day, account_id) DO UPDATE SET recipients = mail_sent.recipients + excluded.recipients
    RETURNING recipients";
const OF_DAY: &str = "SELECT account_id, recipients FROM mail_sent WHERE day = $1";
const END: &str = "DELETE FROM mail_sent WHERE day < $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("mail_sent.add", ADD), ("mail_sent.of_day", OF_DAY), ("mail_sent.end", END)];

fn count(n: i64) -> Result<u32, Error> {
    u32::try_from(n).map_err(|_| Error::Corrupt("mail_sent.recipients"))
}

/// What was named on a day, of those who were written down. Cost: a range of a few thousand short rows at most.
pub fn of_day(db: &mut Reader<'_>, day: Day) -> Result<Vec<(AccountId, u32)>, Error> {
    db.query(OF_DAY, &[i64::from(day.number()).into()], |row| Ok((AccountId(row.int()?), count(row.int()?)?)))
}

impl Store {
    /// Adds what was named on a day, and forgets the days before; the sums of all nodes. Cost: one small write each.
    pub fn add_sent(&self, day: Day, told: &[(AccountId, u32)]) -> Result<Vec<(AccountId, u32)>, Error> {
        let number = i64::from(day.number());
        self.bookkeep("add_sent", |tx| {
            tx.execute(END, &[number.into()])?;
            let mut totals = Vec::with_capacity(told.len());
            for (id, more) in told {
                let params = [number.into(), id.0.into(), i64::from(*more).into()];
                if let Some(total) = tx.query_one(ADD, &params, |row| count(row.int()?))? {
                    totals.push((*id, total));
                }
            }
            Ok(totals)
        })
    }
}
