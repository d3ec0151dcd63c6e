//! The rules page, on a small enum and a few tests.

use expect_test::expect;

use crate::proofs::{first_difference, page, proofs_in, rules_in, unknown_ids};
use crate::tree::File;

const RULES: &str = "//! Head.\nwords! {\n    /// All rules.\n    pub enum Rule {\n        /// First says this\n        \
                     /// and that.\n        Aa01 = \"AA-01\",\n        /// Second | third.\n        Aa02 = \"AA-02\",\n    }\n}\n\
                     const OTHER: &str = \"AA-03\";\n";

fn file(text: &str) -> File {
    File { path: "crates/x/src/a.rs".to_owned(), text: text.to_owned() }
}

#[test]
fn rules_and_proofs_make_the_page() {
    let tests = file("mod tests {\n    // Proves: AA-01\n    #[test]\n    fn it_holds() {}\n}\n");
    let (proofs, problems) = proofs_in(&[tests]);
    assert_eq!(problems, Vec::<String>::new());
    expect![[r"
        # Rules and their proofs

        Generated from `crates/domain/src/rule.rs` and the `// Proves:` lines above the tests; do not edit, run
        `UPDATE_EXPECT=1 cargo test -p almoner-testkit --test house`.

        1 of 2 rules are proved by a test.

        | Rule | What it says | Proved by |
        |---|---|---|
        | AA-01 | First says this and that. | `crates/x/src/a.rs::it_holds` |
        | AA-02 | Second \| third. | not built yet |
    "]]
    .assert_eq(&page(&rules_in(RULES), &proofs));
}

#[test]
fn a_claim_about_an_unknown_rule_is_told() {
    let (proofs, _) = proofs_in(&[file("// Proves: AA-02, ZZ-09\n#[test]\n#[should_panic]\nfn it_holds() {}\n")]);
    assert_eq!(unknown_ids(&rules_in(RULES), &proofs), ["crates/x/src/a.rs:1: no rule 'ZZ-09'"]);
}

#[test]
fn a_claim_without_a_test_below_is_told() {
    let cases =
        ["// Proves: AA-01\nfn helper() {}\n", "// Proves: AA-01\n\n#[test]\nfn a() {}\n", "// Proves: AA-01\n"];
    for text in cases {
        let (proofs, problems) = proofs_in(&[file(text)]);
        assert_eq!((proofs.len(), problems.len()), (0, 1), "{text}");
    }
}

#[test]
fn a_claim_in_a_string_is_no_claim() {
    let (proofs, problems) = proofs_in(&[file("const A: &str = \"\n// Proves: AA-01\n\";\n")]);
    assert_eq!((proofs.len(), problems.len()), (0, 0));
}

#[test]
fn the_first_difference_is_shown() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b".to_owned(), "c".to_owned())));
    assert_eq!(first_difference("a\n", "a\nc\n"), Some((2, "(the end)".to_owned(), "c".to_owned())));
}
