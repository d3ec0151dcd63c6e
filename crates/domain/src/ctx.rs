//! Who acts, and what time it is: made once per command, request or sweep, and told to everybody else.

use crate::rights::Actor;
use crate::time::Timestamp;

/// The circumstances of one request.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// The time that rules use. In a rehearsal this is the rehearsed time.
    pub now: Timestamp,
    /// The time on the wall, for leases and authenticators only: a rehearsal must not take a lease over that is still
    /// held, and a telephone knows no rehearsal.
    pub wall: Timestamp,
}
