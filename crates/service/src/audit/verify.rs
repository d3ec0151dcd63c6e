//! Verifying the audit trail (AUD-02): every line, batch and seal is computed anew, and what differs is named.

use domain::ctx::Ctx;
use domain::rights::Action;
use domain::time::Timestamp;
use store::chain::{BEGINNING, Entry, Seal};
use store::tx::Reader;
use store::value::Value;

use crate::audit::roots::{PAGE, Pinned};
use crate::audit::walk::{Sum, Walk};
use crate::error::Error;
use crate::federation::Almoner;
use crate::progress::Progress;

/// Batches read at a time; one of a large write has 40 KB of marks.
const BATCHES: i64 = 256;

/// What is wrong with a line, or what else does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A line was changed.
    Edited,
    /// A line is not there any more.
    Removed,
    /// A line was not written by Almoner.
    Inserted,
    /// A line was written with another number.
    Moved,
    /// A batch of lines does not fit.
    Batch,
    /// A seal does not fit.
    Seal,
    /// A seal is not the one that was pinned.
    Pinned,
}

impl What {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Moved => "moved",
            Self::Batch => "batch",
            Self::Seal => "seal",
            Self::Pinned => "pinned",
        }
    }
}

/// One thing that is not as it was written. Of a line only what says which it is: its texts are nobody's statement now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: What,
    /// The line; of a batch the first.
    pub line: Option<i64>,
    /// The last line of a batch.
    pub last: Option<i64>,
    /// The seal.
    pub seal: Option<i64>,
    /// The time that the line has now.
    pub at: Option<Timestamp>,
    /// The action that the line has now.
    pub action: Option<String>,
    /// The type of object that the line has now.
    pub object_type: Option<String>,
    /// What does not fit.
    pub why: String,
}

impl Finding {
    pub(crate) fn new(what: What, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { what, line: None, last: None, seal: None, at: None, action: None, object_type: None, why }
    }

    pub(crate) fn of_batch((first, last): (i64, i64), why: &str) -> Self {
        Self { line: Some(first), last: Some(last), ..Self::new(What::Batch, why) }
    }

    fn of_seal(seal: i64, why: impl Into<String>) -> Self {
        Self { seal: Some(seal), ..Self::new(What::Seal, why) }
    }

    pub(crate) fn of_line(what: What, entry: &Entry<'_>) -> Self {
        let why = if what == What::Inserted { "no write of Almoner made it" } else { "it is not as it was written" };
        let text = |value: &Value<'_>| if let Value::Text(text) = value { Some(text.to_string()) } else { None };
        let [_, at, _, _, object_type, _, _, _, action, ..] = &entry.0;
        Self {
            line: Some(entry.id()),
            at: if let Value::Int(at) = at { Some(Timestamp::from_second(*at)) } else { None },
            action: text(action),
            object_type: text(object_type),
            ..Self::new(what, why)
        }
    }
}

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Lines that were read.
    pub lines: u64,
    /// Batches.
    pub batches: u64,
    /// Seals.
    pub seals: u64,
    /// Lines that no seal covers yet.
    pub unsealed: i64,
    /// Pinned seals that agree, if some were given.
    pub agree: Option<u64>,
    /// What does not fit, lines first; at most 500.
    pub findings: Vec<Finding>,
    /// How many further ones.
    pub more: u64,
}

impl Almoner {
    /// Reads the whole audit trail in one snapshot and names what is not as it was written. Bounded memory.
    pub fn verify_audit(
        &self,
        ctx: &Ctx,
        pinned: Option<&[Pinned]>,
        progress: &dyn Progress,
    ) -> Result<Verified, Error> {
        Self::may_federation(&ctx.actor, Action::SearchAudit)?;
        let mut db = self.store.reader()?;
        progress.stage("verify", None);
        let mut walk = Walk::default();
        walk_lines(&mut db, &mut walk, progress)?;
        walk.find_moved();
        let (seals, agree) = walk_seals(&mut db, &mut walk, pinned)?;
        progress.finish();
        let mut findings = walk.findings;
        // Lines in their order, then batches, seals and pins as they were found.
        findings.sort_by_key(|f| (f.what.max(What::Moved), if f.what > What::Moved { None } else { f.line }));
        let Walk { lines, batches, unsealed, more, .. } = walk;
        Ok(Verified { lines, batches, seals, unsealed, agree, findings, more })
    }
}

fn walk_lines(db: &mut Reader<'_>, walk: &mut Walk, progress: &dyn Progress) -> Result<(), Error> {
    let (mut after, mut read_to) = (i64::MIN, i64::MIN);
    loop {
        let mut page = store::chain::batches(db, after, BATCHES)?;
        // The last of a full page only says where the lines of the others end.
        let is_full = i64::try_from(page.len()) == Ok(BATCHES);
        let until =
            if is_full { page.pop().map_or(i64::MAX, |next| next.first_id.saturating_sub(1)) } else { i64::MAX };
        after = page.last().map_or(after, |batch| batch.first_id);
        walk.expect(page);
        let before = walk.lines;
        store::chain::lines(db, read_to, until, i64::MAX, |entry| walk.line(&entry))?;
        walk.end_of_page();
        progress.advance(walk.lines - before);
        read_to = until;
        if !is_full {
            return Ok(());
        }
    }
}

/// The seals against their batches, each other and the pinned ones: how many there are, and how many pins agree.
fn walk_seals(db: &mut Reader<'_>, walk: &mut Walk, pinned: Option<&[Pinned]>) -> Result<(u64, Option<u64>), Error> {
    let mut sums = std::mem::take(&mut walk.sums);
    let mut pins = pinned.unwrap_or_default().iter().peekable();
    let (mut count, mut agree, mut differ) = (0, 0, 0_u64);
    let (mut before, mut previous, mut after) = (0, BEGINNING.to_vec(), i64::MIN);
    loop {
        let page = store::chain::seals(db, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for seal in page {
            count += 1;
            if let Some(why) = misfit(&seal, before, &previous, sums.remove(&seal.id).as_ref()) {
                walk.report(Finding::of_seal(seal.id, why));
            }
            while let Some(pin) = pins.next_if(|pin| pin.id <= seal.id) {
                if pin.id == seal.id && seal.value == pin.value {
                    agree += 1;
                } else {
                    differ += 1;
                    report_pin(walk, pin, differ, pin.id == seal.id);
                }
            }
            (before, previous) = (seal.id, seal.value);
        }
    }
    for pin in pins {
        differ += 1;
        report_pin(walk, pin, differ, false);
    }
    for seal in sums.keys() {
        walk.report(Finding::of_seal(*seal, "it is not there, and batches name it"));
    }
    Ok((count, pinned.map(|_| agree)))
}

/// The first pin that differs is told; all behind it must differ too, for each seal holds the value of the one before.
fn report_pin(walk: &mut Walk, pin: &Pinned, number: u64, is_there: bool) {
    let why = if is_there { "its value is not the pinned one" } else { "it was pinned and is not there" };
    if number == 1 {
        walk.report(Finding { seal: Some(pin.id), ..Finding::new(What::Pinned, why) });
    } else {
        walk.more += 1;
    }
}

fn misfit(seal: &Seal, before: i64, previous: &[u8], sum: Option<&Sum>) -> Option<String> {
    if seal.id != before.saturating_add(1) {
        return Some(format!("seal {} is not there", before.saturating_add(1)));
    }
    if seal.previous != previous {
        return Some("it does not follow the seal before it".to_owned());
    }
    if seal.value != seal.computed() {
        return Some("its row was changed".to_owned());
    }
    let Some(sum) = sum else { return Some("none of its batches is there".to_owned()) };
    let numbers = (i64::try_from(sum.tree.count()).unwrap_or(i64::MAX), sum.lines, sum.first_id, sum.last_id);
    if numbers != (seal.batches, seal.lines, seal.first_id, seal.last_id) {
        let of = (seal.batches, seal.lines);
        return Some(format!("{} batches of {} lines are there, not {} of {}", numbers.0, numbers.1, of.0, of.1));
    }
    let fits = sum.tree.root().as_slice() == seal.root;
    (!fits).then(|| format!("its batches, lines {} to {}, are not those that were sealed", seal.first_id, seal.last_id))
}
