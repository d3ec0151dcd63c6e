//! The same for several accounts at once: what would come of it for each, then the file that does it.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::explain::explain;
use domain::ids::OdsCode;
use domain::lifecycle::step::{Step, next_step};
use domain::profile::Profile;
use domain::status::Status;
use store::tx::Reader;
use wire::csv::Writer;

use crate::account::act::{Asked, Request};
use crate::account::setting::Setting;
use crate::account::twins::Twin;
use crate::error::Error;
use crate::federation::Almoner;

/// So many accounts are chosen by hand at once; more come in a file.
pub const CHOSEN: usize = 500;

/// What would come of a request.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// The address that was named.
    pub address: String,
    /// The account, where it may be named to whoever asks.
    pub name: String,
    /// As it would be, or why it would not.
    pub outcome: Result<Would, String>,
}

/// The account as it would be.
#[derive(Debug, Clone)]
pub struct Would {
    /// As it is.
    pub before: Account,
    /// As it would be.
    pub after: Account,
    /// Its administration rights would end.
    pub ends_grants: bool,
    /// What time alone would bring then.
    pub next: Option<Step>,
    /// What would change that.
    pub unless: Vec<String>,
    /// Other accounts that may be the same person's, in the organisation that takes it in.
    pub twins: Vec<Twin>,
}

impl Almoner {
    /// What a request would do to each of some accounts, by the same decision as when it is done; changes nothing.
    pub fn would(
        &self,
        ctx: &Ctx,
        addresses: &[String],
        request: &Request,
        reason: &str,
    ) -> Result<Vec<Foreseen>, Error> {
        if addresses.len() > CHOSEN {
            return Err(Error::input(format!(
                "{} accounts are too many for a page: send a file for more than {CHOSEN}",
                addresses.len()
            )));
        }
        let asked: Vec<Asked> = addresses
            .iter()
            .map(|address| Asked {
                address: address.trim().to_ascii_lowercase(),
                request: request.clone(),
                reason: reason.to_owned(),
                request_key: None,
            })
            .collect();
        let mut db = self.store.reader()?;
        let today = self.today(ctx);
        let decided = self.decide(&mut db, ctx, &asked)?;
        let mut all = Vec::with_capacity(asked.len());
        for (one, decision) in asked.into_iter().zip(decided) {
            let outcome = match decision {
                Ok(decided) => {
                    let after = decided.change.account.clone();
                    let home = store::organisation::get(&mut db, &after.organisation)?;
                    let sector = home.ok_or(store::error::Error::Corrupt("account.organisation"))?.sector;
                    let terms = self.terms(after.kind, sector, today)?;
                    let next = next_step(&after, &terms).map(|step| step.not_before(today, &terms));
                    let twins = self.others(&mut db, ctx, request, &decided.before)?;
                    let unless = explain(&after, &terms, today).would_change;
                    let ends_grants = decided.change.ends_grants;
                    Ok(Would { before: decided.before, after, ends_grants, next, unless, twins })
                }
                Err(error @ Error::Store(_)) => return Err(error),
                Err(error) => Err(error.to_string()),
            };
            let name = match &outcome {
                Ok(would) => store::profile::get(&mut db, would.before.id)?.full_name(),
                Err(_) => String::new(),
            };
            all.push(Foreseen { address: one.address, name, outcome });
        }
        Ok(all)
    }

    /// JML-03: whoever is taken in may have an account there already.
    fn others(&self, db: &mut Reader<'_>, ctx: &Ctx, request: &Request, account: &Account) -> Result<Vec<Twin>, Error> {
        let Request::Join(code) = request else { return Ok(Vec::new()) };
        let profile = store::profile::get(db, account.id)?;
        let person = Profile { local_id: String::new(), ..profile };
        let twins = self.twins(ctx, code.as_str(), &person)?;
        let other = |twin: &Twin| twin.account.id != account.id && twin.account.status() != Status::Deleted && twin.own;
        Ok(twins.into_iter().filter(other).collect())
    }

    /// The file of actions that does it. Its number makes it another file than the last one that did the same.
    pub fn actions_file(
        &self,
        number: i64,
        addresses: &[String],
        action: &str,
        argument: &str,
        reason: &str,
    ) -> Vec<u8> {
        let mut out = Writer::new(Vec::new());
        let why = format!("{reason} (selection {number})");
        let lines = addresses.iter().map(|address| [address.as_str(), action, argument, why.trim()]);
        for line in std::iter::once(["Address", "Action", "Argument", "Reason"]).chain(lines) {
            // Writing to memory cannot fail.
            drop(out.write_record(line));
        }
        drop(out.flush());
        out.into_inner()
    }

    /// The grants of an account that would end with it, for those who see the account (ROLE-06).
    pub fn grants_ending(&self, ctx: &Ctx, address: &str) -> Result<Vec<(domain::rights::Role, String)>, Error> {
        let given = self.grants_of(ctx, address)?;
        Ok(given.iter().map(|g| (g.grant.role, crate::grant::scope_text(&g.grant.scope))).collect())
    }
}

/// Addresses as people paste them: one a line, or with commas, semicolons, spaces; each once.
pub fn addresses(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let each = text.split([',', ';', ' ', '\n', '\r', '\t', '<', '>']).map(str::trim).filter(|one| one.contains('@'));
    for one in each.map(str::to_ascii_lowercase) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// The request of a word of an actions file, and of what stands beside it.
pub fn request(word: &str, argument: &str) -> Result<Request, Error> {
    let code =
        || OdsCode::parse(&argument.trim().to_ascii_uppercase()).map_err(|error| Error::input(error.to_string()));
    let name = || {
        let name = argument.trim();
        if name.is_empty() { Err(Error::input("name it: the licence, or the service")) } else { Ok(name.to_owned()) }
    };
    Ok(match word {
        "leaver" => Request::MarkLeaver,
        "cancel-leaver" => Request::CancelLeaver,
        "join" => Request::Join(code()?),
        "transfer" => Request::Transfer(code()?),
        "disable" => Request::Disable,
        "enable" => Request::Enable,
        "delete" => Request::Delete,
        "restore" => Request::Restore,
        "hide" => Request::Set(Setting::Hidden(true)),
        "show" => Request::Set(Setting::Hidden(false)),
        "licence" => Request::Set(Setting::Licence(name()?)),
        "service-on" => Request::Set(Setting::Service { name: name()?, on: true }),
        "service-off" => Request::Set(Setting::Service { name: name()?, on: false }),
        _ => return Err(Error::not_found("action", word)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_paste_them() {
        let text = "Ann Lee <Ann.Lee@mail.example>; bob@mail.example,\r\nbob@mail.example\tcy@mail.example\nnobody";
        assert_eq!(addresses(text), ["ann.lee@mail.example", "bob@mail.example", "cy@mail.example"]);
        assert!(addresses("").is_empty());
    }

    #[test]
    fn every_word_of_an_actions_file_is_a_request_and_no_other() {
        for (word, argument, good) in [
            ("leaver", "", true),
            ("join", "rx1", true),
            ("join", "?", false),
            ("licence", "", false),
            ("licence", "gold", true),
            ("service-off", "web", true),
            ("explode", "", false),
        ] {
            assert_eq!(request(word, argument).is_ok(), good, "{word} {argument}");
        }
    }
}
