//! The migration file: a population that already lives elsewhere, with its addresses, statuses and dates.

use std::collections::HashMap;
use std::path::Path;

use domain::account::{Cause, Question, State};
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::lifecycle::change::Action as Happened;
use domain::policy::Policy;
use domain::profile::Profile;
use domain::rights::Action;
use domain::rule::Rule;
use domain::signal::{Seen, Signal, Signals, Source};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use store::address::{AddressKind, Taken};
use store::tx::WriteTx;
use wire::files::Problem;
use wire::files::migration::MigrationLine;

use crate::account::create::{self, New};
use crate::account::mobile::{self, Numbers};
use crate::error::Error;
use crate::federation::Almoner;
use crate::import::FileReport;
use crate::import::accounts::noted;
use crate::import::job::{Applied, Job, Sent, problem};
use crate::import::outcome::{Outcome, Word};
use crate::import::registry::Registry;
use crate::import::send::{Sending, send};
use crate::progress::Progress;

struct MigrationJob<'a> {
    almoner: &'a Almoner,
    ctx: &'a Ctx,
    registry: Registry,
    policy: &'a Policy,
    grant: Option<i64>,
}

impl Almoner {
    /// Brings over accounts as they are elsewhere; for those who run the federation only, because the file states
    /// what else only time and rules bring about.
    pub fn import_migration(
        &self,
        ctx: &Ctx,
        file: &Path,
        out: Option<&Path>,
        check_only: bool,
        progress: &dyn Progress,
    ) -> Result<FileReport, Error> {
        Self::may_federation(&ctx.actor, Action::Create)?;
        let grant = Self::may_federation(&ctx.actor, Action::Bulk)?.grant;
        let policy = self.policy_on(self.today(ctx))?;
        let job = MigrationJob { almoner: self, ctx, registry: Registry::read(self, ctx)?, policy, grant };
        send(self, &job, &Sending { file, out, check_only }, progress)
    }
}

impl Job for MigrationJob<'_> {
    type Line = MigrationLine;
    // Lines of a file are scattered over organisations; a transaction writes every index page that it touches once, so a
    // large one writes far fewer: 10,000 lines took 0.55 times the time of 2,000 on a store of a million accounts.
    const BATCH: usize = 10_000;

    fn check(&self, number: u64, line: &MigrationLine) -> Vec<Problem> {
        let mut found = Vec::new();
        let host = self.almoner.domain();
        if line.address.domain() != host {
            let why = format!("the federation's domain is {host}: write an address that ends with @{host}");
            found.push(problem(number, "Address", &line.address, why));
        }
        // A closed organisation's accounts may come over: it takes no new ones, and these are not new (ORG-02).
        let right = self.registry.allowed(&line.organisation, &line.unit, &[Action::Create, Action::Bulk]);
        found.extend(right.err().map(|why| problem(number, "OrganisationODS", &line.organisation, why)));
        let dates = [
            ("StatusSince", line.status_since),
            ("Created", line.created_on),
            ("TermsAccepted", line.terms_accepted_on),
            ("PasswordChanged", line.password_changed_on),
        ];
        for (column, day) in dates {
            if let Some(day) = day.filter(|day| *day > self.registry.today()) {
                found.push(problem(number, column, &day, "this day has not come yet: correct it"));
            }
        }
        if let Some(mobile) = &line.mobile
            && let Err(why) = mobile::plain(mobile, self.policy)
        {
            found.push(problem(number, "Mobile", mobile, why));
        }
        found.extend(contradiction(line).map(|why| problem(number, "Status", &line.status, why)));
        found
    }

    fn keys(&self, line: &MigrationLine) -> Vec<String> {
        let number = (!line.local_id.is_empty()).then(|| format!("{} {}", line.organisation, line.local_id));
        number.into_iter().chain([line.address.to_string()]).collect()
    }

    fn name<'l>(&self, line: &'l MigrationLine) -> &'l str {
        line.address.as_str()
    }

    fn apply(&self, tx: &mut WriteTx<'_>, _: &str, lines: &[Sent<'_, MigrationLine>]) -> Result<Applied, Error> {
        let addresses: Vec<&str> = lines.iter().map(|sent| sent.line.address.as_str()).collect();
        let taken = store::address::taken(tx, &addresses)?;
        let ids: Vec<_> = taken.iter().map(|t| t.account).collect();
        let holders: HashMap<_, _> = store::account::by_ids(tx, &ids)?.into_iter().map(|a| (a.id, a)).collect();
        let taken: HashMap<&str, &Taken> = taken.iter().map(|t| (t.address.as_str(), t)).collect();
        let numbers: Vec<(&OdsCode, &str)> = lines
            .iter()
            .filter(|sent| !sent.line.local_id.is_empty())
            .map(|sent| (&sent.line.organisation, sent.line.local_id.as_str()))
            .collect();
        let numbered: HashMap<(OdsCode, String), String> = store::account::by_numbers(tx, &numbers)?
            .into_iter()
            .map(|(local_id, a)| ((a.organisation, local_id), a.address.to_string()))
            .collect();
        let wanted: Vec<String> = lines.iter().map(|sent| self.mobile(sent.line)).collect();
        let asked: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let mut mobiles = Numbers::in_turn(tx, &asked)?;
        let mut new = Vec::with_capacity(lines.len());
        let mut outcomes = Vec::with_capacity(lines.len());
        for Sent { line, .. } in lines {
            let number = (line.organisation.clone(), line.local_id.clone());
            outcomes.push(match (taken.get(line.address.as_str()), numbered.get(&number)) {
                (Some(taken), _) => here(line, taken, holders.get(&taken.account)),
                (None, Some(other)) => {
                    Outcome::rejected("LocalId", format!("{other} has the LocalId already: correct one of them"))
                }
                // A deleted account uses no number (SSPR-02).
                (None, None) if line.status != Status::Deleted && !mobiles.take(&self.mobile(line), None) => {
                    Outcome::rejected("Mobile", mobile::TAKEN)
                }
                (None, None) => {
                    new.push(self.brought(line)?);
                    Outcome::new(Word::Created, line.address.as_str())
                }
            });
        }
        if new.is_empty() {
            return Ok(Applied { outcomes, events: Vec::new() });
        }
        let (_, events) =
            create::create(self.almoner, tx, self.ctx, &new, Happened::Migrated, self.grant, |_| Vec::new())?;
        Ok(Applied { outcomes, events })
    }
}

/// An address that is taken: by the very account, when the file was sent before, or by another.
fn here(line: &MigrationLine, taken: &Taken, holder: Option<&domain::account::Account>) -> Outcome {
    let same = holder.is_some_and(|a| a.organisation == line.organisation && a.kind == line.kind);
    match taken.kind {
        AddressKind::Reserved => Outcome::rejected("Address", "the address is reserved after a purge: choose another"),
        AddressKind::Primary if same => Outcome::new(Word::Unchanged, "the account is here already"),
        AddressKind::Primary | AddressKind::Alias | AddressKind::OldName | AddressKind::OldOrganisation => {
            Outcome::rejected("Address", "another account has the address: choose another")
        }
    }
}

/// What a status cannot be brought over with.
fn contradiction(line: &MigrationLine) -> Option<&'static str> {
    match line.status {
        Status::Purged => Some("a purged account is gone for good: leave the line out; its address cannot be reserved"),
        Status::Pending if line.terms_accepted_on.is_some() => {
            Some("pending means that the terms of use are not accepted: write active, or leave TermsAccepted empty")
        }
        Status::Leaver if line.kind != Kind::User => {
            Some("only a user account can be a leaver: transfer or delete this mailbox instead")
        }
        Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled | Status::Deleted => {
            None
        }
    }
}

impl MigrationJob<'_> {
    /// The line's mobile number as it is kept; what could not be read was told before.
    fn mobile(&self, line: &MigrationLine) -> String {
        line.mobile.as_ref().and_then(|text| mobile::plain(text, self.policy).ok()).unwrap_or_default()
    }

    fn brought(&self, line: &MigrationLine) -> Result<New, Error> {
        let home = self.registry.get(&line.organisation);
        let sector = home.ok_or(store::error::Error::Corrupt("account.organisation"))?.sector;
        let start = |day: Day| self.almoner.calendar().start_of(day);
        let created_on = line.created_on.or(line.status_since).unwrap_or_else(|| self.registry.today());
        let mut signals = Signals::default();
        if let Some(day) = line.password_changed_on {
            signals.see(Signal::PasswordChange, Seen { at: start(day), source: Source::Migration });
        }
        let entitlement = &self.policy.entitlement;
        let licence = if line.licence.is_empty() { &entitlement.licence } else { &line.licence };
        Ok(New {
            kind: line.kind,
            address: line.address.clone(),
            organisation: line.organisation.clone(),
            sector,
            state: state(line.status, start(self.since(line, created_on))),
            signals,
            created_at: start(created_on),
            terms_at: line.terms_accepted_on.map(start),
            profile: Profile {
                local_id: line.local_id.clone(),
                title: line.title.clone(),
                first_name: line.first_name.clone(),
                last_name: line.last_name.clone(),
                display_name: line.display_name.clone(),
                mobile: self.mobile(line),
                hide_mobile: line.hide_mobile,
                telephone: line.telephone.clone(),
                job_title: line.job_title.clone(),
                unit: line.unit.clone(),
                licence: licence.clone(),
                quota_mib: entitlement.quota_mib,
                services_off: String::new(),
                hidden: false,
                notes: noted("", &line.notes),
            },
        })
    }

    /// Where the file does not say since when: in use, since it was made; on the way to a deletion, since today, so that
    /// nobody loses a mailbox to a date that is missing.
    fn since(&self, line: &MigrationLine, created_on: Day) -> Day {
        line.status_since.unwrap_or(match line.status {
            Status::Pending | Status::Active => created_on,
            Status::Inactive | Status::Leaver | Status::Disabled | Status::Deleted | Status::Purged => {
                self.registry.today()
            }
        })
    }
}

fn state(status: Status, since: Timestamp) -> State {
    match status {
        Status::Pending => State::Pending { since },
        Status::Active => State::Active { since, question: Question::None },
        Status::Inactive => State::Inactive { since, rule: Rule::Lc01 },
        Status::Leaver => State::Leaver { since, disabled_at: None },
        Status::Disabled => State::Disabled { since },
        // Purged is refused before.
        Status::Deleted | Status::Purged => State::Deleted { since, cause: Cause::Elsewhere },
    }
}
