//! Whole messages before the filter: what is in them, and where they may go.

use domain::delivery::Network;
use domain::filter::{Authenticity, Changes, Field, Message, Verdict, Way};
use service::engine::Engine;
use service::engine::filter::{Asked, verdict};
use service::progress::Silent;
use service::secure::Accreditation;
use testkit::world::{World, on_both_stores};

/// What is answered to a message of a subject and a body: a code with its text, or in whose places others get it.
fn answered(world: &World, way: Way, gateway: bool, to: &[&str], (subject, body): (&str, &str)) -> String {
    let (subject, recipients) = (format!(" {subject}"), to.iter().map(|&to| to.to_owned()).collect::<Vec<_>>());
    let bytes = format!("From: ann.lee@mail.example\r\nSubject:{subject}\r\n{body}");
    let message = Message {
        way,
        login: if way == Way::Submission { "ann.lee@mail.example" } else { "" },
        network: Network::Inside,
        client: None,
        helo: "",
        sender: "ann.lee@mail.example",
        recipients: &recipients,
        fields: &[
            Field { name: b"From", value: b" ann.lee@mail.example" },
            Field { name: b"Subject", value: subject.as_bytes() },
        ],
        bytes: bytes.as_bytes(),
        body_at: bytes.len(),
    };
    let (almoner, ctx) = (&world.almoner, &world.operator());
    let engine = &Engine::start(almoner, ctx, &Silent).unwrap();
    let (host, authenticity) = ("mx.mail.example", &Authenticity::unknown("mx.mail.example"));
    match verdict(&Asked { engine, almoner, ctx, gateway, message: &message, authenticity, host }).0 {
        Verdict::Pass(Changes { readdress, .. }) => {
            readdress.iter().map(|(before, after)| format!("{before} {after}")).collect::<Vec<_>>().join(", ")
        }
        Verdict::Refuse(said) => format!("{} {}", said.code, said.text),
    }
}

// Proves: SEM-01
#[test]
fn what_is_marked_as_secret_goes_to_safe_addresses_or_by_the_gateway() {
    on_both_stores(|world| {
        world.user("RX1", "Ann", "Lee");
        let told = Accreditation { pattern: "trust.example", on: None, reference: "" };
        world.almoner.add_secure_domain(&world.operator(), &told).unwrap();
        let (safe, other) = ("bo@trust.example", "bo@x.example");
        let (marked, plain) = (("Re: [SECURE] a", "\r\nx"), ("a", "\r\nx"));
        let by_user = |gateway, to: &[&str], text| answered(world, Way::Submission, gateway, to, text);
        assert_eq!(by_user(false, &[safe, "ann.lee@mail.example"], marked), "");
        assert!(
            by_user(false, &[safe, other], marked).starts_with("550 Not sent: [secure] goes to secure domains only")
        );
        assert_eq!(by_user(false, &[other], plain), "");
        assert_eq!(by_user(true, &[safe, other], marked), "bo@x.example bo@x.example.gateway.invalid");
        assert!(by_user(false, &["\"b o\"@trust.example"], marked).starts_with("550 "), "what is no plain address");
        assert_eq!(answered(world, Way::Incoming, false, &[other], marked), "", "what others write there is theirs");
        world.wait(365);
        assert!(by_user(false, &[safe], marked).starts_with("550 Not sent: [secure]"), "its year is over");
    });
}

// Proves: LIM-01
#[test]
fn files_that_the_policy_names_are_refused_by_either_way_and_others_taken() {
    on_both_stores(|world| {
        world.user("RX1", "Ann", "Lee");
        let file = |name: &str| ("a".to_owned(), format!("Content-Type: x/y; name={name}\r\n\r\nx"));
        for way in [Way::Incoming, Way::Submission] {
            let said = |name: &str| {
                let (subject, body) = file(name);
                answered(world, way, false, &["ben@mail.example"], (&subject, &body))
            };
            assert_eq!(said("a.vbs"), "550 Attachments of this type are not taken: .vbs");
            assert_eq!(said("a.pdf"), "");
        }
        let (_, text) = wire::policy_file::shipped()[0];
        let (before, rest) = text.split_once("# Files that nobody sends").unwrap();
        let (_, after) = rest.split_once("# Which domains").unwrap();
        let without = format!("{before}# Which domains{after}").replace("\"2018-09\"", "\"without\"");
        let world = world.adopt(&without, None);
        let (subject, body) = file("a.vbs");
        assert_eq!(
            answered(&world, Way::Incoming, false, &["ben@mail.example"], (&subject, &body)),
            "",
            "no such rule"
        );
    });
}
