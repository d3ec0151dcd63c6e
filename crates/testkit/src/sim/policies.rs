//! The policies that a simulated federation may adopt: shipped ones, and ones under which much happens in little time.

use crate::sim::op::Known;

const SHORT: [(&str, &str); 9] = [
    ("idle = \"90 days\"", "idle = \"25 days\""),
    ("inactive = \"90 days\"", "inactive = \"20 days\""),
    ("leaver = \"30 days\"", "leaver = \"16 days\""),
    ("disabled = \"18 months\"", "disabled = \"40 days\""),
    ("restore = \"180 days\"", "restore = \"15 days\""),
    ("restore = \"30 days\"", "restore = \"10 days\""),
    ("ask_owners = \"6 months\"", "ask_owners = \"20 days\""),
    ("reserve_after_purge = \"2 years\"", "reserve_after_purge = \"30 days\""),
    // Whoever moved and was not seen since is idle on the day on which the old address is free.
    ("old_organisation_alias = \"90 days\"", "old_organisation_alias = \"25 days\""),
];

const SECTORS: &str = r#"
[[sector]]
sector = "gp"
kind = "user"
from = "2019-03-01"
until = "2019-06-01"
idle = "60 days"
leaver = "25 days"

[[sector]]
sector = "gp"
kind = "user"
from = "2019-07-01"
inactive = "never"
"#;

/// The text of a policy, under a name of its own.
pub(crate) fn text(policy: Known) -> String {
    let text = figures(policy);
    let Some((head, rest)) = text.split_once("\nname = \"") else { return text };
    let tail = rest.split_once('"').map_or("", |(_, tail)| tail);
    format!("{head}\nname = \"{policy}\"{tail}")
}

fn figures(policy: Known) -> String {
    let shipped = |name| service::policy::shipped(name).unwrap_or_default().to_owned();
    let first = || shipped("2018-09");
    match policy {
        Known::P2018 => first(),
        Known::P2021 => shipped("2021-02"),
        Known::P2022 => changed(shipped("2022-12"), &[("from = \"2022-12-01\"", "from = \"2018-12-01\"")]),
        Known::Short => short(),
        Known::Capped => changed(
            short(),
            &[
                ("deletions_per_day = 20000", "deletions_per_day = 2"),
                ("deletions_per_organisation_per_day = 500", "deletions_per_organisation_per_day = 1"),
            ],
        ),
        Known::Sector => short() + SECTORS,
        Known::Braked => {
            changed(first(), &[("floor = 5 ", "floor = 1 "), ("share_percent = 20 ", "share_percent = 5 ")])
        }
        Known::Still => changed(first(), &[("automation_from = \"2018-09-01\"", "")]),
        Known::Wide => changed(
            short(),
            &[
                ("before_deletion_days = 14", "before_deletion_days = 21"),
                ("[application]", "[application]\nautomation_from = \"2019-02-01\""),
                ("[resource]", "[resource]\nautomation_from = \"2019-02-01\""),
                ("idle = \"12 months\"", "idle = \"30 days\""),
            ],
        ),
    }
}

fn short() -> String {
    changed(service::policy::shipped("2018-09").unwrap_or_default().to_owned(), &SHORT)
}

fn changed(text: String, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text, |text, (old, new)| text.replace(old, new))
}
