//! The audit chain: the lines of each write are a batch with a Merkle root, kept in the same transaction; batches are
//! sealed in order, and each seal holds the value of the one before. docs/decisions/0005-audit-chain.md says why.

use sha2::{Digest, Sha256};

use crate::bulk::{BulkUpdate, Type};
use crate::db::Store;
use crate::db::row::{self, Row};
use crate::error::Error;
use crate::event::{COLUMNS, WIDTH};
use crate::merkle::{self, Hash, Tree};
use crate::tx::{Reader, WriteTx};
use crate::value::Value;

macro_rules! batch {
    () => {
        "SELECT first_id, lines, root, marks, seal_id FROM audit_batch "
    };
}

const ADD_BATCH: &str = "INSERT INTO audit_batch (first_id, lines, root, marks) VALUES ($1, $2, $3, $4)";
const BATCHES: &str = concat!(batch!(), "WHERE first_id > $1 ORDER BY first_id LIMIT $2");
const BATCH_OF: &str = concat!(batch!(), "WHERE first_id <= $1 ORDER BY first_id DESC LIMIT 1");
const OPEN: &str = concat!(batch!(), "WHERE seal_id IS NULL ORDER BY first_id LIMIT $1");
const OF_SEAL: &str = concat!(batch!(), "WHERE seal_id = $1 ORDER BY first_id");
const LINES: &str = "
    SELECT id, at, actor, grant_id, object_type, object, account_id, organisation, action, rule, detail, run_id, request_key
    FROM event WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3";
const NEXT_OF: &str = "SELECT MIN(id) FROM event WHERE organisation = $1 AND id > $2";
const LAST: &str = "SELECT id, value FROM seal ORDER BY id DESC LIMIT 1";
const SEALS: &str = "
    SELECT id, at, batches, lines, first_id, last_id, previous, root, value FROM seal WHERE id > $1 ORDER BY id LIMIT $2";
const ADD_SEAL: &str = "
    INSERT INTO seal (id, at, batches, lines, first_id, last_id, previous, root, value)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static TAKE_IN: BulkUpdate = BulkUpdate::unversioned("audit_batch", ("first_id", Type::Int), &[("seal_id", Type::Int)]);

pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("chain.add_batch", ADD_BATCH),
    ("chain.batches", BATCHES),
    ("chain.batch_of", BATCH_OF),
    ("chain.open", OPEN),
    ("chain.of_seal", OF_SEAL),
    ("chain.lines", LINES),
    ("chain.next_of", NEXT_OF),
    ("chain.last", LAST),
    ("chain.seals", SEALS),
    ("chain.add_seal", ADD_SEAL),
];
pub(crate) const UPDATES: &[&BulkUpdate] = &[&TAKE_IN];

/// Batches in one seal; bounds its memory.
const MOST: i64 = 50_000;
/// Lines of one batch that are taken in from a store of before the chain.
const ADOPTED: i64 = 5_000;
/// How often a seal is tried when others seal at the same time.
const TRIES: u32 = 20;
/// Bytes of a line's hash that its batch keeps.
pub const MARK: usize = 8;
/// What the first seal follows.
pub const BEGINNING: Hash = [0; 32];

/// A line of the trail with all its columns, in the order of `event::COLUMNS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a>(pub [Value<'a>; WIDTH]);

impl<'a> AsRef<[Value<'a>]> for Entry<'a> {
    fn as_ref(&self) -> &[Value<'a>] {
        &self.0
    }
}

impl Entry<'_> {
    /// The line's number.
    pub fn id(&self) -> i64 {
        if let [Value::Int(id), ..] = &self.0 { *id } else { 0 }
    }

    /// What the line's batch is the Merkle root of. `buffer` is used again and again, so that no line allocates.
    pub fn leaf(&self, buffer: &mut Vec<u8>) -> Hash {
        buffer.clear();
        for value in &self.0 {
            // A kind, then a fixed width or a length: no two lines are written alike.
            match value {
                Value::Null => buffer.push(0),
                Value::Int(number) => put(buffer, 1, *number, &[]),
                Value::Text(text) => put(buffer, 2, length(text.len()), text.as_bytes()),
                Value::Bool(yes) => put(buffer, 3, i64::from(*yes), &[]),
                Value::Blob(bytes) => put(buffer, 4, length(bytes.len()), bytes),
            }
        }
        merkle::leaf(buffer)
    }

    /// The same line for longer than its row.
    pub fn kept(&self) -> Entry<'static> {
        Entry(self.0.clone().map(Value::kept))
    }

    fn read<'r>(row: &mut Row<'r>) -> Entry<'r> {
        // A cell that no writer of ours can have left there is no failure of the reader: its line differs.
        let strange = Value::Blob(b"unreadable".as_slice().into());
        Entry(COLUMNS.map(|(_, kind)| {
            let cell = match kind {
                Type::Int => row.opt_int().map(Value::from),
                Type::Text => row.opt_str().map(Value::from),
                Type::Bool | Type::Blob => Ok(Value::Null),
            };
            cell.unwrap_or_else(|_| strange.clone())
        }))
    }
}

/// SQLite keeps a cell of another type when it is told to. The reader then gets what fits nothing, so that the row is
/// named; an error would only hide it.
fn number(row: &mut Row<'_>) -> i64 {
    row.int().unwrap_or(-1)
}

fn bytes(row: &mut Row<'_>) -> Vec<u8> {
    row.blob().map(<[u8]>::to_owned).unwrap_or_default()
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn put(buffer: &mut Vec<u8>, kind: u8, number: i64, bytes: &[u8]) {
    buffer.push(kind);
    buffer.extend_from_slice(&number.to_be_bytes());
    buffer.extend_from_slice(bytes);
}

/// The lines of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number of its first line; the others follow without a gap.
    pub first_id: i64,
    /// How many.
    pub lines: i64,
    /// The Merkle root of the lines.
    pub root: Vec<u8>,
    /// The beginning of each line's hash.
    pub marks: Vec<u8>,
    /// The seal that it is in.
    pub seal: Option<i64>,
}

impl Batch {
    /// The number of its last line.
    pub fn last_id(&self) -> i64 {
        self.first_id.saturating_add(self.lines).saturating_sub(1)
    }

    /// What its seal is the Merkle root of.
    pub fn leaf(&self) -> Hash {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(&self.first_id.to_be_bytes());
        bytes.extend_from_slice(&self.lines.to_be_bytes());
        bytes.extend_from_slice(&self.root);
        merkle::leaf(&bytes)
    }

    fn read(row: &mut Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            first_id: row.int()?,
            lines: number(row),
            root: bytes(row),
            marks: bytes(row),
            seal: row.opt_int().unwrap_or(Some(-1)),
        })
    }
}

/// A batch that is being written.
#[derive(Debug, Default)]
pub struct Growing {
    first_id: i64,
    tree: Tree,
    marks: Vec<u8>,
    buffer: Vec<u8>,
}

impl Growing {
    /// The next line.
    pub fn add(&mut self, entry: &Entry<'_>) {
        if self.tree.count() == 0 {
            self.first_id = entry.id();
        }
        let leaf = entry.leaf(&mut self.buffer);
        self.marks.extend(leaf.iter().take(MARK));
        self.tree.push(leaf);
    }

    /// The batch, not sealed yet.
    pub fn batch(self) -> Batch {
        let lines = i64::try_from(self.tree.count()).unwrap_or(i64::MAX);
        let root = self.tree.root().to_vec();
        Batch { first_id: self.first_id, lines, root, marks: self.marks, seal: None }
    }
}

/// Keeps a batch in the transaction that writes its lines.
pub(crate) fn add_batch(tx: &mut WriteTx<'_>, batch: &Batch) -> Result<(), Error> {
    let (root, marks) = (batch.root.as_slice(), batch.marks.as_slice());
    tx.execute(ADD_BATCH, &[batch.first_id.into(), batch.lines.into(), root.into(), marks.into()]).map(drop)
}

/// Makes batches of the lines that a store has from before the chain; a part of the migration.
pub(crate) fn adopt(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let mut after = i64::MIN;
    loop {
        let (mut batches, mut growing) = (Vec::new(), Growing::default());
        let mut seen = 0;
        lines(tx, after, i64::MAX, ADOPTED, |entry| {
            if seen > 0 && entry.id() != after.saturating_add(1) {
                batches.push(std::mem::take(&mut growing).batch());
            }
            growing.add(&entry);
            (seen, after) = (seen + 1, entry.id());
        })?;
        if seen == 0 {
            return Ok(());
        }
        batches.push(growing.batch());
        batches.iter().try_for_each(|batch| add_batch(tx, batch))?;
    }
}

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// 1, 2, 3, ...
    pub id: i64,
    /// When it was made, in seconds since 1970.
    pub at: i64,
    /// How many batches it holds.
    pub batches: i64,
    /// How many lines these have.
    pub lines: i64,
    /// The first of these lines.
    pub first_id: i64,
    /// The last.
    pub last_id: i64,
    /// The value of the seal before.
    pub previous: Vec<u8>,
    /// The Merkle root of its batches.
    pub root: Vec<u8>,
    /// What the next seal follows, and what is pinned elsewhere.
    pub value: Vec<u8>,
}

impl Seal {
    /// The value as it follows from all else.
    pub fn computed(&self) -> Hash {
        let hash = Sha256::new().chain_update(b"almoner seal 1").chain_update(&self.previous).chain_update(&self.root);
        let numbers = [self.id, self.at, self.batches, self.lines, self.first_id, self.last_id];
        numbers.iter().fold(hash, |hash, number| hash.chain_update(number.to_be_bytes())).finalize().into()
    }

    fn of(batches: &[Batch], id: i64, previous: Vec<u8>, at: i64) -> Self {
        let leaves: Vec<Hash> = batches.iter().map(Batch::leaf).collect();
        let seal = Self {
            id,
            at,
            batches: length(batches.len()),
            lines: batches.iter().fold(0, |sum: i64, batch| sum.saturating_add(batch.lines)),
            first_id: batches.first().map_or(0, |batch| batch.first_id),
            last_id: batches.last().map_or(0, Batch::last_id),
            previous,
            root: merkle::root(&leaves).to_vec(),
            value: Vec::new(),
        };
        Self { value: seal.computed().to_vec(), ..seal }
    }

    fn read(row: &mut Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.int()?,
            at: number(row),
            batches: number(row),
            lines: number(row),
            first_id: number(row),
            last_id: number(row),
            previous: bytes(row),
            root: bytes(row),
            value: bytes(row),
        })
    }
}

impl Store {
    /// Seals what is not sealed yet, up to 50,000 batches; none when all is. Of two at once one waits and goes on behind.
    pub fn seal(&self, at: i64) -> Result<Option<Seal>, Error> {
        let mut tries = 0;
        loop {
            match self.bookkeep("seal", |tx| seal(tx, at)) {
                Err(Error::Conflict { .. }) if tries < TRIES => tries += 1,
                other => return other,
            }
        }
    }
}

fn seal(tx: &mut WriteTx<'_>, at: i64) -> Result<Option<Seal>, Error> {
    let last = tx.query_one(LAST, &[], |row| Ok((row.int()?, row.blob()?.to_owned())))?;
    let batches = tx.query(OPEN, &[MOST.into()], Batch::read)?;
    if batches.is_empty() {
        return Ok(None);
    }
    let (before, previous) = last.unwrap_or((0, BEGINNING.to_vec()));
    let seal = Seal::of(&batches, before + 1, previous, at);
    let numbers = [seal.id, seal.at, seal.batches, seal.lines, seal.first_id, seal.last_id].map(Value::from);
    let hashes = [&seal.previous, &seal.root, &seal.value].map(|hash| Value::from(hash.as_slice()));
    // First the seal: somebody who made the same one meanwhile stops us here, before anything is taken in.
    tx.execute(ADD_SEAL, &numbers.into_iter().chain(hashes).collect::<Vec<_>>())?;
    tx.bulk_update(&TAKE_IN, batches.iter().map(|batch| [batch.first_id.into(), seal.id.into()]))?;
    Ok(Some(seal))
}

/// Batches behind a line, in order.
pub fn batches(db: &mut Reader<'_>, after: i64, limit: i64) -> Result<Vec<Batch>, Error> {
    db.query(BATCHES, &[after.into(), limit.into()], Batch::read)
}

/// The batch that would hold a line: the last that begins with it or before.
pub fn batch_of(db: &mut Reader<'_>, id: i64) -> Result<Option<Batch>, Error> {
    db.query_one(BATCH_OF, &[id.into()], Batch::read)
}

/// The batches of a seal, in order.
pub fn of_seal(db: &mut Reader<'_>, seal: i64) -> Result<Vec<Batch>, Error> {
    db.query(OF_SEAL, &[seal.into()], Batch::read)
}

/// Seals behind one, in order.
pub fn seals(db: &mut Reader<'_>, after: i64, limit: i64) -> Result<Vec<Seal>, Error> {
    db.query(SEALS, &[after.into(), limit.into()], Seal::read)
}

/// Shows each line behind one, up to another, in order.
pub fn lines(
    db: &mut Reader<'_>,
    after: i64,
    until: i64,
    limit: i64,
    mut each: impl FnMut(Entry<'_>),
) -> Result<(), Error> {
    db.for_each(LINES, &[after.into(), until.into(), limit.into()], |row| {
        each(Entry::read(row));
        Ok(())
    })
}

/// The next line of an organisation behind one.
pub fn next_of(db: &mut Reader<'_>, organisation: &str, after: i64) -> Result<Option<i64>, Error> {
    Ok(db.query_one(NEXT_OF, &[organisation.into(), after.into()], row::opt_int)?.flatten())
}

#[cfg(test)]
mod tests {
    use domain::hex::hex;

    use super::*;

    fn entry() -> [Value<'static>; WIDTH] {
        COLUMNS.map(|(name, kind)| if kind == Type::Int { Value::Int(7) } else { name.into() })
    }

    // Proves: AUD-02
    #[test]
    fn every_column_is_in_the_hash_and_nothing_is_not_empty() {
        let mut buffer = Vec::new();
        let mut leaf = |entry| Entry(entry).leaf(&mut buffer);
        let whole = leaf(entry());
        for (at, (name, kind)) in COLUMNS.iter().enumerate() {
            let others = if *kind == Type::Int {
                [Value::Int(8), Value::Int(-7), Value::Null, "7".into()]
            } else {
                ["".into(), Value::Null, format!("{name} ").into(), Value::Blob(name.as_bytes().into())]
            };
            let mut seen = vec![whole];
            for other in others {
                let mut changed = entry();
                changed[at] = other;
                seen.push(leaf(changed));
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 5, "{name}");
        }
    }

    #[test]
    fn lines_of_before_the_chain_are_taken_into_batches_that_a_gap_ends() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&format!("sqlite:{}/old.db", folder.path().display())).unwrap();
        let ids = [(1..=4), (6..=6), (8..=5_207)];
        store
            .bookkeep("old", |tx| {
                for id in ids.iter().cloned().flatten() {
                    let add = "INSERT INTO event (id, at, actor, object_type, object, action, detail)
                               VALUES ($1, 1, 'a', 'user', 'x', 'created', '{}')";
                    tx.execute(add, &[id.into()])?;
                }
                adopt(tx)
            })
            .unwrap();
        let batches = batches(&mut store.reader().unwrap(), 0, 100).unwrap();
        let ranges: Vec<_> = batches.iter().map(|batch| (batch.first_id, batch.last_id())).collect();
        assert_eq!(ranges, [(1, 4), (6, 6), (8, 5_002), (5_003, 5_207)]);
        for batch in batches {
            let mut again = Growing::default();
            lines(&mut store.reader().unwrap(), batch.first_id - 1, batch.last_id(), 9_999, |e| again.add(&e)).unwrap();
            assert_eq!(again.batch(), batch);
        }
    }

    #[test]
    fn a_text_cannot_flow_into_its_neighbour() {
        let mut buffer = Vec::new();
        let [mut one, mut other] = [entry(), entry()];
        (one[4], one[5]) = ("ab".into(), "c".into());
        (other[4], other[5]) = ("a".into(), "bc".into());
        assert_ne!(Entry(one).leaf(&mut buffer), Entry(other).leaf(&mut buffer));
    }

    #[test]
    fn the_hash_of_a_line_never_changes_from_one_version_to_the_next() {
        let leaf = Entry(entry()).leaf(&mut Vec::new());
        assert_eq!(hex(&leaf), "14de31f41a6806b960dd0cee9769749afc8d3e824a4f662926e8b8659046e8ab");
    }
}
