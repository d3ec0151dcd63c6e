//! `almoner notice`: templates of one's own are checked and shown without a store.

use std::fs;

use tempfile::TempDir;

use crate::World;

// Proves: NTC-06
#[test]
fn a_folder_of_templates_is_checked_and_shown() {
    let database = testkit::databases::Database::sqlite();
    let w = World { database: &database, folder: TempDir::new().unwrap() };
    let shipped = w.say("notice check");
    assert_eq!((shipped.code, shipped.out.as_str()), (0, "The templates that come with Almoner are good.\n"));
    let folder = w.folder.path().join("texts");
    fs::create_dir(&folder).unwrap();
    let bad = "Subject: {{ acount }}\n\nDear {{ name }},\n";
    fs::write(folder.join("moved.txt"), bad).unwrap();
    fs::write(folder.join("notes.md"), "not a template").unwrap();
    let checked = w.say("notice check texts");
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.out.starts_with("moved.txt, line 1: acount is no fact"), "{}", checked.out);
    assert!(checked.out.ends_with("1 mistake.\n"), "{}", checked.out);
    let refused = w.say("notice preview moved --folder texts");
    assert!(refused.code == 1 && refused.err.contains("moved.txt, line 1"), "{refused:?}");
    fs::write(folder.join("moved.txt"), "Subject: Hello {{ name }}\n\nIt moved.\n").unwrap();
    assert_eq!(w.say("notice check texts").out, "texts has 1 template; all are good.\n");
    assert_eq!(w.say("notice preview moved --folder texts").out, "Subject: Hello Ann Lee\n\nIt moved.\n");
    let gone = w.say("notice check nowhere");
    assert!(gone.code == 1 && gone.err.starts_with("error: nowhere cannot be used"), "{gone:?}");
    let unknown = w.say("notice preview farewell");
    assert!(unknown.code == 2 && unknown.err.contains("leaver_marked"), "{unknown:?}");
}
