//! The dated exceptions for a sector (`[[sector]]`), each of which states only what differs from its kind.

use domain::org::Sector;
use domain::policy::{KindRules, SectorRules};
use domain::status::Kind;
use toml_edit::Item;

use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong, describe};
use crate::policy_file::{keys, kinds, sections};

/// All exceptions of a file, in its order.
pub(super) fn all(
    r: &mut Reader<'_>,
    root: &Section<'_>,
    kinds: &[Option<KindRules>; 4],
    first_reminder: Option<u16>,
) -> Vec<SectorRules> {
    let Some(item) = root.get("sector") else { return Vec::new() };
    let Item::ArrayOfTables(tables) = item else {
        let what = format!("{} is no list of exceptions", describe(item));
        r.wrong(
            root,
            "sector",
            Wrong::new(&what, "`[[sector]]` in two brackets, once for each, and its keys below it"),
        );
        return Vec::new();
    };
    let mut found: Vec<(usize, SectorRules)> = Vec::new();
    for (i, table) in tables.iter().enumerate() {
        let at = table.span().map_or(root.at(), |span| span.start);
        let name = format!("sector[{}]", i + 1);
        let section = Section::new(&name, table, at, keys::EXCEPTION).and(keys::KIND);
        let Some(rules) = one(r, &section, kinds, first_reminder) else { continue };
        refuse_overlap(r, &section, &rules, &found);
        found.push((r.line(at), rules));
    }
    found.into_iter().map(|(_, rules)| rules).collect()
}

fn one(
    r: &mut Reader<'_>,
    s: &Section<'_>,
    kinds: &[Option<KindRules>; 4],
    first_reminder: Option<u16>,
) -> Option<SectorRules> {
    r.refuse_unknown(s);
    let sector = r.need(s, "sector", |item| values::word(item, "sector", Sector::ALL, Sector::as_str));
    let kind = r.need(s, "kind", |item| values::word(item, "kind of account", Kind::ALL, Kind::as_str));
    let (from, until) = sections::dates(r, s);
    if !s.has_any(keys::KIND) {
        let what = "the exception changes nothing";
        r.wrong(s, "sector", Wrong::new(what, "the keys that differ, as `idle = \"180 days\"`"));
    }
    let base = kind.and_then(|kind| of_kind(kinds, kind));
    let rules = kinds::exception(r, s, base, first_reminder);
    Some(SectorRules { sector: sector?, kind: kind?, from: from?, until, rules: rules? })
}

const fn of_kind(kinds: &[Option<KindRules>; 4], kind: Kind) -> Option<&KindRules> {
    let [user, shared, application, resource] = kinds;
    match kind {
        Kind::User => user.as_ref(),
        Kind::Shared => shared.as_ref(),
        Kind::Application => application.as_ref(),
        Kind::Resource => resource.as_ref(),
    }
}

/// On any day at most one exception holds for an account.
fn refuse_overlap(r: &mut Reader<'_>, s: &Section<'_>, rules: &SectorRules, earlier: &[(usize, SectorRules)]) {
    let Some((line, other)) = earlier.iter().find(|(_, other)| rules.overlaps(other)) else { return };
    let own_line = r.line(s.at());
    let until = other.until.map_or_else(|| "without end".to_owned(), |day| format!("until {day}"));
    let what = format!(
        "the exceptions of lines {line} and {own_line} for {} accounts of sector {} hold on the same days; \
         the first holds from {} {until}",
        rules.kind, rules.sector, other.from
    );
    let write =
        "dates that do not overlap: the day of `until` is the first day without the exception, so one may begin on it";
    r.wrong(s, "from", Wrong::new(&what, write));
}
