//! An open federation, who acts in it, and what time it is: made once for a command.

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::{Calendar, Timestamp};
use service::federation::Almoner;

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::progress::Bars;
use crate::clock;

/// What a handler works with.
#[derive(Debug)]
pub(crate) struct Session {
    /// The federation.
    pub(crate) almoner: Almoner,
    /// Who, and when.
    pub(crate) ctx: Ctx,
    /// Where progress is shown.
    pub(crate) bars: Bars,
}

impl Session {
    /// Opens the store that the command line names.
    pub(crate) fn open(cli: &Cli) -> Result<Self, Failure> {
        Self::of(cli, Almoner::open(&cli.config.store)?)
    }

    /// A session in a federation that is open already.
    pub(crate) fn of(cli: &Cli, almoner: Almoner) -> Result<Self, Failure> {
        let (now, wall) = times(cli, almoner.rehearsal(), almoner.calendar())?;
        let actor = cli.acting.as_deref().map_or(Ok(Actor::Console), |who| almoner.actor(who))?;
        Ok(Self { almoner, ctx: Ctx { actor, now, wall }, bars: Bars::new(cli) })
    }
}

/// The time that rules use, and the time on the wall. Only a rehearsal may be told another time.
pub(crate) fn times(cli: &Cli, rehearsal: bool, calendar: &Calendar) -> Result<(Timestamp, Timestamp), Failure> {
    let wall = clock::wall();
    match cli.now {
        None => Ok((wall, wall)),
        Some(now) if rehearsal => Ok((now.instant(calendar), wall)),
        Some(_) => Err(Failure::refused(
            "this federation is real, and in a real one nobody states the time",
            "leave --now out, or rehearse in a store of its own, made with `almoner init --rehearsal`",
        )),
    }
}
