//! The first run: a federation with an organisation of its own and its first operator, made in one go. From then on
//! everything goes its usual way: the operator signs in with a temporary password, chooses another and sets up an
//! authenticator like anybody who holds a grant.

use domain::ctx::Ctx;
use domain::ids::{Address, OdsCode};
use domain::org::{Legal, Organisation, Sector, proposed_short_name};
use domain::profile::Profile;
use domain::rights::{Role, Scope};
use domain::status::Kind;
use store::organisation::Listed;
use store::tx::Audit;

use crate::account::draft::Draft;
use crate::error::Error;
use crate::federation::{Almoner, Founding};
use crate::identity::Dice;
use crate::org::BY_HAND;
use crate::org::merge::organisation_event;
use crate::policy::parse;

/// The longest name.
const LONGEST: usize = 100;

/// Who runs the federation, and where they belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// Their organisation's code.
    pub code: String,
    /// Its name.
    pub organisation: String,
    /// Their names.
    pub first_name: String,
    /// The other.
    pub last_name: String,
}

impl Almoner {
    /// Makes the federation and its first operator; gives their address and a temporary password.
    /// What is wrong is told before anything is made.
    pub fn found_with_operator(
        url: &str,
        founding: &Founding,
        first: &First,
        ctx: &Ctx,
        dice: &dyn Dice,
    ) -> Result<(Self, Address, String), Error> {
        let code = OdsCode::parse(first.code.trim()).map_err(|bad| Error::input(bad.to_string()))?;
        for (what, name) in
            [("organisation", &first.organisation), ("first name", &first.first_name), ("last name", &first.last_name)]
        {
            if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
                return Err(Error::input(format!(
                    "the {what} is missing or too long: write it in at most {LONGEST} letters"
                )));
            }
        }
        if parse(&founding.policy)?.identity.is_none() {
            return Err(Error::input("nobody could sign in by this policy: choose one that has a section [identity]"));
        }
        let almoner = Self::found(url, founding, ctx)?;
        almoner.add_by_hand(ctx, code.clone(), first.organisation.trim())?;
        let profile = Profile {
            first_name: first.first_name.trim().to_owned(),
            last_name: first.last_name.trim().to_owned(),
            ..Profile::default()
        };
        let draft = Draft { kind: Kind::User, organisation: code.to_string(), profile, owners: Vec::new() };
        let account = almoner.create_account(ctx, &draft)?;
        almoner.grant(ctx, account.address.as_str(), Role::Operator, &Scope::Federation)?;
        let password = almoner.reset_password(ctx, account.address.as_str(), dice)?;
        Ok((almoner, account.address, password))
    }

    /// An organisation that no published file brought; a file that lists it says more of it later.
    fn add_by_hand(&self, ctx: &Ctx, code: OdsCode, name: &str) -> Result<(), Error> {
        let organisation = Organisation {
            name: name.to_owned(),
            short_name: Some(proposed_short_name(&code)),
            sector: Sector::Other,
            legal: Legal::Active,
            opened_on: None,
            closed_on: None,
            parent: None,
            successor: None,
            postal: String::new(),
            telephone: String::new(),
            support: domain::org::Support::default(),
            edition: BY_HAND.to_owned(),
            version: 1,
            code,
        };
        let listed = Listed { organisation, series: BY_HAND.to_owned() };
        self.store.write("add_organisation", |tx| {
            store::organisation::insert(tx, [&listed])?;
            Ok::<_, Error>(((), Audit::events(vec![organisation_event(ctx, None, (None, &listed), "listed")])?))
        })
    }
}
