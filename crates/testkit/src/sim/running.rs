//! Runs: come by, killed in the middle, taken up again, called twice; and what is remembered of each.

use std::collections::BTreeMap;

use domain::ids::AccountId;
use service::progress::Silent;
use service::run::report::RunReport;

use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::killed::{killed_run, whole_run};
use crate::sim::life::Life;
use crate::sim::mirror::{News, Step, everything};
use crate::sim::promises::check_preview;
use crate::sim::restored::Kept;

impl Life {
    /// The run comes by, after a preview that must say the same.
    pub(crate) fn run(&mut self) -> Result<(), Broken> {
        self.foretell()?;
        let preview = self.world.almoner.preview(&self.world.operator(), None, &Silent)?;
        let before = self.kept()?;
        let report = whole_run(&self.world)?;
        let news = self.news()?;
        self.remember(&news, &before);
        check_preview(&preview, &news)?;
        self.settle(&report, &news)
    }

    /// The run comes by and is killed, unless it ends before; its process is gone.
    pub(crate) fn run_killed(&mut self, at: u16) -> Result<(), Broken> {
        self.foretell()?;
        let before = self.kept()?;
        let ended = killed_run(&self.world, at)?;
        self.world = self.world.again();
        let news = self.news()?;
        self.remember(&news, &before);
        if let Some(report) = ended {
            return self.settle(&report, &news);
        }
        self.runs.killed = true;
        self.check_foretold(&news, None)?;
        self.check_all(false)
    }

    /// The run comes by twice: the second time nothing happens.
    pub(crate) fn run_again(&mut self) -> Result<(), Broken> {
        self.run()?;
        let before = self.fingerprint()?;
        let report = whole_run(&self.world)?;
        let same = self.fingerprint()? == before;
        keeps(report.already && same, Promise::Twice, || format!("a second run changes something: {report:?}"))
    }

    /// Everything that a run could change, as one text.
    fn fingerprint(&self) -> Result<String, Broken> {
        let mut db = self.store.reader()?;
        let accounts = store::account::page(&mut db, AccountId(i64::MIN), 5_000)?;
        let notices = store::notice::list(&mut db, None, None, i64::MAX, 1)?;
        let runs = store::run::latest(&mut db, 3)?;
        let line = store::audit::search(&mut db, &everything(1))?;
        Ok(format!("{accounts:?} {notices:?} {runs:?} {line:?}"))
    }

    fn remember(&mut self, news: &News, before: &BTreeMap<AccountId, Kept>) {
        self.remember_moved(news, before);
        for (run, step) in &news.steps {
            let did = self.runs.did.entry(*run).or_default();
            if step.from != step.to {
                *did.entry(format!("{}->{}", step.from, step.to)).or_default() += 1;
            }
            if owes_notice(step) {
                *did.entry(NOTICES.to_owned()).or_default() += 1;
            }
            if step.action == "deleted" {
                let deleted = self.runs.deleted.entry(*run).or_default();
                *deleted.entry(step.organisation.clone()).or_default() += 1;
                self.stats.deleted += 1;
            }
            self.stats.purged += u64::from(step.action == "purged");
        }
    }

    /// A run that ended: everything that was promised of it.
    fn settle(&mut self, report: &RunReport, news: &News) -> Result<(), Broken> {
        self.stats.runs += 1;
        self.check_put_back(news)?;
        self.check_foretold(news, Some(report))?;
        self.check_counts(report)?;
        self.check_caps(report, news)?;
        self.check_forecast(report)?;
        self.check_notices(report, news)?;
        self.check_all(true)?;
        self.runs.ended = Some(self.world.today());
        self.check_what_if()?;
        if !report.already {
            let today = self.world.today();
            self.runs.forecast = Some((today, self.epoch(today)?));
            self.runs.changed.clear();
            self.runs.let_go.clear();
        }
        Ok(())
    }
}

/// The name under which notices are counted beside the transitions.
pub(crate) const NOTICES: &str = "notices";

/// Steps of a run that owe a notice.
pub(crate) fn owes_notice(step: &Step) -> bool {
    matches!(step.action.as_str(), "deletion_announced" | "reminded" | "owners_asked")
}
