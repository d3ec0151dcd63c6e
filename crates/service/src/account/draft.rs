//! Creating one account by hand: the same checks and the same way in as a file.

use std::collections::BTreeSet;

use domain::account::{Account, Question, State};
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::Action as Happened;
use domain::mailbox::Standing;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::rights::Action;
use domain::signal::Signals;
use domain::status::{Kind, Status};
use store::tx::{Audit, Reader, WriteTx};

use crate::account::create::{New, allocate, create};
use crate::account::edit;
use crate::account::mobile;
use crate::account::naming::Base;
use crate::account::wording;
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

/// The kinds that are made by hand; an application account is a person's that was converted (APP-01).
pub const BY_HAND: &[Kind] = &[Kind::User, Kind::Shared, Kind::Resource];

impl Almoner {
    /// Whether a draft could be created, but for what others do meanwhile: nothing is changed.
    pub fn check_draft(&self, ctx: &Ctx, draft: &Draft) -> Result<(), Error> {
        let rules = self.policy_on(self.today(ctx))?.mailboxes;
        wording::cleaned(draft.kind, &draft.profile, rules)?;
        let mut db = self.store.reader()?;
        let (code, unit) = (&draft.organisation, draft.profile.unit.trim());
        let (organisation, _) = Self::may_at(&mut db, ctx, Action::Create, code, unit)?;
        organisation.takes_accounts(self.today(ctx))?;
        owners(&mut db, &draft.owners, rules.owners).map(drop)
    }

    /// Creates an account with an address made from its name. A user is pending until the terms are accepted (LC-13).
    pub fn create_account(&self, ctx: &Ctx, draft: &Draft) -> Result<Account, Error> {
        let rules = self.policy_on(self.today(ctx))?.mailboxes;
        let draft = &Draft { profile: wording::cleaned(draft.kind, &draft.profile, rules)?, ..draft.clone() };
        self.store.write("create_account", |tx| {
            let (code, unit) = (&draft.organisation, &draft.profile.unit);
            let (organisation, grant) = Self::may_at(tx, ctx, Action::Create, code, unit)?;
            let short_name = organisation.takes_accounts(self.today(ctx))?;
            let new = self.new_of(tx, ctx, draft, &organisation, short_name)?;
            if draft.profile.quota_mib != 0 {
                Self::may_at(tx, ctx, Action::Quota, code, unit)?;
            }
            let given_up = edit::take_number(tx, ctx, &organisation.code, &draft.profile.local_id, None)?;
            let owners = owners(tx, &draft.owners, rules.owners)?;
            let new = std::slice::from_ref(&new);
            let (ids, made) = create(self, tx, ctx, new, Happened::Created, grant, |ids| {
                ids.iter().flat_map(|id| owners.iter().map(|owner| (*id, *owner, Standing::OWNER))).collect()
            })?;
            let gone = || Error::from(store::error::Error::Corrupt("account.id"));
            let id = *ids.first().ok_or_else(gone)?;
            let account = store::account::get(tx, id)?.ok_or_else(gone)?;
            Ok((account, Audit::events(given_up.into_iter().chain(made).collect())?))
        })
    }

    /// The address that an account of this name would get now, if nobody else takes it first.
    pub fn suggest_address(&self, ctx: &Ctx, draft: &Draft) -> Result<String, Error> {
        let mut db = self.store.reader()?;
        let (code, unit) = (&draft.organisation, &draft.profile.unit);
        let (organisation, _) = Self::may_at(&mut db, ctx, Action::Create, code, unit)?;
        let base = self.base_of(ctx, draft, organisation.takes_accounts(self.today(ctx))?)?;
        let first_number = self.policy_on(self.today(ctx))?.addresses.first_number;
        let counted = store::address::counters(&mut db, &[base.key().as_str()])?.pop().map_or(0, |(_, n, _)| n);
        let from = u32::try_from(counted).unwrap_or(0);
        // A few may be taken by hand; where all of these are, the number is seen when the account is made.
        for nth in from..from + 20 {
            let address = base.address(nth, first_number, self.domain());
            if store::address::taken(&mut db, &[address.as_str()])?.is_empty() {
                return Ok(address);
            }
        }
        Ok(String::new())
    }

    fn base_of(&self, ctx: &Ctx, draft: &Draft, short_name: &str) -> Result<Base, Error> {
        let policy = self.policy_on(self.today(ctx))?;
        let base = match draft.kind {
            Kind::User => Base::of(&policy.addresses.pattern, &draft.profile.first_name, &draft.profile.last_name),
            Kind::Shared | Kind::Application | Kind::Resource => {
                Base::of_mailbox(short_name, &draft.profile.display_name)
            }
        };
        base.ok_or_else(|| Error::input("the name has no letter that an address can hold: write one"))
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
        let mut addresses = allocate(self, tx, ctx, &[self.base_of(ctx, draft, short_name)?])?;
        let address = addresses.pop().ok_or(store::error::Error::Corrupt("address_counter"))?;
        let mut profile = draft.profile.clone();
        profile.mobile = mobile::given(tx, policy, &profile.mobile, None)?;
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

/// The accounts of the owners that are named.
fn owners(db: &mut Reader<'_>, named: &[String], most: u16) -> Result<BTreeSet<AccountId>, Error> {
    if named.len() > usize::from(most) {
        return Err(Error::input(format!("Owners: {most} may own a mailbox, not more (SM-01): name fewer")));
    }
    let mut owners: BTreeSet<AccountId> = BTreeSet::new();
    for owner in named {
        let known = store::account::by_address(db, &owner.trim().to_ascii_lowercase())?
            .filter(|a| a.kind == Kind::User && a.status() != Status::Purged)
            .ok_or_else(|| Error::not_found("owner", owner))?;
        owners.insert(known.id);
    }
    Ok(owners)
}
