//! Who can be played in a demonstration: somebody of each kind, who needs no password and no telephone. Only a rehearsal has
//! them; a real federation refuses.

use domain::account::Account;
use domain::confirmation::{Confirmation, Confirmer};
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::Sector;
use domain::rights::{Actor, Role, Scope};
use domain::status::{Kind, Status};
use store::credential::Credential;
use store::tx::Audit;

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::seal::seal;
use crate::identity::second::fresh_secret;
use crate::identity::sign_in::SignIn;
use crate::identity::{Dice, Key, digest, password, second, token, told};

/// Somebody who can be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which kind of person.
    pub kind: &'static str,
    /// What they come for.
    pub comes_to: &'static str,
    /// Their address.
    pub address: String,
}

/// Kinds of people without a role, by the status of the account.
const PLAIN: [(&str, &str, Status); 3] = [
    ("A user", "sees how their account stands, and why", Status::Active),
    ("A user who was away", "is inactive; reads why, and what makes the account active again", Status::Inactive),
    ("A leaver", "keeps the mail for a while; another organisation must take them in", Status::Leaver),
];

/// Kinds of people with a role.
const ROLES: [(&str, &str, Role); 8] = [
    ("Helpdesk", "resets passwords and answers why, in one organisation", Role::Helpdesk),
    ("Local administrator", "runs the accounts of one organisation", Role::LocalAdmin),
    ("Primary local administrator", "does so, names administrators and releases brakes", Role::PrimaryLocalAdmin),
    ("Sector team", "looks after the general practices", Role::SectorAdmin),
    ("National helpdesk", "helps people of every organisation", Role::NationalHelpdesk),
    ("Auditor", "reads who did what, and changes nothing", Role::Auditor),
    ("Operator", "runs the federation: runs, policies, brakes", Role::Operator),
    ("Second operator", "releases what the first asked for", Role::Operator),
];

impl Almoner {
    /// Finds or makes one person of each kind in an organisation, ready to be played. Who is not there is left out.
    pub fn cast(&self, ctx: &Ctx, organisation: &str, key: &Key, dice: &dyn Dice) -> Result<Vec<Part>, Error> {
        self.only_rehearsed()?;
        let code = OdsCode::parse(organisation).map_err(|bad| Error::input(bad.to_string()))?;
        let mut parts = Vec::new();
        let mut free = Vec::new();
        for (kind, comes_to, status) in PLAIN {
            let mut found = self.without_role(ctx, &code, status)?.into_iter();
            parts.extend(found.next().map(|address| Part { kind, comes_to, address }));
            if status == Status::Active {
                free.extend(found);
            }
        }
        let mut free = free.into_iter();
        for (kind, comes_to, role) in ROLES {
            let scope = match role {
                Role::PrimaryLocalAdmin | Role::LocalAdmin | Role::Helpdesk => Scope::Organisation(code.clone()),
                Role::SectorAdmin => Scope::Sector(Sector::Gp),
                Role::Operator | Role::Auditor | Role::NationalHelpdesk => Scope::Federation,
            };
            let local = matches!(scope, Scope::Organisation(_));
            let holders = if local { self.grants_over(ctx, &scope)? } else { Vec::new() };
            let holder = holders.into_iter().find(|(given, _)| given.grant.role == role).map(|(_, address)| address);
            let Some(address) = holder.or_else(|| free.next()) else { continue };
            let today = self.today(ctx);
            let confirmed = Confirmation::new(Confirmer::HeadOfHr, "Nobody, it is a demonstration", today, today);
            self.grant_confirmed(ctx, &address, role, &scope, confirmed.ok().as_ref())?;
            parts.push(Part { kind, comes_to, address });
        }
        for part in &parts {
            self.ready(ctx, &part.address, key, dice)?;
        }
        Ok(parts)
    }

    fn only_rehearsed(&self) -> Result<(), Error> {
        if self.rehearsal() {
            return Ok(());
        }
        Err(Error::input("in a real federation nobody is played: make one of your own with `almoner demo --serve`"))
    }

    /// Users of a status who hold no role, by id.
    fn without_role(&self, ctx: &Ctx, code: &OdsCode, status: Status) -> Result<Vec<String>, Error> {
        let all = self.list_accounts(ctx, code.as_str(), Some(status), None, 200)?;
        let users: Vec<_> = all.into_iter().map(|(account, _)| account).filter(|a| a.kind == Kind::User).collect();
        let ids: Vec<_> = users.iter().map(|account| account.id).collect();
        let given = store::grant::of_accounts(&mut self.store.reader()?, &ids)?;
        let holds = |account: &Account| given.iter().any(|given| given.grant.holder == account.id);
        Ok(users.into_iter().filter(|account| !holds(account)).map(|account| account.address.to_string()).collect())
    }

    /// A password and an authenticator that nobody knows, so that no step is left before the first page.
    fn ready(&self, ctx: &Ctx, address: &str, key: &Key, dice: &dyn Dice) -> Result<(), Error> {
        self.credential(ctx, address, &token(dice), dice, &|account| {
            seal(&fresh_secret(dice), key, &second::purpose(account.id.0), dice)
        })
    }

    /// Two users of an organisation who have a mailbox and a password each, which is told: for mail programs.
    pub fn correspondents(
        &self,
        ctx: &Ctx,
        organisation: &str,
        dice: &dyn Dice,
    ) -> Result<Vec<(String, String)>, Error> {
        self.only_rehearsed()?;
        let code = OdsCode::parse(organisation).map_err(|bad| Error::input(bad.to_string()))?;
        // The cast takes the first: who is played has an authenticator, and so no mail program.
        let two = self.without_role(ctx, &code, Status::Active)?.into_iter().rev().take(2);
        let mut told = Vec::new();
        for address in two {
            let own = password::temporary(dice);
            self.credential(ctx, &address, &own, dice, &|_| Ok(String::new()))?;
            told.push((address, own));
        }
        Ok(told)
    }

    /// Gives somebody a password, and an authenticator or none.
    fn credential(
        &self,
        ctx: &Ctx,
        address: &str,
        own: &str,
        dice: &dyn Dice,
        totp: &dyn Fn(&Account) -> Result<String, Error>,
    ) -> Result<(), Error> {
        let hash = password::hash(own, dice)?;
        self.store.write("demo_part", |tx| {
            let account =
                store::account::by_address(tx, address)?.ok_or_else(|| Error::not_found("account", address))?;
            let none = || Credential::none(account.id);
            let old = store::credential::get(tx, account.id)?.unwrap_or_else(none);
            let (hash, totp) = (hash.clone(), totp(&account)?);
            let next = Credential { hash, set_at: ctx.now, temporary: false, totp, ..old };
            store::credential::put(tx, &next)?;
            Ok::<_, Error>(((), Audit::events(vec![told(ctx, &account, "demo_part", "{}")])?))
        })
    }

    /// Begins a session as somebody, without a password; only in a rehearsal, and only as whoever was made ready by the
    /// caller, who knows the cast.
    pub fn play(&self, ctx: &Ctx, address: &str, agent: &str, dice: &dyn Dice) -> Result<SignIn, Error> {
        self.only_rehearsed()?;
        let account = store::account::by_address(&mut self.store.reader()?, address)?
            .filter(crate::identity::may_sign_in)
            .ok_or_else(|| Error::not_found("account", address))?;
        let device = token(dice);
        self.store.know_device(account.id, &digest(&device), ctx.now)?;
        let who = Actor::Person { id: account.id, address: account.address.to_string(), grants: Vec::new() };
        let ctx = Ctx { actor: who, ..ctx.clone() };
        let token = self.begin_session(&ctx, account.id, (agent, true), None, dice)?;
        self.signed_in(&ctx, &account)?;
        Ok(SignIn::In { token, device })
    }
}
