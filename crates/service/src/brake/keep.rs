//! Keeps what a brake holds: the part, its accounts, the audit line, and the notice to those who can release it.

use domain::brake::Stand;
use domain::ctx::Ctx;
use domain::notice::NoticeKind;
use serde_json::json;
use store::brake::{NewItem, NewPart};
use store::event::NewEvent;
use store::notice::NewNotice;
use store::tx::WriteTx;

use crate::error::Error;
use crate::federation::plain_event;

/// What was kept.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The part.
    pub(crate) part: i64,
    /// How many accounts are held in it now.
    pub(crate) held: i64,
    /// The audit lines; none when all of it was held before.
    pub(crate) events: Vec<NewEvent>,
}

/// Holds accounts in the day's open part of their group and asker. The administrators of the organisation, else the
/// operator, are told once of a part.
pub(crate) fn hold(tx: &mut WriteTx<'_>, ctx: &Ctx, part: &NewPart, items: &[NewItem]) -> Result<Kept, Error> {
    let (id, is_new) = store::brake::open(tx, part)?;
    let added = store::brake::hold(tx, id, items)?;
    let held = store::brake::get(tx, id)?.map_or(added, |part| part.held.measure.planned);
    if added == 0 {
        if is_new {
            store::brake::settle(tx, id, Stand::Done, "system", ctx.now)?;
        }
        return Ok(Kept { part: id, held, events: Vec::new() });
    }
    if is_new {
        tell(tx, ctx, part, items)?;
    }
    let group = &part.group;
    let detail = json!({
        "accounts": added, "action": group.action.as_str(), "cause": group.rule.as_str(), "kind": group.kind.as_str(),
        "brake": part.tripped.brake.as_str(), "allowed": part.tripped.limit,
    });
    let one = if let [item] = items { Some(item.account.0) } else { None };
    let event = NewEvent {
        account_id: one,
        organisation: Some(group.organisation.to_string()),
        rule: Some(part.tripped.brake.rule().as_str()),
        run_id: part.run,
        ..plain_event(ctx, "brake", &id.to_string(), "held", &detail.to_string())
    };
    Ok(Kept { part: id, held, events: vec![event] })
}

fn tell(tx: &mut WriteTx<'_>, ctx: &Ctx, part: &NewPart, items: &[NewItem]) -> Result<(), Error> {
    let Some(first) = items.first() else { return Ok(()) };
    let code = part.group.organisation.as_str();
    let admins = store::grant::admins(tx, &[code])?;
    let recipients: Vec<_> =
        if admins.is_empty() { vec![None] } else { admins.into_iter().map(|(_, id)| Some(id)).collect() };
    let notices: Vec<NewNotice> = recipients
        .into_iter()
        .map(|recipient| NewNotice {
            account: first.account,
            organisation: code.to_owned(),
            kind: NoticeKind::HeldByBrake,
            rule: part.tripped.brake.rule(),
            recipient,
            about: Some(part.expires_on),
            details: Vec::new(),
        })
        .collect();
    Ok(store::notice::insert(tx, &notices, ctx.now, part.run)?)
}
