//! Codes of RFC 6238, both sides of their time, sealed secrets.

use super::*;

/// The secret of RFC 6238's test vectors, `12345678901234567890`.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

struct Counting(std::sync::atomic::AtomicU8);

impl Dice for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

fn dice() -> Counting {
    Counting(std::sync::atomic::AtomicU8::new(0))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

// Proves: MFA-01
#[test]
fn the_codes_are_those_of_rfc_6238_and_hold_a_step_before_and_after() {
    // Appendix B, the last six of eight digits.
    for (second, code) in
        [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
    {
        assert_eq!(step_of(SECRET, code, at(second)), Some(second / 30), "{second}");
        assert_eq!(step_of(SECRET, code, at(second + 30)), Some(second / 30), "{second}: a slow clock");
        assert_eq!(step_of(SECRET, code, at(second - 30)), Some(second / 30), "{second}: a quick clock");
        assert_eq!(step_of(SECRET, code, at(second + 90)), None, "{second}: too late");
    }
    for wrong in ["", "287083", "28708", "2870820", "abcdef", "２８７０８２"] {
        assert_eq!(step_of(SECRET, wrong, at(59)), None, "{wrong:?}");
    }
    assert_eq!(step_of(SECRET, "287 082", at(59)), Some(1), "as people read it");
    assert_eq!(step_of("not base 32!", "287082", at(59)), None);
}

// Proves: MFA-01
#[test]
fn a_code_of_another_time_tells_how_far_the_clock_is_off_and_no_further_than_ten_minutes() {
    let (second, code) = (1_111_111_109, "081804");
    for (ours, off) in [
        (second + 30, None),
        (second + 60, Some(-60)),
        (second + 600, Some(-600)),
        (second + 630, None),
        (second - 60, Some(60)),
        (second - 600, Some(600)),
        (second - 630, None),
    ] {
        assert_eq!(other_time(SECRET, code, at(ours), 0), off, "{}", ours - second);
        let step = step_of(SECRET, code, at(ours));
        assert!(off.is_none() || step.is_none(), "{}: it is not accepted", ours - second);
    }
    assert_eq!(other_time(SECRET, code, at(second + 60), second / 30), None, "used before: it tells nothing");
    assert_eq!(other_time(SECRET, "081805", at(second + 60), 0), None);
}

// Proves: MFA-01
#[test]
fn a_code_is_right_once() {
    let key = Key([3; 32]);
    let spare = ["11111-22222".to_owned(), "33333-44444".to_owned()];
    let credential = Credential {
        totp: seal(SECRET, &key, &purpose(9), &dice()).unwrap(),
        recovery: spare.iter().map(|code| digest(code)).collect(),
        ..Credential::none(domain::ids::AccountId(9))
    };
    let (next, action) = accepted(&credential, "287082", &key, at(59)).unwrap();
    assert_eq!((next.totp_step, action), (1, "second_factor_shown"));
    assert_eq!(accepted(&next, "287082", &key, at(59)), None, "the same code again");
    let (next, action) = accepted(&next, " 33333-44444 ", &key, at(59)).unwrap();
    assert_eq!((next.recovery.len(), action), (1, "recovery_code_used"));
    assert_eq!(accepted(&next, "33333-44444", &key, at(59)), None, "a recovery code again");
    assert!(accepted(&next, "11111-22222", &key, at(59)).is_some());
    assert_eq!(accepted(&next, "11111-22222", &Key([9; 32]), at(59)), None, "another key opens nothing");
}

// Proves: MFA-01
#[test]
fn a_recovery_code_works_for_whoever_has_passkeys_alone() {
    let key = Key([3; 32]);
    let credential =
        Credential { recovery: vec![digest("11111-22222")], ..Credential::none(domain::ids::AccountId(9)) };
    assert_eq!(accepted(&credential, "287082", &key, at(59)), None, "there is no authenticator");
    let (next, action) = accepted(&credential, "11111-22222", &key, at(59)).unwrap();
    assert_eq!((next.recovery.len(), action), (0, "recovery_code_used"));
    assert_eq!(accepted(&next, "11111-22222", &key, at(59)), None, "a recovery code again");
}

#[test]
fn what_a_person_gets_can_be_copied_and_read() {
    let secret = fresh_secret(&dice());
    assert_eq!(secret.len(), 32);
    assert!(secret.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)), "{secret}");
    let code = recovery_code(&dice());
    assert_eq!((code.len(), code.matches('-').count()), (29, 5), "24 letters of five random bits: {code}");
    assert_ne!(recovery_codes(&dice())[0], recovery_codes(&dice())[1]);
    assert_eq!(
        uri("ABC", "Mail of all", "ann@mail.example"),
        "otpauth://totp/Mail%20of%20all:ann%40mail.example?secret=ABC&issuer=Mail%20of%20all"
    );
}
