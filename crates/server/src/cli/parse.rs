//! Words, days and codes of the command line as types: what cannot be read is wrong use, told by clap.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::org::Sector;
use domain::rights::Role;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::Day;

/// A civil day.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "not a day that exists; write one as 2018-09-01".to_owned())
}

/// The id of a rule.
pub(crate) fn rule(text: &str) -> Result<Rule, String> {
    Rule::parse(&text.to_ascii_uppercase()).ok_or_else(|| "not the id of a rule; write one as LC-06".to_owned())
}

/// A status.
pub(crate) fn status() -> impl TypedValueParser<Value = Status> {
    words(Status::ALL, Status::as_str, Status::parse)
}

/// A role.
pub(crate) fn role() -> impl TypedValueParser<Value = Role> {
    words(Role::ALL, Role::as_str, Role::parse)
}

/// A sector.
pub(crate) fn sector() -> impl TypedValueParser<Value = Sector> {
    words(Sector::ALL, Sector::as_str, Sector::parse)
}

fn words<T: Copy + Send + Sync + 'static>(
    all: &[T],
    word: fn(T) -> &'static str,
    parse: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> + use<T> {
    let known: Vec<&'static str> = all.iter().map(|value| word(*value)).collect();
    PossibleValuesParser::new(known).try_map(move |text| parse(&text).ok_or("not a word that is known"))
}
