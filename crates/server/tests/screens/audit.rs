//! The audit chain on the screen: sealed, pinned, verified, proven.

use expect_test::expect_file;

use crate::federation;

#[test]
fn the_trail_is_sealed_pinned_verified_and_proven() {
    let mut d = federation();
    d.says("audit roots");
    d.says("audit verify");
    d.says("audit seal");
    d.says("audit seal");
    d.says("audit roots");
    d.says("audit roots --out pinned.txt");
    d.does("leaver ann.lee@mail.example");
    d.says("audit verify --roots pinned.txt");
    d.says("audit proof --organisation R1A --out proof.jsonl");
    d.says("audit check-proof proof.jsonl --roots pinned.txt");
    d.file("other.txt", &format!("1 2018-09-01T11:00:00Z 5 5 {0}\n7 2018-09-01T11:00:00Z 5 5 {0}\n", "ab".repeat(32)));
    d.says("audit verify --roots other.txt");
    d.says("audit check-proof proof.jsonl --roots other.txt");
    let proof = std::fs::read_to_string(d.path().join("proof.jsonl")).unwrap();
    d.file("changed.jsonl", &proof.replacen("cy.dee@", "cy.doe@", 1));
    d.says("audit check-proof changed.jsonl");
    d.says("audit check-proof absent.jsonl");
    d.says("audit verify --roots proof.jsonl");
    d.says("audit proof --organisation ZZZ99 --out no.jsonl");
    d.says("--as ann.lee@mail.example audit verify");
    expect_file!["audit.txt"].assert_eq(&d.told());
}
