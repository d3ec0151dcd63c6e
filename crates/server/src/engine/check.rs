//! `mail check`: whether the mail engine of a folder is whole and at work. What looks find is told by functions of values.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::cli::check::looks;
use crate::cli::check::{Line, State};
use crate::cli::failure::Failure;
use crate::clock;
use crate::engine::files::{self, Stand};
use crate::engine::render::{folders, render};
use crate::engine::secrets::Secrets;
use crate::engine::settings::Settings;
use crate::engine::{lock, people, probe, programs, queue};
use crate::web::tls::validity_of;

/// So many messages that could not be delivered are a reason to look.
const MANY: u64 = 1000;
/// Sockets on which Almoner answers, below the folder.
const MAPS: &str = "run/maps";
const OTHERS: [&str; 2] = ["run/policy", "run/dict"];

/// Looks at everything.
pub(crate) fn lines(s: &Settings) -> Vec<Line> {
    let mut all = vec![packages(), written(s), permissions(s), certificate(s), disk(s), supervisor(s)];
    if lock::holder(s).is_some() {
        all.extend(probe::doors(s).into_iter().map(|door| greeting(s, door)));
        all.push(answers(s));
        all.push(waiting(queue::waiting(s)));
    }
    all
}

fn packages() -> Line {
    match programs::find() {
        Ok(found) => {
            Line::ok("packages", format!("Postfix {}, Dovecot {}", found.postfix_version, found.dovecot_version))
        }
        Err(failure) => Line::failed("packages", failure),
    }
}

/// The files that setup would write otherwise now: it was told something else, the program is newer, or a hand was in them.
pub(crate) fn differing(s: &Settings) -> Result<Vec<String>, Failure> {
    let all = render(s, &Secrets::of(s)?)?;
    let stands = all.into_iter().map(|made| Ok((files::stand(&s.folder, &made)?.0, made.name)));
    let stands: Vec<_> = stands.collect::<Result<_, Failure>>()?;
    Ok(stands.into_iter().filter(|(stand, _)| *stand != Stand::Same).map(|(_, name)| name).collect())
}

/// The files are those that setup would write now.
fn written(s: &Settings) -> Line {
    const NAME: &str = "files";
    let again = "`almoner mail config --diff` shows how, `almoner mail setup` writes them anew; what you add by hand \
                 stands in postfix/local.cf and dovecot/local.conf";
    match differing(s) {
        Err(failure) => Line::failed(NAME, failure),
        Ok(names) if names.is_empty() => Line::ok(NAME, "as setup writes them"),
        Ok(names) => Line::warn(NAME, format!("{} would be written otherwise", names.join(", ")), again),
    }
}

/// The folders are there, and have their owners and modes.
fn permissions(s: &Settings) -> Line {
    const NAME: &str = "folders";
    let again = "`almoner mail setup` puts it right";
    let postfix = match people::of("postfix") {
        Ok(postfix) => postfix,
        Err(failure) => return Line::failed(NAME, failure),
    };
    for (path, owner, mode) in folders(s, postfix) {
        let shown = path.display();
        match fs::metadata(&path) {
            Err(error) => return Line::fail(NAME, format!("{shown} cannot be looked at ({error})"), again),
            Ok(meta) if (meta.uid(), meta.gid()) != owner => {
                return Line::fail(NAME, format!("{shown} belongs to somebody else"), again);
            }
            Ok(meta) if meta.permissions().mode() & 0o777 != mode => {
                let what = format!("{shown} has the mode {:o}, not {mode:o}", meta.permissions().mode() & 0o777);
                return Line::fail(NAME, what, again);
            }
            Ok(_) => {}
        }
    }
    Line::ok(NAME, "their owners and modes are as they should be")
}

fn certificate(s: &Settings) -> Line {
    let files = s.tls_files();
    let line = match validity_of(&files) {
        Err(failure) => return Line::failed("certificate", failure),
        Ok(None) => return Line::warn("certificate", "it does not say until when it holds", "have it made anew"),
        Ok(Some((from, until))) => looks::dates(from, until, clock::wall()),
    };
    // Debian lets a group of its own read keys; everybody else may not.
    if fs::metadata(&files.key).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0) {
        let shown = files.key.display();
        return Line::fail("certificate", format!("{shown} may be read by everybody"), format!("chmod o= {shown}"));
    }
    let made = "remove it and run `almoner mail setup`, which makes another";
    let todo = if s.tls.is_none() && line.state != State::Ok { made.to_owned() } else { line.todo };
    Line { name: "certificate", todo, ..line }
}

fn disk(s: &Settings) -> Line {
    match rustix::fs::statvfs(&s.folder) {
        Ok(disk) => looks::room(&s.folder, disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => Line::fail("disk", format!("the folder cannot be looked at ({error})"), "see that it is there"),
    }
}

fn supervisor(s: &Settings) -> Line {
    match lock::holder(s) {
        Some(number) => Line::ok("running", format!("process {number} keeps both running")),
        None => Line::fail("running", "nobody keeps it running; ports were not looked at", "`almoner mail start`"),
    }
}

fn greeting(s: &Settings, door: probe::Door) -> Line {
    let (name, port, ..) = door;
    let log = if ["smtp", "submission", "submissions"].contains(&name) { "postfix.log" } else { "dovecot.log" };
    match probe::greeting(s, door) {
        Ok(line) => Line::ok(name, format!("port {port} greets: {line}")),
        // What submission says before its greeting, while the answers below are not there.
        Err(why) if why.contains("451 4.3.5 ") => {
            Line::warn(name, format!("port {port} lets nobody in: it has no answers"), "see the line of the answers")
        }
        Err(why) => Line::fail(name, format!("port {port}: {why}"), format!("see {}", s.at("log").join(log).display())),
    }
}

/// Almoner answers Postfix and Dovecot; while it does not, mail waits and nobody signs in.
fn answers(s: &Settings) -> Line {
    let maps = probe::maps(&s.at(MAPS)).map_err(|why| (MAPS, why));
    let others = OTHERS.iter().map(|name| probe::opens(&s.at(name)).map_err(|why| (*name, why)));
    let first = std::iter::once(maps).chain(others).find_map(Result::err);
    match first {
        None => Line::ok("answers", "Almoner answers both"),
        Some((name, why)) => Line::fail(
            "answers",
            format!("{name}: {why}; mail waits, and nobody signs in"),
            "see the log of `almoner mail start`, and `almoner check`",
        ),
    }
}

fn waiting((moving, late): (u64, u64)) -> Line {
    let what = format!("{moving} on their way, {late} to be tried again");
    if late > MANY {
        return Line::warn("queue", what, "`postqueue -c FOLDER/postfix -p` tells why");
    }
    Line::ok("queue", what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_many_that_wait_is_a_warning() {
        for (late, state) in [(0, State::Ok), (MANY, State::Ok), (MANY + 1, State::Warn)] {
            assert_eq!(waiting((5, late)).state, state, "{late}");
        }
    }
}
