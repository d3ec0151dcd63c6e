//! What a store holds, so that two can be compared, and one that was disturbed with what came before and after.

use std::collections::{BTreeMap, HashSet};

use domain::ctx::Ctx;
use domain::rights::Actor;
use domain::time::Timestamp;
use service::federation::Almoner;
use service::org::manage::Openness;
use store::audit::Search;

use crate::LATER;

/// By account, organisation or day: where it stands, its audit lines in their order, its notices.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    things: BTreeMap<String, Thing>,
    local_ids: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Thing {
    stands: String,
    lines: Vec<String>,
    notices: Vec<String>,
}

impl State {
    /// Reads all of it.
    pub(crate) fn of(store: &str) -> Self {
        let almoner = Almoner::open(store).unwrap();
        let now = Timestamp::parse(LATER).unwrap();
        let ctx = Ctx { actor: Actor::Console, now, wall: now };
        let mut state = Self::default();
        let mut after = String::new();
        loop {
            let page = almoner.list_organisations(&ctx, Openness::Any, &after, 1000).unwrap();
            let Some(last) = page.last() else { break };
            after = last.code.to_string();
            for organisation in &page {
                let code = organisation.code.to_string();
                for (account, profile) in almoner.list_accounts(&ctx, &code, None, None, u32::MAX).unwrap() {
                    let stands = format!("{code} {:?} {:?} {:?}", account.state, account.announced, account.held);
                    state.things.entry(account.address.to_string()).or_default().stands = stands;
                    state.local_ids.push(format!("{code} {}", profile.local_id));
                }
                state.things.entry(code).or_default().stands = format!("{organisation:?}");
            }
        }
        let everything = Search {
            actor: String::new(),
            object: String::new(),
            organisation: String::new(),
            action: String::new(),
            rule: String::new(),
            from: Timestamp::from_second(i64::MIN),
            until: Timestamp::from_second(i64::MAX),
            before: i64::MAX,
            limit: u32::MAX,
        };
        for line in almoner.search_audit(&ctx, &everything).unwrap().into_iter().rev() {
            // A number that was taken and not kept is not given again, so a run may have another one.
            let by = line.run.map_or("", |_| "the run");
            let told = format!("{} {} {} {by} {}", line.at, line.action, line.actor, line.detail);
            state.things.entry(line.object).or_default().lines.push(told);
        }
        for notice in almoner.notices(&ctx, None, None, u32::MAX).unwrap() {
            let told = format!("{} {:?} {:?}", notice.notice.kind, notice.recipient, notice.notice.about);
            state.things.entry(notice.address).or_default().notices.push(told);
        }
        for thing in state.things.values_mut() {
            thing.notices.sort();
        }
        state
    }

    /// How many accounts there are.
    pub(crate) fn accounts(&self) -> usize {
        self.local_ids.len()
    }

    /// Nothing is missing, nothing is there twice, nothing else happened.
    pub(crate) fn is(&self, expected: &Self) {
        for (name, thing) in &expected.things {
            assert_eq!(self.things.get(name), Some(thing), "{name}");
        }
        assert_eq!(self.things.len(), expected.things.len());
        let distinct: HashSet<&String> = self.local_ids.iter().collect();
        assert_eq!(distinct.len(), self.local_ids.len(), "a local id was given to two accounts");
    }

    /// Stopped on the way: everything that was there before still is, and all that happened since is what also happens
    /// undisturbed, in that order, told by an audit line as often as the account was changed.
    pub(crate) fn is_between(&self, before: &Self, after: &Self) {
        for (name, thing) in &before.things {
            let found = self.things.get(name).unwrap_or_else(|| panic!("{name} was lost"));
            assert!(found.lines.starts_with(&thing.lines), "{name} lost a line: {found:?}");
        }
        for (name, found) in &self.things {
            let whole = after.things.get(name).unwrap_or_else(|| panic!("{name} should not be: {found:?}"));
            assert!(whole.lines.starts_with(&found.lines), "{name}: {found:?}, undisturbed {whole:?}");
            let same = |other: &Thing| other.lines.len() == found.lines.len();
            if same(whole) {
                assert_eq!(found, whole, "{name}");
            } else if let Some(old) = before.things.get(name).filter(|old| same(old)) {
                assert_eq!(found, old, "{name}");
            }
        }
    }
}
