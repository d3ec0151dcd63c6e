//! `account create|edit|alias|member`: one account at a time.

use domain::account::Account;
use domain::mailbox::Standing;
use domain::profile::Profile;
use domain::status::Kind;
use serde_json::{Value, json};
use service::account::draft::Draft;
use service::account::edit::{Edit, Edited};
use service::account::mailbox::Belongs;
use service::account::twins::Twin;

use crate::cli::answer::Answer;
use crate::cli::args::people::{Alias, Create, Details, Edit as EditArgs, Member};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};

/// The same with what was named.
fn filled(details: &Details, was: &Profile) -> Profile {
    let text = |named: &Option<String>, was: &String| named.clone().unwrap_or_else(|| was.clone());
    Profile {
        title: text(&details.title, &was.title),
        first_name: text(&details.first_name, &was.first_name),
        last_name: text(&details.last_name, &was.last_name),
        display_name: text(&details.display_name, &was.display_name),
        job_title: text(&details.job_title, &was.job_title),
        telephone: text(&details.telephone, &was.telephone),
        mobile: text(&details.mobile, &was.mobile),
        unit: text(&details.unit, &was.unit),
        local_id: text(&details.local_id, &was.local_id),
        licence: text(&details.licence, &was.licence),
        quota_mib: details.quota.unwrap_or(was.quota_mib),
        ..was.clone()
    }
}

/// Creates an account, unless somebody alike has one.
pub(crate) fn create(s: &Session, args: &Create) -> Result<Answer, Failure> {
    let draft = Draft {
        kind: Kind::parse(&args.kind).unwrap_or(Kind::User),
        organisation: args.organisation.to_string(),
        profile: filled(&args.details, &Profile::default()),
        owners: args.owners.clone(),
    };
    if draft.kind == Kind::User && !args.anyway {
        s.almoner.check_draft(&s.ctx, &draft)?;
        let twins = s.almoner.twins(&s.ctx, &draft.organisation, &draft.profile)?;
        if let Some(twin) = twins.first() {
            return Err(alike(twin, twins.len()));
        }
    }
    let account = s.almoner.create_account(&s.ctx, &draft)?;
    let next = if account.kind == Kind::User { "password" } else { "account member list" };
    let text = format!(
        "{} of {} is {} now.\nWhat comes next: almoner {next} {}",
        account.address,
        account.organisation,
        account.status(),
        account.address
    );
    Ok(Answer::new(told(&account), text))
}

fn alike(twin: &Twin, all: usize) -> Failure {
    let more = if all > 1 { format!(", and {} more", all - 1) } else { String::new() };
    let (address, why) = (&twin.account.address, twin.reasons.join(", "));
    Failure::refused(
        format!("{address} of {} may be the same person ({why}){more} (JML-03)", twin.organisation.code),
        "a person has one account: take that one in or transfer it, or create another with --anyway",
    )
}

fn told(account: &Account) -> Value {
    json!({
        "address": account.address.as_str(),
        "organisation": account.organisation.as_str(),
        "kind": account.kind.as_str(),
        "status": account.status().as_str(),
    })
}

/// Edits an account.
pub(crate) fn edit(s: &Session, args: &EditArgs) -> Result<Answer, Failure> {
    let shown = s.almoner.show(&s.ctx, &args.address)?;
    let edit = Edit {
        version: shown.account.version,
        wanted: filled(&args.details, &shown.profile),
        seen: shown.profile,
        note: args.note.clone().unwrap_or_default(),
        new_address: args.new_address,
    };
    match s.almoner.edit_account(&s.ctx, &args.address, &edit)? {
        Edited::Saved(acted) => {
            let account = &acted.change.account;
            let moved = if acted.before.address == account.address {
                String::new()
            } else {
                format!(" Its address was {}.", acted.before.address)
            };
            Ok(Answer::new(told(account), format!("{} is changed.{moved}", account.address)))
        }
        Edited::Unchanged(account) => {
            Err(Failure::refused(format!("nothing of {} is different", account.address), "name what is to be changed"))
        }
        Edited::Overtaken(met) => Err(Failure::refused(
            format!("somebody else changes {} at this moment", met.account.address),
            "look at it with `almoner account show`, then try again",
        )),
    }
}

/// Gives an address, or takes one away.
pub(crate) fn alias(s: &Session, what: &Alias) -> Result<Answer, Failure> {
    let (account, said) = match what {
        Alias::Add(of) => (s.almoner.add_alias(&s.ctx, &of.address, &of.alias)?, "has the further address"),
        Alias::Remove(of) => (s.almoner.remove_alias(&s.ctx, &of.address, &of.alias)?, "has no longer the address"),
    };
    let (Alias::Add(of) | Alias::Remove(of)) = what;
    Ok(Answer::new(told(&account), format!("{} {said} {}.", account.address, of.alias)))
}

/// Lists, sets and removes members.
pub(crate) fn member(s: &Session, what: &Member) -> Result<Answer, Failure> {
    let (mailbox, member, belongs) = match what {
        Member::List { mailbox } => return list(s, mailbox),
        Member::Set { mailbox, member, owner, right } => {
            (mailbox, member, Belongs::As(Standing { owner: *owner, right: *right }))
        }
        Member::Remove { mailbox, member } => (mailbox, member, Belongs::Never),
    };
    let account = s.almoner.change_member(&s.ctx, mailbox, member, belongs)?;
    let said = match belongs {
        Belongs::As(standing) => format!("is {} of", standing.text()),
        Belongs::Never => "is no member of".to_owned(),
    };
    Ok(Answer::new(told(&account), format!("{member} {said} {} now.", account.address)))
}

fn list(s: &Session, mailbox: &str) -> Result<Answer, Failure> {
    let shown = s.almoner.mailbox(&s.ctx, mailbox)?;
    let json: Vec<Value> = shown
        .members
        .iter()
        .map(|m| {
            json!({
                "address": m.account.address.as_str(),
                "name": m.name,
                "owner": m.standing.owner,
                "right": m.standing.right.as_str(),
                "status": m.account.status().as_str(),
            })
        })
        .collect();
    let headings = [("address", Align::Left), ("is", Align::Left), ("status", Align::Left), ("name", Align::Wrap)];
    let rows = shown.members.iter().map(|m| {
        vec![m.account.address.to_string(), m.standing.text(), m.account.status().to_string(), m.name.clone()]
    });
    Ok(Answer::new(json, table::render(&headings, rows.collect(), "It has no members.")))
}
