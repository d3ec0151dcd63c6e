//! The actions file: each line is one of the single actions, decided by the same rules (RUN-10 is one such file).

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use domain::account::Account;
use domain::brake::{Group, Source, Stand, group_of};
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::rights::{Action, Actor, Denied, Place, allows, may};
use store::event::NewEvent;
use store::tx::{Reader, WriteTx};
use wire::files::Problem;
use wire::files::actions::{Action as Asks, ActionLine, Argument};

use crate::account::act::{Asked, Request};
use crate::account::decided::Decided;
use crate::account::setting::Setting;
use crate::account::{moving, save};
use crate::brake::gate::Gate;
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
    gate: RefCell<Gate>,
    /// What the file would do, by group.
    planned: RefCell<BTreeMap<Group, i64>>,
}

/// A decision, and which line it is of.
struct Decision {
    line: usize,
    asked: Asked,
    decided: Decided,
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
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        self.bulk_named(ctx, &name, (file, out), check_only, progress)
    }

    /// The same of a file that people know by another name. What lapsed may be asked for again.
    pub(crate) fn bulk_named(
        &self,
        ctx: &Ctx,
        name: &str,
        (file, out): (&Path, Option<&Path>),
        check_only: bool,
        progress: &dyn Progress,
    ) -> Result<FileReport, Error> {
        if let Actor::Person { grants, .. } = &ctx.actor
            && !grants.iter().any(|grant| allows(grant.role, Action::Bulk))
        {
            return Err(Error::NotAllowed(Action::Bulk.as_str()));
        }
        if !check_only {
            self.lapse_brakes(ctx)?;
        }
        let gate = RefCell::new(Gate::new(self, ctx, Source::File, name)?);
        let planned = RefCell::default();
        let job = ActionJob { almoner: self, ctx, registry: Registry::read(self, ctx)?, gate, planned };
        send(self, &job, &Sending { file, out, check_only }, progress)
    }
}

impl Job for ActionJob<'_> {
    type Line = ActionLine;
    const BATCH: usize = 1_000;
    const WEIGHED: bool = true;

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

    /// What was done before is not weighed again; what is still held is, or the rest of a file that was killed would seem
    /// small. An account that the file changes twice is weighed as it stands
    /// now; what that misses is held when its batch is applied.
    fn weigh(&self, digest: &str, lines: &[Sent<'_, ActionLine>]) -> Result<(), Error> {
        let mut db = self.almoner.store.reader()?;
        let asked: Vec<Asked> = lines.iter().filter_map(|sent| asked(digest, sent)).collect();
        let known = known(&mut db, &asked)?;
        let open: Vec<Asked> = asked
            .into_iter()
            .filter(|one| {
                one.request_key.as_ref().and_then(|key| known.get(key)).is_none_or(|was| was.word == Word::Held)
            })
            .collect();
        let mut planned = self.planned.borrow_mut();
        for decision in self.almoner.decide(&mut db, self.ctx, &open)? {
            match decision {
                Ok(good) => {
                    let group = group_of(&good.change);
                    let allowed = self
                        .refused(&good.before, good.change.moved.as_ref().map(|_| &good.change.account.organisation));
                    if let Some(group) = group.filter(|_| allowed.is_none()) {
                        *planned.entry(group).or_default() += 1;
                    }
                }
                Err(error @ Error::Store(_)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn weighed(&self) -> Result<(), Error> {
        self.gate.borrow_mut().weigh(&mut self.almoner.store.reader()?, &self.planned.borrow())
    }

    fn apply(&self, tx: &mut WriteTx<'_>, digest: &str, lines: &[Sent<'_, ActionLine>]) -> Result<Applied, Error> {
        let asked: Vec<Asked> = lines.iter().filter_map(|sent| asked(digest, sent)).collect();
        let mut known = known(tx, &asked)?;
        let addresses: Vec<&str> = asked.iter().map(|a| a.address.as_str()).collect();
        let found: HashMap<String, Account> = store::account::by_addresses(tx, &addresses)?.into_iter().collect();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(lines.len());
        let mut open = Vec::new();
        let mut touched = HashSet::new();
        for one in asked {
            let account = found.get(&one.address);
            let settled = one.request_key.as_ref().and_then(|key| known.remove(key));
            let refused = account.and_then(|account| self.refused(account, one.request.target()));
            if settled.is_some() {
                outcomes.push(settled);
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
        let mut decisions = Vec::with_capacity(open.len());
        let answers = self.almoner.decide(tx, self.ctx, &open)?;
        let lines = outcomes.iter_mut().enumerate().filter(|(_, outcome)| outcome.is_none());
        for ((line, outcome), (asked, answer)) in lines.zip(open.into_iter().zip(answers)) {
            match answer {
                Ok(decided) => decisions.push(Decision { line, asked, decided }),
                Err(error) => *outcome = Some(outcome_of(error)?),
            }
        }
        let events = self.keep(tx, decisions, &mut outcomes)?;
        Ok(Applied { outcomes: outcomes.into_iter().flatten().collect(), events })
    }
}

/// What became of lines that were sent before, by their keys.
fn known(db: &mut Reader<'_>, asked: &[Asked]) -> Result<HashMap<String, Outcome>, Error> {
    let keys: Vec<&str> = asked.iter().filter_map(|a| a.request_key.as_deref()).collect();
    let mut known = HashMap::new();
    for item in store::brake::by_requests(db, &keys)? {
        let Some(key) = item.held.request_key else { continue };
        let outcome = match item.state {
            Stand::Held | Stand::Released => Outcome::new(Word::Held, waits(item.part)),
            Stand::Done | Stand::Refused | Stand::Lapsed => {
                Outcome::new(Word::Already, format!("this line was held in part {}, which is over", item.part))
            }
        };
        known.insert(key, outcome);
    }
    let done = store::audit::done_before(db, &keys)?;
    known.extend(done.into_iter().map(|key| (key, Outcome::new(Word::Already, "this line was done before"))));
    Ok(known)
}

fn waits(part: i64) -> String {
    format!("held in part {part}: a second person releases it with `almoner brake release {part}`")
}

impl ActionJob<'_> {
    /// Saves what passes the brakes, holds what does not, and tells each line. Gives the audit lines.
    fn keep(
        &self,
        tx: &mut WriteTx<'_>,
        decisions: Vec<Decision>,
        outcomes: &mut [Option<Outcome>],
    ) -> Result<Vec<NewEvent>, Error> {
        let pairs: Vec<(&Asked, &Decided)> = decisions.iter().map(|d| (&d.asked, &d.decided)).collect();
        let (held, mut events) = self.gate.borrow_mut().hold(tx, self.ctx, &pairs)?;
        let (mut lines, mut passing) = (Vec::with_capacity(decisions.len()), Vec::with_capacity(decisions.len()));
        for (Decision { line, decided, .. }, held) in decisions.into_iter().zip(held) {
            if let Some(held) = held {
                if let Some(outcome) = outcomes.get_mut(line) {
                    *outcome = Some(Outcome::new(Word::Held, waits(held.part)));
                }
            } else {
                lines.push(line);
                passing.push(decided);
            }
        }
        moving::rename_moved(tx, &mut passing)?;
        for (line, good) in lines.into_iter().zip(&passing) {
            if let Some(outcome) = outcomes.get_mut(line) {
                let told = format!("{} {}", good.change.account.address, good.change.account.status());
                *outcome = Some(Outcome::new(Word::Done, told));
            }
        }
        events.extend(save::save(self.almoner, tx, self.ctx, &mut passing, None)?);
        Ok(events)
    }

    /// Whether the sender may send files where the line takes effect: where the account is, or where it is taken to.
    fn refused(&self, account: &Account, target: Option<&OdsCode>) -> Option<Outcome> {
        let code = target.unwrap_or(&account.organisation);
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
        Error::File(_) | Error::Held(_) | Error::Stopped | Error::Store(_) => Err(error),
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
