//! What whoever watches over the service counts now and then. Each count ends at a limit, however much there is.

use domain::brake::Stand;
use domain::time::Timestamp;

use crate::brake::Which;
use crate::db::row;
use crate::error::Error;
use crate::tx::Reader;

/// More is not counted.
pub const MOST: i64 = 100_000;
/// More held parts are not counted.
const PARTS: u32 = 1_000;

const SESSIONS: &str = "SELECT COUNT(*) FROM (SELECT id FROM session WHERE made_at > $1 LIMIT $2) AS at_most";
const OUTBOX: &str = "SELECT COUNT(*) FROM (SELECT id FROM outbox WHERE state = 'waiting' LIMIT $1) AS at_most";

// `state <> 'sent'` is what the index says of itself.
const FAILED: &str = "
    SELECT COUNT(*) FROM (
        SELECT id FROM notice WHERE state <> 'sent' AND state = 'failed' AND made_at >= $1 LIMIT $2) AS at_most";
const WAITS: &str = "SELECT made_at FROM notice WHERE state <> 'sent' AND state = 'queued' ORDER BY state, id LIMIT 1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("gauge.sessions", SESSIONS), ("gauge.outbox", OUTBOX), ("gauge.failed", FAILED), ("gauge.waits", WAITS)];

/// Sessions that were begun after an instant.
pub fn sessions(db: &mut Reader<'_>, after: i64) -> Result<i64, Error> {
    Ok(db.query_one(SESSIONS, &[after.into(), MOST.into()], row::int)?.unwrap_or(0))
}

/// Commands that the mail engine has not taken.
pub fn outbox(db: &mut Reader<'_>) -> Result<i64, Error> {
    Ok(db.query_one(OUTBOX, &[MOST.into()], row::int)?.unwrap_or(0))
}

/// Notices since an instant that no mail server would take.
pub fn failed(db: &mut Reader<'_>, since: Timestamp) -> Result<i64, Error> {
    Ok(db.query_one(FAILED, &[since.second().into(), MOST.into()], row::int)?.unwrap_or(0))
}

/// When the notice was made that has waited longest to be sent.
pub fn waits_since(db: &mut Reader<'_>) -> Result<Option<Timestamp>, Error> {
    Ok(db.query_one(WAITS, &[], row::int)?.map(Timestamp::from_second))
}

/// Parts that a brake holds.
pub fn held(db: &mut Reader<'_>) -> Result<usize, Error> {
    Ok(crate::brake::list(db, Which::State(Stand::Held), i64::MAX, PARTS)?.len())
}
