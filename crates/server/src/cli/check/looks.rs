//! The looks at single things. What they find is judged by functions of values, so that both sides of each bound are tested.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use domain::ctx::Ctx;
use domain::rights::{Role, Scope};
use domain::time::Timestamp;
use service::federation::Almoner;
use service::gauges::Gauges;

use crate::cli::check::Line;
use crate::cli::failure::Failure;
use crate::clock;
use crate::config::Config;
use crate::figure::thousands;
use crate::web::place_of_key;
use crate::web::tls::validity_of;

const DAY: i64 = 86_400;
/// A certificate is renewed so many days before it ends.
const RENEW: i64 = 21;
/// Bytes below which a disk is nearly full, and full.
const LITTLE: u64 = 2 << 30;
const NONE: u64 = 200 << 20;
/// A run is late after so many hours, and missing after twice as many.
const LATE: i64 = 26;
/// More commands than this wait because nobody takes them.
const MANY: i64 = 50_000;

/// The database answers, and this program knows its schema.
pub(super) fn store(config: &Config) -> Line {
    match store::db::Store::schema(&config.store) {
        Err(store::error::Error::NoSchema) => {
            Line::fail("store", "there is no federation in it", "set one up: `almoner serve`, or `almoner init`")
        }
        Err(error) => Line::failed("store", Failure::from(service::error::Error::from(error))),
        Ok((found, known)) if found < known => Line::warn(
            "store",
            format!("it has schema {found}, this program {known}; what is below was not looked at"),
            "back it up: the next command brings it up to date",
        ),
        Ok((found, _)) => Line::ok("store", format!("it answers; its schema is {found}")),
    }
}

/// The key that seals secrets is there and is nobody else's.
pub(super) fn key(config: &Config) -> Line {
    let path = match place_of_key(config) {
        Ok(path) => path,
        Err(failure) => return Line::failed("key file", failure),
    };
    let shown = path.display();
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Line::warn(
            "key file",
            format!("{shown} is not there"),
            "`almoner serve` makes it; bring the old one back if there was one",
        ),
        Err(error) => Line::fail("key file", format!("{shown} cannot be read ({error})"), "let this user read it"),
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
            Line::fail("key file", format!("{shown} may be read by others"), format!("chmod 600 {shown}"))
        }
        Ok(_) => Line::ok("key file", format!("{shown} is there, and nobody else may read it")),
    }
}

/// The certificate and its key go together and hold for a while.
pub(super) fn certificate(config: &Config) -> Line {
    let Some(files) = &config.tls else { return without_tls(config) };
    match validity_of(files) {
        Err(failure) => Line::failed("tls", failure),
        Ok(None) => Line::warn("tls", "the certificate does not say until when it holds", "have it made anew"),
        Ok(Some((from, until))) => dates(from, until, clock::wall()),
    }
}

fn without_tls(config: &Config) -> Line {
    let plain = config.origin.as_deref().is_none_or(|origin| origin.starts_with("http://"));
    if plain && !config.listen.ip().is_loopback() {
        let todo = "set tls.certificate and tls.key, or put a proxy before it and say its https origin";
        return Line::warn("tls", "passwords go through the network in clear", todo);
    }
    Line::ok("tls", if plain { "none, on this machine only" } else { "a proxy speaks it" })
}

/// How long a certificate still holds.
pub(crate) fn dates(from: Timestamp, until: Timestamp, now: Timestamp) -> Line {
    let renew = "have it renewed; it is read again by itself";
    let left = (until.second() - now.second()).div_euclid(DAY);
    if now < from {
        return Line::fail("tls", format!("the certificate holds only from {from}"), "see that the clock is right");
    }
    if now > until {
        return Line::fail("tls", format!("the certificate held until {until}"), renew);
    }
    let what = format!("the certificate goes with its key and holds until {until}");
    if left < RENEW { Line::warn("tls", format!("{what}, {left} days"), renew) } else { Line::ok("tls", what) }
}

/// There is room where the database grows.
pub(super) fn disk(config: &Config) -> Line {
    let Some(file) = config.store.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) else {
        return Line::ok("disk", "the database's server looks after its own");
    };
    let folder = Path::new(file).parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => room(folder, disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => {
            Line::warn("disk", format!("{} cannot be looked at ({error})", folder.display()), "see that it is there")
        }
    }
}

/// Whether there is room.
pub(crate) fn room(folder: &Path, free: u64) -> Line {
    let mib = i64::try_from(free >> 20).unwrap_or(i64::MAX);
    let what = format!("{} MiB are free in {}", thousands(mib), folder.display());
    match free {
        0..NONE => Line::fail("disk", what, "make room: nothing can be kept soon"),
        NONE..LITTLE => Line::warn("disk", what, "make room"),
        LITTLE.. => Line::ok("disk", what),
    }
}

/// Somebody can sign in by the policy in force.
pub(super) fn identity(almoner: &Almoner, ctx: &Ctx) -> Line {
    match almoner.identity_rules(ctx) {
        Ok(_) => Line::ok("policy", "it is in force, and says how people sign in"),
        Err(error) => Line::failed("policy", Failure::from(error)),
    }
}

/// Somebody runs the federation.
pub(super) fn operators(almoner: &Almoner, ctx: &Ctx) -> Result<Line, Failure> {
    let given = almoner.grants_over(ctx, &Scope::Federation)?;
    let count = given.iter().filter(|(given, _)| given.grant.role == Role::Operator).count();
    Ok(match count {
        0 => Line::warn(
            "operators",
            "nobody is",
            "`almoner grant add ADDRESS --role operator --federation`, then `almoner password ADDRESS`",
        ),
        1 => Line::warn("operators", "one; what a brake holds needs a second person", "give the role to another"),
        count => Line::ok("operators", format!("{count}")),
    })
}

/// The clock is not before what was written already.
pub(super) fn clock(gauges: &Gauges, ctx: &Ctx) -> Line {
    let last = gauges.last_run.map_or(gauges.founded, |(at, _)| at.max(gauges.founded));
    if ctx.now < last {
        let what = format!("it is {} here, and the store was written at {last}", ctx.now);
        return Line::fail("clock", what, "set the clock right before anything else");
    }
    Line::ok("clock", format!("it is {}, after all that was written", ctx.now))
}

/// The day's run is done.
pub(super) fn run(gauges: &Gauges, ctx: &Ctx) -> Line {
    let timer = "call `almoner run` once a day from a timer (packaging/almoner-run.timer)";
    let hours = |at: Timestamp| (ctx.now.second() - at.second()) / 3600;
    match gauges.last_run {
        None if hours(gauges.founded) < LATE => Line::ok("run", "there was none yet, the federation is new"),
        None => Line::warn("run", "there was none yet", timer),
        Some((at, false)) => {
            Line::warn("run", format!("the last began at {at} and was not ended"), "call `almoner run`: it goes on")
        }
        Some((at, true)) => {
            let what = format!("the last began {} hours ago, at {at}", hours(at));
            match hours(at) {
                late if late >= 2 * LATE => Line::fail("run", what, timer),
                late if late >= LATE => Line::warn("run", what, timer),
                _ => Line::ok("run", what),
            }
        }
    }
}

/// Nothing waits for a second person.
pub(super) fn held(gauges: &Gauges) -> Line {
    match gauges.held {
        0 => Line::ok("brakes", "nothing is held"),
        count => Line::warn("brakes", format!("{count} parts are held"), "look at them: `almoner brake list`"),
    }
}

/// Notices go out, where they are sent at all: a deletion does not wait for its letter.
pub(super) fn notices(gauges: &Gauges, sent: bool, ctx: &Ctx) -> Line {
    if !sent {
        return Line::ok("notices", "they are shown in the portal; no mail server is named");
    }
    let day = ctx.now.second() - DAY;
    if gauges.notice_waits.is_some_and(|made| made.second() < day) {
        let hint = "see that the portal runs, or a timer calls `almoner notice send`, and what that says";
        return Line::warn("notices", "some wait to be sent for more than a day", hint);
    }
    if gauges.notices_failed > 0 {
        let failed =
            format!("{} of the last 14 days were not taken by any mail server", thousands(gauges.notices_failed));
        return Line::warn("notices", failed, "look at them: `almoner notice list --state failed`");
    }
    Line::ok("notices", "they go out")
}

/// The mail engine takes what it is told.
pub(super) fn outbox(gauges: &Gauges) -> Line {
    let waits = format!("{} commands wait for the mail engine", thousands(gauges.outbox));
    if gauges.outbox > MANY {
        return Line::warn("outbox", waits, "see that something takes them");
    }
    Line::ok("outbox", waits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::check::State;

    fn at(day: i64, hour: i64) -> Timestamp {
        Timestamp::from_second(1_600_000_000 + day * DAY + hour * 3600)
    }

    fn now() -> Ctx {
        Ctx { actor: domain::rights::Actor::Console, now: at(0, 0), wall: at(0, 0) }
    }

    fn gauges() -> Gauges {
        let founded = at(-100, 0);
        let last_run = Some((at(0, -1), true));
        let (notices_failed, notice_waits) = (0, None);
        Gauges { sessions: 0, outbox: 0, notices_failed, notice_waits, held: 0, last_run, founded, idle_connections: 0 }
    }

    #[test]
    fn a_certificate_is_renewed_three_weeks_before_its_end() {
        for (from, until, state) in [
            (at(-1, 0), at(21, 0), State::Ok),
            (at(-1, 0), at(20, 23), State::Warn),
            (at(-1, 0), at(0, 0), State::Warn),
            (at(-1, 0), at(0, -1), State::Fail),
            (at(0, 1), at(300, 0), State::Fail),
        ] {
            assert_eq!(dates(from, until, at(0, 0)).state, state, "{from} {until}");
        }
    }

    #[test]
    fn a_run_is_late_after_a_day_and_missing_after_two() {
        for (last, state) in [
            (Some((at(0, -25), true)), State::Ok),
            (Some((at(0, -26), true)), State::Warn),
            (Some((at(0, -51), true)), State::Warn),
            (Some((at(0, -52), true)), State::Fail),
            (Some((at(0, -1), false)), State::Warn),
            (None, State::Warn),
        ] {
            assert_eq!(run(&Gauges { last_run: last, ..gauges() }, &now()).state, state, "{last:?}");
        }
        let new = Gauges { last_run: None, founded: at(0, -25), ..gauges() };
        assert_eq!(run(&new, &now()).state, State::Ok, "a new federation");
    }

    #[test]
    fn notices_that_stand_still_or_failed_are_told_where_mail_is_sent() {
        for (failed, waits, sent, state) in [
            (0, None, true, State::Ok),
            (0, Some(at(0, -24)), true, State::Ok),
            (0, Some(at(0, -25)), true, State::Warn),
            (1, None, true, State::Warn),
            (1, Some(at(-9, 0)), false, State::Ok),
        ] {
            let gauges = Gauges { notices_failed: failed, notice_waits: waits, ..gauges() };
            assert_eq!(notices(&gauges, sent, &now()).state, state, "{failed} {waits:?} {sent}");
        }
    }

    #[test]
    fn a_clock_that_went_back_is_a_failure() {
        assert_eq!(clock(&gauges(), &now()).state, State::Ok);
        assert_eq!(clock(&Gauges { last_run: Some((at(0, 1), true)), ..gauges() }, &now()).state, State::Fail);
        assert_eq!(clock(&Gauges { last_run: None, founded: at(1, 0), ..gauges() }, &now()).state, State::Fail);
    }

    #[test]
    fn room_parts_and_commands_are_judged_by_their_bounds() {
        let folder = Path::new("/var");
        for (free, state) in [
            (0, State::Fail),
            (NONE - 1, State::Fail),
            (NONE, State::Warn),
            (LITTLE - 1, State::Warn),
            (LITTLE, State::Ok),
        ] {
            assert_eq!(room(folder, free).state, state, "{free}");
        }
        for (count, state) in [(MANY, State::Ok), (MANY + 1, State::Warn)] {
            assert_eq!(outbox(&Gauges { outbox: count, ..gauges() }).state, state);
        }
        assert_eq!((held(&gauges()).state, held(&Gauges { held: 1, ..gauges() }).state), (State::Ok, State::Warn));
    }

    #[test]
    fn a_portal_without_tls_is_for_this_machine_or_behind_a_proxy() {
        let with = |listen: &str, origin: Option<&str>| {
            let plain = Config::default();
            without_tls(&Config { listen: listen.parse().unwrap(), origin: origin.map(str::to_owned), ..plain }).state
        };
        assert_eq!(with("127.0.0.1:8080", None), State::Ok);
        assert_eq!(with("0.0.0.0:8080", None), State::Warn);
        assert_eq!(with("0.0.0.0:8080", Some("http://portal.example")), State::Warn);
        assert_eq!(with("0.0.0.0:8080", Some("https://portal.example")), State::Ok);
    }
}
