//! What an account was before a run touched it, from its lines since: pure, without the store.

use std::collections::BTreeMap;

use domain::lifecycle::change::Action;
use domain::signal::Signal;
use serde::Deserialize;
use store::audit::Line;
use store::error::Error;

use crate::fields::Fields;

/// Both sides of a line.
#[derive(Deserialize)]
struct Sides {
    #[serde(default)]
    before: BTreeMap<String, Option<String>>,
    #[serde(default)]
    after: BTreeMap<String, Option<String>>,
}

fn sides(line: &Line) -> Result<Sides, Error> {
    serde_json::from_str(&line.detail).map_err(|_| Error::Corrupt("event.detail"))
}

/// Whether a line's status differs before and after.
pub(crate) fn is_transition(detail: &str) -> Result<bool, Error> {
    let sides: Sides = serde_json::from_str(detail).map_err(|_| Error::Corrupt("event.detail"))?;
    Ok(sides.before.contains_key("status") && sides.after.contains_key("status"))
}

/// What a rollback makes of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This rollback did it already, before it was killed.
    Done,
    /// Somebody or something changed it since: the line that says so.
    Changed(Box<Line>),
    /// This was so before.
    Back(Before),
}

/// Fields that changed, each before the first line that names it and after the last; absent as `None`.
pub(crate) type Changed = BTreeMap<String, (Option<String>, Option<String>)>;

/// What is put back: the account's fields, and by their numbers the grants that changed, each with a line that says which
/// it is.
pub(crate) type Before = (Changed, BTreeMap<i64, (Line, Changed)>);

/// Looks at an account's lines from the first that `run` wrote. What a signal brought since stays and is no obstacle;
/// memberships that ended with their member's purge do not come back, nor do addresses that time freed later.
pub(crate) fn undo(lines: &[Line], run: i64, rollback: i64) -> Result<Verdict, Error> {
    let (mut facts, mut grants) = Before::default();
    // What a brake held or let go changed nothing of the account.
    let told = lines.iter().filter(|line| line.object_type != "brake");
    for line in told.skip_while(|line| line.run != Some(run)) {
        let of_run = line.run == Some(run);
        if line.run == Some(rollback) {
            return Ok(Verdict::Done);
        }
        if of_run && line.object_type == "grant" {
            let number = line.object.parse().map_err(|_| Error::Corrupt("event.object"))?;
            let sides = sides(line)?;
            let (_, known) = grants.entry(number).or_insert_with(|| (line.clone(), Changed::new()));
            remember(known, sides, |_| true);
            continue;
        }
        match (of_run, Action::parse(&line.action)) {
            (false, Some(Action::MemberLeft | Action::AddressFreed | Action::RulesSet))
                if line.object_type != "grant" => {}
            (true, _) | (false, Some(Action::Signalled | Action::Reactivated)) => {
                remember(&mut facts, sides(line)?, is_undone);
            }
            (false, _) => return Ok(Verdict::Changed(Box::new(line.clone()))),
        }
    }
    Ok(Verdict::Back((facts, grants)))
}

fn is_undone(name: &str) -> bool {
    let is_signal = Signal::ALL.iter().any(|signal| signal.as_str() == name);
    !is_signal && name != "notes" && !name.starts_with("member:")
}

/// What was before the first line that names a field is what was before all of them.
fn remember(known: &mut Changed, mut sides: Sides, is_undone: impl Fn(&str) -> bool) {
    for (name, is) in sides.after.into_iter().filter(|(name, _)| is_undone(name)) {
        let was = sides.before.remove(&name).flatten();
        known.entry(name).and_modify(|(_, last)| last.clone_from(&is)).or_insert((was, is));
    }
}

/// Fields with what was before put back.
pub(crate) fn put_back(now: &Fields, changed: &Changed) -> Fields {
    let mut then = now.clone();
    for (name, (was, _)) in changed {
        match was {
            Some(text) => then.insert(name.clone(), text.clone()),
            None => then.remove(name),
        };
    }
    then
}

#[cfg(test)]
mod tests {
    use domain::ids::AccountId;
    use domain::time::Timestamp;

    use super::*;

    fn line(id: i64, run: Option<i64>, action: &str, detail: &str) -> Line {
        let grant = action.starts_with("grant");
        Line {
            id,
            at: Timestamp::from_second(0),
            actor: "system".into(),
            grant: None,
            object_type: if grant { "grant" } else { "user" }.into(),
            object: if grant { "3" } else { "ann.lee@mail.example" }.into(),
            account: Some(AccountId(7)),
            organisation: None,
            action: action.into(),
            rule: None,
            detail: detail.into(),
            run,
        }
    }

    const DELETED: &str =
        r#"{"before":{"status":"leaver"},"after":{"status":"deleted","cause":"leaver"},"note":"x\n"}"#;

    fn back(lines: &[Line]) -> String {
        match undo(lines, 5, 9).unwrap() {
            Verdict::Done => "done".into(),
            Verdict::Changed(line) => format!("changed by line {}", line.id),
            Verdict::Back((facts, grants)) => {
                let text = |was: &Option<String>| was.clone().unwrap_or_else(|| "-".into());
                let mut told: Vec<String> =
                    facts.iter().map(|(name, (was, _))| format!("{name} {}", text(was))).collect();
                for (number, (_, facts)) in grants {
                    told.extend(
                        facts
                            .iter()
                            .map(|(name, (was, is))| format!("grant {number} {name} {}/{}", text(was), text(is))),
                    );
                }
                told.join(", ")
            }
        }
    }

    // Proves: RUN-08
    #[test]
    fn what_was_before_the_first_line_comes_back_and_later_signals_stay() {
        let run = Some(5);
        let idle = r#"{"before":{"status":"active","since":"a"},"after":{"status":"inactive","since":"b","inactive_rule":"LC-01"}}"#;
        let told = r#"{"before":{},"after":{"announced_on":"c"}}"#;
        let alive = r#"{"before":{"status":"inactive","announced_on":"c","mail_sent":"x"},"after":{"status":"active","announced_on":null,"mail_sent":"y"}}"#;
        let ended = r#"{"role":"helpdesk","scope":"RX1","before":{},"after":{"ended_at":"d"}}"#;
        let left = r#"{"before":{"member:7":"owner"},"after":{"member:7":null}}"#;
        let freed = r#"{"before":{"address:a@b.c":"alias"},"after":{"address:a@b.c":null}}"#;
        for (lines, expected) in [
            (vec![line(1, run, "deleted", DELETED)], "cause -, status leaver"),
            (
                vec![line(1, run, "inactivated", idle), line(2, run, "deletion_announced", told)],
                "announced_on -, inactive_rule -, since a, status active",
            ),
            (
                vec![line(1, run, "inactivated", idle), line(2, None, "reactivated", alive)],
                "announced_on c, inactive_rule -, since a, status active",
            ),
            (
                vec![line(1, run, "deleted", DELETED), line(2, run, "grant_ended", ended)],
                "cause -, status leaver, grant 3 ended_at -/d",
            ),
            (vec![line(1, run, "deleted", DELETED), line(2, run, "member_left", left)], "cause -, status leaver"),
            (
                vec![line(1, run, "deleted", DELETED), line(2, run, "address_freed", freed)],
                "address:a@b.c alias, cause -, status leaver",
            ),
            (
                vec![line(1, run, "deleted", DELETED), line(2, Some(6), "address_freed", freed)],
                "cause -, status leaver",
            ),
            (vec![line(1, None, "restored", "{}"), line(2, run, "deleted", DELETED)], "cause -, status leaver"),
            (vec![line(1, run, "deleted", DELETED), line(2, None, "restored", "{}")], "changed by line 2"),
            (vec![line(1, run, "deleted", DELETED), line(2, None, "granted", ended)], "changed by line 2"),
            (vec![line(1, run, "deleted", DELETED), line(2, Some(6), "purged", "{}")], "changed by line 2"),
            (vec![line(1, run, "deleted", DELETED), line(2, Some(9), "rolled_back", "{}")], "done"),
        ] {
            assert_eq!(back(&lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_line_with_a_status_on_both_sides_is_a_transition() {
        for (detail, expected) in [
            (DELETED, true),
            (r#"{"before":{},"after":{"announced_on":"c"}}"#, false),
            (r#"{"after":{"status":"active"}}"#, false),
        ] {
            assert_eq!(is_transition(detail), Ok(expected), "{detail}");
        }
        assert_eq!(is_transition("no"), Err(Error::Corrupt("event.detail")));
    }

    #[test]
    fn fields_are_put_back() {
        let now = Fields::from([("status".into(), "deleted".into()), ("cause".into(), "idle".into())]);
        let before = Changed::from([
            ("status".to_owned(), (Some("leaver".to_owned()), Some("deleted".to_owned()))),
            ("cause".to_owned(), (None, Some("idle".to_owned()))),
            ("announced_on".to_owned(), (Some("c".to_owned()), None)),
        ]);
        let then: Vec<String> = put_back(&now, &before).iter().map(|(name, text)| format!("{name} {text}")).collect();
        assert_eq!(then, ["announced_on c", "status leaver"]);
    }
}
