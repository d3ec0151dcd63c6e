use super::*;
use crate::damage;

/// A request with the lines of Postfix 3.7.11 in their order, as of somebody signed in on a submission port.
const SENT: &str = "request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=192.0.2.7
client_name=unknown
client_port=40022
reverse_client_name=unknown
server_address=192.0.2.1
server_port=587
helo_name=[192.0.2.7]
sender=zoe@example.org
recipient=a=b c@example.org
recipient_count=0
queue_id=
instance=1a2b.65f0.0
size=1234
etrn_domain=
stress=
sasl_method=PLAIN
sasl_username=zoe@example.org
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=submission

";

const HEAD: &str = "request=smtpd_access_policy\n";

fn one(lines: &str) -> Result<Request<'_>, Bad> {
    let (request, used) = take(lines.as_bytes())?.expect("a whole request");
    assert_eq!(used, lines.len());
    Ok(request)
}

fn written(action: Action<'_>) -> String {
    let mut bytes = Vec::new();
    action.write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_request_tells_what_almoner_needs() {
    let expected = Request {
        protocol_state: "RCPT",
        protocol_name: "ESMTP",
        sender: "zoe@example.org",
        recipient: "a=b c@example.org",
        recipient_count: Some(0),
        client_address: "192.0.2.7",
        client_port: Some(40_022),
        client_name: "unknown",
        sasl_username: "zoe@example.org",
        sasl_method: "PLAIN",
        size: Some(1234),
        queue_id: "",
        instance: "1a2b.65f0.0",
        encryption_protocol: "TLSv1.3",
        server_address: "192.0.2.1",
        server_port: Some(587),
        policy_context: "submission",
    };
    assert_eq!(one(SENT), Ok(expected));
}

#[test]
fn what_is_not_said_is_empty_and_no_number() {
    let silent = one("request=smtpd_access_policy\n\n").unwrap();
    assert_eq!(silent, Request::default());
    let empty = one("request=smtpd_access_policy\nsize=\nsender=\nserver_port=\nrecipient_count=\n\n").unwrap();
    assert_eq!(empty, Request::default());
}

#[test]
fn the_order_of_lines_means_nothing() {
    let mut lines: Vec<&str> = SENT.trim_end().split('\n').collect();
    lines.reverse();
    assert_eq!(one(&(lines.join("\n") + "\n\n")), one(SENT));
}

#[test]
fn numbers_are_taken_up_to_what_they_can_be() {
    for (line, expected) in [
        ("size=0", Ok((Some(0), None))),
        ("size=18446744073709551615", Ok((Some(u64::MAX), None))),
        ("size=18446744073709551616", Err(Bad::NoNumber("size"))),
        ("size=-1", Err(Bad::NoNumber("size"))),
        ("size=+1", Err(Bad::NoNumber("size"))),
        ("size= 1", Err(Bad::NoNumber("size"))),
        ("size=1.5", Err(Bad::NoNumber("size"))),
        ("server_port=65535", Ok((None, Some(65535)))),
        ("server_port=65536", Err(Bad::NoNumber("server_port"))),
        ("recipient_count=x", Err(Bad::NoNumber("recipient_count"))),
    ] {
        let lines = format!("{HEAD}{line}\n\n");
        assert_eq!(one(&lines).map(|r| (r.size, r.server_port)), expected, "{line}");
    }
}

#[test]
fn a_value_may_have_any_sign_but_a_line_end() {
    for value in ["a=b", "=", " a ", "zo\u{eb}@example.org", "a\rb", "<>", "\0"] {
        let lines = format!("{HEAD}sender={value}\n\n");
        assert_eq!(one(&lines).unwrap().sender, value);
    }
}

#[test]
fn what_is_no_request_is_refused() {
    for (lines, bad) in [
        (&b"\n"[..], Bad::Kind),
        (b"sender=a\n\n", Bad::Kind),
        (b"request=\n\n", Bad::Kind),
        (b"request=junk\n\n", Bad::Kind),
        (b"request=smtpd_access_policy \n\n", Bad::Kind),
        (b"REQUEST=smtpd_access_policy\n\n", Bad::Kind),
        (b"request=smtpd_access_policy\r\n\r\n", Bad::Line),
        (b"request=smtpd_access_policy\nsender\n", Bad::Line),
        (b"request=smtpd_access_policy\n=x\n", Bad::Line),
        (b"request=smtpd_access_policy\n=\n", Bad::Line),
        (b"request=smtpd_access_policy\nsender=\xff\n\n", Bad::NotUtf8("sender")),
        (b"request=smtpd_access_policy\nsize=\xff\n\n", Bad::NotUtf8("size")),
        (b"request=smtpd_access_policy\nsender=a\nsender=a\n", Bad::Twice("sender")),
        (b"request=smtpd_access_policy\nsize=\nsize=1\n", Bad::Twice("size")),
        (b"request=smtpd_access_policy\nrequest=smtpd_access_policy\n", Bad::Twice("request")),
    ] {
        assert_eq!(take(lines), Err(bad), "{}", lines.escape_ascii());
    }
}

#[test]
fn names_that_almoner_does_not_need_are_passed_over() {
    let more = format!("{HEAD}sender_x=1\nsender_x=2\nSender=b\nnew thing=\u{1f600}\nsender=a\n\n");
    assert_eq!(one(&more).unwrap().sender, "a");
    let raw = [HEAD.as_bytes(), b"ccert_subject=\xff\xfe\nsender=a\n\n"].concat();
    assert_eq!(take(&raw).unwrap().unwrap().0.sender, "a");
}

#[test]
fn a_request_may_have_256_lines_and_not_one_more() {
    for (lines, expected) in [(255, true), (256, true), (257, false)] {
        let text = format!("{HEAD}{}\n", "x=\n".repeat(lines - 1));
        assert_eq!(one(&text).is_ok(), expected, "{lines}");
    }
    let endless = format!("{HEAD}{}", "x=\n".repeat(256));
    assert_eq!(take(endless.as_bytes()), Err(Bad::TooManyLines), "known without its end");
}

#[test]
fn a_request_may_have_64_kib_and_not_one_byte_more() {
    for (length, expected) in [(65_535, true), (65_536, true), (65_537, false)] {
        let head = format!("{HEAD}sender=");
        let text = format!("{head}{}\n\n", "x".repeat(length - head.len() - 2));
        assert_eq!(text.len(), length);
        match take(text.as_bytes()) {
            Ok(Some((_, used))) => assert!(expected && used == length),
            other => assert!(!expected && other == Err(Bad::TooLong), "{length}"),
        }
    }
}

#[test]
fn a_line_without_end_is_refused_when_no_request_could_come_of_it() {
    for (length, expected) in [(65_535, Ok(None)), (65_536, Err(Bad::TooLong)), (65_537, Err(Bad::TooLong))] {
        assert_eq!(take(&vec![b'x'; length]), expected, "{length}");
    }
}

#[test]
fn every_beginning_of_a_request_waits_for_more_and_is_no_error() {
    for end in 0..SENT.len() {
        assert_eq!(take(&SENT.as_bytes()[..end]), Ok(None), "{end}");
    }
}

#[test]
fn requests_in_one_buffer_are_taken_one_by_one() {
    let stream = format!("{SENT}{HEAD}sender=b\n\n{HEAD}sen");
    let (first, used) = take(stream.as_bytes()).unwrap().unwrap();
    assert_eq!((first.sender, used), ("zoe@example.org", SENT.len()));
    let (second, more) = take(&stream.as_bytes()[used..]).unwrap().unwrap();
    assert_eq!(second.sender, "b");
    assert_eq!(take(&stream.as_bytes()[used + more..]), Ok(None));
}

#[test]
fn the_address_of_a_client_is_read_where_there_is_one() {
    for (text, expected) in [
        ("192.0.2.7", Some("192.0.2.7")),
        ("2001:db8::7", Some("2001:db8::7")),
        ("::ffff:192.0.2.7", Some("::ffff:192.0.2.7")),
        ("unknown", None),
        ("", None),
        ("192.0.2.256", None),
        ("[192.0.2.7]", None),
    ] {
        let request = Request { client_address: text, ..Request::default() };
        assert_eq!(request.client_ip().map(|ip| ip.to_string()).as_deref(), expected);
    }
}

#[test]
fn actions_are_written_as_postfix_reads_them() {
    for (action, expected) in [
        (Action::Dunno, "action=DUNNO\n\n"),
        (Action::Permit, "action=PERMIT\n\n"),
        (
            Action::Reject { code: 550, enhanced: "5.2.1", text: "This mailbox is closed" },
            "action=550 5.2.1 This mailbox is closed\n\n",
        ),
        (
            Action::Reject { code: 450, enhanced: "4.7.1", text: "Too many\r\n\nplease wait \u{1f600}" },
            "action=450 4.7.1 Too many   please wait ?\n\n",
        ),
        (Action::Defer("The store is busy"), "action=DEFER_IF_PERMIT 4.3.0 The store is busy\n\n"),
        (Action::Defer("a\n\naction=OK"), "action=DEFER_IF_PERMIT 4.3.0 a  action=OK\n\n"),
    ] {
        assert_eq!(written(action), expected);
    }
}

#[test]
fn an_answer_never_goes_without_a_text_of_its_own() {
    for text in ["", " ", "\r\n", "\0\t"] {
        let refused = written(Action::Reject { code: 550, enhanced: "5.2.1", text });
        assert_eq!(refused, "action=550 5.2.1 refused\n\n", "{text:?}");
        assert_eq!(written(Action::Defer(text)), "action=DEFER_IF_PERMIT 4.3.0 try again later\n\n", "{text:?}");
    }
}

#[test]
fn codes_that_refuse_nothing_become_try_again_later() {
    for (code, enhanced, expected) in [
        (399, "3.0.0", false),
        (400, "4.0.0", true),
        (499, "4.999.999", true),
        (500, "5.0.0", true),
        (599, "5.7.1", true),
        (600, "6.0.0", false),
        (250, "2.0.0", false),
        (0, "0.0.0", false),
        (550, "4.2.1", false),
        (450, "5.2.1", false),
        (550, "", false),
        (550, "5.2", false),
        (550, "5.2.1.1", false),
        (550, "5..1", false),
        (550, "5.2.1000", false),
        (550, "5.2.x", false),
        (550, "5.2.1\nx", false),
        (550, "5.2.-1", false),
    ] {
        let answer = written(Action::Reject { code, enhanced, text: "no" });
        let refused = answer == format!("action={code} {enhanced} no\n\n");
        let deferred = answer == "action=DEFER_IF_PERMIT 4.3.0 this server has no code for its answer\n\n";
        assert_eq!((refused, deferred), (expected, !expected), "{code} {enhanced}: {answer}");
    }
}

#[test]
fn whatever_is_explained_an_answer_is_one_line_of_ascii() {
    for seed in 0..5_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let text: String = (0..random.usize(0..600))
            .map(|_| if random.bool() { random.char(..) } else { random.char('\0'..' ') })
            .collect();
        let answer = written(Action::Reject { code: 550, enhanced: "5.7.1", text: &text });
        let line = answer.strip_suffix("\n\n").unwrap();
        assert!(line.starts_with("action=550 5.7.1"), "seed {seed}");
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "seed {seed}");
        assert!(line.len() < 500, "seed {seed}");
    }
}

#[test]
fn random_damage_never_panics_and_what_is_taken_ends_with_an_empty_line() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let damaged = damage::mutate(SENT.as_bytes(), seed);
        match take(&damaged) {
            Ok(Some((_, used))) => {
                assert!(damaged[..used].ends_with(b"\n\n"), "seed {seed}");
                taken += 1;
            }
            Ok(None) => assert!(!damaged.windows(2).any(|pair| pair == b"\n\n"), "seed {seed}"),
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 2_000 && refused > 2_000, "{taken} {refused}");
}
