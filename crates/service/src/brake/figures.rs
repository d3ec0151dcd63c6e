//! The figures of groups that are about to be judged: people's requests and runs are measured alike.

use std::collections::{BTreeSet, HashMap};

use domain::brake::{Group, Measure, enough, leaves_use};
use domain::ids::OdsCode;
use domain::policy::BrakeRules;
use domain::status::Kind;
use store::tx::Reader;

use crate::error::Error;

/// Groups whose accounts are counted in one question.
const COUNTED: usize = 500;

/// A group, what is planned of it, and what was done of it today.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures<'g> {
    pub(crate) group: &'g Group,
    pub(crate) planned: i64,
    pub(crate) done_today: i64,
    /// What was expected of the day; people's requests have no forecast.
    pub(crate) forecast: Option<i64>,
}

/// How many accounts of each organisation and kind are in use, as far as they were counted.
#[derive(Debug)]
pub(crate) struct InUse(HashMap<(OdsCode, Kind), i64>);

impl InUse {
    /// Counts only as far as it matters to the verdict: the cost follows what is planned.
    pub(crate) fn enough_for(
        db: &mut Reader<'_>,
        rules: &BrakeRules,
        mut figures: Vec<Figures<'_>>,
    ) -> Result<Self, Error> {
        figures.sort_by_key(|f| f.planned + f.done_today);
        let mut all = Self(HashMap::new());
        // What is counted for a larger group of the same accounts comes later, and goes at least as far.
        for some in figures.chunks(COUNTED) {
            let most = some.iter().map(|f| enough(rules, f.planned, f.done_today)).max().unwrap_or(0);
            all.0.extend(count(db, some.iter().map(|f| f.group), most)?);
        }
        Ok(all)
    }

    /// Counts them whole, for those who are to decide about what is held.
    pub(crate) fn whole<'g>(db: &mut Reader<'_>, groups: impl Iterator<Item = &'g Group>) -> Result<Self, Error> {
        Ok(Self(count(db, groups, i64::MAX)?.collect()))
    }

    /// The figures with the accounts that were in use before anything of the group was done today.
    pub(crate) fn measure(&self, figures: Figures<'_>) -> Measure {
        let Figures { group, planned, done_today, forecast } = figures;
        let now = self.0.get(&(group.organisation.clone(), group.kind)).copied().unwrap_or(0);
        let gone = if leaves_use(group.action) { done_today } else { 0 };
        Measure { planned, done_today, forecast, population: now + gone }
    }
}

fn count<'g>(
    db: &mut Reader<'_>,
    groups: impl Iterator<Item = &'g Group>,
    most: i64,
) -> Result<impl Iterator<Item = ((OdsCode, Kind), i64)>, Error> {
    let of: BTreeSet<(&OdsCode, Kind)> = groups.map(|group| (&group.organisation, group.kind)).collect();
    let of: Vec<(&OdsCode, Kind)> = of.into_iter().collect();
    let counts = store::brake_count::in_use(db, &of, most)?;
    Ok(counts.into_iter().map(|(code, kind, count)| ((code, kind), count)))
}
