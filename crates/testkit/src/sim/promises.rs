//! What is promised of runs: they do what explanations and the preview said, keep to the caps, count what they did, and
//! explain where the forecast was wrong.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::ids::AccountId;
use domain::lifecycle::change::Action;
use domain::lifecycle::step::Step as Next;
use domain::notice::NoticeKind;
use domain::status::Status;
use domain::time::Day;
use service::run::report::RunReport;
use store::run::Difference;

use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::Life;
use crate::sim::mirror::{News, Step};
use crate::sim::running::{NOTICES, owes_notice};

impl Life {
    /// Asks for an explanation of every account whose last one may be out of date, just before a run.
    pub(crate) fn foretell(&mut self) -> Result<(), Broken> {
        let today = self.world.today();
        let epoch = self.epoch(today)?;
        let mut asked: BTreeSet<AccountId> = std::mem::take(&mut self.expected.stale);
        if epoch == self.expected.epoch {
            asked
                .extend(self.expected.next.iter().filter(|(_, next)| is_near(next.as_ref(), today)).map(|(id, _)| *id));
        } else {
            asked.extend(self.mirror.facts.keys());
            self.expected.epoch = epoch;
        }
        for id in asked {
            let next = self.explained(id, None)?.and_then(|explanation| explanation.next);
            self.expected.next.insert(id, next);
        }
        Ok(())
    }

    /// What happened was foretold; and, when the run ended, what was foretold happened, brakes and caps aside.
    pub(crate) fn check_foretold(&mut self, news: &News, ended: Option<&RunReport>) -> Result<(), Broken> {
        let today = self.world.today();
        let mut happened: HashSet<(AccountId, What)> = HashSet::new();
        for (_, step) in &news.steps {
            let Some(what) = what(step) else { continue };
            let next = self.expected.next.get(&step.account).copied().flatten();
            // Under a policy with long notices a new status is announced to end on the day it begins.
            let begun = next.is_some_and(|next| happened.contains(&(step.account, What::Reached(next.to))));
            let told =
                next.is_some_and(|next| foretold(&next, today).contains(&what)) || (begun && what == What::Announced);
            keeps(told, Promise::Explained, || format!("{step:?} happens on {today}, and {next:?} was to be next"))?;
            happened.insert((step.account, what));
        }
        let Some(report) = ended else { return Ok(()) };
        let (mut waiting, mut put_off) = (0, Vec::new());
        let held = self.held_of_runs()?;
        for (id, next) in &self.expected.next {
            let Some(next) = next else { continue };
            for what in foretold(next, today).into_iter().filter(|what| !happened.contains(&(*id, *what))) {
                if held.contains(&(*id, what.action())) {
                    continue;
                }
                let capped = what == What::Reached(Status::Deleted) && report.deferred > 0;
                waiting += i64::from(capped);
                put_off.push(*id);
                keeps(capped, Promise::Explained, || {
                    format!("{next:?} is next for account {id}, and does not happen")
                })?;
            }
        }
        self.foreseen.iter_mut().for_each(|foreseen| foreseen.aside(put_off.iter().copied()));
        let counted = report.already || waiting == report.deferred;
        keeps(counted, Promise::Caps, || format!("{waiting} deletions wait, the report says {}", report.deferred))
    }

    pub(crate) fn check_counts(&self, report: &RunReport) -> Result<(), Broken> {
        let mut did = report.run.and_then(|run| self.runs.did.get(&run)).cloned().unwrap_or_default();
        let notices = did.remove(NOTICES).unwrap_or(0);
        keeps((&report.done, report.notices) == (&did, notices), Promise::Counts, || {
            format!("counted {:?} and {} notices, its lines say {did:?} and {notices}", report.done, report.notices)
        })?;
        let planned = self.runs.disturbed || report.planned == report.done;
        keeps(planned, Promise::Counts, || format!("planned {:?}, done {:?}", report.planned, report.done))
    }

    /// RUN-04: what this call deleted keeps to the budgets of the whole day.
    pub(crate) fn check_caps(&self, report: &RunReport, news: &News) -> Result<(), Broken> {
        let Some(deleted) = report.run.and_then(|run| self.runs.deleted.get(&run)) else { return Ok(()) };
        if !news.steps.iter().any(|(_, step)| step.action == "deleted") {
            return Ok(());
        }
        let rules = &self.world.almoner.policy_on(self.world.today())?.run;
        let kept = deleted.values().sum::<i64>() <= i64::from(rules.deletions_per_day)
            && deleted.values().all(|count| *count <= i64::from(rules.deletions_per_organisation_per_day));
        keeps(kept, Promise::Caps, || format!("{deleted:?} are more than {rules:?}"))
    }

    /// RUN-07: every difference has a reason, and the reason is true.
    pub(crate) fn check_forecast(&mut self, report: &RunReport) -> Result<(), Broken> {
        let (Some(run), Some(scored)) = (report.run, &report.forecast) else { return Ok(()) };
        if !self.runs.scored.insert(run) {
            return Ok(());
        }
        let missing = scored.differences.iter().filter(|d| d.expected.is_some() && d.expected != d.happened).count();
        let counted = i64::try_from(missing).ok() == Some(scored.expected - scored.matched);
        keeps(counted, Promise::Forecast, || format!("{missing} are missing: {scored:?}"))?;
        for difference in &scored.differences {
            let why = difference.why.as_str();
            keeps(self.is_true(difference, report)?, Promise::Forecast, || {
                format!(
                    "{} was to be {:?} and is {:?}: \"{why}\" is not why",
                    difference.address, difference.expected, difference.happened
                )
            })?;
        }
        Ok(())
    }

    fn is_true(&self, difference: &Difference, report: &RunReport) -> Result<bool, Broken> {
        let today = self.world.today();
        let why = difference.why.as_str();
        let Some((made_on, epoch)) = &self.runs.forecast else { return Ok(false) };
        Ok(if why.starts_with("a legal hold") {
            self.mirror.facts.get(&difference.account).is_some_and(|facts| facts.contains_key("held_since"))
        } else if let Some((part, end)) = let_go(why) {
            self.runs.let_go.contains(&(part, end.to_owned())) && self.was_held(part, difference.account)?
        } else if why.starts_with("held by brake") {
            self.held_of_runs()?.iter().any(|(account, _)| *account == difference.account)
        } else if why.starts_with("the day's cap on deletions was reached") {
            report.deferred > 0
        } else if why.starts_with("the day's cap on deletions left room") {
            // Only where there are more accounts than places somebody may have waited for one.
            let most = |day| -> Result<usize, Broken> {
                Ok(self.world.almoner.policy_on(day)?.run.deletions_per_organisation_per_day as usize)
            };
            most(*made_on)?.min(most(today)?) < self.mirror.facts.len()
        } else if why.starts_with("no run came by") {
            today.days_since(*made_on) > 1
        } else if why.starts_with("its due day was counted anew") {
            *epoch != self.epoch(today)?
        } else {
            self.runs.changed.contains(&difference.account)
        })
    }

    /// Every notice once, and one for every automatic deletion, 14 days before.
    pub(crate) fn check_notices(&self, report: &RunReport, news: &News) -> Result<(), Broken> {
        let Some(run) = report.run.filter(|_| !news.steps.is_empty()) else { return Ok(()) };
        let mut db = self.store.reader()?;
        let mut seen = HashSet::new();
        for notice in store::notice::list(&mut db, None, Some(run), i64::MAX, 10_000)? {
            let n = &notice.notice;
            let fresh = seen.insert((n.account, n.kind, n.recipient, n.about));
            keeps(fresh, Promise::Once, || format!("made twice: {notice:?}"))?;
        }
        let today = self.world.today();
        let calendar = self.world.almoner.calendar();
        for (_, step) in news.steps.iter().filter(|(_, step)| step.action == "deleted") {
            let notices = store::notice::list(&mut db, Some(step.account), None, i64::MAX, 1_000)?;
            let warned = notices.iter().any(|notice| {
                notice.notice.kind == NoticeKind::DeletionAnnounced
                    && today.days_since(calendar.day_of(notice.made_at)) >= 14
                    && notice.notice.about.is_some_and(|about| about <= today)
            });
            keeps(warned, Promise::Notice, || format!("{step:?} on {today}: nobody was told: {notices:?}"))?;
        }
        Ok(())
    }
}

/// The part that held an account when it was foreseen, and how that ended.
fn let_go(why: &str) -> Option<(i64, &str)> {
    let (part, end) = why.strip_prefix("held by brake ")?.split_once(" when it was foreseen, and ")?;
    Some((part.parse().ok()?, end.strip_suffix(" since (RUN-05)").or_else(|| end.strip_suffix(" since (RUN-06)"))?))
}

/// The preview is what the run does (RUN-01).
pub(crate) fn check_preview(preview: &RunReport, news: &News) -> Result<(), Broken> {
    let mut did: BTreeMap<String, i64> = BTreeMap::new();
    for (_, step) in news.steps.iter().filter(|(_, step)| step.from != step.to) {
        *did.entry(format!("{}->{}", step.from, step.to)).or_default() += 1;
    }
    let notices = i64::try_from(news.steps.iter().filter(|(_, step)| owes_notice(step)).count()).unwrap_or(0);
    keeps((&preview.planned, preview.notices) == (&did, notices), Promise::Preview, || {
        format!("previewed {:?} and {} notices, done {did:?} and {notices}", preview.planned, preview.notices)
    })
}

/// Something that an explanation says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Asked,
    Announced,
    Reached(Status),
}

impl What {
    /// What the run does for it.
    const fn action(self) -> Action {
        match self {
            Self::Asked => Action::OwnersAsked,
            Self::Announced => Action::Announced,
            Self::Reached(Status::Deleted) => Action::Deleted,
            Self::Reached(Status::Purged) => Action::Purged,
            Self::Reached(Status::Pending | Status::Active | Status::Inactive | Status::Leaver | Status::Disabled) => {
                Action::Inactivated
            }
        }
    }
}

fn what(step: &Step) -> Option<What> {
    match step.action.as_str() {
        "owners_asked" => Some(What::Asked),
        "deletion_announced" => Some(What::Announced),
        _ if step.from != step.to => Status::parse(&step.to).map(What::Reached),
        _ => None,
    }
}

/// What is to happen on a day by the next step.
fn foretold(next: &Next, today: Day) -> Vec<What> {
    let mut all = Vec::new();
    let announced = next.announced || next.notice_on.is_none();
    if next.ask_on == Some(today) {
        all.push(What::Asked);
    }
    if next.notice_on == Some(today) && !announced {
        all.push(What::Announced);
    }
    if next.on == today && announced && next.ask_on.is_none() {
        all.push(What::Reached(next.to));
    }
    all
}

/// Whether something may happen today, or should have before: what was said of it is asked for again.
fn is_near(next: Option<&Next>, today: Day) -> bool {
    next.is_some_and(|next| {
        let notice = next.notice_on.filter(|_| !next.announced);
        [Some(next.on), next.ask_on, notice].into_iter().flatten().any(|day| day <= today)
    })
}
