//! How much may be sent and received (LIM-01), by the policy in force.

use crate::clients::{Smtp, letter};
use crate::world::{PASSWORD, World};

/// The shipped policy of the story's time, with limits that a test can reach.
fn small_limits() -> String {
    let (_, text) = wire::policy_file::shipped()[0];
    text.replace("name = \"2018-09\"", "name = \"small\"")
        .replace("message_mib = 35 ", "message_mib = 1 ")
        .replace("recipients_per_day = 10000", "recipients_per_day = 3")
        .replace("received_per_hour = 3600", "received_per_hour = 4")
}

// Proves: LIM-01
#[test]
fn who_names_too_many_waits_for_tomorrow_and_who_gets_too_much_for_the_next_hour() {
    let Some(mut world) = World::new() else { return };
    world.federation = world.federation.adopt(&small_limits(), None);
    let (ann, ben) = (world.person("Ann", "Lee"), world.person("Ben", "Ash"));
    let kept = world.running();
    let mut mx = Smtp::connect(world.port("smtp"));
    let offers = mx.offers();
    assert!(offers.contains(&"SIZE 1048576".to_owned()), "{offers:?}");
    let larger =
        format!("{}{}", letter("x@y.example", &ben, "large"), format!("{}\r\n", "x".repeat(900)).repeat(1_200));
    let answer = mx.send("x@elsewhere.example", &ben, &larger);
    assert!(answer.starts_with("552 5.3.4"), "{answer}");
    let mut smtp = Smtp::connect(world.port("submission"));
    assert!(smtp.sign_in(&ann, PASSWORD).starts_with("235 "));
    for number in 1..=3 {
        let answer = smtp.send(&ann, &ben, &letter(&ann, &ben, &format!("letter-{number}")));
        assert!(answer.starts_with("250 "), "{number}: {answer}");
    }
    let answer = smtp.send(&ann, &ben, &letter(&ann, &ben, "letter-4"));
    assert!(answer.starts_with("450 4.7.1") && answer.contains("try again tomorrow"), "{answer}");
    let from_elsewhere =
        |mx: &mut Smtp, subject| mx.send("x@elsewhere.example", &ben, &letter("x@elsewhere.example", &ben, subject));
    assert!(from_elsewhere(&mut mx, "fourth").starts_with("250 "));
    let answer = from_elsewhere(&mut mx, "fifth");
    assert!(answer.starts_with("450 4.2.1") && answer.contains("too much mail"), "{answer}");
    assert!(mx.send("x@elsewhere.example", &ann, &letter("x@y.example", &ann, "other")).starts_with("250 "));
    kept.stop();
}
