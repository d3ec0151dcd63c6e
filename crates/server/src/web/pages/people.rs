//! The people finder, for everybody who is signed in (DIR-01): what the directory shows, and nothing else.

use askama::Template;
use service::directory::{Entry, People, Wanted};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;
use crate::web::words;

/// Entries of a page.
const PAGE: usize = 50;

struct Row {
    name: String,
    address: String,
    job: String,
    organisation: String,
    code: String,
}

fn row(entry: &Entry) -> Row {
    let p = &entry.profile;
    let work = [p.job_title.as_str(), p.unit.as_str()].into_iter().filter(|text| !text.is_empty());
    Row {
        name: p.full_name(),
        address: entry.account.address.to_string(),
        job: work.collect::<Vec<_>>().join(", "),
        organisation: entry.organisation.name.clone(),
        code: entry.organisation.code.to_string(),
    }
}

#[derive(Template)]
#[template(path = "finder.html")]
struct PeoplePage<'v> {
    frame: Frame,
    name: &'v str,
    work: &'v str,
    organisation: String,
    asked: bool,
    alike: bool,
    more: bool,
    rows: Vec<Row>,
    next: String,
    problem: String,
}

/// Finds.
pub(crate) fn search(visit: &Visit) -> Result<Answer, Trouble> {
    let (name, work) = (visit.query("name").trim(), visit.query("work").trim());
    let organisation = visit.query("organisation").trim().to_ascii_uppercase();
    let wanted = Wanted {
        name: name.to_owned(),
        work: work.to_owned(),
        organisation: organisation.clone(),
        after: visit.number("after").unwrap_or(0),
        limit: PAGE,
    };
    let (found, problem) = match visit.almoner.find_people(&visit.ctx, &wanted) {
        Ok(found) => (found, String::new()),
        Err(error @ (service::error::Error::Input(_) | service::error::Error::NotFound { .. })) => {
            (People::default(), error.to_string())
        }
        Err(other) => return Err(other.into()),
    };
    let next = found.next.map_or_else(String::new, |after| {
        let after = after.to_string();
        let asked = [("name", name), ("work", work), ("organisation", &organisation), ("after", &after)];
        format!("/people?{}", link::query(asked))
    });
    let page = PeoplePage {
        frame: Frame::new(visit, "People"),
        asked: !(name.is_empty() && work.is_empty() && organisation.is_empty()),
        alike: found.alike,
        more: found.more,
        rows: found.entries.iter().map(row).collect(),
        name,
        work,
        organisation,
        next,
        problem,
    };
    Answer::page(&page)
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    row: Row,
    /// Label and value; what is not known is left out.
    facts: Vec<(&'static str, String)>,
}

/// One entry.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let entry = visit.almoner.person_entry(&visit.ctx, visit.param("address"))?;
    let p = &entry.profile;
    let facts = [
        ("Title", p.title.clone()),
        ("Job title", p.job_title.clone()),
        ("Unit", p.unit.clone()),
        ("Telephone", p.telephone.clone()),
        ("Mobile", p.mobile.clone()),
        ("Kind", words::label(entry.account.kind.as_str())),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    Answer::page(&PersonPage { frame: Frame::new(visit, entry.profile.full_name()), row: row(&entry), facts })
}
