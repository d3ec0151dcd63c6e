use super::*;
use crate::filter::Field;

const OURS: &str = "mail.example";

// Proves: SPF-01
#[test]
fn each_stage_has_its_effect_on_each_network() {
    let of = |stage: Stage| (stage.effect(Network::Inside), stage.effect(Network::Internet));
    for (stage, expected) in [
        (Stage::Tag, (Effect::Tag, Effect::Tag)),
        (Stage::JunkInternet, (Effect::Tag, Effect::Junk)),
        (Stage::Junk, (Effect::Junk, Effect::Junk)),
        (Stage::BlockAndTell, (Effect::RefuseAndTell, Effect::RefuseAndTell)),
        (Stage::Block, (Effect::Refuse, Effect::Refuse)),
    ] {
        assert_eq!(of(stage), expected, "{stage}");
    }
}

/// A message from outside: the sender of its envelope, its authors as they were read, its field as it stood.
fn stands(way: Way, (sender, from, raw): (&str, &[&str], &str), spf: Outcome, dkim: &[(&str, Outcome)]) -> Standing {
    let fields = [Field { name: b"From", value: raw.as_bytes() }];
    let message = Message {
        way,
        login: "",
        network: Network::Internet,
        client: None,
        helo: "",
        sender,
        recipients: &[],
        fields: &fields,
        bytes: b"",
        body_at: 0,
    };
    let found = Authenticity {
        spf,
        dkim: dkim.iter().map(|(of, outcome)| ((*of).to_owned(), *outcome)).collect(),
        from: from.iter().map(|one| (*one).to_owned()).collect(),
        ..Authenticity::unknown("mx.mail.example")
    };
    standing(&message, &found, OURS)
}

// Proves: SPF-01
#[test]
fn whoever_claims_to_be_one_of_us_without_a_proof_is_spoofed() {
    let unproven = |claim| stands(Way::Incoming, claim, Outcome::None, &[]);
    for (sender, from, raw) in [
        ("x@there.example", &["ann@mail.example"][..], ""),
        ("x@there.example", &["x@there.example", "ann@mail.example"], ""),
        ("", &["ann@MAIL.example."], ""),
        ("ann@mail.example", &["x@there.example"], ""),
        ("ann@Mail.Example", &[], ""),
        ("", &[], " Ann <ann@mail.example"),
        ("", &[], " ann@ mail.example, x"),
    ] {
        assert_eq!(unproven((sender, from, raw)), Standing::Spoofed, "{sender} {from:?} {raw}");
    }
    for (sender, from, raw) in [
        ("x@there.example", &["x@there.example"][..], " \"ann@mail.example\" <x@there.example>"),
        ("", &["x@sub.mail.example"], ""),
        ("", &["x@notmail.example"], ""),
        ("", &["x@mail.example.there.example"], ""),
        ("", &[], " x@mail.example.there.example"),
        ("", &[], " x@mail.examples"),
        ("", &[], ""),
    ] {
        assert_eq!(unproven((sender, from, raw)), Standing::Fair, "{sender} {from:?} {raw}");
    }
}

// Proves: SPF-01
#[test]
fn a_key_of_ours_or_a_server_that_we_name_is_a_proof() {
    let own: (&str, &[&str], &str) = ("ann@mail.example", &["ann@mail.example"], "");
    let passed_on: (&str, &[&str], &str) = ("x@there.example", &["ann@mail.example"], "");
    let incoming = |claim, spf, dkim: &[(&str, Outcome)]| stands(Way::Incoming, claim, spf, dkim);
    let (pass, fail, temp) = (Outcome::Pass, Outcome::Fail, Outcome::TempError);
    assert_eq!(incoming(own, pass, &[]), Standing::Fair);
    assert_eq!(incoming(passed_on, pass, &[]), Standing::Spoofed, "the server of somebody else's domain");
    assert_eq!(incoming(passed_on, fail, &[("mail.example", pass)]), Standing::Fair, "passed on");
    assert_eq!(incoming(passed_on, pass, &[("there.example", pass)]), Standing::Spoofed, "somebody else's key");
    assert_eq!(incoming(passed_on, pass, &[("sub.mail.example", pass)]), Standing::Spoofed);
    assert_eq!(incoming(own, fail, &[("mail.example", fail)]), Standing::Spoofed);
    assert_eq!(incoming(own, temp, &[]), Standing::Unsure);
    assert_eq!(incoming(passed_on, temp, &[]), Standing::Spoofed, "that would prove nothing");
    assert_eq!(incoming(passed_on, fail, &[("mail.example", temp)]), Standing::Unsure);
    assert_eq!(incoming(own, fail, &[("mail.example", temp), ("mail.example", pass)]), Standing::Fair);
    assert_eq!(stands(Way::Submission, own, Outcome::None, &[]), Standing::Fair, "who signed in");
}

// Proves: SPF-02
#[test]
fn a_server_is_counted_with_its_neighbours() {
    for (address, expected) in
        [("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48")]
    {
        assert_eq!(neighbours(address.parse().unwrap()), expected);
    }
}
