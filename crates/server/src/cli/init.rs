//! `init`: a new federation.

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::Calendar;
use serde_json::json;
use service::federation::{Almoner, Founding};

use crate::cli::answer::Answer;
use crate::cli::args::{Cli, Init};
use crate::cli::failure::Failure;
use crate::cli::{policy, session};

/// Makes a federation in an empty store.
pub(crate) fn init(cli: &Cli, args: &Init) -> Result<Answer, Failure> {
    let calendar = Calendar::new(&args.zone).ok_or_else(|| {
        Failure::wrong_use(format!("{} is no time zone", args.zone), "write one as --zone Europe/London")
    })?;
    let (now, wall) = session::times(cli, args.rehearsal, &calendar)?;
    let founding = Founding {
        domain: args.domain.clone(),
        zone: args.zone.clone(),
        policy: policy::text_of(&args.policy)?,
        rehearsal: args.rehearsal,
    };
    let almoner = Almoner::found(&cli.config.store, &founding, &Ctx { actor: Actor::Console, now, wall })?;
    let names: Vec<&str> = almoner.policies().iter().map(|policy| policy.name.as_str()).collect();
    let json = json!({
        "domain": almoner.domain(),
        "zone": args.zone,
        "policy": names.first(),
        "rehearsal": almoner.rehearsal(),
        "created": now.to_string(),
    });
    let rehearsal = if args.rehearsal { ", a rehearsal: any command takes --now TIME" } else { "" };
    let text = format!(
        "The federation {} is made{rehearsal}.\n\
         Its days are those of {}; its policy is {}.\n\n\
         Next, load its organisations and people:\n  \
         almoner org import FILE --edition NAME\n  \
         almoner account import FILE [--migrate]",
        almoner.domain(),
        args.zone,
        names.join(", ")
    );
    Ok(Answer::new(json, text))
}
