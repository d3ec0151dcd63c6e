//! A unit for systemd, in the place of a person who types `almoner mail start`.

use std::path::Path;

use askama::Template;

use crate::cli::failure::Failure;
use crate::engine::render::{Made, written};
use crate::engine::settings::Settings;

#[derive(Template)]
#[template(path = "engine/almoner-mail.service.txt", escape = "none")]
struct Unit<'a> {
    s: &'a Settings,
    program: String,
    store: &'a str,
}

/// The unit. The password of a database's server does not belong in it: it is readable by all.
pub(crate) fn unit(s: &Settings, program: &Path, (store, here): (&str, &Path)) -> Result<Made, Failure> {
    let store = &from_the_root(store, here);
    let plain = |b: char| b.is_ascii_alphanumeric() || "/._-+@:?=&".contains(b);
    if !store.chars().all(plain) || has_password(store) {
        let hint = "name the store in a configuration (--config), and start the unit with ALMONER_CONFIG in a drop-in";
        return Err(Failure::refused("the store cannot stand in a unit, which everybody may read", hint));
    }
    let text = written(&Unit { s, program: program.display().to_string(), store })?;
    Ok(Made { name: "almoner-mail.service".to_owned(), text: format!("{}\n", text.trim_end()), mode: 0o644 })
}

/// The store by a name that means the same in every folder.
fn from_the_root(store: &str, here: &Path) -> String {
    let file = store.strip_prefix("sqlite:").map(|file| file.strip_prefix("//").unwrap_or(file));
    file.map_or_else(|| store.to_owned(), |file| format!("sqlite:{}", here.join(file).display()))
}

/// `postgres://USER:PASSWORD@HOST/…`
fn has_password(store: &str) -> bool {
    let behind = store.split_once("://").map_or("", |(_, behind)| behind);
    behind.split_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_starts_this_program_in_this_folder_and_holds_no_password() {
        let s = Settings::new(Path::new("/srv/mail"), "mail.example", 8800, true);
        let of = |store: &str| unit(&s, Path::new("/usr/local/bin/almoner"), (store, Path::new("/srv")));
        let line = "ExecStart=/usr/local/bin/almoner --store sqlite:/srv/a.db mail start --folder /srv/mail\n";
        for store in ["sqlite:/srv/a.db", "sqlite:a.db", "sqlite:///srv/a.db"] {
            let made = of(store).unwrap();
            assert!(made.text.contains(line), "{store}: {}", made.text);
        }
        assert!(of("postgres://almoner@db:5432/almoner").is_ok());
        for store in ["postgres://almoner:secret@db/almoner", "sqlite:/my files/a.db", "sqlite:/a%n.db", "sqlite:$HOME"]
        {
            assert!(of(store).is_err(), "{store}");
        }
    }
}
