//! Who did what (AUD-01): a page at a time, or all of it line by line. Lines are walked newest first along one index;
//! what else is asked of them is looked at here, so that a page never costs more than a bounded number of rows.

use std::collections::HashMap;

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::Sector;
use domain::rights::{Action, Actor, Place, may};
use domain::time::{Day, Timestamp};
use domain::words;
use store::audit::{Line, Way};
use store::tx::Reader;

use crate::account::history::without_reasons;
use crate::error::Error;
use crate::federation::Almoner;

/// Lines that are read in one go.
const READ: u32 = 1_000;
/// Lines that a page looks at before it says how to go on.
const LOOKED_AT: usize = 20_000;
/// A line is written at most so long after the time that it bears: long work bears the time of its beginning.
const LATE_DAYS: i32 = 2;

words! {
    /// What kind of thing was done.
    pub enum Group {
        /// Something came into being.
        Create = "create",
        /// Something changed.
        Update = "update",
        /// Something ended.
        Delete = "delete",
        /// Nothing changed but what is known: signing in, announcing, running.
        Other = "other",
    }
}

words! {
    /// Who did it.
    pub enum By {
        /// Somebody.
        People = "people",
        /// The system of itself, by a rule.
        System = "system",
    }
}

/// The kinds of things that lines are about, in the trail's words, which are also those of an account's kind.
pub const TYPES: [&str; 10] =
    ["user", "shared", "application", "resource", "organisation", "grant", "policy", "edition", "run", "brake"];

/// What kind of thing an action is; what is not known is taken for a change.
pub fn group(action: &str) -> Group {
    match action {
        "created" | "migrated" | "granted" | "founded" | "loaded" | "adopted" => Group::Create,
        "deleted" | "purged" | "grant_ended" | "member_left" | "address_freed" => Group::Delete,
        "signalled"
        | "owners_asked"
        | "deletion_announced"
        | "reminded"
        | "deletion_refused"
        | "signed_in"
        | "sign_in_locked"
        | "second_factor_shown"
        | "recovery_code_used"
        | "listed"
        | "planned"
        | "finished"
        | "held"
        | "lapsed"
        | "release_asked"
        | "rescheduled"
        | "policy_in_force"
        | "rollback_begun"
        | "rollback_finished"
        | "rollback_refused" => Group::Other,
        _ => Group::Update,
    }
}

/// What is looked for; what is empty or absent means anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Who did it: an address, or `operator`.
    pub performer: String,
    /// People only, or the system only.
    pub by: Option<By>,
    /// To what: an address, a code, a number.
    pub target: String,
    /// In this organisation.
    pub organisation: String,
    /// What kind of thing was done.
    pub group: Option<Group>,
    /// Exactly this action.
    pub action: String,
    /// To what kind of thing: one of `TYPES`.
    pub object_type: String,
    /// From this day on.
    pub from: Option<Day>,
    /// Until this day, which is included.
    pub until: Option<Day>,
}

/// A page of what was found.
#[derive(Debug, Clone, Default)]
pub struct AuditPage {
    /// The lines, newest first.
    pub lines: Vec<Line>,
    /// There may be more before this one.
    pub before: Option<i64>,
}

/// A search that may be made: what it walks through and what it keeps.
struct Search<'w> {
    wanted: &'w Wanted,
    /// Lines before, and behind.
    between: (i64, i64),
    /// In seconds.
    times: (Timestamp, Timestamp),
    account: Option<domain::ids::AccountId>,
    /// The sectors of organisations, where only some may be seen.
    sectors: Option<HashMap<String, Sector>>,
    knows_holds: bool,
}

impl Almoner {
    /// A page of the trail, newest first, before a line. Whoever does not see the federation names an organisation, a
    /// performer or a target, and finds what was done in organisations of theirs.
    pub fn audit_page(&self, ctx: &Ctx, wanted: &Wanted, before: i64, limit: usize) -> Result<AuditPage, Error> {
        let mut db = self.store.reader()?;
        let search = self.begin_search(&mut db, ctx, wanted)?;
        let (mut page, mut looked) = (AuditPage::default(), 0);
        let mut before = before.min(search.between.0);
        loop {
            let batch = store::audit::walk(&mut db, search.way(), (before, search.between.1), READ)?;
            let Some(last) = batch.last().map(|line| line.id) else { return Ok(page) };
            (before, looked) = (last, looked + batch.len());
            for line in search.kept(ctx, batch) {
                if page.lines.len() == limit {
                    page.before = page.lines.last().map(|line| line.id);
                    return Ok(page);
                }
                page.lines.push(line);
            }
            if looked >= LOOKED_AT {
                page.before = Some(last);
                return Ok(page);
            }
        }
    }

    /// Every line that matches, newest first; `each` says whether to go on. As in a report, no view of the store is held
    /// while `each` is at work.
    pub fn stream_audit(&self, ctx: &Ctx, wanted: &Wanted, each: &mut dyn FnMut(&Line) -> bool) -> Result<(), Error> {
        let search = self.begin_search(&mut self.store.reader()?, ctx, wanted)?;
        let mut before = search.between.0;
        loop {
            let batch = store::audit::walk(&mut self.store.reader()?, search.way(), (before, search.between.1), READ)?;
            let Some(last) = batch.last().map(|line| line.id) else { return Ok(()) };
            before = last;
            if !search.kept(ctx, batch).iter().all(&mut *each) {
                return Ok(());
            }
        }
    }

    /// Whether somebody may search at all.
    pub fn check_audit(&self, ctx: &Ctx, wanted: &Wanted) -> Result<(), Error> {
        self.begin_search(&mut self.store.reader()?, ctx, wanted).map(drop)
    }

    fn begin_search<'w>(&self, db: &mut Reader<'_>, ctx: &Ctx, wanted: &'w Wanted) -> Result<Search<'w>, Error> {
        let wide = may(&ctx.actor, Action::SearchAudit, Place::Federation).is_ok();
        let mut sectors = None;
        if !wanted.organisation.is_empty() {
            Self::may_in(db, ctx, Action::SearchAudit, &wanted.organisation)?;
        } else if !wide {
            let named = !wanted.performer.is_empty() || !wanted.target.is_empty();
            let known: HashMap<String, Sector> = store::organisation::sectors(db)?.into_iter().collect();
            let any = known.iter().any(|(code, sector)| may_search(&ctx.actor, code, *sector));
            if !named || !any {
                return Err(Error::NotAllowed(Action::SearchAudit.as_str()));
            }
            sectors = Some(known);
        }
        let account = if wanted.target.contains('@') {
            let found = store::account::by_address(db, &wanted.target.to_ascii_lowercase())?;
            found.map(|account| account.id)
        } else {
            None
        };
        let start = |day: Day| self.calendar().start_of(day);
        let from = wanted.from.map_or(Timestamp::from_second(i64::MIN), start);
        let until = wanted.until.map_or(Timestamp::from_second(i64::MAX), |day| start(day.plus_days(1)));
        Ok(Search {
            wanted,
            between: self.between(db, wanted)?,
            times: (from, until),
            account,
            sectors,
            knows_holds: Self::may_federation(&ctx.actor, Action::Hold).is_ok(),
        })
    }

    /// The numbers between which the lines of some days are: lines are numbered as they are written. In a rehearsal the
    /// clock may have been anything, and all are looked at.
    fn between(&self, db: &mut Reader<'_>, wanted: &Wanted) -> Result<(i64, i64), Error> {
        let (mut before, mut behind) = (i64::MAX, 0);
        if self.rehearsal() {
            return Ok((before, behind));
        }
        if let Some(day) = wanted.from {
            behind = first_at(db, self.calendar().start_of(day.plus_days(-LATE_DAYS)))? - 1;
        }
        if let Some(day) = wanted.until {
            before = first_at(db, self.calendar().start_of(day.plus_days(1 + LATE_DAYS)))?;
        }
        Ok((before, behind))
    }
}

/// The number of the first line that bears a time or a later one, by halving; one behind the last without any.
pub(crate) fn first_at(db: &mut Reader<'_>, at: Timestamp) -> Result<i64, Error> {
    let (mut low, mut high) = (0, store::audit::last(db)? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match store::audit::from(db, middle)? {
            Some((id, time)) if time < at => low = id + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

fn may_search(actor: &Actor, code: &str, sector: Sector) -> bool {
    let place =
        |code: &OdsCode| may(actor, Action::SearchAudit, Place::Organisation { code, sector, unit: "" }).is_ok();
    OdsCode::parse(code).is_ok_and(|code| place(&code))
}

impl Search<'_> {
    /// The index that leaves fewest lines to look at.
    fn way(&self) -> Way<'_> {
        let w = self.wanted;
        let by_people = w.by == Some(By::People);
        match self.account {
            Some(id) => Way::Account(id),
            None if !w.performer.is_empty() && w.performer != "system" => Way::Actor(&w.performer),
            None if !w.organisation.is_empty() => Way::Organisation(&w.organisation),
            None if by_people && !w.action.is_empty() => Way::Action(&w.action),
            None => Way::All,
        }
    }

    /// Those lines that were asked for and may be seen.
    fn kept(&self, ctx: &Ctx, lines: Vec<Line>) -> Vec<Line> {
        let kept: Vec<Line> = lines.into_iter().filter(|line| self.has(line) && self.may_see(ctx, line)).collect();
        if self.knows_holds { kept } else { without_reasons(kept) }
    }

    fn may_see(&self, ctx: &Ctx, line: &Line) -> bool {
        let Some(sectors) = &self.sectors else { return true };
        let Some(code) = &line.organisation else { return false };
        sectors.get(code).is_some_and(|sector| may_search(&ctx.actor, code, *sector))
    }

    fn has(&self, line: &Line) -> bool {
        let w = self.wanted;
        let is = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
        let by = match w.by {
            None => true,
            Some(By::System) => line.actor == "system",
            Some(By::People) => line.actor != "system",
        };
        let target = self.account.is_some_and(|id| line.account == Some(id)) || is(&w.target, &line.object);
        by && target
            && is(&w.performer, &line.actor)
            && is(&w.action, &line.action)
            && is(&w.object_type, &line.object_type)
            && is(&w.organisation, line.organisation.as_deref().unwrap_or_default())
            && w.group.is_none_or(|wanted| wanted == group(&line.action))
            && (self.times.0..self.times.1).contains(&line.at)
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::AccountId;
    use domain::lifecycle::change::Action as Happened;

    use super::*;

    #[test]
    fn the_way_with_the_fewest_lines_is_walked() {
        let text = |text: &str| text.to_owned();
        let all = Wanted::default();
        for (wanted, account, way) in [
            (all.clone(), None, Way::All),
            (Wanted { performer: text("ann@x"), organisation: text("RX1"), ..all.clone() }, None, Way::Actor("ann@x")),
            (Wanted { performer: text("system"), ..all.clone() }, None, Way::All),
            (
                Wanted { performer: text("system"), organisation: text("RX1"), ..all.clone() },
                None,
                Way::Organisation("RX1"),
            ),
            (
                Wanted { organisation: text("RX1"), action: text("deleted"), ..all.clone() },
                None,
                Way::Organisation("RX1"),
            ),
            (Wanted { action: text("deleted"), ..all.clone() }, None, Way::All),
            (Wanted { action: text("deleted"), by: Some(By::People), ..all.clone() }, None, Way::Action("deleted")),
            (Wanted { action: text("deleted"), by: Some(By::System), ..all.clone() }, None, Way::All),
            (Wanted { performer: text("ann@x"), ..all.clone() }, Some(AccountId(7)), Way::Account(AccountId(7))),
        ] {
            let times = (Timestamp::from_second(0), Timestamp::from_second(9));
            let (between, sectors) = ((9, 0), None);
            let search = Search { wanted: &wanted, between, times, account, sectors, knows_holds: true };
            assert_eq!(search.way(), way, "{wanted:?}");
        }
    }

    // Proves: AUD-01
    #[test]
    fn every_action_is_of_the_kind_that_people_take_it_for() {
        let of = |wanted| {
            let all = Happened::ALL.iter().map(|action| action.as_str());
            all.filter(|action| group(action) == wanted).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(Group::Create), "created migrated");
        assert_eq!(of(Group::Delete), "deleted purged member_left address_freed");
        assert_eq!(of(Group::Other), "signalled owners_asked deletion_announced reminded deletion_refused");
        assert!(of(Group::Update).contains("marked_leaver") && of(Group::Update).contains("restored"));
        for (action, expected) in [
            ("granted", Group::Create),
            ("grant_ended", Group::Delete),
            ("signed_in", Group::Other),
            ("closed", Group::Update),
        ] {
            assert_eq!(group(action), expected, "{action}");
        }
    }
}
