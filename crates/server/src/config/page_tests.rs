//! `docs/generated/config.md`, written from the table of keys.

use std::fmt::Write;

use expect_test::expect_file;

use crate::config::keys::{KEYS, Key};
use crate::config::kinds::Kind;

const HEAD: &str = "\
# Configuration

Written by a test from `crates/server/src/config/keys.rs`; change it there.

A flag goes before the environment, the environment before the file, the file before what holds by itself. The file is TOML,
named by `--config FILE` or `ALMONER_CONFIG`; nothing is read where nobody names one. A variable that is set to nothing is not
set. Every mistake is told at once, with its line: `almoner config check`. What holds, and what said so: `almoner config show`.

Secrets stand in no configuration file: they come from the environment or from a file of their own (without its line's end)
that not everybody may read. They are never printed.
";

fn holds(kind: Kind) -> String {
    match kind {
        Kind::Text => "a line".to_owned(),
        Kind::Store => "a store".to_owned(),
        Kind::Listen => "address:port".to_owned(),
        Kind::Origin => "scheme and host".to_owned(),
        Kind::File => "a file".to_owned(),
        Kind::Colour => "a colour".to_owned(),
        Kind::Number(least, most) => format!("{least} to {most}"),
        Kind::Networks => "a list of networks".to_owned(),
        Kind::Word(words) => words.join(", "),
        Kind::Url => "a URL".to_owned(),
        Kind::Mail => "a mail address".to_owned(),
    }
}

fn code(text: &str) -> String {
    if text.is_empty() { "–".to_owned() } else { format!("`{text}`") }
}

fn row(key: &Key) -> String {
    let name = if key.secret { "only in the environment".to_owned() } else { code(key.name) };
    let holds = if key.unit.is_empty() { holds(key.kind) } else { format!("{}, {}", holds(key.kind), key.unit) };
    let variable =
        if key.flag.is_empty() { code(&key.env()) } else { format!("{}, {}", code(&key.env()), code(key.flag)) };
    format!("| {name} | {variable} | {holds} | {} | {} |\n", code(key.default), key.meaning)
}

#[test]
fn the_page_of_the_configuration_is_up_to_date() {
    let mut page = HEAD.to_owned();
    let mut section = "-";
    for key in KEYS {
        if key.section() != section {
            section = key.section();
            let title = if section.is_empty() { "At the head".to_owned() } else { format!("`[{section}]`") };
            let columns = "| key | variable, flag | holds | by itself | means |\n|---|---|---|---|---|\n";
            write!(page, "\n## {title}\n\n{columns}").unwrap();
        }
        page += &row(key);
    }
    let mut last = "";
    page += "\n## An example\n\n```toml\n";
    for key in KEYS.iter().filter(|key| !key.secret) {
        if key.section() != last {
            last = key.section();
            write!(page, "\n[{last}]\n").unwrap();
        }
        let bare = matches!(key.kind, Kind::Number(..));
        let name = key.name.rsplit('.').next().unwrap();
        writeln!(page, "{name} = {}", if bare { key.example.to_owned() } else { format!("{:?}", key.example) })
            .unwrap();
    }
    page += "```\n";
    expect_file!["../../../../docs/generated/config.md"].assert_eq(&page);
}

#[test]
fn the_examples_of_the_page_are_a_configuration() {
    let page = include_str!("../../../../docs/generated/config.md");
    let (_, behind) = page.split_once("```toml\n").unwrap();
    let text = behind.split("```").next().unwrap();
    let read = super::Config::read(&[], &|_| None, Some(("almoner.toml", text)));
    assert_eq!(read.err(), None);
}
