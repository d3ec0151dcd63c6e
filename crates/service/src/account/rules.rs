//! Out of office and forwarding (OOO-01): a person sets their own, an administrator those of somebody away. What is set
//! holds for the next message.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{Address, OdsCode};
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::mail_rule::{Away, Forward, MOST_HOPS, forwards, has_rules, may_go};
use domain::org::Organisation;
use domain::refusal::Refusal;
use domain::rights::{Action, Actor, Place};
use domain::rule::Rule;
use domain::status::{Kind, Status};
use store::mail_rule::{MailRules, Set};
use store::tx::{Audit, Reader};

use crate::account::belongings::rules_changed;
use crate::account::decided::Decided;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;

/// What a mailbox does by itself, for whoever may change it.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The mailbox.
    pub account: Account,
    /// What it is called.
    pub name: String,
    /// What is set.
    pub rules: MailRules,
    /// Those who write today are answered.
    pub answers: bool,
    /// What arrives now is sent on.
    pub forwards: bool,
}

/// Who changes the rules of a mailbox.
struct Setter {
    grant: Option<i64>,
    /// The organisation in whose name an administrator does; none for its own person.
    of: Option<OdsCode>,
}

fn open(db: &mut Reader<'_>, ctx: &Ctx, address: &str) -> Result<(Account, Organisation, Setter), Error> {
    let (account, home) = Almoner::find(db, ctx, address)?;
    if matches!(&ctx.actor, Actor::Person { id, .. } if *id == account.id) && account.kind == Kind::User {
        return Ok((account, home, Setter { grant: None, of: None }));
    }
    let profile = store::profile::get(db, account.id)?;
    let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
    let unseen = || Error::not_found("account", address);
    let grant = Almoner::may(&ctx.actor, Action::SetRules, place, unseen)?.grant;
    let of = Some(home.code.clone());
    Ok((account, home, Setter { grant, of }))
}

impl Almoner {
    /// What a mailbox does by itself.
    pub fn mail_rules(&self, ctx: &Ctx, address: &str) -> Result<Rules, Error> {
        let mut db = self.store.reader()?;
        let (account, _, _) = open(&mut db, ctx, address)?;
        let rules = store::mail_rule::get(&mut db, account.id)?;
        let name = store::profile::get(&mut db, account.id)?.full_name();
        let today = self.today(ctx);
        let answers = rules.away.as_ref().is_some_and(|set| set.rule.answers_on(today))
            && domain::mail_rule::answers(account.status());
        let forwards = match &rules.forward {
            Some(set) => self.sends_on(ctx, &account, &set.rule)?,
            None => false,
        };
        Ok(Rules { account, name, rules, answers, forwards })
    }

    /// Whether what arrives for an account now is sent on.
    pub(crate) fn sends_on(&self, ctx: &Ctx, account: &Account, forward: &Forward) -> Result<bool, Error> {
        let works = forwards(forward, account.status(), account.is_disabled_leaver(), &account.organisation);
        let policy = self.policy_on(self.today(ctx))?;
        Ok(works && may_go(policy.forwarding.as_ref(), self.domain(), &forward.to).is_ok())
    }

    /// Sets out of office, or ends it.
    pub fn set_away(&self, ctx: &Ctx, address: &str, away: Option<Away>) -> Result<Account, Error> {
        let today = self.today(ctx);
        let away = away.map(|away| away.checked(today)).transpose().map_err(|wrong| Error::input(wrong.to_string()))?;
        self.change_rules(ctx, address, |_, _, _, rules, by| {
            let at = ctx.now;
            Ok(MailRules { away: away.clone().map(|rule| Set { rule, by, at }), ..rules })
        })
    }

    /// Sends on what arrives to an address, and keeps it or not; or ends it.
    pub fn set_forward(&self, ctx: &Ctx, address: &str, to: Option<(&str, bool)>) -> Result<Account, Error> {
        let to = match to {
            Some((to, keep)) => Some((self.target(to)?, keep)),
            None => None,
        };
        self.change_rules(ctx, address, |tx, account, of, rules, by| {
            let Some((to, keep)) = to.clone() else { return Ok(MailRules { forward: None, ..rules }) };
            let policy = self.policy_on(self.today(ctx))?;
            may_go(policy.forwarding.as_ref(), self.domain(), &to).map_err(|_| self.outside(&to, policy))?;
            self.leads_somewhere(tx, account, &to)?;
            let rule = Forward { to, keep, by_administrator_of: of };
            Ok(MailRules { forward: Some(Set { rule, by, at: ctx.now }), ..rules })
        })
    }

    fn target(&self, typed: &str) -> Result<Address, Error> {
        let wrong = || Error::input(format!("this is no address: write it as first.last@{}", self.domain()));
        Address::parse(typed.trim()).filter(|to| to.domain().contains('.')).ok_or_else(wrong)
    }

    fn outside(&self, to: &Address, policy: &domain::policy::Policy) -> Error {
        let domains = policy.forwarding.as_ref().map(|rules| rules.domains.join(", ")).unwrap_or_default();
        let allowed = if domains.is_empty() { String::new() } else { format!(", or of {domains}") };
        Error::input(format!("mail is not forwarded to {}: name an address of {}{allowed}", to.domain(), self.domain()))
    }

    /// An address of the federation is somebody's who gets mail, and does not lead back.
    fn leads_somewhere(&self, db: &mut Reader<'_>, account: &Account, to: &Address) -> Result<(), Error> {
        let mut next = to.clone();
        for hop in 0..=MOST_HOPS {
            if next.domain() != self.domain() {
                return Ok(());
            }
            let Some(there) = store::account::by_address(db, next.as_str())? else {
                if hop == 0 {
                    return Err(Error::input(format!("nobody has the address {to}: correct it")));
                }
                return Ok(());
            };
            if there.id == account.id {
                return Err(Error::input(if hop == 0 {
                    "this is the mailbox itself: name another address".to_owned()
                } else {
                    format!("{to} is forwarded back to this mailbox: mail would go round in a ring")
                }));
            }
            if hop == 0 && domain::delivery::arrival(there.status()).is_err() {
                return Err(Error::input(format!("the mailbox {to} is closed: name another address")));
            }
            match store::mail_rule::get(db, there.id)?.forward {
                Some(set) => next = set.rule.to,
                None => return Ok(()),
            }
        }
        Err(Error::input(format!("{to} is forwarded over {MOST_HOPS} more mailboxes: name the last of them")))
    }

    fn change_rules(
        &self,
        ctx: &Ctx,
        address: &str,
        decide: impl Fn(&mut Reader<'_>, &Account, Option<OdsCode>, MailRules, String) -> Result<MailRules, Error>,
    ) -> Result<Account, Error> {
        self.store.write("mail_rules", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let (account, home, setter) = open(tx, ctx, address)?;
            if !has_rules(account.kind) {
                return Err(Error::input(
                    "a room or a piece of equipment answers by its bookings: it has no such rules",
                ));
            }
            if matches!(account.status(), Status::Deleted | Status::Purged) {
                let instead = "restore it first: a closed mailbox gets no mail";
                return Err(Refusal::WrongStatus { status: account.status(), instead }.into());
            }
            let was = store::mail_rule::get(tx, account.id)?;
            let is = decide(tx, &account, setter.of, was.clone(), ctx.actor.name().to_owned())?;
            let rule =
                |rules: &MailRules| (rules.away.clone().map(|set| set.rule), rules.forward.clone().map(|set| set.rule));
            if rule(&was) == rule(&is) {
                return Err(Refusal::AlreadySet.into());
            }
            store::mail_rule::put(tx, account.id, &is)?;
            let terms = self.terms(account.kind, home.sector, self.today(ctx))?;
            let change = Change::plain(account.clone(), account.status(), Happened::RulesSet, Rule::Ooo01);
            let mut decided = Decided::by_system(account.clone(), change, next_task(&account, &terms));
            (decided.grant, decided.belongings) = (setter.grant, rules_changed(&was, &is));
            let events = save::save(self, tx, ctx, &mut [decided], None)?;
            Ok((account, Audit::events(events)?))
        })
    }
}
