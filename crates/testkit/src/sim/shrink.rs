//! Making a failure short: operations and lines are left out for as long as the same promise is broken.

use crate::sim::op::Op;

/// Leaves out halves, quarters and single operations, then single lines of files. `fails` plays a list and says at which
/// operation it still breaks the same promise; `most` limits how often it is asked.
pub fn shrink(ops: &[Op], most: usize, mut fails: impl FnMut(&[Op]) -> Option<usize>) -> Vec<Op> {
    let mut left = most;
    let mut best = ops.to_vec();
    let mut attempt = |ops: &[Op]| -> Option<Vec<Op>> {
        left = left.checked_sub(1)?;
        fails(ops).map(|at| ops.iter().take(at + 1).cloned().collect())
    };
    loop {
        let before = best.len();
        let texts = best.clone();
        leave_out(&mut best, &mut attempt);
        join_waits(&mut best, &mut attempt);
        lighten(&mut best, &mut attempt);
        if best.len() == before && best == texts {
            return best;
        }
    }
}

type Attempt<'a> = dyn FnMut(&[Op]) -> Option<Vec<Op>> + 'a;

/// Chunks, from half of the list down to one operation; from the end, because what comes first is needed most.
fn leave_out(best: &mut Vec<Op>, attempt: &mut Attempt<'_>) {
    let mut size = best.len() / 2;
    while size > 0 {
        let mut end = best.len();
        while end > 0 {
            let begin = end.saturating_sub(size);
            let without: Vec<Op> = best.iter().take(begin).chain(best.iter().skip(end)).cloned().collect();
            if let Some(shorter) = attempt(&without) {
                *best = shorter;
            }
            end = begin.min(best.len());
        }
        size /= 2;
    }
}

/// Days that pass one after the other become one operation.
fn join_waits(best: &mut Vec<Op>, attempt: &mut Attempt<'_>) {
    let mut at = 0;
    while at + 1 < best.len() {
        if let (Some(Op::Wait(one)), Some(Op::Wait(two))) = (best.get(at), best.get(at + 1)) {
            let joined = Op::Wait(one.saturating_add(*two));
            let before = best.iter().take(at).cloned();
            let list: Vec<Op> = before.chain([joined]).chain(best.iter().skip(at + 2).cloned()).collect();
            if let Some(shorter) = attempt(&list) {
                *best = shorter;
                continue;
            }
        }
        at += 1;
    }
}

/// Lines of files, owners of mailboxes, who asks.
fn lighten(best: &mut Vec<Op>, attempt: &mut Attempt<'_>) {
    let mut at = 0;
    while at < best.len() {
        let smaller = best.get(at).map(Op::smaller).unwrap_or_default();
        let lists = smaller.into_iter().map(|op| {
            let before = best.iter().take(at).cloned();
            before.chain([op]).chain(best.iter().skip(at + 1).cloned()).collect::<Vec<Op>>()
        });
        match lists.collect::<Vec<_>>().iter().find_map(|list| attempt(list)) {
            Some(lighter) => *best = lighter,
            None => at += 1,
        }
    }
}
