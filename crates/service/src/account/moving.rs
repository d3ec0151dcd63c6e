//! What a join or transfer does to addresses and directory data (JML-04, JML-05, SM-04).

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::{Address, OdsCode};
use domain::profile::Profile;
use domain::status::Kind;
use store::address::{AddressKind, Taken};
use store::tx::WriteTx;

use crate::account::belongings::address_changed;
use crate::account::decided::Decided;
use crate::error::Error;
use crate::federation::Almoner;

/// Rewrites what belonged to the old organisation: its number for the person, its unit, a display name given by hand,
/// licence and quota on a join. Addresses of its form stay inbound for the policy's time. The profile is saved with the
/// decision; the addresses are changed here.
pub(crate) fn readdress(almoner: &Almoner, tx: &mut WriteTx<'_>, ctx: &Ctx, d: &mut Decided) -> Result<(), Error> {
    let Some(moved) = &d.change.moved else { return Ok(()) };
    let id = d.before.id;
    let today = almoner.today(ctx);
    let policy = almoner.policy_on(today)?;
    let profile = store::profile::get(tx, id)?;
    let keeps_name = d.before.kind != Kind::User;
    let fresh = Profile {
        local_id: String::new(),
        unit: String::new(),
        display_name: if keeps_name { profile.display_name.clone() } else { String::new() },
        ..profile.clone()
    };
    let fresh = if moved.fresh_entitlements {
        let (licence, quota_mib) = (policy.entitlement.licence.clone(), policy.entitlement.quota_mib);
        Profile { licence, quota_mib, services_off: String::new(), ..fresh }
    } else {
        fresh
    };
    d.profile = Some((profile, fresh));
    let Some(old) = store::organisation::get(tx, &moved.from)?.and_then(|o| o.short_name) else { return Ok(()) };
    let until = today.plus(policy.addresses.old_organisation_alias);
    for taken in store::address::of_account(tx, id)? {
        let of_old_form = taken.address.as_str().starts_with(&format!("{old}."));
        if of_old_form && matches!(taken.kind, AddressKind::Alias) {
            let (kind, until) = (AddressKind::OldOrganisation, Some(until));
            store::address::demote(tx, &taken.address, kind, until)?;
            d.belongings.push(address_changed(&taken.address, Some(&taken), Some((kind, until))));
        }
    }
    Ok(())
}

/// The address a shared or resource mailbox has in its new organisation, when its old one begins with the old short
/// name (SM-04). The old one stays as alias for good: it is the mailbox's own history, not the organisation's form.
fn new_prefix(address: &Address, old_short: &str, new_short: &str) -> Option<Address> {
    let rest = address.as_str().strip_prefix(old_short)?.strip_prefix('.')?;
    Address::parse(&format!("{new_short}.{rest}"))
}

/// SM-04: mailboxes without a person take their new organisation's prefix.
pub(crate) fn rename_moved(tx: &mut WriteTx<'_>, decided: &mut [Decided]) -> Result<(), Error> {
    let mut codes: Vec<&str> = Vec::new();
    for d in decided.iter() {
        if let Some(moved) = &d.change.moved {
            codes.extend([moved.from.as_str(), d.change.account.organisation.as_str()]);
        }
    }
    if codes.is_empty() {
        return Ok(());
    }
    codes.sort_unstable();
    codes.dedup();
    let listed = store::organisation::by_codes(tx, &codes)?;
    let short: HashMap<OdsCode, String> =
        listed.into_iter().filter_map(|l| Some((l.organisation.code, l.organisation.short_name?))).collect();
    for d in decided {
        let Some(moved) = &d.change.moved else { continue };
        let (Some(old), Some(new)) = (short.get(&moved.from), short.get(&d.change.account.organisation)) else {
            continue;
        };
        if let Some(address) = new_prefix(&d.before.address, old, new) {
            rename(tx, d, address)?;
        }
    }
    Ok(())
}

/// Gives a mailbox its new primary address; the old one becomes an alias. A taken one leaves the old in place.
pub(crate) fn rename(tx: &mut WriteTx<'_>, d: &mut Decided, new: Address) -> Result<(), Error> {
    if !store::address::taken(tx, &[new.as_str()])?.is_empty() {
        return Ok(());
    }
    let old = d.before.address.clone();
    store::address::demote(tx, &old, AddressKind::OldName, None)?;
    let primary = Taken { address: old.clone(), account: d.before.id, kind: AddressKind::Primary, until: None };
    d.belongings.push(address_changed(&old, Some(&primary), Some((AddressKind::OldName, None))));
    d.belongings.push(address_changed(&new, None, Some((AddressKind::Primary, None))));
    let claim = Taken { address: new.clone(), account: d.before.id, kind: AddressKind::Primary, until: None };
    store::address::claim(tx, [&claim])?;
    d.change.account.address = new;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_begins_with_the_old_short_name_and_a_dot_takes_the_new_one() {
        for (address, old, new, expected) in [
            ("rx1.desk@x.org", "rx1", "a81001", Some("a81001.desk@x.org")),
            ("rx1.rx1.desk@x.org", "rx1", "rx2", Some("rx2.rx1.desk@x.org")),
            ("rx12.desk@x.org", "rx1", "rx2", None),
            ("desk.rx1@x.org", "rx1", "rx2", None),
            ("rx1@x.org", "rx1", "rx2", None),
            ("rx1.desk@x.org", "rx1", "", None),
        ] {
            let found = new_prefix(&Address::parse(address).unwrap(), old, new);
            assert_eq!(found.as_ref().map(Address::as_str), expected, "{address}");
        }
        let long = Address::parse(&format!("rx1.{}@x.org", "d".repeat(60))).unwrap();
        assert_eq!(new_prefix(&long, "rx1", "a81001"), None, "one that would be too long stays as it is");
    }
}
