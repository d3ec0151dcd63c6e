//! `account rules|away|forward`: what a mailbox does by itself.

use domain::mail_rule;
use domain::time::Day;
use serde_json::{Value, json};
use service::account::rules::Rules;

use crate::cli::answer::Answer;
use crate::cli::args::rules::{Away, Forward};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::{card, local_time};

/// Shows them.
pub(crate) fn show(s: &Session, address: &str) -> Result<Answer, Failure> {
    Ok(told(s, &s.almoner.mail_rules(&s.ctx, address)?))
}

/// Sets out of office, or ends it.
pub(crate) fn away(s: &Session, args: &Away) -> Result<Answer, Failure> {
    let (text, outside) = (args.text.clone(), args.outside.clone());
    let (from, until, days) = (args.from, args.until, args.days);
    let away = text.map(|text| mail_rule::Away { from, until, text, outside, days });
    s.almoner.set_away(&s.ctx, &args.address, away)?;
    show(s, &args.address)
}

/// Sets forwarding, or ends it.
pub(crate) fn forward(s: &Session, args: &Forward) -> Result<Answer, Failure> {
    s.almoner.set_forward(&s.ctx, &args.address, args.to.as_deref().map(|to| (to, args.keep)))?;
    show(s, &args.address)
}

fn told(s: &Session, all: &Rules) -> Answer {
    let time = |at| local_time(s.almoner.calendar(), at);
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
    let mut lines = vec![("mailbox", all.account.address.to_string())];
    let mut away = Value::Null;
    if let Some(set) = &all.rules.away {
        let rule = &set.rule;
        lines.extend([
            ("out of office", if all.answers { "answers today" } else { "answers nobody today" }.to_owned()),
            ("first day away", day(rule.from)),
            ("back on", day(rule.until)),
            ("text", rule.text.clone()),
            ("text for outside", rule.outside.clone().unwrap_or_default()),
            ("same sender", format!("once in {} days", rule.days)),
            ("set by", format!("{}, {}", set.by, time(set.at))),
        ]);
        away = json!({
            "from": rule.from.map(|day| day.to_string()), "until": rule.until.map(|day| day.to_string()),
            "text": rule.text, "outside": rule.outside, "days": rule.days, "answers": all.answers,
            "set_by": set.by, "set_at": set.at.to_string(),
        });
    } else {
        lines.push(("out of office", "off".to_owned()));
    }
    let mut forward = Value::Null;
    if let Some(set) = &all.rules.forward {
        let rule = &set.rule;
        let kept = if rule.keep { ", a copy stays" } else { "" };
        let works = if all.forwards { "" } else { "; it rests, mail stays in the mailbox" };
        lines.extend([
            ("forwarding", format!("to {}{kept}{works}", rule.to)),
            ("set by", format!("{}, {}", set.by, time(set.at))),
        ]);
        forward = json!({
            "to": rule.to.as_str(), "keep": rule.keep, "works": all.forwards,
            "by_administrator": rule.by_administrator_of.is_some(), "set_by": set.by, "set_at": set.at.to_string(),
        });
    } else {
        lines.push(("forwarding", "off".to_owned()));
    }
    let json = json!({ "address": all.account.address.as_str(), "out_of_office": away, "forwarding": forward });
    Answer::new(json, card(&lines))
}
