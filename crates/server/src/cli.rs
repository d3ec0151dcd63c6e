//! The command line as a surface: one verb, one use case, one answer.

mod account;
mod act;
pub(crate) mod answer;
pub(crate) mod args;
mod audit;
mod brake;
mod chain;
pub(crate) mod check;
mod chosen;
mod command;
mod config;
mod demo;
mod dkim;
mod examples;
mod explain;
pub(crate) mod failure;
mod grant;
pub(crate) mod holder;
mod import;
mod init;
mod mail;
mod mfa;
pub(crate) mod notice;
mod org;
mod parse;
mod password;
mod people;
mod policy;
pub(crate) mod progress;
mod proposal;
mod report;
mod rules;
mod run;
mod secure;
pub(crate) mod session;
mod spark;
mod table;
mod text;
mod verify;
mod waves;
mod what_if;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use service::account::act::Request;

use crate::cli::answer::Answer;
use crate::cli::args::control::{Audit, Notice};
use crate::cli::args::{Cli, ConfigWhat, Verb};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::config::Config;

/// Says something on stderr while a command goes on.
pub(crate) fn say(text: &str) {
    // Who closed stderr does not want to know.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Runs the command line.
pub(crate) fn main() -> ExitCode {
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) => {
            // Help goes to stdout and is no failure; a reader who closed it is none either.
            drop(wrong.print());
            return ExitCode::from(if wrong.use_stderr() { 2 } else { 0 });
        }
    };
    match configured(&mut cli).and_then(|()| answer(&cli)) {
        Ok(answer) => answer.print(cli.json),
        Err(failure) => failure.about("PERSON", cli.acting.as_deref().unwrap_or("PERSON")).print(cli.json),
    }
}

/// Reads the configuration for every verb but those that tell what is wrong with it.
fn configured(cli: &mut Cli) -> Result<(), Failure> {
    if !matches!(cli.verb, Verb::Check | Verb::Config(ConfigWhat::Check)) {
        cli.config = Config::of(cli)?;
    }
    Ok(())
}

fn answer(cli: &Cli) -> Result<Answer, Failure> {
    let open = || Session::open(cli);
    match &cli.verb {
        Verb::Init(args) => init::init(cli, args),
        Verb::Demo(args) => demo::demo(cli, args),
        Verb::Check => check::check(cli),
        Verb::Config(what) => config::config(cli, what),
        Verb::Mail(what) => mail::mail(cli, what),
        Verb::Serve(_) => crate::web::serve(cli, Vec::new()),
        Verb::Password(args) => password::reset(cli, &open()?, args),
        Verb::Resecure(args) => password::resecure(&open()?, args),
        Verb::Mfa(what) => mfa::mfa(&open()?, what),
        Verb::Policy(what) => policy::policy(cli, what),
        Verb::Org(what) => org::org(&open()?, what),
        Verb::Account(what) => account::account(&open()?, what),
        Verb::Signal(what) => import::signal(&open()?, what),
        Verb::Bulk(args) => import::bulk(&open()?, args),
        Verb::Run(args) => run::run(&open()?, args),
        Verb::Brake(what) => brake::brake(&open()?, what),
        Verb::Report(args) => report::report(&open()?, args),
        Verb::Forecast(args) => explain::forecast(&open()?, args),
        Verb::Waves => waves::waves(&open()?),
        Verb::WhatIf(args) => what_if::what_if(&open()?, cli.json, args),
        Verb::Explain(args) => explain::explain(&open()?, args),
        Verb::History(args) => audit::history(&open()?, args),
        Verb::Grant(what) => grant::grant(&open()?, what),
        // Templates are checked and shown without a store.
        Verb::Notice(Notice::Check { folder }) => notice::check(folder.as_deref()),
        Verb::Notice(Notice::Preview { kind, folder }) => notice::preview(*kind, folder.as_deref()),
        Verb::Notice(what) => notice::notice(&open()?, &cli.config, what),
        // A proof is checked by those who have no store.
        Verb::Audit(Audit::CheckProof { file, roots }) => chain::check_proof(file, roots.as_deref()),
        Verb::Audit(what) => audit::audit(&open()?, what),
        Verb::Verify => verify::verify(&open()?),
        Verb::Leaver(args) => act::with_reason(&open()?, args, &Request::MarkLeaver),
        Verb::CancelLeaver(args) => act::plain(&open()?, args, &Request::CancelLeaver),
        Verb::Join(args) => act::act(&open()?, &args.address, &Request::Join(args.organisation.clone()), ""),
        Verb::Transfer(args) => act::act(&open()?, &args.address, &Request::Transfer(args.organisation.clone()), ""),
        Verb::Disable(args) => act::with_reason(&open()?, args, &Request::Disable),
        Verb::Enable(args) => act::plain(&open()?, args, &Request::Enable),
        Verb::Delete(args) => act::act(&open()?, &args.address, &Request::Delete, &args.reason),
        Verb::Restore(args) => act::plain(&open()?, args, &Request::Restore),
        Verb::Hold(args) => act::act(&open()?, &args.address, &Request::Hold, &args.reason),
        Verb::ReleaseHold(args) => act::plain(&open()?, args, &Request::ReleaseHold),
        Verb::AcceptTerms(args) => act::plain(&open()?, args, &Request::AcceptTerms),
        Verb::Confirm(args) => act::plain(&open()?, args, &Request::Confirm),
    }
}
