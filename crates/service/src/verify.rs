//! The check of the store against its events: everything is derived anew from the audit lines, and every difference is
//! named (EXP-02). Nothing is changed.

mod accounts;
mod dates;
mod others;
mod stored;

use std::collections::BTreeSet;

use domain::ctx::Ctx;
use domain::rights::Action;

use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::Fields;
use crate::progress::Progress;

/// Differences that are told one by one; beyond, they are only counted.
const TOLD: usize = 1_000;

/// What came of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Accounts that were compared.
    pub accounts: u64,
    /// Grants, ended ones too.
    pub grants: u64,
    /// Organisations.
    pub organisations: u64,
    /// Policies that were adopted.
    pub policies: u64,
    /// How many differences there are.
    pub differences: u64,
    /// The first thousand of them.
    pub told: Vec<Found>,
}

/// One difference between the store and what its events tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `account`, `grant`, `organisation`, `policy`, `edition` or `federation`.
    pub what: &'static str,
    /// Which one: its address, number, code or name.
    pub name: String,
    /// The field; `row` where one of the two knows nothing of it at all.
    pub field: String,
    /// What the store has; nothing, where absent.
    pub stored: Option<String>,
    /// What the events tell; nothing, where absent.
    pub told: Option<String>,
}

impl Almoner {
    /// Compares the whole store with what its events tell: accounts with profile, addresses, members, holds and due
    /// dates, grants, organisations, policies, editions, the federation. For those who may search the whole audit trail:
    /// it is evidence, and changes nothing. Cost: all rows and lines once, in bounded memory, as of one moment.
    pub fn verify(&self, ctx: &Ctx, progress: &dyn Progress) -> Result<Verified, Error> {
        Self::may_federation(&ctx.actor, Action::SearchAudit)?;
        let hides_holds = Self::may_federation(&ctx.actor, Action::Hold).is_err();
        let mut report = Report { verified: Verified::default(), hides_holds };
        let mut db = self.store.reader()?;
        progress.stage("organisations and policies", None);
        others::compare(&mut db, &mut report)?;
        progress.finish();
        progress.stage("accounts", u64::try_from(store::account::count(&mut db)?).ok());
        let compared = accounts::compare(self, &mut db, self.today(ctx), &mut report, progress);
        progress.finish();
        compared?;
        Ok(report.verified)
    }
}

/// A check on its way.
struct Report {
    verified: Verified,
    /// What a hold is for is told only to those who may place one.
    hides_holds: bool,
}

impl Report {
    fn differ(&mut self, found: Found) {
        self.verified.differences += 1;
        if self.verified.told.len() < TOLD {
            let secret = self.hides_holds && found.field.starts_with("hold:");
            let hidden = |text: Option<String>| if secret { text.map(|_| "(not shown)".to_owned()) } else { text };
            self.verified.told.push(Found { stored: hidden(found.stored), told: hidden(found.told), ..found });
        }
    }

    /// Compares field by field; where one side knows nothing at all, that is one difference.
    fn compare(&mut self, what: &'static str, name: &str, stored: &Fields, told: &Fields) {
        let found = |field: &str, stored: Option<&String>, told: Option<&String>| Found {
            what,
            name: name.to_owned(),
            field: field.to_owned(),
            stored: stored.cloned(),
            told: told.cloned(),
        };
        let there = "there".to_owned();
        match (stored.is_empty(), told.is_empty()) {
            (true, true) => {}
            (true, false) => self.differ(found("row", None, Some(&there))),
            (false, true) => self.differ(found("row", Some(&there), None)),
            (false, false) if stored == told => {}
            (false, false) => {
                let names: BTreeSet<&String> = stored.keys().chain(told.keys()).collect();
                for name in names.into_iter().filter(|name| stored.get(*name) != told.get(*name)) {
                    self.differ(found(name, stored.get(name), told.get(name)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    // Proves: EXP-02
    #[test]
    fn every_field_that_differs_is_named_and_a_missing_side_once() {
        let active = fields(&[("status", "active"), ("title", "Dr"), ("hold:1", "Inquiry 7")]);
        let leaver = fields(&[("status", "leaver"), ("unit", "Ward 2")]);
        for (stored, told, expected) in [
            (&active, &active, ""),
            (&active, &leaver, "hold:1 (not shown)/-; status active/leaver; title Dr/-; unit -/Ward 2"),
            (&active, &Fields::new(), "row there/-"),
            (&Fields::new(), &leaver, "row -/there"),
            (&Fields::new(), &Fields::new(), ""),
        ] {
            let mut report = Report { verified: Verified::default(), hides_holds: true };
            report.compare("account", "7", stored, told);
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let found: Vec<String> = report
                .verified
                .told
                .iter()
                .map(|found| format!("{} {}/{}", found.field, side(&found.stored), side(&found.told)))
                .collect();
            assert_eq!(found.join("; "), expected);
        }
    }

    #[test]
    fn a_thousand_differences_are_told_and_the_rest_counted() {
        let mut report = Report { verified: Verified::default(), hides_holds: false };
        for number in 0..1_002 {
            report.compare("account", &number.to_string(), &fields(&[("status", "active")]), &Fields::new());
        }
        assert_eq!((report.verified.told.len(), report.verified.differences), (1_000, 1_002));
    }
}
