//! What a mailbox does by itself with what arrives: the script that the mail store runs, and whether what it sends on may
//! go. Which mailboxes have rules is in memory; the rules are read from the store each time, so they are of that moment.

use domain::ctx::Ctx;
use domain::delivery::{NOT_ALLOWED, Reply};
use domain::ids::Address;
use domain::mail_rule::{NOT_FORWARDED, answers, may_go};
use wire::engine::sieve::{Answer, Onward, script};

use crate::engine::Engine;
use crate::error::Error;
use crate::federation::Almoner;

/// What a mailbox runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The mailbox it is of.
    pub address: String,
    /// As Sieve.
    pub text: String,
}

/// Mail that a rule hands over.
#[derive(Debug, Clone, Copy)]
pub struct Handed<'a> {
    /// The mailbox whose rule it is; empty for an answer, and for what had no sender before.
    pub sender: &'a str,
    /// For whom.
    pub recipient: &'a str,
    /// In bytes.
    pub size: u64,
}

impl Engine {
    /// What the mailbox of an address runs for the next message; nothing where it has no rules that work now. Cost: two
    /// looks in memory, and two reads by key for a mailbox that has rules.
    pub fn script(&self, almoner: &Almoner, ctx: &Ctx, address: &str) -> Result<Option<Script>, Error> {
        let today = almoner.today(ctx);
        let (id, own, addresses) = {
            let book = self.book();
            let Some(record) = book.find(&address.to_ascii_lowercase(), today) else { return Ok(None) };
            if !record.rules {
                return Ok(None);
            }
            let all = [&record.address].into_iter().chain(&record.others);
            (record.id, record.address.to_string(), all.map(ToString::to_string).collect::<Vec<_>>())
        };
        let mut db = almoner.store.reader()?;
        let Some(account) = store::account::by_ids(&mut db, &[id])?.pop() else { return Ok(None) };
        let rules = store::mail_rule::get(&mut db, id)?;
        let away = rules.away.filter(|set| set.rule.answers_on(today) && answers(account.status()));
        let answer = away.as_ref().map(|set| Answer {
            inside: &set.rule.text,
            outside: set.rule.outside.as_deref().unwrap_or(&set.rule.text),
            days: set.rule.days,
            domain: almoner.domain(),
            addresses: &addresses,
        });
        let mut onward = None;
        if let Some(set) = &rules.forward
            && almoner.sends_on(ctx, &account, &set.rule)?
        {
            onward = Some(Onward { to: set.rule.to.as_str(), keep: set.rule.keep });
        }
        let any = answer.is_some() || onward.is_some();
        Ok(any.then(|| Script { address: own, text: script(answer.as_ref(), onward.as_ref()) }))
    }

    /// Whether what a rule sends may go to its recipient: what its person wrote in Sieve as well as what is set here. An
    /// answer goes to whoever wrote. Cost: two looks in memory, three reads by key.
    pub fn hands_over(&self, almoner: &Almoner, ctx: &Ctx, mail: &Handed<'_>) -> Result<Result<(), Reply>, Error> {
        let today = almoner.today(ctx);
        let Some(to) = Address::parse(mail.recipient) else { return Ok(Err(NOT_FORWARDED)) };
        if !mail.sender.is_empty()
            && let Err(refused) = self.sends_on(almoner, ctx, mail.sender, &to)?
        {
            return Ok(Err(refused));
        }
        Ok(if to.domain() == almoner.domain() {
            self.arrives(mail.recipient, mail.size, today).map(drop)
        } else {
            Ok(())
        })
    }

    /// Whether a mailbox sends mail on to an address: by what is set for it, or, while its person may work, by their own
    /// script, where the policy lets it go.
    fn sends_on(&self, almoner: &Almoner, ctx: &Ctx, from: &str, to: &Address) -> Result<Result<(), Reply>, Error> {
        let found = self.book().find(&from.to_ascii_lowercase(), almoner.today(ctx)).map(|record| record.id);
        let Some(id) = found else { return Ok(Err(NOT_ALLOWED)) };
        let mut db = almoner.store.reader()?;
        let Some(account) = store::account::by_ids(&mut db, &[id])?.pop() else { return Ok(Err(NOT_ALLOWED)) };
        if let Some(set) = store::mail_rule::get(&mut db, id)?.forward
            && set.rule.to == *to
            && almoner.sends_on(ctx, &account, &set.rule)?
        {
            return Ok(Ok(()));
        }
        // A script of one's own sends on as long as one may work.
        if !account.may_work() {
            return Ok(Err(NOT_ALLOWED));
        }
        let policy = almoner.policy_on(almoner.today(ctx))?;
        Ok(may_go(policy.forwarding.as_ref(), almoner.domain(), to))
    }
}
