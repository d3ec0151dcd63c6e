//! The configuration as operators write it.

use std::ffi::OsString;

use crate::config::keys::KEYS;
use crate::config::kinds::Kind;
use crate::config::secret::Secret;
use crate::config::{Config, Level, MailTls, SmsKind};

type Env<'e> = &'e [(&'e str, &'e str)];

fn read(flags: &[(&str, &str)], env: Env<'_>, file: &str) -> Result<Config, Vec<String>> {
    let flags: Vec<_> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let find = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
    let read = Config::read(&flags, &find, Some(("a.toml", file)));
    read.map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn refused(env: Env<'_>, file: &str) -> Vec<String> {
    read(&[], env, file).map(|_| ()).unwrap_err()
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let file = "store = \"sqlite:of-file\"\n[limits]\npages = 7\n";
    let env = [("ALMONER_STORE", "sqlite:of-env"), ("ALMONER_LIMITS_FORM_KIB", "99"), ("ALMONER_LOG_LEVEL", "")];
    let config = read(&[("store", "sqlite:of-flag")], &env, file).unwrap();
    assert_eq!((config.store.as_str(), config.limits.pages, config.limits.form), ("sqlite:of-flag", 7, 99 * 1024));
    assert_eq!(config.log.level, Level::Info, "what is set to nothing is not set");
    let from = |config: &Config, key: &str| config.told.iter().find(|told| told.key == key).unwrap().from.clone();
    assert_eq!(from(&config, "store"), "--store");
    assert_eq!(from(&config, "limits.pages"), "a.toml, line 3");
    assert_eq!(from(&config, "limits.form_kib"), "ALMONER_LIMITS_FORM_KIB");
    assert_eq!(from(&config, "log.level"), "by itself");
    assert_eq!(read(&[], &env, file).unwrap().store, "sqlite:of-env");
    assert_eq!(read(&[], &[], file).unwrap().store, "sqlite:of-file");
    assert_eq!(read(&[], &[], "").unwrap().store, "sqlite:almoner.db");
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_to_write() {
    let file = "listen = \"localhost\"\nbrnad.name = \"x\"\n\n[limits]\npages = \"many\"\nform_kib = 1\nfrom_kib = 64\n\n[colour]\nx = 1\n";
    let told = refused(&[("ALMONER_LOG_FORMAT", "xml"), ("ALMONER_STORE", "secret@words")], file);
    let expected = [
        "a.toml, line 1, listen: \"localhost\" is no address with a port; write as 0.0.0.0:8443",
        "a.toml, line 2, brnad: there is no such key; write one of docs/generated/config.md, or nothing",
        "a.toml, line 5, limits.pages: it is no number without quotes; write a number from 1 to 1000, as 64",
        "a.toml, line 6, limits.form_kib: \"1\" is no number in its bounds; write a number from 16 to 4096, as 128",
        "a.toml, line 7, limits.from_kib: there is no such key (did you mean limits.form_kib?); write limits.form_kib",
        "a.toml, line 9, colour: there is no such key; write one of docs/generated/config.md, or nothing",
        "ALMONER_STORE, store: it names no store; write as postgres://almoner@db/almoner",
        "ALMONER_LOG_FORMAT, log.format: \"xml\" is none of the words; write one of text, json, as json",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_no_toml_is_told_by_its_line() {
    let told = refused(&[], "listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n");
    assert!(told.len() == 1 && told[0].starts_with("a.toml, line 2: the file cannot be read from here on"), "{told:?}");
    let told = refused(&[], "brand = \"Mail\"\n");
    assert_eq!(told, ["a.toml, line 1, brand: it is a section; write [brand] and its keys below it"]);
}

#[test]
fn keys_that_need_each_other_are_looked_at_together() {
    let tls = "[tls]\ncertificate = \"/c\"\n";
    let cases = [
        (tls, "tls.key: it is missing"),
        ("[tls]\nkey = \"/k\"\n", "tls.certificate: it is missing"),
        ("origin = \"http://x.example\"\n[tls]\nkey = \"/k\"\ncertificate = \"/c\"\n", "an https origin"),
        ("[smtp]\nhost = \"relay\"\n", "smtp.from: it is missing"),
        ("[smtp]\nhost = \"relay\"\nfrom = \"a@b.example\"\nuser = \"x\"\n", "smtp.password_file: it is missing"),
        ("[smtp]\nuser = \"x\"\npassword_file = \"/p\"\ntls = \"none\"\n", "not sent in clear"),
        ("[sms]\nkind = \"webhook\"\n", "sms.url: it is missing"),
        ("[sms]\nkind = \"notify\"\ntemplate = \"t\"\n", "sms.key_file: it is missing"),
        ("[sms]\nkind = \"notify\"\nkey_file = \"/k\"\n", "sms.template: it is missing"),
        ("[brand]\naccent = \"#cccccc\"\non_accent = \"#000000\"\n", "links in it cannot be read"),
        ("[brand]\naccent = \"#5b2a86\"\non_accent = \"#333333\"\n", "text on brand.accent cannot be read"),
        ("[brand]\non_accent_dark = \"#333333\"\n", "brand.accent_dark: it is missing"),
    ];
    for (file, part) in cases {
        let told = refused(&[], file);
        assert!(told.len() == 1 && told[0].contains(part), "{file}: {told:?}");
        assert!(told[0].starts_with("a.toml, line "), "{told:?}");
    }
}

#[test]
fn a_secret_stands_in_no_configuration_file_and_is_never_shown() {
    let told = refused(&[], "[smtp]\npassword = \"hunter2\"\n");
    assert!(told.len() == 1 && told[0].contains("ALMONER_SMTP_PASSWORD") && !told[0].contains("hunter2"), "{told:?}");
    let env = [
        ("ALMONER_SMTP_PASSWORD", "hunter2"),
        ("ALMONER_SMS_KEY", "hunter2"),
        ("ALMONER_STORE", "postgres://almoner:hunter2@db/almoner"),
    ];
    let file = "[smtp]\nhost = \"relay\"\nfrom = \"a@b.example\"\npassword_file = \"/p\"\n[sms]\nkind = \"webhook\"\nurl = \"https://x\"\n";
    let config = read(&[], &env, file).unwrap();
    let Secret::Told(password) = config.smtp.as_ref().unwrap().password.clone() else { panic!("of the environment") };
    assert_eq!(password.open(), "hunter2");
    let shown = format!("{:?}", (&config.told, &config.smtp, &config.sms));
    assert!(!shown.contains("hunter2"), "{shown}");
    let told = refused(&[("ALMONER_SMTP_PASSWORD", "hunter2\n")], "");
    assert!(!told[0].contains("hunter2"), "{told:?}");
}

#[test]
fn every_key_changes_what_the_program_works_with() {
    let with = |env: Env<'_>| {
        let base: Env<'_> = &[
            ("ALMONER_SMTP_HOST", "relay"),
            ("ALMONER_SMTP_FROM", "a@b.example"),
            ("ALMONER_SMS_KIND", "notify"),
            ("ALMONER_SMS_URL", "https://x.example"),
            ("ALMONER_SMS_KEY_FILE", "/k"),
            ("ALMONER_SMS_TEMPLATE", "t"),
            ("ALMONER_TLS_CERTIFICATE", "/c"),
            ("ALMONER_TLS_KEY", "/k"),
            ("ALMONER_BRAND_ACCENT", "#0f5c63"),
            ("ALMONER_BRAND_ACCENT_DARK", "#7fd0d2"),
        ];
        let all: Vec<_> = env.iter().chain(base).copied().collect();
        let config = read(&[], &all, "").unwrap();
        format!("{:?}", Config { told: Vec::new(), ..config })
    };
    let plain = with(&[]);
    for key in KEYS {
        let value = match (key.secret, key.kind) {
            (true, _) => "a secret",
            (false, Kind::Word(words)) => {
                words.iter().copied().find(|w| *w != key.default && *w != "none" && *w != "notify").unwrap()
            }
            (false, _) => key.example,
        };
        // A password is kept to a user, a user to a password.
        let user = [("ALMONER_SMTP_PASSWORD_FILE", "/p")];
        let extra: &[(&str, &str)] = if key.name == "smtp.user" { &user } else { &[] };
        let env: Vec<_> = [(key.env(), value)]
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .chain(extra.iter().copied())
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_ne!(with(&env), plain, "{}", key.name);
    }
}

#[test]
fn words_are_what_they_say() {
    let file = "[smtp]\nhost = \"r\"\nfrom = \"a@b.example\"\ntls = \"tls\"\n[sms]\nkind = \"webhook\"\nurl = \"https://x\"\n[log]\nformat = \"json\"\nlevel = \"error\"\n";
    let config = read(&[], &[], file).unwrap();
    assert_eq!((config.smtp.unwrap().tls, config.sms.unwrap().kind), (MailTls::Whole, SmsKind::Webhook));
    assert_eq!((config.log.json, config.log.level), (true, Level::Error));
    let plain = Config::default();
    assert!(plain.smtp.is_none() && plain.sms.is_none() && plain.tls.is_none() && plain.metrics.is_none());
    assert_eq!(plain.brand.style, "", "Almoner's own colours");
    let file = "[brand]\naccent = \"#5b2a86\"\naccent_dark = \"#cdb4f0\"\non_accent_dark = \"#1b1026\"\n";
    let style = read(&[], &[], file).unwrap().brand.style;
    assert_eq!(
        style,
        "@media (prefers-color-scheme:light){:root{--accent:#5b2a86;--bar:#5b2a86;}}\n\
         @media (prefers-color-scheme:dark){:root{--accent:#cdb4f0;--bar:#cdb4f0;--on-accent:#1b1026;}}\n"
    );
}

#[test]
fn the_file_that_comes_with_the_package_can_be_used() {
    let config = read(&[], &[], include_str!("../../../../packaging/almoner.toml")).unwrap();
    assert_eq!(config.store, "sqlite:/var/lib/almoner/almoner.db");
    assert!(config.log.json && config.metrics.is_some());
}
