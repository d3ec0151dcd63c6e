//! What a single value of a policy file may be; each reader says what is wrong and what to write instead.

use domain::ids::Address;
use domain::time::{Day, Period};
use toml_edit::{Item, Value};

/// A value that cannot be accepted.
pub(super) struct Wrong {
    /// Its byte, where that is not the key's.
    pub(super) at: Option<usize>,
    pub(super) what: String,
    pub(super) write: String,
}

impl Wrong {
    pub(super) fn new(what: &str, write: &str) -> Self {
        Self { at: None, what: what.to_owned(), write: write.to_owned() }
    }

    fn at(self, value: &Value) -> Self {
        Self { at: value.span().map(|span| span.start), ..self }
    }
}

type Read<T> = Result<T, Vec<Wrong>>;

fn refused<T>(what: &str, write: &str) -> Read<T> {
    Err(vec![Wrong::new(what, write)])
}

/// A word of the file, made safe and short enough for a message.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

/// A value as a message names it.
pub(super) fn describe(item: &Item) -> String {
    match item {
        Item::Value(value) => describe_value(value),
        Item::None => "nothing".to_owned(),
        Item::Table(_) => "a section".to_owned(),
        Item::ArrayOfTables(_) => "a list of sections".to_owned(),
    }
}

fn describe_value(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", shown(text.value())),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(truth) => truth.value().to_string(),
        Value::Datetime(date) => date.value().to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::InlineTable(_) => "a table".to_owned(),
    }
}

/// One line of text, not empty.
pub(super) fn line(item: &Item) -> Read<String> {
    match item.as_str() {
        Some(text) if text.trim().is_empty() => refused("it is empty", "some text in quotes, as \"standard\""),
        Some(text) if text.len() > 200 || text.chars().any(char::is_control) => {
            refused("it is longer than a line", "one line of at most 200 characters in quotes, as \"standard\"")
        }
        Some(text) => Ok(text.to_owned()),
        None => refused(&format!("{} is no text", describe(item)), "text in quotes, as \"standard\""),
    }
}

/// A policy's name: it is part of file names, commands and keys.
pub(super) fn name(item: &Item) -> Read<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    match item.as_str() {
        Some(text) if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) => Ok(text.to_owned()),
        _ => refused(
            &format!("{} is no name for a policy", describe(item)),
            "at most 64 letters, digits, hyphens, dots or underscores in quotes, as \"2018-09\"",
        ),
    }
}

/// A day, in quotes or as TOML's own date.
pub(super) fn day(item: &Item) -> Read<Day> {
    let own = item.as_datetime().map(ToString::to_string);
    match item.as_str().or(own.as_deref()).map(Day::parse) {
        Some(Some(day)) => Ok(day),
        Some(None) => refused(
            &format!("there is no day {}", describe(item)),
            "a day of the calendar as year, month and day, as \"2018-09-01\"",
        ),
        None => refused(
            &format!("{} is no day", describe(item)),
            "a day in quotes as year, month and day, as \"2018-09-01\"",
        ),
    }
}

/// A period that must be there.
pub(super) fn period(item: &Item) -> Read<Period> {
    period_else(item, "")
}

fn period_else(item: &Item, or_never: &str) -> Read<Period> {
    match item.as_str().and_then(Period::parse) {
        Some(period) if period.is_zero() => refused(
            "a period of zero would move every account at once",
            &format!("a longer period, as \"90 days\"{or_never}"),
        ),
        Some(period) => Ok(period),
        None => {
            refused(&format!("{} is no period", describe(item)), "a number and days, months or years, as \"90 days\"")
        }
    }
}

/// A period or the word `never`, by which an exception takes away what its kind has.
pub(super) fn period_or_never(item: &Item) -> Read<Option<Period>> {
    if is_never(item) {
        return Ok(None);
    }
    period_else(item, ", or \"never\"").map(Some)
}

/// A day or the word `never`.
pub(super) fn day_or_never(item: &Item) -> Read<Option<Day>> {
    if is_never(item) { Ok(None) } else { day(item).map(Some) }
}

fn is_never(item: &Item) -> bool {
    item.as_str() == Some("never")
}

/// A whole number between two bounds. What another key leaves may not reach to the example: then the nearest is shown.
pub(super) fn whole<T: TryFrom<i64>>(item: &Item, least: i64, most: i64, example: i64) -> Read<T> {
    let write = format!("a whole number from {least} to {most}, as {}", example.min(most).max(least));
    let Some(number) = item.as_integer() else {
        return refused(&format!("{} is no whole number", describe(item)), &write);
    };
    match T::try_from(number) {
        Ok(fits) if (least..=most).contains(&number) => Ok(fits),
        _ if number < least => refused(&format!("{number} is too small"), &write),
        _ => refused(&format!("{number} is too large"), &write),
    }
}

/// Days before an event, largest first; all below `below` where that is known.
pub(super) fn reminders(item: &Item, below: Option<u16>) -> Read<Vec<u16>> {
    let write = "whole numbers of days, largest first, as [7, 1]";
    let Some(array) = item.as_array() else {
        return refused(&format!("{} is no list", describe(item)), write);
    };
    let (mut days, mut wrong) = (Vec::new(), Vec::new());
    let mut last: Option<u16> = None;
    for value in array {
        let Some(day) = value.as_integer().and_then(|n| u16::try_from(n).ok()).filter(|n| *n > 0) else {
            let what = format!("{} is no number of days before", describe_value(value));
            wrong.push(Wrong::new(&what, write).at(value));
            continue;
        };
        if let Some(limit) = below.filter(|limit| day >= *limit) {
            let what = format!("a reminder {day} days before cannot follow a notice {limit} days before");
            wrong.push(Wrong::new(&what, &format!("numbers below {limit}, as [7, 1]")).at(value));
        }
        if let Some(last) = last.filter(|last| day >= *last) {
            let what = if day == last { format!("{day} is there twice") } else { format!("{day} stands after {last}") };
            wrong.push(Wrong::new(&what, "each number once, largest first, as [7, 1]").at(value));
        }
        last = Some(day);
        days.push(day);
    }
    if wrong.is_empty() { Ok(days) } else { Err(wrong) }
}

/// One word of a closed list.
pub(super) fn word<T: Copy>(item: &Item, what: &str, all: &[T], of: fn(T) -> &'static str) -> Read<T> {
    match item.as_str().and_then(|text| all.iter().find(|one| of(**one) == text)) {
        Some(found) => Ok(*found),
        None => refused(&format!("{} is no {what}", describe(item)), &format!("one of {}", listed(all, of))),
    }
}

/// Several words of a closed list, each at most once.
pub(super) fn words<T: Copy + PartialEq>(
    item: &Item,
    what: &str,
    all: &[T],
    of: fn(T) -> &'static str,
) -> Read<Vec<T>> {
    let write = format!("a list of {}", listed(all, of));
    let Some(array) = item.as_array() else {
        return refused(&format!("{} is no list", describe(item)), &write);
    };
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for value in array {
        match value.as_str().and_then(|text| all.iter().find(|one| of(**one) == text)) {
            Some(one) if found.contains(one) => {
                let what = format!("{} is there twice", describe_value(value));
                wrong.push(Wrong::new(&what, "each word once").at(value));
            }
            Some(one) => found.push(*one),
            None => {
                let what = format!("{} is no {what}", describe_value(value));
                wrong.push(Wrong::new(&what, &format!("one of {}", listed(all, of))).at(value));
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn listed<T: Copy>(all: &[T], of: fn(T) -> &'static str) -> String {
    all.iter().map(|one| format!("\"{}\"", of(*one))).collect::<Vec<_>>().join(", ")
}

/// Yes or no.
pub(super) fn truth(item: &Item) -> Read<bool> {
    match item.as_bool() {
        Some(truth) => Ok(truth),
        None => refused(&format!("{} is neither true nor false", describe(item)), "true or false, without quotes"),
    }
}

/// Lines of text, each once. None has a comma and a space in it: where they are listed they stand so apart.
pub(super) fn lines(item: &Item) -> Read<Vec<String>> {
    let write = "a list of lines in quotes, each of at most 150 characters and without a comma";
    let Some(array) = item.as_array() else {
        return refused(&format!("{} is no list", describe(item)), write);
    };
    let (mut found, mut wrong) = (Vec::<String>::new(), Vec::new());
    for value in array {
        let fits = |text: &&str| {
            let length = text.trim().chars().count();
            (1..=150).contains(&length) && !text.contains(',') && !text.chars().any(char::is_control)
        };
        match value.as_str().filter(fits).map(str::trim) {
            Some(line) if found.iter().any(|known| known == line) => {
                wrong
                    .push(Wrong::new(&format!("{} is there twice", describe_value(value)), "each line once").at(value));
            }
            Some(line) => found.push(line.to_owned()),
            None => {
                let what = format!("{} is no line that can be listed", describe_value(value));
                wrong.push(Wrong::new(&what, write).at(value));
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Mail domains, each once, in small letters.
pub(super) fn domains(item: &Item) -> Read<Vec<String>> {
    let write = "domains without an @, as [\"partner.example\"]";
    let Some(array) = item.as_array() else {
        return refused(&format!("{} is no list", describe(item)), write);
    };
    let (mut found, mut wrong) = (Vec::<String>::new(), Vec::new());
    for value in array {
        let domain = value.as_str().and_then(|text| Address::parse(&format!("a@{text}")));
        match domain.map(|address| address.domain().to_owned()).filter(|domain| domain.contains('.')) {
            Some(domain) if found.contains(&domain) => {
                let what = format!("{} is there twice", describe_value(value));
                wrong.push(Wrong::new(&what, "each domain once").at(value));
            }
            Some(domain) => found.push(domain),
            None => wrong.push(Wrong::new(&format!("{} is no domain", describe_value(value)), write).at(value)),
        }
    }
    if found.is_empty() && wrong.is_empty() {
        return refused("no domain is listed", &format!("{write}, or leave the key out for all"));
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// How addresses are made: three placeholders, and little else that an address can hold.
pub(super) fn pattern(item: &Item) -> Read<String> {
    let write =
        "{first}, {last} and {n} once each with lower-case letters, dots and hyphens between, as \"{first}.{last}{n}\"";
    let Some(text) = item.as_str() else {
        return refused(&format!("{} is no pattern", describe(item)), write);
    };
    let mut rest = text.to_owned();
    let mut wrong = Vec::new();
    for part in ["{first}", "{last}", "{n}"] {
        match text.matches(part).count() {
            1 => rest = rest.replace(part, ""),
            0 => wrong.push(Wrong::new(&format!("\"{}\" has no {part}", shown(text)), write)),
            _ => {
                rest = rest.replace(part, "");
                wrong.push(Wrong::new(&format!("\"{}\" has {part} twice", shown(text)), write));
            }
        }
    }
    if let Some(odd) = rest.chars().find(|c| !(c.is_ascii_lowercase() || matches!(c, '.' | '-'))) {
        let what = format!("\"{}\" has `{}`, which an address must not hold", shown(text), odd.escape_debug());
        wrong.push(Wrong::new(&what, write));
    }
    // The first of a name has no number, so a dot that only the number keeps apart would stand alone.
    let first = text.replace("{n}", "");
    if first.starts_with('.') || first.ends_with('.') || first.contains("..") {
        wrong.push(Wrong::new(
            "without a number the address would begin or end with a dot, or have two together",
            write,
        ));
    }
    if wrong.is_empty() { Ok(text.to_owned()) } else { Err(wrong) }
}
