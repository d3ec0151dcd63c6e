//! Creating one account by hand: the same checks and the same way in as a file.

use std::collections::BTreeSet;

use domain::account::{Account, Question, State};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action as Happened;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::Action;
use domain::signal::Signals;
use domain::status::{Kind, Status};
use store::tx::{Audit, WriteTx};

use crate::account::create::{New, allocate, create};
use crate::account::naming::Base;
use crate::error::Error;
use crate::federation::Almoner;

/// An account to be created.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is for.
    pub kind: Kind,
    /// Its organisation's code.
    pub organisation: String,
    /// Names and the rest; licence and quota are filled from the policy where empty.
    pub profile: Profile,
    /// Owners' addresses, for a mailbox without a person.
    pub owners: Vec<String>,
}

impl Almoner {
    /// Creates an account with an address made from its name. A user is pending until the terms are accepted (LC-13).
    pub fn create_account(&self, ctx: &Ctx, draft: &Draft) -> Result<Account, Error> {
        self.store.write("create_account", |tx| {
            let (code, unit) = (&draft.organisation, &draft.profile.unit);
            let (organisation, grant) = Self::may_at(tx, ctx, Action::Create, code, unit)?;
            let short_name = organisation.takes_accounts(self.today(ctx))?;
            let new = self.new_of(tx, ctx, draft, &organisation, short_name)?;
            let mut owners: BTreeSet<AccountId> = BTreeSet::new();
            for owner in &draft.owners {
                let known = store::account::by_address(tx, &owner.to_ascii_lowercase())?
                    .filter(|a| a.kind == Kind::User && a.status() != Status::Purged)
                    .ok_or_else(|| Error::not_found("owner", owner))?;
                owners.insert(known.id);
            }
            let new = std::slice::from_ref(&new);
            let (ids, events) = create(self, tx, ctx, new, Happened::Created, grant, |ids| {
                ids.iter().flat_map(|id| owners.iter().map(|owner| (*id, *owner, true))).collect()
            })?;
            let gone = || Error::from(store::error::Error::Corrupt("account.id"));
            let id = *ids.first().ok_or_else(gone)?;
            let account = store::account::get(tx, id)?.ok_or_else(gone)?;
            Ok((account, Audit::events(events)?))
        })
    }

    fn new_of(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        draft: &Draft,
        organisation: &Organisation,
        short_name: &str,
    ) -> Result<New, Error> {
        let policy = self.policy_on(self.today(ctx))?;
        let base = match draft.kind {
            Kind::User => Base::of(&policy.addresses.pattern, &draft.profile.first_name, &draft.profile.last_name),
            Kind::Shared | Kind::Application | Kind::Resource => {
                Base::of_mailbox(short_name, &draft.profile.display_name)
            }
        };
        let base = base.ok_or_else(|| Error::input("the name has no letter that an address can hold: write one"))?;
        let mut addresses = allocate(self, tx, ctx, &[base])?;
        let address = addresses.pop().ok_or(store::error::Error::Corrupt("address_counter"))?;
        let mut profile = draft.profile.clone();
        if profile.licence.is_empty() {
            profile.licence.clone_from(&policy.entitlement.licence);
        }
        if profile.quota_mib == 0 {
            profile.quota_mib = policy.entitlement.quota_mib;
        }
        let state = match draft.kind {
            Kind::User => State::Pending { since: ctx.now },
            Kind::Shared | Kind::Application | Kind::Resource => {
                State::Active { since: ctx.now, question: Question::None }
            }
        };
        Ok(New {
            kind: draft.kind,
            address,
            organisation: organisation.code.clone(),
            sector: organisation.sector,
            state,
            signals: Signals::default(),
            created_at: ctx.now,
            terms_at: None,
            profile,
        })
    }
}
