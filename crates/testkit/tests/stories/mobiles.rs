//! One number, two administrators, the same moment (SSPR-02).

use std::sync::Barrier;

use domain::profile::Profile;
use domain::status::Kind;
use service::account::draft::Draft;
use service::account::edit::Edit;
use service::error::Error;
use testkit::world::{World, on_both_stores};

fn draft(first: &str, last: &str, mobile: &str) -> Draft {
    let profile =
        Profile { first_name: first.into(), last_name: last.into(), mobile: mobile.into(), ..Profile::default() };
    Draft { kind: Kind::User, organisation: "RX1".to_owned(), profile, owners: vec![] }
}

/// What two administrators come to who do the same at one moment, each on a connection of their own.
fn at_once<T: Send>(world: &World, what: impl Fn(&World, usize) -> T + Sync) -> Vec<T> {
    let (ready, what) = (Barrier::new(2), &what);
    std::thread::scope(|scope| {
        let both = [0, 1].map(|number| {
            let (other, ready) = (world.again(), &ready);
            scope.spawn(move || {
                ready.wait();
                what(&other, number)
            })
        });
        both.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn refused<T: std::fmt::Debug>(outcome: &Result<T, Error>) -> bool {
    match outcome {
        Ok(_) => false,
        Err(Error::Input(why)) => {
            assert!(why.contains("another account's already"), "{why}");
            true
        }
        Err(other) => unreachable!("{other}"),
    }
}

// Proves: SSPR-02
#[test]
fn of_two_people_who_are_given_one_number_at_the_same_moment_one_gets_it() {
    on_both_stores(|world| {
        for round in 0..12 {
            let number = format!("07700 9001{round:02}");
            let made = at_once(world, |world, n| {
                let (first, last) = (["Ann", "Ben"][n], format!("{}{}", ["Lee", "Ash"][n], "x".repeat(round)));
                world.almoner.create_account(&world.operator(), &draft(first, &last, &number))
            });
            assert_eq!(made.iter().filter(|one| refused(one)).count(), 1, "round {round}: {made:?}");
        }
    });
}

// Proves: SSPR-02
#[test]
fn a_number_that_is_written_into_two_accounts_at_the_same_moment_is_one_accounts() {
    on_both_stores(|world| {
        let people = [world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash")];
        for round in 0..12 {
            let number = format!("07700 9002{round:02}");
            let edited = at_once(world, |world, n| {
                let shown = world.almoner.show(&world.operator(), &people[n]).unwrap();
                let wanted = Profile { mobile: number.clone(), notes: String::new(), ..shown.profile.clone() };
                let seen = Profile { notes: String::new(), ..shown.profile };
                let (note, new_address) = (String::new(), false);
                let edit = Edit { version: shown.account.version, seen, wanted, note, new_address };
                world.almoner.edit_account(&world.operator(), &people[n], &edit)
            });
            assert_eq!(edited.iter().filter(|one| refused(one)).count(), 1, "round {round}: {edited:?}");
        }
    });
}
