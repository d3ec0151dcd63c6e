//! Resecuring an account that may be in the wrong hands (PWD-04): another password, no security answers, the terms of use
//! once more, no sessions. Its person finishes within the policy's pending period, or it becomes inactive (LC-13).

use domain::ctx::Ctx;
use domain::lifecycle::apply::{Event, apply};
use domain::lifecycle::task::next_task;
use domain::policy::SecondOnResecure;
use domain::rights::Action;
use domain::rule::Rule;
use store::credential::Credential;
use store::event::NewEvent;
use store::tx::Audit;

use crate::account::decided::Decided;
use crate::account::save;
use crate::engine::commands::kick;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::proof::{must_authenticate, stated};
use crate::identity::{Dice, password, told};

impl Almoner {
    /// Gives a temporary password and takes all else away. The answers may be what was stolen, so they prove nothing here: the
    /// administrator states how they made sure that the person is the person; the operator at the machine need not.
    pub fn resecure(&self, ctx: &Ctx, address: &str, statement: &str, dice: &dyn Dice) -> Result<String, Error> {
        let rules = self.identity_rules(ctx)?;
        let (account, grant) = self.to_be_helped(ctx, Action::Resecure, address)?;
        let statement = statement.trim();
        if must_authenticate(&ctx.actor) {
            stated(statement)?;
        }
        let removes = self
            .recovery_rules(ctx)?
            .is_some_and(|recovery| recovery.resecure_second_factor == SecondOnResecure::Remove);
        let temporary = password::temporary(dice);
        let hashed = password::hash(&temporary, dice)?;
        self.store.write("resecure", |tx| {
            let corrupt = |what| store::error::Error::Corrupt(what);
            let before = store::account::get(tx, account.id)?.ok_or_else(|| corrupt("account.id"))?;
            let home = store::organisation::get(tx, &before.organisation)?;
            let sector = home.ok_or_else(|| corrupt("account.organisation"))?.sector;
            let terms = self.terms(before.kind, sector, self.today(ctx))?;
            let change = apply(&before, &Event::Resecure, &terms, ctx.now)?;
            let next = next_task(&change.account, &terms);
            let none = || Credential::none(before.id);
            let credential = store::credential::get(tx, before.id)?.unwrap_or_else(none);
            let fresh = password::replaced(&credential, hashed.clone(), ctx, true, rules);
            let fresh = if removes { Credential { totp: String::new(), recovery: Vec::new(), ..fresh } } else { fresh };
            store::credential::put(tx, &fresh)?;
            if removes {
                store::passkey::remove_all(tx, before.id)?;
            }
            store::recovery::remove(tx, before.id)?;
            store::app_password::remove_all(tx, before.id)?;
            kick(tx, ctx, before.id, "resecured")?;
            let decided = Decided { grant, reason: statement.to_owned(), ..Decided::by_system(before, change, next) };
            let mut events = save::save(self, tx, ctx, &mut [decided], None)?;
            let second = if removes { "removed" } else { "kept" };
            let line = told(ctx, &account, "password_reset", &format!("{{\"second_factor\":\"{second}\"}}"));
            events.push(NewEvent { grant_id: grant, rule: Some(Rule::Pwd04.as_str()), ..line });
            Ok::<_, Error>(((), Audit::events(events)?))
        })?;
        self.end_sessions(account.id)?;
        self.unlock(&account)?;
        Ok(temporary)
    }
}
