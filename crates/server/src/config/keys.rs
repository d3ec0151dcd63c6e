//! Every key of the configuration: its name in the file, its flag, what it is when nobody says it, what it means.
//! `docs/generated/config.md` is written from this table.

use crate::config::kinds::Kind;

/// A key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// With its section, as `brand.name`.
    pub(crate) name: &'static str,
    /// The flag that says it, or nothing.
    pub(crate) flag: &'static str,
    /// What it may hold.
    pub(crate) kind: Kind,
    /// When nobody says it.
    pub(crate) default: &'static str,
    /// How it may be written.
    pub(crate) example: &'static str,
    /// Of numbers.
    pub(crate) unit: &'static str,
    /// It is never printed, and stands in no configuration file.
    pub(crate) secret: bool,
    /// In a sentence.
    pub(crate) meaning: &'static str,
}

const fn key(
    name: &'static str,
    kind: Kind,
    (default, example): (&'static str, &'static str),
    meaning: &'static str,
) -> Key {
    Key { name, flag: "", kind, default, example, unit: "", secret: false, meaning }
}

impl Key {
    const fn flag(self, flag: &'static str) -> Self {
        Self { flag, ..self }
    }

    const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The variable of the environment: `ALMONER_` and the name in capitals.
    pub(crate) fn env(&self) -> String {
        let name = if self.name == "brand.name" { "brand" } else { self.name };
        format!("ALMONER_{}", name.replace('.', "_").to_ascii_uppercase())
    }

    /// The section of the file; empty at its head.
    pub(crate) fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }
}

/// A key by its name.
pub(crate) fn find(name: &str) -> Option<(usize, &'static Key)> {
    KEYS.iter().enumerate().find(|(_, key)| key.name == name)
}

const LEVELS: &[&str] = &["error", "warn", "info", "debug"];

/// All of them, in the order of the file.
pub(crate) static KEYS: &[Key] = &[
    key(
        "store",
        Kind::Store,
        ("sqlite:almoner.db", "postgres://almoner@db/almoner"),
        "where the federation is kept; a password in it is never printed",
    )
    .flag("--store"),
    key("listen", Kind::Listen, ("127.0.0.1:8080", "0.0.0.0:8443"), "where the portal listens; port 0 takes a free one")
        .flag("--listen"),
    key(
        "origin",
        Kind::Origin,
        ("", "https://portal.example"),
        "where browsers find the portal; with https cookies are kept to TLS. By itself: where it listens",
    )
    .flag("--origin"),
    key(
        "key_file",
        Kind::File,
        ("", "/etc/almoner/key"),
        "the key that seals secrets in the store; made if it is not there. By itself: beside a SQLite store, as FILE.key",
    )
    .flag("--key-file"),
    key("brand.name", Kind::Text, ("Almoner", "Example Mail"), "the service's name, on every page").flag("--brand"),
    key("brand.accent", Kind::Colour, ("", "#5b2a86"), "buttons, links and the line at the top, in light"),
    key("brand.on_accent", Kind::Colour, ("", "#fffdfa"), "text on buttons, in light"),
    key("brand.accent_dark", Kind::Colour, ("", "#cdb4f0"), "the same as accent, in dark"),
    key("brand.on_accent_dark", Kind::Colour, ("", "#1b1026"), "text on buttons, in dark"),
    key("brand.logo", Kind::File, ("", "/etc/almoner/logo.svg"), "the picture beside the name: SVG or PNG, at most 64 KiB"),
    key("tls.certificate", Kind::File, ("", "/etc/almoner/portal.pem"), "the certificate with its chain, PEM; read again when it changes"),
    key("tls.key", Kind::File, ("", "/etc/almoner/portal.key"), "the certificate's key, PEM"),
    key(
        "proxy.trusted",
        Kind::Networks,
        ("", "10.0.0.0/8, ::1"),
        "addresses and networks whose X-Forwarded-For is believed; all others are the source themselves",
    ),
    key("limits.connections", Kind::Number(16, 100_000), ("4096", "10000"), "open at once; more wait unanswered").unit("connections"),
    key("limits.pages", Kind::Number(1, 1_000), ("32", "64"), "made at once; more wait in line").unit("pages"),
    key("limits.form_kib", Kind::Number(16, 4_096), ("64", "128"), "the longest form").unit("KiB"),
    key("limits.upload_mib", Kind::Number(1, 256), ("256", "64"), "the longest uploaded file").unit("MiB"),
    key("limits.header_seconds", Kind::Number(1, 120), ("10", "5"), "until a request's head is here; also how long a connection may rest").unit("seconds"),
    key("limits.request_seconds", Kind::Number(1, 600), ("15", "30"), "until a whole request is here, and again until it has its turn").unit("seconds"),
    key("limits.upload_seconds", Kind::Number(1, 7_200), ("1800", "600"), "until an uploaded file is here").unit("seconds"),
    key("limits.stop_seconds", Kind::Number(1, 600), ("20", "60"), "that a stop waits for what is going on").unit("seconds"),
    key("limits.source_per_second", Kind::Number(1, 100_000), ("100", "500"), "requests of one source, for ever").unit("requests"),
    key("limits.source_burst", Kind::Number(1, 1_000_000), ("1000", "5000"), "requests of one source at once, after a rest").unit("requests"),
    key("limits.account_per_second", Kind::Number(1, 10_000), ("10", "20"), "requests of one account, for ever").unit("requests"),
    key("limits.account_burst", Kind::Number(1, 100_000), ("120", "240"), "requests of one account at once, after a rest").unit("requests"),
    key("log.format", Kind::Word(&["text", "json"]), ("text", "json"), "a line a request, for people or for programs"),
    key("log.level", Kind::Word(LEVELS), ("info", "warn"), "the least that is logged"),
    key("metrics.listen", Kind::Listen, ("", "127.0.0.1:9464"), "where /metrics is read; nowhere by itself. Nobody signs in there: keep it to your own network"),
    key("smtp.host", Kind::Text, ("", "relay.example"), "the server that takes notices; nothing is sent without one"),
    key("smtp.port", Kind::Number(1, 65_535), ("587", "465"), "its port"),
    key("smtp.tls", Kind::Word(&["starttls", "tls", "none"]), ("starttls", "tls"), "how the connection is kept secret"),
    key("smtp.user", Kind::Text, ("", "almoner"), "who signs in there; nobody by itself"),
    key("smtp.password", Kind::Text, ("", ""), "the password").secret(),
    key("smtp.password_file", Kind::File, ("", "/etc/almoner/smtp"), "the file that holds the password"),
    key("smtp.from", Kind::Mail, ("", "no-reply@mail.example"), "the sender of notices"),
    key("notices.folder", Kind::File, ("", "/etc/almoner/notices"), "a folder of templates in the place of those that come with Almoner"),
    key("notices.support", Kind::Text, ("", "National helpdesk, 0300 000 0000"), "whom to ask when no administrator can help, as every notice says"),
    key("notices.operator", Kind::Mail, ("", "operator@mail.example"), "where notices go that have nobody else; by itself they stay in the portal"),
    key("notices.per_minute", Kind::Number(1, 60_000), ("600", "60"), "letters that a mail server is sent at most").unit("a minute"),
    key("sms.kind", Kind::Word(&["none", "notify", "webhook"]), ("none", "webhook"), "who sends codes to telephones: GOV.UK Notify, or a POST of JSON"),
    key("sms.url", Kind::Url, ("", "https://sms.example/send"), "where it is asked"),
    key("sms.key", Kind::Text, ("", ""), "what the asker shows").secret(),
    key("sms.key_file", Kind::File, ("", "/etc/almoner/sms"), "the file that holds what the asker shows"),
    key("sms.template", Kind::Text, ("", "f33517ff-2a88-4f6e-b855-c550268ce08a"), "the message's template there"),
    key("sms.sender", Kind::Text, ("", "Example"), "whom it is from"),
];
