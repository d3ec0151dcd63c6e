//! What the audit lines tell of every account, read as they come: an account of our own beside the store's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::account::Account;
use domain::ids::AccountId;
use domain::signal::Signal;
use domain::time::{Calendar, Day, Timestamp};
use serde_json::Value;
use store::audit::{Line, Search, search};
use store::tx::Reader;

use crate::sim::failure::{Broken, Promise, keeps};

/// Days between a notice and an automatic deletion: the rule's, whatever the policy says.
const NOTICE_DAYS: i32 = 14;

/// Lines that are read at a time.
const PAGE: u32 = 200;

/// Named texts; an absent fact is absent.
pub(crate) type Facts = BTreeMap<String, String>;

/// A step that a run took with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) account: AccountId,
    pub(crate) action: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) organisation: String,
}

/// What one reading brought.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Accounts that anything happened to, the run's doing or not.
    pub(crate) touched: BTreeSet<AccountId>,
    /// Those that somebody or a signal did something to, or a rollback.
    pub(crate) by_people: BTreeSet<AccountId>,
    /// What runs did, in order.
    pub(crate) steps: Vec<(i64, Step)>,
    /// Parts that somebody released or refused, or that lapsed, with the word for it.
    pub(crate) let_go: Vec<(i64, String)>,
    /// How many lines there were.
    pub(crate) lines: usize,
}

/// A line about an account or a grant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) run: Option<i64>,
    pub(crate) action: String,
    pub(crate) actor: String,
    pub(crate) day: Day,
    pub(crate) of_grant: bool,
}

/// What a rollback does to an account.
pub(crate) const ROLLED_BACK: &str = "rolled_back";

/// All accounts as the lines tell them.
#[derive(Debug, Default)]
pub(crate) struct Mirror {
    /// The number of the last line that was read.
    pub(crate) last: i64,
    pub(crate) facts: HashMap<AccountId, Facts>,
    /// The lines about each, in order.
    pub(crate) told: HashMap<AccountId, Vec<Told>>,
    /// The newest account of each person's number.
    pub(crate) numbered: HashMap<String, AccountId>,
}

impl Mirror {
    /// Reads what is new, and looks at each line as it comes.
    pub(crate) fn read(
        &mut self,
        db: &mut Reader<'_>,
        calendar: &Calendar,
        planted: Option<Planted>,
    ) -> Result<News, Broken> {
        let mut news = News::default();
        for line in self.fresh(db)? {
            news.lines += 1;
            if line.object_type == "brake" && matches!(line.action.as_str(), "released" | "refused" | "lapsed") {
                news.let_go.extend(line.object.parse().ok().map(|part| (part, line.action.clone())));
            }
            let Some(account) = line.account else { continue };
            news.touched.insert(account);
            if line.run.is_none() || line.action == ROLLED_BACK {
                news.by_people.insert(account);
            }
            if line.object_type == "brake" {
                continue;
            }
            self.told.entry(account).or_default().push(Told {
                run: line.run,
                action: line.action.clone(),
                actor: line.actor.clone(),
                day: calendar.day_of(line.at),
                of_grant: line.object_type == "grant",
            });
            if line.object_type == "grant" {
                continue;
            }
            let day = calendar.day_of(line.at);
            self.judge(account, &line, day)?;
            if let Some(wrong) = planted {
                keeps(!wrong(&line, day), Promise::Planted, || format!("account {account}: {} on {day}", line.action))?;
            }
            self.fold(account, &line, &mut news)?;
        }
        Ok(news)
    }

    /// The lines behind the last, oldest first.
    fn fresh(&mut self, db: &mut Reader<'_>) -> Result<Vec<Line>, Broken> {
        let mut wanted = everything(PAGE);
        let mut lines: Vec<Line> = Vec::new();
        loop {
            let page = search(db, &wanted)?;
            let before = page.len();
            lines.extend(page.into_iter().filter(|line| line.id > self.last));
            match lines.last() {
                Some(oldest) if before == PAGE as usize && oldest.id > self.last + 1 && oldest.id < wanted.before => {
                    wanted.before = oldest.id;
                }
                _ => break,
            }
        }
        lines.reverse();
        if let Some(newest) = lines.last() {
            self.last = newest.id;
        }
        Ok(lines)
    }

    /// What no line may tell: a deletion without notice, the end of what is held.
    fn judge(&self, account: AccountId, line: &Line, day: Day) -> Result<(), Broken> {
        let none = Facts::new();
        let facts = self.facts.get(&account).unwrap_or(&none);
        let again = line.action == ROLLED_BACK && line.detail.contains("\"status\":\"deleted\"");
        let ends = again || matches!(line.action.as_str(), "deleted" | "purged");
        if !ends {
            return Ok(());
        }
        let told = |what: &str| format!("{} is {} on {day} {what}: {facts:?}", line.object, line.action);
        keeps(!facts.contains_key("held_since"), Promise::Hold, || told("under a hold"))?;
        if line.action == "deleted" && line.actor == "system" {
            let of = |name: &str| facts.get(name).and_then(|text| Day::parse(text));
            let sent = of("announced_on").is_some_and(|sent| day.days_since(sent) >= NOTICE_DAYS);
            let named = of("announced_for").is_some_and(|named| named <= day);
            keeps(sent && named, Promise::Notice, || told("without the notice that is owed"))?;
        }
        Ok(())
    }

    fn fold(&mut self, account: AccountId, line: &Line, news: &mut News) -> Result<(), Broken> {
        let detail: Value = serde_json::from_str(&line.detail)
            .map_err(|error| Broken::new(Promise::History, format!("line {}: {error}", line.id)))?;
        let facts = self.facts.entry(account).or_default();
        let status = |facts: &Facts| facts.get("status").cloned().unwrap_or_default();
        let from = status(facts);
        for (name, value) in detail.get("after").and_then(Value::as_object).into_iter().flatten() {
            match value.as_str() {
                Some(text) => facts.insert(name.clone(), text.to_owned()),
                None => facts.remove(name),
            };
        }
        if let Some(run) = line.run {
            let organisation = line.organisation.clone().unwrap_or_default();
            let step = Step { account, action: line.action.clone(), from, to: status(facts), organisation };
            news.steps.push((run, step));
        }
        if line.action == "created"
            && let Some(number) = facts.get("local_id").or_else(|| facts.get("display_name"))
        {
            self.numbered.insert(number.clone(), account);
        }
        Ok(())
    }
}

/// A test's own promise: whether a line on a day breaks it.
pub(crate) type Planted = fn(&Line, Day) -> bool;

/// A search that finds every line.
pub(crate) const fn everything(limit: u32) -> Search {
    Search {
        actor: String::new(),
        object: String::new(),
        organisation: String::new(),
        action: String::new(),
        rule: String::new(),
        from: Timestamp::from_second(i64::MIN),
        until: Timestamp::from_second(i64::MAX),
        before: i64::MAX,
        limit,
    }
}

/// The lifecycle's facts of an account, laid out here once more so that neither side checks itself.
pub(crate) fn laid_out(account: &Account) -> Facts {
    let flat = account.state.flat();
    let mut facts = Facts::new();
    let mut put = |name: &str, value: Option<String>| facts.extend(value.map(|value| (name.to_owned(), value)));
    put("kind", Some(account.kind.to_string()));
    put("address", Some(account.address.to_string()));
    put("organisation", Some(account.organisation.to_string()));
    put("status", Some(flat.status.to_string()));
    put("since", Some(flat.since.to_string()));
    put("created", Some(account.created_at.to_string()));
    put("inactive_rule", flat.inactive_rule.map(|rule| rule.to_string()));
    put("cause", flat.cause.map(|cause| cause.to_string()));
    put("disabled_at", flat.disabled_at.map(|at| at.to_string()));
    put("asked_on", flat.asked_on.map(|day| day.to_string()));
    put("confirmed_at", flat.confirmed_at.map(|at| at.to_string()));
    put("terms", account.terms_at.map(|at| at.to_string()));
    put("announced_on", account.announced.map(|said| said.sent_on.to_string()));
    put("announced_for", account.announced.map(|said| said.effective_on.to_string()));
    put("reminded", account.announced.and_then(|said| said.reminded).map(|days| days.to_string()));
    put("held_since", account.held.map(|held| held.since.to_string()));
    put("refused_on", account.held.and_then(|held| held.refused_on).map(|day| day.to_string()));
    for signal in Signal::ALL {
        put(signal.as_str(), account.signals.get(*signal).map(|seen| format!("{} {}", seen.at, seen.source)));
    }
    facts
}

/// The names that `laid_out` may give.
pub(crate) fn is_lifecycle(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "kind",
        "address",
        "organisation",
        "status",
        "since",
        "created",
        "inactive_rule",
        "cause",
        "disabled_at",
        "asked_on",
        "confirmed_at",
        "terms",
        "announced_on",
        "announced_for",
        "reminded",
        "held_since",
        "refused_on",
    ];
    NAMES.contains(&name) || Signal::parse(name).is_some()
}
