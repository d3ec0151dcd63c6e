//! Editing an account. The form carries what was seen, so that two who edit at once see each other's work.

use askama::Template;
use axum::http::StatusCode;
use domain::profile::Profile;
use domain::rights::Action;
use domain::status::Kind;
use service::account::edit::{Edit, Edited, Overtaken, SERVICES};
use service::account::see::Shown;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::offers::is_allowed;
use crate::web::visit::Visit;
use crate::web::words;

/// A service as a box: its word, its name, ticked.
struct Service {
    word: String,
    name: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    frame: Frame,
    address: String,
    /// What stands in the fields.
    p: Profile,
    /// What stood there when the form was made.
    was: Profile,
    version: i64,
    note: String,
    is_person: bool,
    generated: String,
    services: Vec<Service>,
    may_services: bool,
    may_quota: bool,
    problems: Vec<String>,
    /// Label, what was seen, what is there now.
    changed: Vec<(String, String, String)>,
    changed_by: String,
}

/// The form, with what is so.
pub(crate) fn form(visit: &Visit) -> Result<Answer, Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    let right = if shown.account.kind == Kind::User { Action::Edit } else { Action::Mailbox };
    if !is_allowed(visit, &shown, right) {
        return Err(Error::NotAllowed(right.as_str()).into());
    }
    Answer::page(&page(visit, &shown, shown.profile.clone(), &shown.profile))
}

fn page(visit: &Visit, shown: &Shown, p: Profile, was: &Profile) -> EditPage {
    let mut words: Vec<&str> = SERVICES.iter().map(|(word, _)| *word).collect();
    words.extend(was.services_off.split_whitespace().filter(|word| SERVICES.iter().all(|(known, _)| known != word)));
    let off: Vec<&str> = p.services_off.split_whitespace().collect();
    let name =
        |word: &str| SERVICES.iter().find(|(known, _)| *known == word).map_or(word, |(_, name)| *name).to_owned();
    let services =
        words.iter().map(|word| Service { word: (*word).to_owned(), name: name(word), on: !off.contains(word) });
    EditPage {
        frame: Frame::new(visit, format!("Edit {}", shown.account.address)),
        address: shown.account.address.to_string(),
        services: services.collect(),
        generated: Profile { display_name: String::new(), ..p.clone() }.display(&shown.organisation.name),
        version: shown.account.version,
        note: visit.field("note").to_owned(),
        is_person: shown.account.kind == Kind::User,
        may_services: is_allowed(visit, shown, Action::Services),
        may_quota: is_allowed(visit, shown, Action::Quota),
        problems: Vec::new(),
        changed: Vec::new(),
        changed_by: String::new(),
        was: was.clone(),
        p,
    }
}

/// What the form says; what it did not offer stays as it was seen.
pub(crate) fn profile_of(visit: &Visit, before: &str, seen: &Profile) -> Profile {
    let text = |name: &str, seen: &str| {
        let name = format!("{before}{name}");
        if visit.has_field(&name) { visit.field(&name).to_owned() } else { seen.to_owned() }
    };
    let ticked = |name: &str| visit.field(&format!("{before}{name}")) == "yes";
    let off = if visit.has_field("services-shown") && before.is_empty() {
        let on: Vec<&str> = visit.fields("service").collect();
        let known = SERVICES.iter().map(|(word, _)| *word).chain(seen.services_off.split_whitespace());
        let mut off: Vec<&str> = known.filter(|word| !on.contains(word)).collect();
        off.sort_unstable();
        off.dedup();
        off.join(" ")
    } else {
        text("services_off", &seen.services_off)
    };
    Profile {
        local_id: text("local_id", &seen.local_id),
        title: text("title", &seen.title),
        first_name: text("first_name", &seen.first_name),
        last_name: text("last_name", &seen.last_name),
        display_name: text("display_name", &seen.display_name),
        mobile: text("mobile", &seen.mobile),
        hide_mobile: ticked("hide_mobile"),
        telephone: text("telephone", &seen.telephone),
        job_title: text("job_title", &seen.job_title),
        unit: text("unit", &seen.unit),
        licence: text("licence", &seen.licence),
        // What is no number is told as one that cannot be.
        quota_mib: text("quota_mib", &seen.quota_mib.to_string()).trim().parse().unwrap_or(-1),
        services_off: off,
        hidden: ticked("hidden"),
        notes: String::new(),
    }
}

/// Saves what was typed.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    let seen = profile_of(visit, "was-", &Profile::default());
    let wanted = profile_of(visit, "", &seen);
    let edit = Edit {
        version: visit.field("version").parse().unwrap_or(0),
        seen: seen.clone(),
        wanted: wanted.clone(),
        note: visit.field("note").to_owned(),
        new_address: visit.field("new_address") == "yes",
    };
    match visit.almoner.edit_account(&visit.ctx, shown.account.address.as_str(), &edit) {
        Ok(Edited::Saved(acted)) => Ok(link::to_account(acted.change.account.address.as_str(), "edited")),
        Ok(Edited::Unchanged(account)) => Ok(link::to_account(account.address.as_str(), "unchanged")),
        Ok(Edited::Overtaken(overtaken)) => again(visit, shown, *overtaken),
        Err(error @ (Error::Input(_) | Error::Refused(_))) => {
            let problems = error.to_string().lines().map(str::to_owned).collect();
            let version = edit.version;
            let page = EditPage { version, problems, ..page(visit, &shown, wanted, &seen) };
            Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// The form again, with what somebody else changed meanwhile and what was typed.
fn again(visit: &Visit, shown: Shown, overtaken: Overtaken) -> Result<Answer, Trouble> {
    let calendar = visit.portal.calendar();
    let changed_by =
        overtaken.by.map_or_else(String::new, |(who, at)| format!("{who}, {}", words::time(&calendar, at)));
    let shown = Shown { account: overtaken.account, profile: overtaken.now.clone(), ..shown };
    let nothing = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
    let changed = overtaken.changed.into_iter();
    let changed = changed.map(|(name, was, is)| (words::label(&name), nothing(was), nothing(is))).collect();
    let page = EditPage { changed, changed_by, ..page(visit, &shown, overtaken.wanted, &overtaken.now) };
    Answer::page_with(StatusCode::CONFLICT, &page)
}
