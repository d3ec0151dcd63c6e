//! Going through the trail beside its batches: each line is hashed anew and compared with what its batch keeps of it.

use std::collections::{BTreeMap, VecDeque};

use store::chain::{Batch, Entry, MARK};
use store::merkle::Tree;
use store::value::Value;

use crate::audit::verify::{Finding, What};

/// Findings that are kept, and lines that are compared with each other to find those that changed places.
pub(crate) const KEPT: usize = 500;

/// What the batches of one seal come to.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) tree: Tree,
    pub(crate) lines: i64,
    pub(crate) first_id: i64,
    pub(crate) last_id: i64,
}

/// A batch whose lines are coming by.
#[derive(Debug)]
struct Current {
    batch: Batch,
    /// The last line that it can have.
    end: i64,
    /// The next line that it should have.
    next: i64,
    tree: Tree,
    /// Lines whose hash is not the one that was marked.
    differ: Vec<Entry<'static>>,
    differing: u64,
}

/// A place where a line was when it was written: its number and the mark of its hash.
#[derive(Debug)]
struct Place {
    id: i64,
    mark: Vec<u8>,
}

/// The walk so far.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) lines: u64,
    pub(crate) batches: u64,
    pub(crate) unsealed: i64,
    pub(crate) sums: BTreeMap<i64, Sum>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) more: u64,
    waiting: VecDeque<Batch>,
    current: Option<Current>,
    /// Lines that are not as written, and the places whose lines are not there: some may be each other's.
    strangers: Vec<Entry<'static>>,
    places: Vec<Place>,
    buffer: Vec<u8>,
}

impl Walk {
    /// The batches whose lines come next; those before are over.
    pub(crate) fn expect(&mut self, batches: impl IntoIterator<Item = Batch>) {
        self.waiting.extend(batches);
    }

    /// The next line.
    pub(crate) fn line(&mut self, entry: &Entry<'_>) {
        self.lines += 1;
        let id = entry.id();
        while self.current.as_ref().is_none_or(|current| id > current.end) && self.step() {}
        let Some(mut current) = self.current.take_if(|current| (current.next..=current.end).contains(&id)) else {
            self.report(Finding::of_line(What::Inserted, entry));
            self.suspect(entry);
            return;
        };
        let (missing, at) =
            (current.next..id, usize::try_from(id.saturating_sub(current.batch.first_id)).unwrap_or(usize::MAX));
        current.next = id + 1;
        let leaf = entry.leaf(&mut self.buffer);
        current.tree.push(leaf);
        if mark(&current.batch, at).is_none_or(|mark| !leaf.starts_with(mark)) {
            current.differing += 1;
            if current.differ.len() < KEPT {
                current.differ.push(entry.kept());
            }
        }
        self.removed(&current.batch, missing);
        self.current = Some(current);
    }

    /// All lines so far have come by: closes the batches that wait.
    pub(crate) fn end_of_page(&mut self) {
        while self.step() {}
    }

    /// Closes the batch and takes the next, if there is one.
    fn step(&mut self) -> bool {
        if let Some(current) = self.current.take() {
            self.removed(&current.batch, current.next..current.end + 1);
            self.close(current);
        }
        self.current = self.waiting.pop_front().map(|batch| {
            let next_batch = self.waiting.front().map_or(i64::MAX, |next| next.first_id);
            let end = batch.first_id.saturating_sub(1).saturating_add(batch.lines.max(0)).min(next_batch - 1);
            let (next, tree) = (batch.first_id, Tree::default());
            Current { batch, end, next, tree, differ: Vec::new(), differing: 0 }
        });
        self.current.is_some()
    }

    fn close(&mut self, current: Current) {
        let Current { batch, tree, differ, differing, .. } = current;
        self.batches += 1;
        let range = (batch.first_id, batch.last_id());
        let whole = tree.root().as_slice() == batch.root && i64::try_from(tree.count()) == Ok(batch.lines);
        if !whole {
            let named = u64::try_from(differ.len()).unwrap_or(u64::MAX);
            for entry in &differ {
                self.report(Finding::of_line(What::Edited, entry));
                self.suspect(entry);
                self.place(&batch, entry.id());
            }
            self.more += differing - named;
            self.report(Finding::of_batch(range, "its lines are not those that were written"));
        } else if differing > 0 || i64::try_from(batch.marks.len() / MARK) != Ok(batch.lines) {
            self.report(Finding::of_batch(range, "its marks were changed; its lines are as they were written"));
        }
        match batch.seal {
            None => self.unsealed = self.unsealed.saturating_add(batch.lines),
            Some(seal) => {
                let sum = self.sums.entry(seal).or_default();
                if sum.tree.count() == 0 {
                    sum.first_id = batch.first_id;
                }
                sum.tree.push(batch.leaf());
                sum.lines = sum.lines.saturating_add(batch.lines);
                sum.last_id = batch.last_id();
            }
        }
    }

    /// Lines of a batch that are not there.
    fn removed(&mut self, batch: &Batch, ids: std::ops::Range<i64>) {
        for (n, id) in ids.clone().enumerate() {
            if n == KEPT {
                let left = u64::try_from(ids.end.saturating_sub(id)).unwrap_or(0);
                self.more = self.more.saturating_add(left);
                return;
            }
            self.report(Finding { line: Some(id), ..Finding::new(What::Removed, "it is not there any more") });
            self.place(batch, id);
        }
    }

    pub(crate) fn report(&mut self, finding: Finding) {
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    fn suspect(&mut self, entry: &Entry<'_>) {
        if self.strangers.len() < KEPT {
            self.strangers.push(entry.kept());
        }
    }

    fn place(&mut self, batch: &Batch, id: i64) {
        let at = usize::try_from(id.saturating_sub(batch.first_id)).unwrap_or(usize::MAX);
        if let Some(mark) = mark(batch, at).filter(|_| self.places.len() < KEPT) {
            self.places.push(Place { id, mark: mark.to_vec() });
        }
    }

    /// Says of the lines that are not as written which of them were written with another number.
    pub(crate) fn find_moved(&mut self) {
        for stranger in &self.strangers {
            let id = stranger.id();
            let mut moved = stranger.clone();
            let origin = self.places.iter().find(|place| {
                let [number, ..] = &mut moved.0;
                *number = Value::Int(place.id);
                place.id != id && moved.leaf(&mut self.buffer).starts_with(&place.mark)
            });
            let finding = self.findings.iter_mut().find(|f| f.line == Some(id) && f.what != What::Removed);
            if let (Some(origin), Some(finding)) = (origin, finding) {
                finding.what = What::Moved;
                finding.why = format!("it was written as line {}", origin.id);
            }
        }
    }
}

/// What a batch keeps of the hash of one of its lines.
fn mark(batch: &Batch, at: usize) -> Option<&[u8]> {
    batch.marks.get(at.checked_mul(MARK)?..)?.get(..MARK)
}
