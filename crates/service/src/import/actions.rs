//! The actions file: each line is one of the single actions, decided by the same rules (RUN-10 is one such file).

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::rights::{Action, Actor, Denied, Place, allows, may};
use store::tx::WriteTx;
use wire::files::Problem;
use wire::files::actions::{Action as Asks, ActionLine, Argument};

use crate::account::act::{Asked, Request};
use crate::account::decided::Decided;
use crate::account::save;
use crate::account::setting::Setting;
use crate::error::Error;
use crate::federation::Almoner;
use crate::import::FileReport;
use crate::import::job::{Applied, Job, Sent, problem};
use crate::import::outcome::{Outcome, Word};
use crate::import::registry::Registry;
use crate::import::send::{Sending, send};
use crate::progress::Progress;

struct ActionJob<'a> {
    almoner: &'a Almoner,
    ctx: &'a Ctx,
    registry: Registry,
}

impl Almoner {
    /// Does what a file asks for, line by line; a refusal stops nothing.
    pub fn bulk(
        &self,
        ctx: &Ctx,
        file: &Path,
        out: Option<&Path>,
        check_only: bool,
        progress: &dyn Progress,
    ) -> Result<FileReport, Error> {
        if let Actor::Person { grants, .. } = &ctx.actor
            && !grants.iter().any(|grant| allows(grant.role, Action::Bulk))
        {
            return Err(Error::NotAllowed(Action::Bulk.as_str()));
        }
        let job = ActionJob { almoner: self, ctx, registry: Registry::read(self, ctx)? };
        send(self, &job, &Sending { file, out, check_only }, progress)
    }
}

impl Job for ActionJob<'_> {
    type Line = ActionLine;
    const BATCH: usize = 1_000;

    /// Everything else depends on the account, which is looked at when the line is applied.
    fn check(&self, number: u64, line: &ActionLine) -> Vec<Problem> {
        let wrong = request(line).is_none();
        wrong
            .then(|| problem(number, "Argument", &"", "this is not what the action needs: correct it"))
            .into_iter()
            .collect()
    }

    fn keys(&self, line: &ActionLine) -> Vec<String> {
        vec![line.address.to_string()]
    }

    fn name<'l>(&self, line: &'l ActionLine) -> &'l str {
        line.address.as_str()
    }

    fn apply(&self, tx: &mut WriteTx<'_>, digest: &str, lines: &[Sent<'_, ActionLine>]) -> Result<Applied, Error> {
        let asked: Vec<Asked> = lines.iter().filter_map(|sent| asked(digest, sent)).collect();
        let keys: Vec<&str> = asked.iter().filter_map(|a| a.request_key.as_deref()).collect();
        let before: HashSet<String> = store::audit::done_before(tx, &keys)?.into_iter().collect();
        let addresses: Vec<&str> = asked.iter().map(|a| a.address.as_str()).collect();
        let found: HashMap<String, Account> = store::account::by_addresses(tx, &addresses)?.into_iter().collect();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(lines.len());
        let mut open = Vec::new();
        let mut touched = HashSet::new();
        for one in asked {
            let account = found.get(&one.address);
            let done = one.request_key.as_ref().is_some_and(|key| before.contains(key));
            let refused = account.and_then(|account| self.refused(account, &one.request));
            if done {
                outcomes.push(Some(Outcome::new(Word::Already, "this line was done before")));
            } else if refused.is_some() {
                outcomes.push(refused);
            } else if account.is_some_and(|account| !touched.insert(account.id)) {
                // Another name of an account that an earlier line changes: it is decided after that.
                break;
            } else {
                outcomes.push(None);
                open.push(one);
            }
        }
        let mut decided: Vec<Decided> = Vec::with_capacity(open.len());
        let mut decisions = self.almoner.decide(tx, self.ctx, &open)?.into_iter();
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
            let Some(decision) = decisions.next() else { continue };
            *outcome = Some(match decision {
                Ok(good) => {
                    let told = format!("{} {}", good.change.account.address, good.change.account.status());
                    decided.push(good);
                    Outcome::new(Word::Done, told)
                }
                Err(error) => outcome_of(error)?,
            });
        }
        let events = save::save(self.almoner, tx, self.ctx, &decided, None)?;
        Ok(Applied { outcomes: outcomes.into_iter().flatten().collect(), events })
    }
}

impl ActionJob<'_> {
    /// Whether the sender may send files where the line takes effect: where the account is, or where it is taken to.
    fn refused(&self, account: &Account, request: &Request) -> Option<Outcome> {
        let code = request.target().unwrap_or(&account.organisation);
        // What may not be seen at all is answered by the decision itself, as every other use case answers it.
        let organisation = self.registry.get(code)?;
        let place = Place::Organisation { code, sector: organisation.sector, unit: "" };
        match may(&self.ctx.actor, Action::Bulk, place) {
            Err(Denied::NotByRole) => {
                let detail = "your roles do not allow that here (bulk)".to_owned();
                Some(Outcome { word: Word::Refused, column: "Action", detail })
            }
            Ok(_) | Err(Denied::Unseen) => None,
        }
    }
}

/// The outcome of a line that was not done; a failure of the database is none.
fn outcome_of(error: Error) -> Result<Outcome, Error> {
    let refused = |detail| Outcome { word: Word::Refused, column: "Action", detail };
    match error {
        Error::Refused(refusal) if refusal.is_already() => Ok(Outcome::new(Word::Already, refusal.to_string())),
        Error::NotFound { what, .. } => {
            let column = if what == "organisation" { "Argument" } else { "Address" };
            Ok(Outcome::rejected(column, error.to_string()))
        }
        Error::Refused(_) | Error::NotAllowed(_) | Error::Input(_) => Ok(refused(error.to_string())),
        Error::File(_) | Error::Store(_) => Err(error),
    }
}

fn asked(digest: &str, sent: &Sent<'_, ActionLine>) -> Option<Asked> {
    Some(Asked {
        address: sent.line.address.to_string(),
        request: request(sent.line)?,
        reason: sent.line.reason.clone(),
        request_key: Some(format!("bulk:{digest}:{}", sent.number)),
    })
}

/// What a line asks for. `None` when its argument is not the one that the action needs, which the reader of the file
/// has refused already.
fn request(line: &ActionLine) -> Option<Request> {
    let code = match &line.argument {
        Argument::Organisation(code) => Some(code.clone()),
        Argument::Name(_) | Argument::None => None,
    };
    let name = match &line.argument {
        Argument::Name(name) => Some(name.clone()),
        Argument::Organisation(_) | Argument::None => None,
    };
    Some(match line.action {
        Asks::Join => Request::Join(code?),
        Asks::Transfer => Request::Transfer(code?),
        Asks::Licence => Request::Set(Setting::Licence(name?)),
        Asks::ServiceOn => Request::Set(Setting::Service { name: name?, on: true }),
        Asks::ServiceOff => Request::Set(Setting::Service { name: name?, on: false }),
        Asks::Leaver => Request::MarkLeaver,
        Asks::CancelLeaver => Request::CancelLeaver,
        Asks::Disable => Request::Disable,
        Asks::Enable => Request::Enable,
        Asks::Delete => Request::Delete,
        Asks::Restore => Request::Restore,
        Asks::Hide => Request::Set(Setting::Hidden(true)),
        Asks::Show => Request::Set(Setting::Hidden(false)),
    })
}
