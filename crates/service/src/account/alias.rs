//! Further addresses of an account. An address is never another's: one that is taken away stays reserved to its account.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::Address;
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::org::Organisation;
use domain::refusal::Refusal;
use domain::rights::Place;
use domain::rule::Rule;
use domain::status::{Kind, Status};
use store::address::{AddressKind, Taken};
use store::tx::{Audit, Reader, WriteTx};

use crate::account::belongings::address_changed;
use crate::account::decided::Decided;
use crate::account::edit::general;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::Difference;

impl Almoner {
    /// Gives an account a further address in the federation's domain.
    pub fn add_alias(&self, ctx: &Ctx, address: &str, alias: &str) -> Result<Account, Error> {
        let alias = self.own_address(alias)?;
        self.readdressed(ctx, address, |tx, account, home| {
            let taken = store::address::taken(tx, &[alias.as_str()])?.pop();
            let is = (AddressKind::Alias, None);
            match &taken {
                Some(own) if own.account == account.id && own.kind == AddressKind::Reserved => {
                    store::address::demote(tx, &alias, AddressKind::Alias, None)?;
                }
                Some(own) if own.account == account.id => {
                    return Err(Error::input(format!("the account has the address {alias} already")));
                }
                Some(_) => {
                    return Err(Error::input(format!(
                        "{alias} was given out before, and an address is never given to somebody else: choose another"
                    )));
                }
                None => {
                    may_begin(tx, account.kind, home, &alias)?;
                    let claim =
                        Taken { address: alias.clone(), account: account.id, kind: AddressKind::Alias, until: None };
                    store::address::claim(tx, [&claim])?;
                }
            }
            Ok(address_changed(&alias, taken.as_ref(), Some(is)))
        })
    }

    /// Takes a given address away. Mail to it is refused from now on; it stays reserved to the account.
    pub fn remove_alias(&self, ctx: &Ctx, address: &str, alias: &str) -> Result<Account, Error> {
        let alias = self.own_address(alias)?;
        self.readdressed(ctx, address, |tx, account, _| {
            let taken = store::address::taken(tx, &[alias.as_str()])?.pop().filter(|taken| taken.account == account.id);
            let taken = taken.ok_or_else(|| Error::input(format!("the account has no address {alias}: correct it")))?;
            match (taken.kind, taken.until) {
                (AddressKind::Alias, _) => {}
                (AddressKind::Primary, _) => {
                    return Err(Error::input("the address that an account is known by stays: change its name instead"));
                }
                (AddressKind::OldName, _) => {
                    return Err(Error::input("an address of a former name is kept for good: leave it"));
                }
                (AddressKind::OldOrganisation, until) => {
                    let day = until.map_or_else(String::new, |day| format!(" on {day}"));
                    return Err(Error::input(format!(
                        "an address of a former organisation ends by itself{day}: leave it"
                    )));
                }
                (AddressKind::Reserved, _) => return Err(Refusal::AlreadySet.into()),
            }
            store::address::demote(tx, &alias, AddressKind::Reserved, None)?;
            Ok(address_changed(&alias, Some(&taken), Some((AddressKind::Reserved, None))))
        })
    }

    /// An address in the federation's domain; the domain may be left out.
    fn own_address(&self, typed: &str) -> Result<Address, Error> {
        let typed = typed.trim();
        let whole = if typed.contains('@') { typed.to_owned() } else { format!("{typed}@{}", self.domain()) };
        Address::parse(&whole).filter(|address| address.domain() == self.domain()).ok_or_else(|| {
            Error::input(format!("this is no address of {0}: write it as first.last@{0}", self.domain()))
        })
    }

    fn readdressed(
        &self,
        ctx: &Ctx,
        address: &str,
        mut change: impl FnMut(&mut WriteTx<'_>, &Account, &Organisation) -> Result<Difference, Error>,
    ) -> Result<Account, Error> {
        self.store.write("readdress", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let (account, home) = Self::find(tx, ctx, address)?;
            let profile = store::profile::get(tx, account.id)?;
            let place = Place::Organisation { code: &home.code, sector: home.sector, unit: &profile.unit };
            let unseen = || Error::not_found("account", address);
            let grant = Self::may(&ctx.actor, general(account.kind), place, unseen)?.grant;
            if matches!(account.status(), Status::Deleted | Status::Purged) {
                let instead = "only an account that is in use has further addresses";
                return Err(Refusal::WrongStatus { status: account.status(), instead }.into());
            }
            let told = change(tx, &account, &home)?;
            let terms = self.terms(account.kind, home.sector, self.today(ctx))?;
            let what = Change::plain(account.clone(), account.status(), Happened::Edited, Rule::Lc21);
            let mut decided = Decided::by_system(account.clone(), what, next_task(&account, &terms));
            (decided.grant, decided.belongings) = (grant, vec![told]);
            let events = save::save(self, tx, ctx, &mut [decided], None)?;
            Ok((account, Audit::events(events)?))
        })
    }
}

/// What stands before the first dot may be an organisation's short name: then the address looks like its mailbox (SM-01).
fn may_begin(db: &mut Reader<'_>, kind: Kind, home: &Organisation, alias: &Address) -> Result<(), Error> {
    let begin = alias.as_str().split(['.', '@']).next().unwrap_or_default();
    let own = home.short_name.as_deref() == Some(begin);
    if own {
        return Ok(());
    }
    if kind != Kind::User {
        let short = home.short_name.as_deref().unwrap_or_default();
        return Err(Error::input(format!("an address of this mailbox begins with \"{short}.\" (SM-01): write it so")));
    }
    match store::organisation::by_short_name(db, begin)? {
        Some(other) => Err(Error::input(format!(
            "\"{begin}.\" begins the mailboxes of {}: choose an address that does not look like one of them",
            other.code
        ))),
        None => Ok(()),
    }
}
