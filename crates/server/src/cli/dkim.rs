//! `mail dkim`: the keys that sign what is sent, and what the DNS is to publish.

use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::args::mail::{Dkim, Place};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::engine::dkim::{FOLDER, Key, all, make};
use crate::engine::files;
use crate::engine::render::Made;
use crate::engine::settings::{FILE, Settings};
use crate::engine::supervise::as_root;

/// Does what is asked.
pub(crate) fn dkim(cli: &Cli, what: &Dkim) -> Result<Answer, Failure> {
    as_root("show or change keys")?;
    match what {
        Dkim::Show(place) => show(&read(place)?, ""),
        Dkim::Make(place) => made(cli, &read(place)?),
        Dkim::Use { place, selectors } => sign_with(read(place)?, selectors),
        Dkim::Remove { place, selector } => remove(&read(place)?, selector),
    }
}

fn read(place: &Place) -> Result<Settings, Failure> {
    Settings::read(&place.folder)
}

fn show(s: &Settings, first: &str) -> Result<Answer, Failure> {
    let keys = all(s)?;
    let signs = |key: &Key| s.signs_with.contains(&key.selector);
    let name = |key: &Key| format!("{}._domainkey.{}", key.selector, s.domain);
    let json: Vec<Value> = keys
        .iter()
        .map(|key| {
            let (selector, algorithm) = (&key.selector, key.algorithm());
            json!({ "selector": selector, "algorithm": algorithm, "signs": signs(key), "name": name(key), "record": key.record() })
        })
        .collect();
    let mut text = first.to_owned();
    if keys.is_empty() {
        text.push_str("There is no key: nothing is signed. Make two with `almoner mail dkim make`.\n");
    }
    for key in &keys {
        let state = if signs(key) { "signs" } else { "does not sign" };
        let told = format!("{} ({}) {state}. The DNS is to publish:\n  {}.", key.selector, key.algorithm(), name(key));
        text.extend([told.as_str(), " TXT \"", &key.record(), "\"\n\n"]);
    }
    text.push_str("A server that takes no text of more than 255 characters is given it in several, each in quotes.");
    Ok(Answer::new(json!({ "folder": s.folder, "keys": json }), text))
}

fn made(cli: &Cli, s: &Settings) -> Result<Answer, Failure> {
    let Session { almoner, ctx, .. } = Session::open(cli)?;
    let [rsa, ed] = make(s, almoner.today(&ctx))?;
    show(s, &format!("{rsa} and {ed} are made, and do not sign yet: publish their records first.\n\n"))
}

fn known(s: &Settings, selector: &str) -> Result<(), Failure> {
    if all(s)?.iter().any(|key| key.selector == selector) {
        return Ok(());
    }
    Err(Failure::refused(format!("there is no key {selector}"), "`almoner mail dkim show` lists them"))
}

fn sign_with(mut s: Settings, selectors: &[String]) -> Result<Answer, Failure> {
    selectors.iter().try_for_each(|selector| known(&s, selector))?;
    selectors.clone_into(&mut s.signs_with);
    files::write(&s.folder, &Made { name: FILE.to_owned(), text: s.text(), mode: 0o644 })?;
    show(&s, "This holds within a few seconds, also while mail is running.\n\n")
}

fn remove(s: &Settings, selector: &str) -> Result<Answer, Failure> {
    known(s, selector)?;
    if s.signs_with.iter().any(|signs| signs == selector) {
        let hint = "sign with others first: `almoner mail dkim use SELECTOR…`";
        return Err(Failure::refused(format!("{selector} signs what is sent"), hint));
    }
    let path = s.at(FOLDER).join(format!("{selector}.pem"));
    std::fs::remove_file(&path).map_err(|error| Failure::file(&path, &error))?;
    show(
        s,
        &format!("{selector} is gone. Take its record out of the DNS when no mail that it signed is on its way.\n\n"),
    )
}
