//! A list of expected transitions in few bytes: ids ascending, as differences, seven bits a byte; then the status.
//! 100,000 of them take about 300 KiB, written once a run.

use domain::ids::AccountId;
use domain::status::Status;

/// An account and the status it is expected to reach.
pub(crate) type Item = (AccountId, Status);

/// Packs items; sorts them by id.
pub(crate) fn pack(mut items: Vec<Item>) -> Vec<u8> {
    items.sort_unstable();
    let mut bytes = Vec::with_capacity(items.len() * 3);
    let mut last = 0;
    for (AccountId(id), status) in items {
        let mut left = id.wrapping_sub(last).cast_unsigned();
        last = id;
        loop {
            let low = u8::try_from(left & 0x7f).unwrap_or_default();
            left >>= 7;
            if left == 0 {
                bytes.push(low);
                break;
            }
            bytes.push(low | 0x80);
        }
        bytes.push(status as u8);
    }
    bytes
}

/// Unpacks items; `None` when the bytes are no such list.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut rest = bytes.iter().copied();
    let mut last = 0_i64;
    while let Some(first) = rest.next() {
        let (mut delta, mut shift, mut byte) = (u64::from(first & 0x7f), 7, first);
        while byte & 0x80 != 0 {
            byte = rest.next()?;
            delta |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
        }
        last = last.wrapping_add(delta.cast_signed());
        let status = *Status::ALL.get(usize::from(rest.next()?))?;
        items.push((AccountId(last), status));
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_sorted() {
        let items = vec![
            (AccountId(300), Status::Deleted),
            (AccountId(1), Status::Inactive),
            (AccountId(i64::MAX), Status::Purged),
            (AccountId(301), Status::Inactive),
        ];
        let mut sorted = items.clone();
        sorted.sort_unstable();
        assert_eq!(unpack(&pack(items)), Some(sorted));
        assert_eq!(unpack(&[]), Some(vec![]));
    }

    #[test]
    fn bytes_that_are_no_list_are_refused() {
        for bad in [&[0x80][..], &[1], &[1, 99], &[0x80; 40]] {
            assert_eq!(unpack(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn any_list_is_unpacked_as_it_was_packed_and_no_beginning_of_it_is_taken_for_it() {
        let rng = &mut fastrand::Rng::with_seed(7);
        let edges = [i64::MIN, -1, 0, 1, 127, 128, 16_383, 16_384, i64::MAX];
        for round in 0..200 {
            let mut ids: Vec<i64> = (0..rng.usize(0..40)).map(|_| rng.i64(1..2_000_000)).collect();
            ids.extend(edges.iter().filter(|_| rng.bool()));
            let mut items: Vec<Item> =
                ids.into_iter().map(|id| (AccountId(id), Status::ALL[rng.usize(..Status::ALL.len())])).collect();
            let bytes = pack(items.clone());
            items.sort_unstable();
            assert_eq!(unpack(&bytes).as_ref(), Some(&items), "seed 7, round {round}");
            let cut = bytes.get(..bytes.len().saturating_sub(1)).and_then(unpack);
            assert!(bytes.is_empty() || cut.is_none(), "seed 7, round {round}: its last byte is missing");
        }
    }
}
