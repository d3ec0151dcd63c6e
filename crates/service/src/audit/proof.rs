//! A proof that an organisation's own lines are in the sealed trail: a file of JSON documents, one a line, that needs
//! no store to be checked. docs/json.md tells its fields.

use std::io::Write;

use domain::ctx::Ctx;
use domain::hex::hex;
use domain::rights::Action;
use serde_json::{Map, Value as Json, json};
use store::chain::{self, Batch, Entry, Seal};
use store::event::COLUMNS;
use store::merkle::{self, Hash, Levels};
use store::tx::Reader;
use store::value::Value;

use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;

/// The column that says whose line it is.
pub(crate) const ORGANISATION: usize = 7;

/// What a proof came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Lines in the file.
    pub lines: u64,
    /// Lines of the organisation that no seal covers yet; they are not in the file.
    pub unsealed: u64,
    /// The last seal.
    pub last: Option<Seal>,
}

/// The batches of a seal as the tree over them, kept from one batch to the next.
struct Sealed {
    id: i64,
    batches: Vec<i64>,
    tree: Levels,
}

impl Almoner {
    /// Writes the proof of an organisation's lines: what `audit search --organisation` shows, as far as it is sealed.
    /// Cost: the batches that have a line of it are read and hashed once.
    pub fn audit_proof(
        &self,
        ctx: &Ctx,
        organisation: &str,
        out: &mut dyn Write,
        progress: &dyn Progress,
    ) -> Result<Proven, Error> {
        let mut db = self.store.reader()?;
        let organisation = Self::may_in(&mut db, ctx, Action::SearchAudit, organisation)?.code;
        let own = organisation.as_str();
        let head = json!({ "almoner_proof": 1, "federation": self.domain(), "organisation": own, "made_at": ctx.now.to_string() });
        put(out, &head)?;
        let last = write_seals(&mut db, out)?;
        progress.stage("proof", None);
        let mut proven = Proven { lines: 0, unsealed: 0, last };
        let (mut after, mut sealed) = (i64::MIN, None);
        while let Some(id) = chain::next_of(&mut db, own, after)? {
            let Some(batch) = chain::batch_of(&mut db, id)?.filter(|batch| id <= batch.last_id()) else {
                return Err(damaged(id));
            };
            let (leaves, lines) = read_batch(&mut db, &batch, own)?;
            let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
            after = batch.last_id();
            progress.advance(count);
            let Some(seal) = batch.seal else {
                proven.unsealed += count;
                continue;
            };
            if merkle::root(&leaves).as_slice() != batch.root {
                return Err(damaged(id));
            }
            proven.lines += count;
            let sealed = in_seal(&mut db, &mut sealed, seal)?;
            put(out, &document(&batch, seal, sealed, &Levels::over(leaves), lines).ok_or_else(|| damaged(id))?)?;
        }
        progress.finish();
        put(out, &json!({ "proven": proven.lines, "unsealed": proven.unsealed }))?;
        out.flush().map_err(|error| unwritable(&error))?;
        Ok(proven)
    }
}

fn write_seals(db: &mut Reader<'_>, out: &mut dyn Write) -> Result<Option<Seal>, Error> {
    let mut last: Option<Seal> = None;
    loop {
        let page = chain::seals(db, last.as_ref().map_or(i64::MIN, |seal| seal.id), 1_000)?;
        if page.is_empty() {
            return Ok(last);
        }
        for seal in page {
            let (previous, root) = (hex(&seal.previous), hex(&seal.root));
            put(
                out,
                &json!({ "seal": seal.id, "at": seal.at, "batches": seal.batches, "lines": seal.lines,
                    "first_id": seal.first_id, "last_id": seal.last_id, "previous": previous, "root": root }),
            )?;
            last = Some(seal);
        }
    }
}

/// The hashes of all lines of a batch, and the organisation's own lines.
fn read_batch(db: &mut Reader<'_>, batch: &Batch, own: &str) -> Result<(Vec<Hash>, Vec<Entry<'static>>), Error> {
    let (mut leaves, mut lines, mut buffer) = (Vec::new(), Vec::new(), Vec::new());
    chain::lines(db, batch.first_id.saturating_sub(1), batch.last_id(), i64::MAX, |entry| {
        leaves.push(entry.leaf(&mut buffer));
        if matches!(entry.0.get(ORGANISATION), Some(Value::Text(code)) if code == own) {
            lines.push(entry.kept());
        }
    })?;
    Ok((leaves, lines))
}

fn in_seal<'s>(db: &mut Reader<'_>, known: &'s mut Option<Sealed>, id: i64) -> Result<&'s Sealed, Error> {
    if known.as_ref().is_none_or(|sealed| sealed.id != id) {
        let batches = chain::of_seal(db, id)?;
        let tree = Levels::over(batches.iter().map(Batch::leaf).collect());
        *known = Some(Sealed { id, batches: batches.iter().map(|batch| batch.first_id).collect(), tree });
    }
    known.as_ref().ok_or(Error::Store(store::error::Error::Corrupt("seal")))
}

/// A batch with the organisation's lines in it and all paths; none when the store does not hold together.
fn document(batch: &Batch, seal: i64, sealed: &Sealed, tree: &Levels, lines: Vec<Entry<'static>>) -> Option<Json> {
    let position = sealed.batches.binary_search(&batch.first_id).ok()?;
    let told = lines.into_iter().map(|entry| {
        let index = usize::try_from(entry.id().checked_sub(batch.first_id)?).ok()?;
        Some(json!({ "line": line_json(entry)?, "path": hashes(&tree.path(index)) }))
    });
    let told = told.collect::<Option<Vec<Json>>>()?;
    let path = hashes(&sealed.tree.path(position));
    Some(
        json!({ "batch": batch.first_id, "count": batch.lines, "in_seal": seal, "position": position, "path": path, "lines": told }),
    )
}

fn hashes(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| hex(hash)).collect()
}

fn line_json(entry: Entry<'static>) -> Option<Json> {
    let cells = COLUMNS.iter().zip(entry.0).map(|((name, _), value)| {
        let value = match value {
            Value::Null => Json::Null,
            Value::Int(number) => number.into(),
            Value::Text(text) => text.into_owned().into(),
            Value::Bool(_) | Value::Blob(_) => return None,
        };
        Some(((*name).to_owned(), value))
    });
    Some(Json::Object(cells.collect::<Option<Map<_, _>>>()?))
}

fn put(out: &mut dyn Write, document: &Json) -> Result<(), Error> {
    writeln!(out, "{document}").map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> Error {
    Error::input(format!("the proof cannot be written ({error}): check the path and the room on its disk"))
}

fn damaged(id: i64) -> Error {
    Error::input(format!("line {id} is not as it was written, so nothing can be proven: see `almoner audit verify`"))
}
