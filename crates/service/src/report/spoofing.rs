//! Who sent mail that said it was from the federation and was not (SPF-02): a line a day, sender's domain, network and way of
//! saying so. Whoever runs what sends it hears from it what to change before the next stage.

use domain::time::Day;
use store::tx::Reader;

use crate::error::Error;
use crate::report::cell::Cell;
use crate::report::{Batch, Key};

/// After every day that there is.
const END: i32 = i32::MAX;

/// Newest day first; the key is a day, and how many of its lines were read.
pub(super) fn batch(db: &mut Reader<'_>, after: &Key, size: u32) -> Result<Batch, Error> {
    let read: usize = after.place.parse().unwrap_or(0);
    let begun = i32::try_from(after.id).ok().filter(|number| *number != 0).map(Day::from_number);
    let day = match begun {
        Some(day) => Some(day),
        None => store::spoof_seen::before(db, Day::from_number(END))?,
    };
    let Some(day) = day else { return Ok(Batch::default()) };
    let all = store::spoof_seen::of_day(db, day)?;
    let (count, id) = (all.len(), i64::from(day.number()));
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let rows = all.into_iter().enumerate().skip(read).take(size);
    let lines: Vec<_> = rows
        .map(|(at, (sender, messages))| {
            let line = vec![
                Cell::Day(day),
                Cell::of(sender.source),
                Cell::of(sender.address),
                Cell::of(sender.network.as_str()),
                Cell::of(sender.claims.as_str()),
                Cell::Number(messages),
            ];
            (Key { place: at.saturating_add(1).to_string(), id }, line)
        })
        .collect();
    let here = read.saturating_add(lines.len());
    let next = if here < count {
        Some(Key { place: here.to_string(), id })
    } else {
        let earlier = store::spoof_seen::before(db, day)?;
        earlier.map(|day| Key { place: "0".to_owned(), id: i64::from(day.number()) })
    };
    Ok(Batch { looked: lines.len(), lines, next })
}
