//! What must be true of several keys together.

use crate::config::Mistake;
use crate::config::colour::{Colour, GROUNDS};
use crate::config::keys::find;
use crate::config::values::{Source, Values};

/// Everything that does not fit together.
pub(super) fn mistakes(values: &Values) -> Vec<Mistake> {
    let mut all = Vec::new();
    let set = |name: &str| !values.text(name).is_empty();
    let mut wrong = |blamed: &str, key: &str, what: &str, write: &str| {
        // Where the value that asks for it stands, since what is missing stands nowhere.
        let place = values.source(blamed).place();
        all.push(Mistake { place, key: key.to_owned(), what: what.to_owned(), write: write.to_owned() });
    };
    for (one, other) in [("tls.certificate", "tls.key"), ("tls.key", "tls.certificate")] {
        if set(one) && !set(other) {
            wrong(one, other, "it is missing, and a certificate has a key", &example(other));
        }
    }
    if set("tls.certificate") && values.text("origin").starts_with("http://") {
        wrong("origin", "origin", "browsers that come by TLS find an https origin", "as https://portal.example");
    }
    if set("smtp.host") && !set("smtp.from") {
        wrong("smtp.host", "smtp.from", "it is missing, and every message has a sender", &example("smtp.from"));
    }
    let password = set("smtp.password") || set("smtp.password_file");
    if set("smtp.user") && !password {
        wrong(
            "smtp.user",
            "smtp.password_file",
            "it is missing, and a user has a password",
            &example("smtp.password_file"),
        );
    }
    if set("smtp.user") && values.text("smtp.tls") == "none" {
        wrong("smtp.tls", "smtp.tls", "a password is not sent in clear", "starttls or tls, or leave smtp.user out");
    }
    let key = set("sms.key") || set("sms.key_file");
    let kind = values.text("sms.kind");
    if kind == "notify" && !key {
        wrong("sms.kind", "sms.key_file", "it is missing, and notify asks for a key", &example("sms.key_file"));
    }
    if kind == "notify" && !set("sms.template") {
        wrong("sms.kind", "sms.template", "it is missing, and notify asks for a template", &example("sms.template"));
    }
    if kind == "webhook" && !set("sms.url") {
        wrong("sms.kind", "sms.url", "it is missing, and a webhook has a URL", &example("sms.url"));
    }
    all.extend(unreadable(values));
    all
}

fn example(name: &str) -> String {
    find(name).map_or_else(String::new, |(_, key)| format!("as {}", key.example))
}

/// The colours that cannot be read on each other.
fn unreadable(values: &Values) -> Vec<Mistake> {
    let mut all = Vec::new();
    let themes =
        [("brand.accent", "brand.on_accent", "#ffffff"), ("brand.accent_dark", "brand.on_accent_dark", "#0d1719")];
    for ((accent, on, usual), grounds) in themes.into_iter().zip(GROUNDS) {
        let Some(colour) = Colour::parse(values.text(accent)) else {
            if values.source(on) != Source::Default {
                let what = format!("it is missing, and {on} stands on it");
                all.push(Mistake {
                    place: values.source(on).place(),
                    key: accent.to_owned(),
                    what,
                    write: example(accent),
                });
            }
            continue;
        };
        let place = values.source(accent).place();
        if !grounds.iter().all(|ground| colour.is_read_on(*ground)) {
            let what = "links in it cannot be read on the page: a contrast of 4.5 is asked for".to_owned();
            all.push(Mistake { place: place.clone(), key: accent.to_owned(), what, write: example(accent) });
        }
        let text = Colour::parse(values.text(on)).or_else(|| Colour::parse(usual));
        if !text.is_some_and(|text| text.is_read_on(colour)) {
            let what = format!("text on {accent} cannot be read: a contrast of 4.5 is asked for");
            all.push(Mistake { place, key: on.to_owned(), what, write: example(on) });
        }
    }
    all
}
