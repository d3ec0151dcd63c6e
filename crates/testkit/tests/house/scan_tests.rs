//! The scanner is what every other house test stands on.

use crate::scan::{has_word, scan};

#[test]
fn comments_and_strings_leave_the_code() {
    let found = scan("let a = \"b // c\"; // d \"e\"\n/* f\n/* g */ h */ let i = 1;\n");
    assert_eq!(found.code, ["let a = \"\"; ", "", " let i = 1;"]);
    assert_eq!(found.comments, [(1, " d \"e\"".to_owned())]);
    assert_eq!(found.strings, [(1, "b // c".to_owned())]);
}

#[test]
fn quotes_of_every_kind_end_where_they_should() {
    let cases: [(&str, &str, &[&str]); 9] = [
        (r#"f("a\"b") + 1"#, "f(\"\") + 1", &[r#"a\"b"#]),
        (r##"f(r#"a"b"#) + 1"##, "f(\"\") + 1", &["a\"b"]),
        (r#"f(r"a\") + 1"#, "f(\"\") + 1", &["a\\"]),
        (r#"f(br"a") + 1"#, "f(b\"\") + 1", &["a"]),
        (r#"for"a" + 1"#, "for\"\" + 1", &["a"]),
        ("r#type + 1", "r#type + 1", &[]),
        ("f('\"') + '\\'' + '\\u{1F600}'", "f('') + '' + ''", &[]),
        ("fn f<'a>(b: &'a str) {}", "fn f<'a>(b: &'a str) {}", &[]),
        ("\"open", "\"\"", &["open"]),
    ];
    for (text, code, strings) in cases {
        let found = scan(text);
        assert_eq!(found.code, [code], "{text}");
        let texts: Vec<&str> = found.strings.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, strings, "{text}");
    }
}

#[test]
fn a_long_string_keeps_the_count_of_lines() {
    let found = scan("a(\"one\ntwo\nthree\");\nb();\n");
    assert_eq!(found.strings, [(1, "one\ntwo\nthree".to_owned())]);
    assert_eq!(found.code.len(), 4);
    assert_eq!(found.code[3], "b();");
}

#[test]
fn a_word_is_not_found_inside_a_longer_one() {
    assert!(has_word("let a = postgres::connect();", "postgres::"));
    assert!(!has_word("let a = my_postgres::connect();", "postgres::"));
}
