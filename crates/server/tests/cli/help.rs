//! What `--help` says: changed on purpose or not at all.

use expect_test::expect_file;

use crate::World;
use testkit::databases::Database;

/// The words of a help text that name further verbs.
fn verbs(help: &str) -> Vec<String> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = commands.take_while(|line| line.starts_with("  "));
    let words = named.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    words.filter(|word| *word != "help").map(str::to_owned).collect()
}

fn collect(w: &World<'_>, path: &[String], all: &mut String) {
    let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
    words.push("--help");
    let said = w.say_words(&words);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{path:?}");
    assert!(said.out.contains("Example") || path.is_empty(), "almoner {}: no example", path.join(" "));
    all.extend(["$ almoner ", &words.join(" "), "\n", &said.out, "\n"]);
    for verb in verbs(&said.out) {
        let deeper: Vec<String> = path.iter().cloned().chain([verb]).collect();
        collect(w, &deeper, all);
    }
}

#[test]
fn every_verb_has_help_with_an_example() {
    let database = Database::sqlite();
    let mut all = String::new();
    collect(&World::new(&database), &[], &mut all);
    expect_file!["help.txt"].assert_eq(&all);
}
