//! `password`, `resecure`: a temporary password for the portal.

use domain::recovery::ordinal;
use domain::rights::Actor;
use serde_json::json;
use service::identity::Key;
use service::identity::proof::{Expected, Helped, Typed};

use crate::cli::answer::Answer;
use crate::cli::args::{Authenticated, Cli};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::wrapped;
use crate::web::{System, key};

/// Gives one; it is shown once and kept nowhere. Whoever acts by a grant authenticates the person first (ROLE-08).
pub(crate) fn reset(cli: &Cli, s: &Session, args: &Authenticated) -> Result<Answer, Failure> {
    let address = args.address.to_ascii_lowercase();
    let password = match s.ctx.actor {
        Actor::Console | Actor::System => s.almoner.reset_password(&s.ctx, &address, &System)?,
        Actor::Person { .. } => {
            let config = &cli.config;
            let key = key::read(&key::place(config.key_file.as_deref(), &config.store)?)?;
            authenticated(s, &address, args, &key)?
        }
    };
    let told = format!(
        "Tell it to the person and to nobody else. It is shown this once, and must be changed when they sign in. Sessions of \
         {address} have ended."
    );
    Ok(Answer::new(json!({ "address": address, "password": password }), format!("{password}\n{}", wrapped(&told))))
}

fn authenticated(s: &Session, address: &str, args: &Authenticated, key: &Key) -> Result<String, Failure> {
    if let (Expected::Characters(challenge), None) = (s.almoner.expected_proof(&s.ctx, address, key)?, &args.characters)
    {
        let places: Vec<String> = challenge.places.iter().map(|place| ordinal(*place)).collect();
        return Err(Failure::refused(
            format!("ask the person first ({}) for the characters {}", challenge.question, places.join(", ")),
            "give what they tell you with --characters; letters and digits are counted, not spaces and signs",
        ));
    }
    let typed = Typed {
        characters: args.characters.as_deref().unwrap_or_default(),
        statement: args.statement.as_deref().unwrap_or_default(),
    };
    match s.almoner.give_password(&s.ctx, address, typed, key, &System)? {
        Helped::Done(password) => Ok(password),
        Helped::Wrong => {
            Err(Failure::refused("these are not the characters; nothing was done", "ask the person again"))
        }
        Helped::Wait(until) => {
            Err(Failure::refused("too many wrong characters; nothing was done", format!("try again after {until}")))
        }
    }
}

/// Makes an account secure again.
pub(crate) fn resecure(s: &Session, args: &Authenticated) -> Result<Answer, Failure> {
    let address = args.address.to_ascii_lowercase();
    let statement = args.statement.as_deref().unwrap_or_default();
    let password = s.almoner.resecure(&s.ctx, &address, statement, &System)?;
    let told = format!(
        "Tell it to the person and to nobody else. It is shown this once. Sessions, security answers and the confirmed mobile of \
         {address} are gone; the person accepts the terms of use again, or the account becomes inactive."
    );
    Ok(Answer::new(json!({ "address": address, "password": password }), format!("{password}\n{}", wrapped(&told))))
}
