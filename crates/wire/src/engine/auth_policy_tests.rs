use super::*;
use crate::damage;

/// What Dovecot 2.3.19.1 sent.
const ALLOW: &str = r#"{"device_id":"","login":"zoe@x","protocol":"imap","pwhash":"03e3","remote":"192.0.2.7","session_id":"s1","tls":false}"#;
const REPORT: &str = r#"{"device_id":"","login":"zoe@x","protocol":"imap","pwhash":"03e3","remote":"192.0.2.7","session_id":"s1","success":true,"policy_reject":false,"tls":false}"#;

fn zoe() -> Attempt {
    Attempt {
        login: "zoe@x".to_owned(),
        remote: "192.0.2.7".parse().ok(),
        protocol: "imap".to_owned(),
        pwhash: "03e3".to_owned(),
        session_id: "s1".to_owned(),
        ..Attempt::default()
    }
}

#[test]
fn what_dovecot_sent_is_understood() {
    assert_eq!(read(ALLOW.as_bytes()), Ok(zoe()));
    assert_eq!(read(REPORT.as_bytes()), Ok(Attempt { success: true, ..zoe() }));
}

#[test]
fn the_question_is_in_the_query() {
    for (query, expected) in [
        ("command=allow", Some(Kind::Allow)),
        ("command=report", Some(Kind::Report)),
        ("host=a&command=report", Some(Kind::Report)),
        ("command=allow&x=1", Some(Kind::Allow)),
        ("command=allow&command=report", Some(Kind::Allow)),
        ("", None),
        ("command", None),
        ("command=", None),
        ("command=Allow", None),
        ("command=allowed", None),
        ("xcommand=allow", None),
    ] {
        assert_eq!(kind(query), expected, "{query}");
    }
}

#[test]
fn what_is_not_said_is_empty_and_what_is_unknown_is_passed_over() {
    assert_eq!(read(b"{}"), Ok(Attempt::default()));
    let more = br#"{"login":"a","new":{"deep":[1,2,{"x":null}]},"orig_username":"b"}"#;
    assert_eq!(read(more), Ok(Attempt { login: "a".to_owned(), ..Attempt::default() }));
}

#[test]
fn a_later_version_tells_why_somebody_did_not_get_in() {
    let later = br#"{"login":"a","success":false,"policy_reject":true,"tls":true,"fail_type":"policy"}"#;
    let expected = Attempt {
        login: "a".to_owned(),
        policy_reject: true,
        tls: true,
        fail_type: "policy".to_owned(),
        ..Attempt::default()
    };
    assert_eq!(read(later), Ok(expected));
}

#[test]
fn yes_is_yes_in_each_form_and_all_else_is_no() {
    for (value, expected) in [
        ("true", true),
        ("\"true\"", true),
        ("\"TRUE\"", true),
        ("\"yes\"", true),
        ("1", true),
        ("\"1\"", true),
        ("false", false),
        ("\"false\"", false),
        ("\"no\"", false),
        ("\"\"", false),
        ("\" true\"", false),
        ("0", false),
        ("2", false),
        ("1.0", false),
        ("null", false),
        ("[true]", false),
        ("{\"true\":true}", false),
    ] {
        for name in ["success", "tls", "policy_reject"] {
            let attempt = read(format!("{{\"{name}\":{value}}}").as_bytes()).unwrap();
            let said = [("success", attempt.success), ("tls", attempt.tls), ("policy_reject", attempt.policy_reject)];
            for (field, yes) in said {
                assert_eq!(yes, expected && field == name, "{name} {value} {field}");
            }
        }
    }
}

#[test]
fn a_text_may_come_as_a_number_or_not_at_all() {
    for (value, expected) in [
        ("\"a\\u00eb\\n\"", "a\u{eb}\n"),
        ("\"\"", ""),
        ("7", "7"),
        ("-1.5", "-1.5"),
        ("true", "true"),
        ("null", ""),
        ("[\"a\"]", ""),
        ("{}", ""),
    ] {
        assert_eq!(read(format!("{{\"login\":{value}}}").as_bytes()).unwrap().login, expected);
    }
}

#[test]
fn an_address_is_read_where_there_is_one() {
    for (value, expected) in [
        ("\"192.0.2.7\"", Some("192.0.2.7")),
        ("\"2001:db8::7\"", Some("2001:db8::7")),
        ("\"\"", None),
        ("\"192.0.2\"", None),
        ("\"localhost\"", None),
        ("3221225991", None),
        ("null", None),
    ] {
        let attempt = read(format!("{{\"remote\":{value}}}").as_bytes()).unwrap();
        assert_eq!(attempt.remote.map(|ip| ip.to_string()).as_deref(), expected, "{value}");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    let deep = format!("{{\"a\":{}", "[".repeat(10_000));
    for body in ["", " ", "null", "[]", "\"a\"", "1", "{", "{}{}", "{'login':'a'}", "{\"login\":\"a\",}", &deep] {
        assert_eq!(read(body.as_bytes()), Err(Bad::NoObject), "{body}");
    }
    assert_eq!(read(b"{\"login\":\"\xff\"}"), Err(Bad::NoObject));
}

#[test]
fn a_body_may_have_64_kib_and_not_one_byte_more() {
    for (length, expected) in [(65_535, true), (65_536, true), (65_537, false)] {
        let body = format!("{{\"login\":\"{}\"}}", "x".repeat(length - 12));
        assert_eq!(body.len(), length);
        match read(body.as_bytes()) {
            Ok(attempt) => assert!(expected && attempt.login.len() == length - 12),
            Err(bad) => assert!(!expected && bad == Bad::TooLong, "{length}"),
        }
    }
}

#[test]
fn no_beginning_of_a_body_is_taken_for_the_whole() {
    for end in 0..REPORT.len() {
        assert_eq!(read(&REPORT.as_bytes()[..end]), Err(Bad::NoObject), "{end}");
    }
}

#[test]
fn verdicts_are_written_as_dovecot_reads_them() {
    for (verdict, expected) in [
        (Verdict::Allow, r#"{"status":0,"msg":""}"#),
        (Verdict::Delay(0), r#"{"status":0,"msg":""}"#),
        (Verdict::Delay(1), r#"{"status":1,"msg":""}"#),
        (Verdict::Delay(300), r#"{"status":300,"msg":""}"#),
        (Verdict::Delay(301), r#"{"status":300,"msg":""}"#),
        (Verdict::Delay(u16::MAX), r#"{"status":300,"msg":""}"#),
        (Verdict::Refuse(""), r#"{"status":-1,"msg":""}"#),
        (Verdict::Refuse("Try later, \"please\"\r\n"), r#"{"status":-1,"msg":"Try later, \"please\"  "}"#),
        (Verdict::Refuse("Zo\u{eb}"), r#"{"status":-1,"msg":"Zo?"}"#),
    ] {
        assert_eq!(verdict.to_json(), expected);
    }
}

#[test]
fn random_damage_never_panics() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..20_000 {
        match read(&damage::mutate(REPORT.as_bytes(), seed)) {
            Ok(_) => taken += 1,
            Err(bad) => {
                assert_eq!(bad, Bad::NoObject);
                refused += 1;
            }
        }
    }
    assert!(taken > 500 && refused > 2_000, "{taken} {refused}");
}
