//! Archives that are what they say, that are not, and that were broken at random.

use super::*;
use crate::damage::mutate;

/// An archive of files: a name, what is in it, whether it is packed and whether it says that it is locked.
pub(crate) fn zipped(files: &[(&str, &[u8], bool, bool)]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, bytes, packed, locked) in files {
        let at = u32::try_from(out.len()).unwrap();
        let data = if *packed { miniz_oxide::deflate::compress_to_vec(bytes, 6) } else { bytes.to_vec() };
        let (method, flags) = (if *packed { 8u16 } else { 0 }, u16::from(*locked));
        let sizes = [u32::try_from(data.len()).unwrap(), u32::try_from(bytes.len()).unwrap()];
        let mut common = Vec::new();
        common.extend(20u16.to_le_bytes());
        common.extend(flags.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend([0; 8]);
        common.extend(sizes.map(u32::to_le_bytes).concat());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0; 2]);
        out.extend(FILE);
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(&data);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&common);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let (start, count) = (u32::try_from(out.len()).unwrap(), u16::try_from(files.len()).unwrap());
    out.extend(&list);
    out.extend(END);
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(list.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn names(bytes: &[u8], most: usize) -> Result<Vec<String>, Damaged> {
    let all = entries(bytes, most)?;
    Ok(all.iter().map(|entry| String::from_utf8_lossy(entry.name).into_owned()).collect())
}

#[test]
fn names_and_beginnings_are_found() {
    let long = vec![b'x'; 100_000];
    let zip = zipped(&[("a.txt", b"text", false, false), ("b/c.bin", &long, true, false), ("d", b"?", false, true)]);
    assert!(claims(&zip));
    assert_eq!(names(&zip, 9).unwrap(), ["a.txt", "b/c.bin", "d"]);
    let all = entries(&zip, 9).unwrap();
    assert_eq!(all[0].beginning(2).unwrap(), b"te");
    assert_eq!(all[0].beginning(9).unwrap(), b"text");
    assert_eq!(all[1].beginning(99_999).unwrap().len(), 99_999);
    assert_eq!(all[1].beginning(200_000).unwrap(), long);
    assert!(all[2].locked && all[2].beginning(9).is_none());
    assert_eq!(names(&zip, 1).unwrap().len(), 2, "so many and one more");
    assert_eq!(names(&[b"a program before it".as_slice(), &zip].concat(), 9).unwrap().len(), 3);
    assert_eq!(names(&[zip.as_slice(), b"a note behind it"].concat(), 9).unwrap().len(), 3);
    assert_eq!(names(&zipped(&[]), 9), Ok(Vec::new()));
}

#[test]
fn a_file_that_has_two_names_shows_both() {
    let mut zip = zipped(&[("evil.exe", b"x", false, false)]);
    zip[BEFORE..BEFORE + 8].copy_from_slice(b"good.txt");
    let all = entries(&zip, 9).unwrap();
    assert_eq!((all[0].name, all[0].other_name), (b"evil.exe".as_slice(), b"good.txt".as_slice()));
}

#[test]
fn what_is_no_archive_is_damaged() {
    let zip = zipped(&[("a.txt", b"text", false, false)]);
    for cut in [0, 10, 40, zip.len() - 1 - 6] {
        assert_eq!(names(&zip[..cut], 9), Err(Damaged), "{cut}");
    }
    let end = zip.len() - END_LENGTH;
    for (at, byte) in [(0, b'Q'), (end - 51, b'Q'), (end + 12, 0xff), (end + 16, 0xff), (end + 11, 0xff)] {
        let mut zip = zip.clone();
        zip[at] = byte;
        assert!(names(&zip, 1_000_000).is_err(), "{at}");
    }
    assert_eq!(names(b"text", 9), Err(Damaged));
}

#[test]
fn a_broken_archive_ends_and_takes_no_more_than_was_asked_for() {
    let zip = zipped(&[("a.txt", &[b'a'; 3_000], true, false), ("b.txt", b"text", false, false)]);
    for seed in 0..3_000 {
        let broken = mutate(&zip, seed);
        for entry in entries(&broken, 100).unwrap_or_default() {
            assert!(entry.beginning(500).is_none_or(|bytes| bytes.len() <= 500), "seed {seed}");
        }
    }
}
