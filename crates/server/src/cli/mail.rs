//! `mail`: the mail engine, set up, kept running, looked at.

use domain::time::Day;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::args::mail::{Mail, Place, Setup};
use crate::cli::check::told;
use crate::cli::command;
use crate::cli::dkim;
use crate::cli::failure::Failure;
use crate::cli::secure;
use crate::cli::session::Session;
use crate::cli::table::{Align, render};
use crate::cli::text::card;
use crate::config::Tls;
use crate::engine::files::{self, Stand};
use crate::engine::render::{self, Made, folders};
use crate::engine::secrets::{Secrets, are_in};
use crate::engine::settings::Settings;
use crate::engine::supervise::as_root;
use crate::engine::{certificate, check, diff, dkim as keys, junk, people, programs, stop, supervise, units};

/// Does what is asked.
pub(crate) fn mail(cli: &Cli, what: &Mail) -> Result<Answer, Failure> {
    match what {
        Mail::Setup(args) => setup(cli, args),
        Mail::Config { setup, diff } => config(cli, setup, *diff),
        Mail::Start(place) => supervise::start(cli, &read(place)?),
        Mail::Stop(place) => stopped(&read(place)?),
        Mail::Check(place) => Ok(told(check::lines(&read(place)?))),
        Mail::Dkim(what) => dkim::dkim(cli, what),
        Mail::Secure(what) => secure::secure(&Session::open(cli)?, what),
        Mail::Commands(what) => command::commands(&Session::open(cli)?, what),
        Mail::Kick { address } => command::kick(&Session::open(cli)?, address),
        Mail::Recount { address } => command::recount(&Session::open(cli)?, address),
        Mail::Units { place, out } => unit(cli, &read(place)?, out.as_deref()),
    }
}

fn read(place: &Place) -> Result<Settings, Failure> {
    Settings::read(&place.folder)
}

/// What the folder was told before, with what it is told now.
fn settings(cli: &Cli, args: &Setup) -> Result<(Settings, Day), Failure> {
    let Session { almoner, ctx, .. } = Session::open(cli)?;
    let folder = &args.place.folder;
    let before = match Settings::find(folder)? {
        Some(before) if before.domain != almoner.domain() => {
            let what = format!("{} has the mail of {}, not of {}", folder.display(), before.domain, almoner.domain());
            return Err(Failure::refused(what, "name the store of that federation, or another --folder"));
        }
        Some(before) => before,
        None => Settings::new(folder, almoner.domain(), people::free()?, almoner.rehearsal()),
    };
    let today = almoner.today(&ctx);
    let mut s = Settings {
        host: args.host.clone().unwrap_or(before.host),
        listen: args.listen.unwrap_or(before.listen),
        tls: pair(args).or(before.tls),
        owner: args.mail_uid.unwrap_or(before.owner),
        outgoing: args.outgoing.clone().unwrap_or(before.outgoing),
        gateway: args.secure_gateway.clone().map_or(before.gateway, |told| told.0),
        inside: args.inside.clone().unwrap_or(before.inside),
        names: args.dns.clone().unwrap_or(before.names),
        plain: args.plain_on_loopback.unwrap_or(before.plain),
        message_mib: almoner.policy_on(today)?.mail.message_mib,
        ..before
    };
    for (name, port) in args.ports.told() {
        if let Some(place) = s.ports.of(name) {
            *place = port;
        }
    }
    Ok((s.checked()?, today))
}

fn pair(args: &Setup) -> Option<Tls> {
    let (certificate, key) = args.certificate.clone().zip(args.key.clone())?;
    Some(Tls { certificate, key })
}

fn setup(cli: &Cli, args: &Setup) -> Result<Answer, Failure> {
    as_root("set up")?;
    let found = programs::find()?;
    let (s, today) = settings(cli, args)?;
    if let Some(tls) = &s.tls {
        crate::web::tls::read(tls)?;
    }
    let rows = written(&s, today)?;
    let json = json!({
        "folder": s.folder, "domain": s.domain, "host": s.host, "listen": s.listen, "mail_uid": s.owner,
        "postfix": found.postfix_version, "dovecot": found.dovecot_version,
        "ports": s.ports.named().iter().map(|(name, port)| json!({ "name": name, "port": port })).collect::<Vec<_>>(),
        "files": rows.iter().map(|(name, stand)| json!({ "file": name, "state": stand.word() })).collect::<Vec<_>>(),
    });
    Ok(Answer::new(json, format!("{}\n{}\n{}", summary(&s), table(&rows), next(&rows))))
}

/// Makes everything that is in the folder of a mail engine: each file, and what became of it. Keys are made where there are
/// none, and sign from then on.
pub(crate) fn written(s: &Settings, today: Day) -> Result<Vec<(String, Stand)>, Failure> {
    if let Some(name) = people::holder(s.owner)? {
        let what = format!("the number {} belongs to {name}, who could read all mail", s.owner);
        return Err(Failure::refused(what, "name one that nobody has with --mail-uid"));
    }
    for (path, owner, mode) in folders(s, people::of("postfix")?) {
        files::folder(&path, owner, mode)?;
    }
    let fresh = certificate::made(s)?;
    let (mut s, mut rows) = (s.clone(), Vec::new());
    if keys::all(&s)?.is_empty() {
        s.signs_with = keys::make(&s, today)?.to_vec();
        rows.extend(s.signs_with.iter().map(|name| (format!("dkim/{name}.pem"), Stand::New)));
    }
    for made in render::render(&s, &Secrets::of(&s)?)? {
        rows.push((made.name.clone(), files::write(&s.folder, &made)?));
    }
    junk::compile(&s, rows.iter().any(|(name, stand)| name == junk::FILE && *stand != Stand::Same))?;
    if fresh {
        rows.push(("tls/cert.pem, tls/key.pem".to_owned(), Stand::New));
    }
    Ok(rows)
}

fn summary(s: &Settings) -> String {
    let ports = s.ports.named().into_iter().filter(|(_, port)| *port != 0).map(|(name, port)| format!("{name} {port}"));
    let ports = ports.collect::<Vec<_>>().join(", ");
    let certificate = s.tls_files().certificate.display().to_string();
    card(&[
        ("folder", s.folder.display().to_string()),
        ("domain", s.domain.clone()),
        ("address", s.listen.to_string()),
        ("ports", ports),
        ("certificate", if s.tls.is_some() { certificate } else { format!("{certificate}, made here") }),
        ("outgoing", s.outgoing.word().to_owned()),
        ("mail belongs to", format!("{}, a number that no user has", s.owner)),
    ])
}

fn table(rows: &[(String, Stand)]) -> String {
    let cells = rows.iter().map(|(name, stand)| vec![stand.word().to_owned(), name.clone()]).collect();
    render(&[("state", Align::Left), ("file", Align::Left)], cells, "")
}

fn next(rows: &[(String, Stand)]) -> &'static str {
    if rows.iter().all(|(_, stand)| *stand == Stand::Same) {
        return "\nNothing was changed.";
    }
    "\nStart it with `almoner mail start`; if it runs, stop it first."
}

fn config(cli: &Cli, args: &Setup, diff: bool) -> Result<Answer, Failure> {
    let (s, _) = settings(cli, args)?;
    // Whoever may not read the secrets is shown the rest; nobody is shown the secrets.
    let made: Vec<Made> =
        render::render(&s, &Secrets::hidden())?.into_iter().filter(|made| !are_in(&made.name)).collect();
    let (mut json, mut text) = (Vec::<Value>::new(), String::new());
    for made in &made {
        let (stand, old) = files::stand(&s.folder, made)?;
        let shown = if diff { diff::lines(&old, &made.text).join("\n") } else { made.text.clone() };
        if !diff || stand != Stand::Same {
            text.extend(["==> ", &made.name, " (", stand.word(), ")\n", &shown, "\n\n"]);
        }
        json.push(json!({ "file": made.name, "state": stand.word(), "text": shown }));
    }
    let text = if text.is_empty() { "Nothing would be changed.".to_owned() } else { text };
    Ok(Answer::new(json!({ "folder": s.folder, "files": json }), text))
}

fn stopped(s: &Settings) -> Result<Answer, Failure> {
    let number = stop::stop(s)?;
    let text = match number {
        Some(number) => format!("Process {number} stopped Postfix and Dovecot, and ended."),
        None => "Nothing was running.".to_owned(),
    };
    Ok(Answer::new(json!({ "folder": s.folder, "stopped": number.is_some(), "process": number }), text))
}

fn unit(cli: &Cli, s: &Settings, out: Option<&std::path::Path>) -> Result<Answer, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::file("almoner".as_ref(), &error))?;
    let here = std::env::current_dir().map_err(|error| Failure::file(".".as_ref(), &error))?;
    let made = units::unit(s, &program, (&cli.config.store, &here))?;
    let folder = out.unwrap_or(&s.folder);
    let stand = files::write(folder, &made)?;
    let path = folder.join(&made.name).display().to_string();
    let text = format!("{path} is {}.", stand.word());
    Ok(Answer::new(json!({ "file": path, "state": stand.word() }), text))
}
