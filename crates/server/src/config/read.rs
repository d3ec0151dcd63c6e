//! The values of the keys as what the program works with. They were checked before; what is left out is empty.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::config::kinds::origin;
use crate::config::net::Networks;
use crate::config::secret::{Hidden, Secret};
use crate::config::values::Values;
use crate::config::{Brand, Config, Level, Limits, Log, MailTls, Notices, Rate, Sms, SmsKind, Smtp, Tls};

/// All of it.
pub(super) fn config(values: &Values) -> Config {
    let listen = || SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    let path = |name: &str| Some(values.text(name)).filter(|text| !text.is_empty()).map(PathBuf::from);
    let tls = path("tls.certificate").zip(path("tls.key")).map(|(certificate, key)| Tls { certificate, key });
    Config {
        store: values.text("store").to_owned(),
        listen: values.text("listen").parse().unwrap_or_else(|_| listen()),
        origin: origin(values.text("origin")),
        key_file: path("key_file"),
        brand: Brand { name: values.text("brand.name").to_owned(), style: style(values), logo: path("brand.logo") },
        tls,
        proxies: Networks::parse(values.text("proxy.trusted")).unwrap_or_default(),
        limits: limits(values),
        log: Log { json: values.text("log.format") == "json", level: level(values.text("log.level")) },
        metrics: values.text("metrics.listen").parse().ok(),
        smtp: smtp(values),
        notices: notices(values),
        sms: sms(values),
        told: values.told(),
    }
}

fn number<T: TryFrom<u32>>(values: &Values, name: &str) -> Option<T> {
    values.text(name).parse::<u32>().ok().and_then(|number| T::try_from(number).ok())
}

fn limits(values: &Values) -> Limits {
    let count = |name: &str| number(values, &format!("limits.{name}")).unwrap_or(1);
    let bytes = |name: &str, unit: usize| number::<usize>(values, name).unwrap_or(1).saturating_mul(unit);
    let rate =
        |who: &str| Rate { per_second: count(&format!("{who}_per_second")), burst: count(&format!("{who}_burst")) };
    Limits {
        connections: count("connections"),
        pages: count("pages"),
        form: bytes("limits.form_kib", 1024),
        upload: number::<u64>(values, "limits.upload_mib").unwrap_or(1).saturating_mul(1024 * 1024),
        header_seconds: count("header_seconds"),
        request_seconds: count("request_seconds"),
        upload_seconds: count("upload_seconds"),
        stop_seconds: count("stop_seconds"),
        source: rate("source"),
        account: rate("account"),
    }
}

fn level(word: &str) -> Level {
    match word {
        "error" => Level::Error,
        "warn" => Level::Warn,
        "debug" => Level::Debug,
        _ => Level::Info,
    }
}

fn secret(values: &Values, name: &str) -> Secret {
    match (values.text(name), values.text(&format!("{name}_file"))) {
        ("", "") => Secret::None,
        ("", file) => Secret::File(PathBuf::from(file)),
        (told, _) => Secret::Told(Hidden::new(told)),
    }
}

fn smtp(values: &Values) -> Option<Smtp> {
    let host = Some(values.text("smtp.host")).filter(|host| !host.is_empty())?.to_owned();
    let tls = match values.text("smtp.tls") {
        "tls" => MailTls::Whole,
        "none" => MailTls::None,
        _ => MailTls::Upgraded,
    };
    Some(Smtp {
        host,
        port: number(values, "smtp.port").unwrap_or(587),
        tls,
        user: values.text("smtp.user").to_owned(),
        password: secret(values, "smtp.password"),
        from: values.text("smtp.from").to_owned(),
    })
}

fn notices(values: &Values) -> Notices {
    let text = |name: &str| values.text(name).to_owned();
    Notices {
        folder: Some(text("notices.folder")).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        support: text("notices.support"),
        operator: text("notices.operator"),
        per_minute: number(values, "notices.per_minute").unwrap_or(600),
    }
}

fn sms(values: &Values) -> Option<Sms> {
    let kind = match values.text("sms.kind") {
        "notify" => SmsKind::Notify,
        "webhook" => SmsKind::Webhook,
        _ => return None,
    };
    let text = |name: &str| values.text(name).to_owned();
    let (url, template, sender) = (text("sms.url"), text("sms.template"), text("sms.sender"));
    Some(Sms { kind, url, key: secret(values, "sms.key"), template, sender })
}

/// The colours as variables of the style sheet, in light and in dark.
fn style(values: &Values) -> String {
    let theme = |accent: &str, on: &str| {
        let (accent, on) = (values.text(accent), values.text(on));
        let on = if on.is_empty() { String::new() } else { format!("--on-accent:{on};") };
        if accent.is_empty() { String::new() } else { format!(":root{{--accent:{accent};--bar:{accent};{on}}}") }
    };
    let (light, dark) = (theme("brand.accent", "brand.on_accent"), theme("brand.accent_dark", "brand.on_accent_dark"));
    let light = if light.is_empty() { light } else { format!("@media (prefers-color-scheme:light){{{light}}}\n") };
    let dark = if dark.is_empty() { dark } else { format!("@media (prefers-color-scheme:dark){{{dark}}}\n") };
    format!("{light}{dark}")
}
