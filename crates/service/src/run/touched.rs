//! What a run or a rollback did, account by account.

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::rights::Action;
use serde_json::Value;

use crate::error::Error;
use crate::federation::Almoner;
use crate::run::plan::PAGE;

/// Lines that are read for one page: most of a run's lines may be notices.
const READ: usize = 20;

/// An account whose status a run changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line to go on behind.
    pub line: i64,
    /// Its address now.
    pub address: String,
    /// Its organisation then.
    pub organisation: String,
    /// From this status,
    pub from: String,
    /// to this one.
    pub to: String,
}

impl Almoner {
    /// Whether the actor may run the lifecycle, preview it and roll it back: asked before long work begins.
    pub fn may_run(&self, ctx: &Ctx) -> Result<(), Error> {
        Self::may_federation(&ctx.actor, Action::Run).map(drop)
    }

    /// Whether the actor may see what belongs to the whole federation.
    pub fn may_report(&self, ctx: &Ctx) -> Result<(), Error> {
        Self::may_federation(&ctx.actor, Action::Report).map(drop)
    }

    /// Whether there is such an organisation, for whoever sees the federation.
    pub fn organisation_exists(&self, ctx: &Ctx, code: &OdsCode) -> Result<(), Error> {
        Self::may_in(&mut self.store.reader()?, ctx, Action::Report, code.as_str()).map(drop)
    }

    /// A page of the accounts whose status a run or a rollback changed, in its order, behind a line; and where to go on.
    pub fn run_steps(&self, ctx: &Ctx, run: i64, after: i64, limit: usize) -> Result<(Vec<Step>, Option<i64>), Error> {
        Self::may_federation(&ctx.actor, Action::Report)?;
        let mut db = self.store.reader()?;
        if store::run::get(&mut db, run)?.is_none() && store::rollback::get(&mut db, run)?.is_none() {
            return Err(Error::not_found("run", run));
        }
        let (mut found, mut behind) = (Vec::new(), after);
        for _ in 0..READ {
            let page = store::rollback::touched(&mut db, run, behind, PAGE)?;
            let Some(last) = page.last() else { break };
            behind = last.line;
            for touched in page {
                let detail: Value =
                    serde_json::from_str(&touched.detail).map_err(|_| store::error::Error::Corrupt("event.detail"))?;
                let status = |side: &str| detail.pointer(&format!("/{side}/status"))?.as_str().map(str::to_owned);
                if let (Some(from), Some(to)) = (status("before"), status("after")) {
                    let organisation = touched.organisation.unwrap_or_default();
                    found.push((touched.account, touched.line, organisation, from, to));
                }
            }
            if found.len() > limit {
                break;
            }
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let ids: Vec<AccountId> = found.iter().map(|(id, ..)| *id).collect();
        let known = store::account::by_ids(&mut db, &ids)?;
        let names: HashMap<AccountId, String> = known.into_iter().map(|a| (a.id, a.address.to_string())).collect();
        let steps = found.into_iter().map(|(id, line, organisation, from, to)| {
            let address = names.get(&id).cloned().unwrap_or_default();
            Step { line, address, organisation, from, to }
        });
        let steps: Vec<Step> = steps.collect();
        let next = steps.last().map(|last| last.line).filter(|_| more);
        Ok((steps, next))
    }
}
