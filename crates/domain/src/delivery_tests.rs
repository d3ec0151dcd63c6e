//! Both sides of each line that the mail engine draws.

use super::*;

// Proves: MAIL-03
#[test]
fn mail_comes_in_until_an_account_is_deleted() {
    for (status, answer) in [
        (Status::Pending, Ok(())),
        (Status::Active, Ok(())),
        (Status::Inactive, Ok(())),
        (Status::Leaver, Ok(())),
        (Status::Disabled, Ok(())),
        (Status::Deleted, Err(DELETED)),
        (Status::Purged, Err(UNKNOWN)),
    ] {
        assert_eq!(arrival(status), answer, "{status}");
    }
}

// Proves: MAIL-04
#[test]
fn a_message_is_taken_while_it_fits_whole() {
    for (used, quota, announced, fits) in [
        (0, 100, 0, true),
        (0, 100, 100, true),
        (0, 100, 101, false),
        (99, 100, 0, true),
        (99, 100, 1, true),
        (99, 100, 2, false),
        (100, 100, 0, false),
        (101, 100, 0, false),
        (u64::MAX, 100, u64::MAX, false),
        (1, u64::MAX, u64::MAX, false),
        (u64::MAX, 0, u64::MAX, true),
    ] {
        assert_eq!(room(used, quota, announced).is_ok(), fits, "{used} of {quota}, {announced} more");
    }
    assert_eq!(room(100, 100, 1), Err(FULL));
}

// Proves: MAIL-04
#[test]
fn whoever_has_no_room_left_cannot_send() {
    for (used, quota, may) in [(0, 100, true), (99, 100, true), (100, 100, false), (101, 100, false), (101, 0, true)] {
        assert_eq!(room_to_send(used, quota).is_ok(), may, "{used} of {quota}");
    }
    assert_eq!(room_to_send(100, 100), Err(FULL_SENDER));
}

fn person() -> Visitor {
    Visitor {
        kind: Kind::User,
        status: Status::Active,
        disabled: false,
        password: Password::Alone,
        network: Network::Inside,
        people_from_internet: false,
    }
}

// Proves: MAIL-03, LC-08, JML-01
#[test]
fn a_status_opens_the_door_or_not() {
    for (status, answer) in [
        (Status::Pending, Err(Shut::Terms)),
        (Status::Active, Ok(())),
        (Status::Inactive, Ok(())),
        (Status::Leaver, Ok(())),
        (Status::Disabled, Err(Shut::Status)),
        (Status::Deleted, Err(Shut::Status)),
        (Status::Purged, Err(Shut::Status)),
    ] {
        for kind in [Kind::User, Kind::Application] {
            assert_eq!(Visitor { kind, status, ..person() }.may_enter(), answer, "{kind} {status}");
        }
    }
    let leaver = Visitor { status: Status::Leaver, disabled: true, ..person() };
    assert_eq!(leaver.may_enter(), Err(Shut::Status), "LC-09");
}

// Proves: SM-01
#[test]
fn nobody_signs_in_to_a_mailbox_that_has_members() {
    for (kind, answer) in [
        (Kind::User, Ok(())),
        (Kind::Application, Ok(())),
        (Kind::Shared, Err(Shut::Kind)),
        (Kind::Resource, Err(Shut::Kind)),
    ] {
        assert_eq!(Visitor { kind, ..person() }.may_enter(), answer, "{kind}");
    }
}

// Proves: APP-04
#[test]
fn from_the_internet_only_applications_come_in_unless_the_policy_says_more() {
    for (kind, network, people, answer) in [
        (Kind::User, Network::Inside, false, Ok(())),
        (Kind::User, Network::Internet, false, Err(Shut::Network)),
        (Kind::User, Network::Internet, true, Ok(())),
        (Kind::Application, Network::Inside, false, Ok(())),
        (Kind::Application, Network::Internet, false, Ok(())),
    ] {
        let visitor = Visitor { kind, network, people_from_internet: people, ..person() };
        assert_eq!(visitor.may_enter(), answer, "{kind} from {network}, people allowed: {people}");
    }
}

// Proves: PWD-03
#[test]
fn a_password_that_must_be_changed_opens_no_mailbox() {
    assert_eq!(Visitor { password: Password::Stale, ..person() }.may_enter(), Err(Shut::Password));
}

// Proves: MFA-01
#[test]
fn a_password_alone_opens_no_mailbox_of_whoever_has_a_second_factor() {
    assert_eq!(Visitor { password: Password::WithSecond, ..person() }.may_enter(), Err(Shut::SecondFactor));
    assert_eq!(Visitor { password: Password::ForProgram, ..person() }.may_enter(), Ok(()));
}

// Proves: SM-01
#[test]
fn a_right_to_send_works_as_long_as_its_holder_may_work() {
    for status in Status::ALL.iter().copied() {
        let works = matches!(status, Status::Active | Status::Inactive | Status::Leaver);
        assert!(!may_send_as(Right::Read, status, false), "{status} may only read");
        assert_eq!(may_send_as(Right::SendAs, status, false), works, "{status}");
        assert_eq!(may_send_as(Right::Full, status, false), works, "{status}");
        assert_eq!(may_send_as(Right::Full, status, true), works && status != Status::Leaver, "LC-09: {status}");
    }
}

// Proves: LIM-01
#[test]
fn limits_hold_on_both_sides() {
    for (bytes, fits) in [(0, true), (36_700_160, true), (36_700_161, false), (u64::MAX, false)] {
        assert_eq!(size(bytes, 35), if fits { Ok(()) } else { Err(TOO_LARGE) }, "{bytes}");
    }
    for (today, more, fits) in
        [(0, 10_000, true), (9_999, 1, true), (9_999, 2, false), (10_000, 1, false), (u32::MAX, u32::MAX, false)]
    {
        let answer = if fits { Ok(()) } else { Err(SENT_ENOUGH) };
        assert_eq!(pace_of_sending(today, more, 10_000), answer, "{today} and {more}");
    }
    for (hour, fits) in [(0, true), (3_599, true), (3_600, false)] {
        assert_eq!(pace_of_arrival(hour, 3_600), if fits { Ok(()) } else { Err(GOT_ENOUGH) }, "{hour}");
    }
}

#[test]
fn an_answer_fits_on_a_line_and_its_codes_agree() {
    for reply in [
        UNKNOWN,
        DELETED,
        FULL,
        FULL_SENDER,
        NOT_YOURS,
        NOT_YOURS_INSIDE,
        NO_FROM,
        NOT_ALLOWED,
        TOO_LARGE,
        SENT_ENOUGH,
        GOT_ENOUGH,
    ] {
        assert_eq!(
            reply.enhanced.split('.').next(),
            Some(&*reply.code.to_string()).map(|code| &code[..1]),
            "{reply:?}"
        );
        assert!(reply.text.is_ascii() && reply.text.len() < 100 && !reply.text.contains(['\r', '\n']), "{reply:?}");
    }
}
