//! Words, days and codes of the command line as types: what cannot be read is wrong use, told by clap.

use crate::config::net::Networks;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::command::Fate;
use domain::confirmation::Confirmer;
use domain::mailbox::Right;
use domain::notice::{Delivery, NoticeKind};
use domain::org::Sector;
use domain::rights::Role;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::Day;
use service::report::Report;

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

/// A kind of notice.
pub(crate) fn notice_kind() -> impl TypedValueParser<Value = NoticeKind> {
    words(NoticeKind::ALL, NoticeKind::as_str, NoticeKind::parse)
}

/// How a notice fares.
pub(crate) fn delivery() -> impl TypedValueParser<Value = Delivery> {
    words(Delivery::ALL, Delivery::as_str, Delivery::parse)
}

/// How a command for the mail engine fares.
pub(crate) fn fate() -> impl TypedValueParser<Value = Fate> {
    words(Fate::ALL, Fate::as_str, Fate::parse)
}

/// A role.
pub(crate) fn role() -> impl TypedValueParser<Value = Role> {
    words(Role::ALL, Role::as_str, Role::parse)
}

/// What a member may do in a mailbox.
pub(crate) fn right() -> impl TypedValueParser<Value = Right> {
    words(Right::ALL, Right::as_str, Right::parse)
}

/// A report.
pub(crate) fn report() -> impl TypedValueParser<Value = Report> {
    words(Report::ALL, Report::as_str, Report::parse)
}

/// Who confirms the first primary administrator.
pub(crate) fn confirmer() -> impl TypedValueParser<Value = Confirmer> {
    words(Confirmer::ALL, Confirmer::as_str, Confirmer::parse)
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

/// Networks with commas between.
pub(crate) fn networks(text: &str) -> Result<Networks, String> {
    Networks::parse(text)
        .ok_or_else(|| "write addresses and networks with commas between, as 10.0.0.0/8, ::1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_rules_are_read_or_told_how_to_be_written() {
        for (text, good) in [
            ("2018-09-01", true),
            ("2020-02-29", true),
            ("2019-02-29", false),
            ("2018-9-1", false),
            ("2018-09-01T08:00:00Z", false),
            ("", false),
        ] {
            assert_eq!(day(text).map(|day| day.to_string()).ok(), good.then(|| text.to_owned()), "{text}");
        }
        assert!(day("today").unwrap_err().contains("2018-09-01"));
        for (text, found) in
            [("LC-06", Some(Rule::Lc06)), ("run-05", Some(Rule::Run05)), ("LC-6", None), ("LC-99", None)]
        {
            assert_eq!(rule(text).ok(), found, "{text}");
        }
        assert!(rule("LC06").unwrap_err().contains("LC-06"));
    }

    fn given<T: Clone + Send + Sync + 'static>(
        parser: impl TypedValueParser<Value = T>,
        text: &str,
    ) -> Result<T, String> {
        let command = clap::Command::new("x").arg(clap::Arg::new("word").value_parser(parser));
        let read = command.try_get_matches_from(["x", text]).map_err(|error| error.to_string())?;
        Ok(read.get_one::<T>("word").unwrap().clone())
    }

    #[test]
    fn every_word_of_a_set_is_read_and_another_is_told_which_there_are() {
        for one in Status::ALL {
            assert_eq!(given(status(), one.as_str()), Ok(*one));
        }
        for one in Role::ALL {
            assert_eq!(given(role(), one.as_str()), Ok(*one));
        }
        for one in Sector::ALL {
            assert_eq!(given(sector(), one.as_str()), Ok(*one));
        }
        let said = given(status(), "Active").unwrap_err();
        assert!(Status::ALL.iter().all(|one| said.contains(one.as_str())), "{said}");
    }
}
