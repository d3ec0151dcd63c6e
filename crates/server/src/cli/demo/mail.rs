//! Mail for a demonstration: an engine of its own, and two people to write to each other.

use domain::time::Timestamp;
use rustix::process::{Signal, getpid, kill_process};
use service::demo::cast::Part;

use crate::cli::answer::Answer;
use crate::cli::args::{Cli, Demo};
use crate::cli::failure::Failure;
use crate::cli::mail::written;
use crate::cli::session::Session;
use crate::engine::settings::{Ports, Settings};
use crate::engine::supervise::{as_root, start};
use crate::engine::{people, programs};
use crate::web::System;

/// Where everything is to be; refused before anything is made.
pub(super) fn settings(args: &Demo, domain: &str) -> Result<Settings, Failure> {
    as_root("start")?;
    programs::find()?;
    if args.mail_folder.exists() {
        let what = format!(
            "{} is there already, perhaps with the mail of an earlier demonstration",
            args.mail_folder.display()
        );
        return Err(Failure::refused(what, "remove it, or name another folder with --mail-folder"));
    }
    let first = args.mail_ports;
    let [smtp, submission, submissions, imap, imaps, pop3, pop3s, auth, rules] =
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|n| first + n);
    let ports = Ports { smtp, submission, submissions, imap, imaps, pop3, pop3s, sieve: 0, auth, rules };
    let new = Settings::new(&args.mail_folder, domain, people::free()?, true);
    Settings { ports, plain: true, ..new }.checked()
}

/// Writes the engine's files, gives two people a password, and says how they write to each other.
pub(super) fn ready(s: &Session, engine: &Settings, organisation: &str) -> Result<String, Failure> {
    written(engine, s.almoner.today(&s.ctx))?;
    let two = s.almoner.correspondents(&s.ctx, organisation, &System)?;
    let [(ann, hers), (ben, his)] = two.as_slice() else {
        return Err(Failure::refused(
            "too few people are in the demonstration to write to each other",
            "make a larger one, with --accounts 5000",
        ));
    };
    let Ports { submission, imap, .. } = engine.ports;
    let at = Timestamp::from_second(s.ctx.now.second());
    Ok(format!(
        "\nTwo people have passwords for mail programs, which need no TLS here:\n\n  {ann}  {hers}\n  {ben}  {his}\n\n\
         As soon as the log says mail_ready, in another terminal, the one writes and the other reads:\n\n  \
         printf 'From: <{ann}>\\nTo: <{ben}>\\nSubject: Hello\\n\\nOf {at}.\\n' | curl -T - --user {ann}:{hers} \\\n    \
         --mail-from {ann} --mail-rcpt {ben} smtp://127.0.0.1:{submission}\n  \
         curl --user {ben}:{his} 'imap://127.0.0.1:{imap}/INBOX;MAILINDEX=1'\n\n\
         Then disable one of them, and do it again:\n\n  \
         almoner disable {ben} --reason 'long leave'\n  \
         almoner mail check --folder {}\n",
        engine.folder.display(),
    ))
}

/// Keeps the engine running, and serves the portal beside it, until both are told to stop.
pub(super) fn run(cli: &Cli, engine: &Settings, cast: Option<Vec<Part>>) -> Result<Answer, Failure> {
    std::thread::scope(|scope| {
        let portal = cast.map(|cast| {
            scope.spawn(|| {
                let served = crate::web::serve(cli, cast);
                if served.is_err() {
                    // The engine ends, too: a portal that cannot begin is to be told of now.
                    kill_process(getpid(), Signal::TERM).unwrap_or_default();
                }
                served
            })
        });
        let kept = start(cli, engine);
        let served = portal.map(|thread| thread.join().unwrap_or_else(|_| Ok(Answer::silent())));
        served.transpose().and(kept)
    })
}
