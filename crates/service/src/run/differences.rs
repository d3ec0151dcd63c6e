//! Why a run did not do what was forecast: every difference has its nearest cause, and all are counted by it (RUN-07).

use std::collections::{BTreeMap, HashMap};

use domain::account::Account;
use domain::brake::{Brake, Stand};
use domain::ids::AccountId;
use domain::lifecycle::task::next_task;
use domain::status::Status;
use domain::words;
use store::brake::OfRun;
use store::run::{Difference, Expectation};
use store::tx::Reader;

use crate::error::Error;
use crate::run::brakes::reached;
use crate::run::day::RunDay;
use crate::run::plan::BATCH;

/// Differences that are kept one by one; beyond, they are counted by their reason.
const KEPT: usize = 1000;

/// What the names begin with under which reasons are counted.
const COUNTED: &str = "differs: ";

words! {
    /// The kind of cause.
    pub enum Reason {
        /// A brake holds it (RUN-05, RUN-06).
        Brake = "held by a brake",
        /// A brake held it when it was foreseen, and let it go since (RUN-05, RUN-06).
        LetGo = "let go by a brake",
        /// A legal hold (LC-20).
        Hold = "a legal hold",
        /// The day's caps (RUN-04).
        Caps = "the caps on deletions",
        /// What somebody did, or a signal.
        Deed = "a person or a signal",
        /// No run came by (RUN-03).
        Missed = "a day without a run",
        /// Its due day was counted anew (LC-19).
        Policy = "a change of policy",
    }
}

impl Reason {
    /// The name under which it is counted.
    pub(crate) fn counted(self) -> String {
        format!("{COUNTED}{self}")
    }

    /// The reason that is counted under a name.
    pub(crate) fn of_counted(name: &str) -> Option<Self> {
        Self::parse(name.strip_prefix(COUNTED)?)
    }
}

/// All differences of a run: the first one by one, every one by its reason.
#[derive(Debug, Default)]
pub(crate) struct Differing {
    pub(crate) first: Vec<Difference>,
    pub(crate) reasons: BTreeMap<Reason, i64>,
}

/// What lies between a forecast and its day.
pub(crate) struct Since<'f> {
    pub(crate) forecast: &'f Expectation,
    /// The run computed due dates anew.
    pub(crate) anew: bool,
}

/// The status of accounts that were expected to reach one, or did.
type Reached = BTreeMap<AccountId, Status>;

/// What is known of one account that differs.
struct Known<'k> {
    /// The open part that holds it.
    held: Option<(i64, Brake)>,
    /// The part that held it when the forecast was made, and how that ended.
    let_go: Option<&'k (OfRun, Stand)>,
    /// What a person or a signal did with it since.
    newest: Option<&'k String>,
    happened: Option<Status>,
}

/// Explains the differences of these accounts. Cost: three reads by key for every 5,000.
pub(crate) fn explain(
    db: &mut Reader<'_>,
    day: &RunDay<'_>,
    since: &Since<'_>,
    ids: &[AccountId],
    wanted: &Reached,
    happened: &Reached,
) -> Result<Differing, Error> {
    let mut parts: HashMap<AccountId, (i64, Brake)> = HashMap::new();
    store::brake::of_runs(db, Stand::Held, |item| {
        parts.insert(item.account, (item.part, item.brake));
        Ok(())
    })?;
    // Only what happened since the forecast was made can be why it did not come true.
    let made_by = store::audit::end_of_run(db, since.forecast.made_by)?;
    let mut differing = Differing::default();
    for some in ids.chunks(BATCH) {
        let accounts: HashMap<AccountId, Account> =
            store::account::by_ids(db, some)?.into_iter().map(|a| (a.id, a)).collect();
        let newest: HashMap<AccountId, String> = store::audit::newest_by_people(db, some)?
            .into_iter()
            .filter(|deed| deed.id > made_by)
            .map(|deed| {
                let on = day.calendar.day_of(deed.at);
                (deed.account, format!("{} on {on} by {}", deed.action, deed.actor))
            })
            .collect();
        let let_go: HashMap<AccountId, (OfRun, Stand)> =
            store::brake::let_go(db, some, made_by)?.into_iter().map(|one| (one.0.account, one)).collect();
        for id in some {
            let Some(account) = accounts.get(id) else { continue };
            let word = |map: &Reached| map.get(id).map(ToString::to_string);
            let known = Known {
                held: parts.get(id).copied(),
                let_go: let_go.get(id),
                newest: newest.get(id),
                happened: happened.get(id).copied(),
            };
            let (reason, why) = why(account, day, since, &known);
            let (expected, happened) = (word(wanted), word(happened));
            *differing.reasons.entry(reason).or_default() += 1;
            if differing.first.len() < KEPT {
                let address = account.address.to_string();
                differing.first.push(Difference { account: *id, address, expected, happened, why });
            }
        }
    }
    Ok(differing)
}

/// The nearest cause: a brake, a hold, the caps, what a person or a signal did since, days without a run, a new policy.
fn why(account: &Account, day: &RunDay<'_>, since: &Since<'_>, known: &Known<'_>) -> (Reason, String) {
    let happened = known.happened;
    if let (Some((part, brake)), None) = (known.held, happened) {
        return (Reason::Brake, format!("held by brake {part} ({})", brake.rule()));
    }
    if let Some((item, end)) = known.let_go.filter(|(item, _)| happened.is_some() && reached(item.action) == happened) {
        let OfRun { part, brake, .. } = item;
        let told = format!("held by brake {part} when it was foreseen, and {end} since ({})", brake.rule());
        return (Reason::LetGo, told);
    }
    if happened.is_none() && account.held.is_some() {
        return (Reason::Hold, "a legal hold covers it (LC-20)".to_owned());
    }
    let due = next_task(account, &day.terms(account)).is_some_and(|task| task.on <= day.day);
    if happened.is_none() && due {
        return (Reason::Caps, "the day's cap on deletions was reached (RUN-04)".to_owned());
    }
    if let Some(newest) = known.newest {
        return (Reason::Deed, newest.clone());
    }
    if since.forecast.for_day < day.day {
        let foreseen = since.forecast.for_day;
        return (Reason::Missed, format!("no run came by since {foreseen}, the day that was foreseen (RUN-03)"));
    }
    // Others were foreseen to go first and did not, or a new policy has a higher cap.
    if happened == Some(Status::Deleted) && !since.anew {
        return (Reason::Caps, "the day's cap on deletions left room for it (RUN-04)".to_owned());
    }
    (Reason::Policy, "its due day was counted anew, by a change of policy (LC-19)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_counted_under_a_name_of_its_own() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of_counted(&reason.counted()), Some(*reason));
        }
        assert_eq!((Reason::of_counted("notices"), Reason::of_counted("differs: no reason")), (None, None));
    }
}
