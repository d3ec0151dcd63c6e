//! By which protocol and from which kind of network each account came in (APP-04). It follows every sign-in, at most once a
//! day each, and is no part of the trail.

use domain::delivery::{Door, Network};
use domain::ids::AccountId;
use domain::time::Day;

use crate::bulk::keyed::{Keyed, Keys};
use crate::db::Store;
use crate::error::Error;
use crate::tx::{Reader, WriteTx};

const NOTE: &str = "
    INSERT INTO protocol_use (account_id, protocol, network, first_on, last_on, days) VALUES ($1, $2, $3, $4, $4, 1)
    ON CONFLICT (account_id, protocol, network) DO UPDATE SET days = protocol_use.days + 1, last_on = excluded.last_on
    WHERE protocol_use.last_on < excluded.last_on";
const FORGET: &str = "DELETE FROM protocol_use WHERE account_id = $1";

static OF_ACCOUNTS: Keyed = Keyed::by_int(
    "protocol_use::OF_ACCOUNTS",
    "SELECT account_id, protocol, network, first_on, last_on, days FROM protocol_use WHERE account_id IN {keys}
     ORDER BY account_id, protocol, network",
);

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("protocol_use.note", NOTE), ("protocol_use.forget", FORGET)];
/// The reads by keys.
pub(crate) const KEYED: &[&Keyed] = &[&OF_ACCOUNTS];

/// Who came in, by what, from where.
pub type Came = (AccountId, Door, Network);

/// On which days that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first of them.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// How many.
    pub count: u32,
}

/// By what some accounts came in, account by account. Cost: a range of the primary key each.
pub fn of_accounts(db: &mut Reader<'_>, accounts: &[AccountId]) -> Result<Vec<(Came, Days)>, Error> {
    let keys: Vec<i64> = accounts.iter().map(|id| id.0).collect();
    db.by_keys(&OF_ACCOUNTS, Keys::Ints(&keys), &[], |row| {
        let id = AccountId(row.int()?);
        let door = row.word("protocol_use.protocol", Door::parse)?;
        let network = row.word("protocol_use.network", Network::parse)?;
        let mut day = |column| i32::try_from(row.int()?).map(Day::from_number).map_err(|_| Error::Corrupt(column));
        let (first, last) = (day("protocol_use.first_on")?, day("protocol_use.last_on")?);
        let count = u32::try_from(row.int()?).map_err(|_| Error::Corrupt("protocol_use.days"))?;
        Ok(((id, door, network), Days { first, last, count }))
    })
}

/// Forgets an account.
pub fn forget(tx: &mut WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.execute(FORGET, &[account.0.into()]).map(drop)
}

impl Store {
    /// Keeps who came in on which day; what is known of a day already stays. Cost: one small write each, in one transaction.
    pub fn came_in(&self, came: &[(Came, Day)]) -> Result<(), Error> {
        self.bookkeep("came_in", |tx| {
            for ((id, door, network), day) in came {
                let words = (door.as_str().into(), network.as_str().into());
                tx.execute(NOTE, &[id.0.into(), words.0, words.1, i64::from(day.number()).into()])?;
            }
            Ok(())
        })
    }
}
