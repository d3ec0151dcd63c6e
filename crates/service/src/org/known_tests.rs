use std::io::Read;
use std::path::PathBuf;

use super::*;
use crate::org::witness::Witness;
use domain::hex::hex;

const NAMES: [&str; 5] = ["epraccur_2019-10", "epraccur_2025-08", "etr_2022-03", "etr_2024-12", "eccg_2024-12"];
const HEAD: &str = "\
# Marks of published organisation files, so that a cut copy is known as one. For each edition: its name, the first
# eight bytes of SHA-256 of its first line, then for every line the first byte of its SHA-256 (line ends left out).
# UPDATE_EXPECT=1 cargo test -p almoner-service known writes it from the files beside it.
";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/ods")
}

fn look(mut bytes: &[u8]) -> Seen {
    let mut witness = Witness::new(&mut bytes);
    std::io::copy(&mut witness.by_ref(), &mut std::io::sink()).unwrap();
    witness.seen()
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.csv"))).unwrap()
}

#[test]
fn the_known_editions_are_the_files_beside_them() {
    let paragraph = |name: &&str| {
        let seen = look(&file(name));
        let marks: Vec<_> = seen.marks.chunks(96).map(hex).collect();
        format!("{name} {}\n{}\n", seen.first, marks.join("\n"))
    };
    let text = format!("{HEAD}{}", NAMES.iter().map(paragraph).collect::<Vec<_>>().join("\n"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(folder().join("known.txt"), &text).unwrap();
    } else {
        assert!(text == KNOWN, "known.txt is not what the files say: run the test with UPDATE_EXPECT=1");
    }
}

#[test]
fn a_whole_edition_is_no_part_and_each_of_its_beginnings_is() {
    for name in NAMES {
        let seen = look(&file(name));
        assert_eq!(part_of(&seen, 10), None, "{name}");
        let whole = seen.marks.len();
        for kept in (1..whole).filter(|kept| *kept < 20 || kept % 997 == 0 || whole - kept < 20) {
            let cut = Seen { marks: seen.marks[..kept].to_vec(), ..seen.clone() };
            let part = part_of(&cut, 10).unwrap();
            assert_eq!((part.of, part.lines, part.cut), (name, whole, true), "{kept}");
        }
    }
}

#[test]
fn missing_lines_are_noticed_beyond_a_tenth() {
    let seen = look(&file("etr_2024-12"));
    for (every, refused) in [(2, false), (3, true), (9, true), (11, false)] {
        // Every so manieth line is left out, the first too: it is no beginning.
        let marks = seen.marks.iter().enumerate().filter(|(at, _)| at % every != 0).map(|(_, mark)| *mark).collect();
        let some = Seen { first: "other".into(), marks, ..seen.clone() };
        assert_eq!(part_of(&some, 10).is_some_and(|part| !part.cut), refused, "every {every}");
    }
}
