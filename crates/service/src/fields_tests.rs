use domain::account::{Announced, Cause, Held, Question, State};
use domain::signal::{Seen, Signal, Source};
use fastrand::Rng;

use super::*;

const SEED: u64 = 20_190_101;

fn time(rng: &mut Rng) -> Timestamp {
    Timestamp::from_second(rng.i64(0..4_000_000_000))
}

fn day(rng: &mut Rng) -> Day {
    Day::from_number(rng.i32(0..40_000))
}

fn maybe<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Option<T> {
    rng.bool().then(|| make(rng))
}

fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

fn state(rng: &mut Rng, status: Status) -> State {
    let since = time(rng);
    match status {
        Status::Pending => State::Pending { since },
        Status::Active => {
            let question = match rng.u8(0..3) {
                0 => Question::None,
                1 => Question::Asked(day(rng)),
                _ => Question::Confirmed(time(rng)),
            };
            State::Active { since, question }
        }
        Status::Inactive => State::Inactive { since, rule: one(rng, &[Rule::Lc01, Rule::Lc03, Rule::Lc13]) },
        Status::Leaver => State::Leaver { since, disabled_at: maybe(rng, time) },
        Status::Disabled => State::Disabled { since },
        Status::Deleted => State::Deleted { since, cause: one(rng, Cause::ALL) },
        Status::Purged => State::Purged { since, cause: one(rng, Cause::ALL) },
    }
}

fn random_account(rng: &mut Rng, status: Status) -> Account {
    let mut signals = Signals::default();
    for signal in Signal::ALL {
        if rng.bool() {
            signals.see(*signal, Seen { at: time(rng), source: one(rng, Source::ALL) });
        }
    }
    Account {
        id: AccountId(rng.i64(1..1_000_000)),
        kind: one(rng, Kind::ALL),
        address: Address::parse(&format!("ann.lee{}@mail.example", rng.u32(..))).unwrap(),
        organisation: OdsCode::parse(&format!("A{}", rng.u32(10_000..100_000))).unwrap(),
        state: state(rng, status),
        signals,
        announced: maybe(rng, |rng| Announced {
            sent_on: day(rng),
            effective_on: day(rng),
            reminded: maybe(rng, |rng| rng.u16(..)),
        }),
        held: maybe(rng, |rng| Held { since: time(rng), refused_on: maybe(rng, day) }),
        created_at: time(rng),
        terms_at: maybe(rng, time),
        version: 0,
    }
}

fn laid_out(account: &Account) -> Fields {
    of(account).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// As an audit line holds the fields, and history reads them.
fn through_json(fields: &Fields) -> Fields {
    let text = object(fields.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_account_is_built_again_from_its_fields() {
    let rng = &mut Rng::with_seed(SEED);
    for round in 0..700 {
        let made = random_account(rng, Status::ALL[round % Status::ALL.len()]);
        let again = account(made.id, &through_json(&laid_out(&made)));
        assert_eq!(again.as_ref(), Some(&made), "seed {SEED}, round {round}");
    }
}

#[test]
fn a_difference_leads_from_one_account_to_the_other_and_back() {
    let rng = &mut Rng::with_seed(SEED);
    let carry = |mut from: Fields, changes: Vec<(Cow<'static, str>, Option<String>)>| {
        for (name, value) in changes {
            match value {
                Some(value) => drop(from.insert(name.into_owned(), value)),
                None => drop(from.remove(name.as_ref())),
            }
        }
        from
    };
    for round in 0..700 {
        let status = one(rng, Status::ALL);
        let (old, new) = (random_account(rng, status), random_account(rng, Status::ALL[round % Status::ALL.len()]));
        let (was, is) = (laid_out(&old), laid_out(&new));
        let changed = difference(&old, &new);
        assert!(changed.iter().all(|(_, before, after)| before != after), "seed {SEED}, round {round}: {changed:?}");
        let forward = changed.iter().map(|(name, _, after)| (name.clone(), after.clone())).collect();
        assert_eq!(carry(was.clone(), forward), is, "seed {SEED}, round {round}");
        let back = changed.iter().map(|(name, before, _)| (name.clone(), before.clone())).collect();
        assert_eq!(carry(is, back), was, "seed {SEED}, round {round}");
    }
}

#[test]
fn an_account_does_not_differ_from_itself_by_id_or_version() {
    let made = random_account(&mut Rng::with_seed(SEED), Status::Deleted);
    let other = Account { id: AccountId(7_000_000), version: 9, ..made.clone() };
    assert_eq!(difference(&made, &other), []);
}

/// An account that has every field that its status can have.
fn full(status: Status) -> Account {
    let rng = &mut Rng::with_seed(SEED);
    let since = Timestamp::from_second(1_546_300_800);
    let mut signals = Signals::default();
    for signal in Signal::ALL {
        signals.see(*signal, Seen { at: since, source: Source::Engine });
    }
    let state = match status {
        Status::Active => State::Active { since, question: Question::Asked(Day::from_number(17_897)) },
        Status::Leaver => State::Leaver { since, disabled_at: Some(since) },
        Status::Pending | Status::Inactive | Status::Disabled | Status::Deleted | Status::Purged => state(rng, status),
    };
    let on = Day::from_number(17_900);
    Account {
        state,
        signals,
        announced: Some(Announced { sent_on: on, effective_on: on.plus_days(14), reminded: Some(7) }),
        held: Some(Held { since, refused_on: Some(on) }),
        terms_at: Some(since),
        ..random_account(rng, status)
    }
}

#[test]
fn a_field_that_cannot_be_read_or_is_missing_makes_no_account() {
    let needed = ["kind", "address", "organisation", "status", "since", "created", "announced_on", "announced_for"];
    for status in Status::ALL {
        let fields = laid_out(&full(*status));
        assert!(account(AccountId(1), &fields).is_some(), "{status}");
        for name in fields.keys() {
            let mut damaged = fields.clone();
            damaged.insert(name.clone(), "no such value".to_owned());
            assert_eq!(account(AccountId(1), &damaged), None, "{status}: {name} is unreadable");
            damaged.remove(name);
            let of_status = matches!(name.as_str(), "inactive_rule" | "cause");
            let refused = needed.contains(&name.as_str()) || of_status;
            assert_eq!(account(AccountId(1), &damaged).is_none(), refused, "{status}: {name} is missing");
        }
    }
}

#[test]
fn a_field_of_another_status_makes_no_account() {
    for (status, name, value) in [
        (Status::Active, "cause", "idle"),
        (Status::Active, "confirmed_at", "2019-01-01T00:00:00Z"),
        (Status::Active, "inactive_rule", "LC-01"),
        (Status::Pending, "asked_on", "2019-01-01"),
        (Status::Inactive, "disabled_at", "2019-01-01T00:00:00Z"),
        (Status::Disabled, "disabled_at", "2019-01-01T00:00:00Z"),
        (Status::Deleted, "asked_on", "2019-01-01"),
        (Status::Leaver, "confirmed_at", "2019-01-01T00:00:00Z"),
    ] {
        let mut fields = laid_out(&full(status));
        fields.insert(name.to_owned(), value.to_owned());
        assert_eq!(account(AccountId(1), &fields), None, "{status} with {name}");
    }
}

#[test]
fn each_part_of_a_profile_has_a_field_of_its_own() {
    let empty = Profile::default();
    let text = |value: &str| value.to_owned();
    let cases = [
        ("local_id", Profile { local_id: text("77"), ..empty.clone() }, "77"),
        ("title", Profile { title: text("Dr"), ..empty.clone() }, "Dr"),
        ("first_name", Profile { first_name: text("Siân"), ..empty.clone() }, "Siân"),
        ("last_name", Profile { last_name: text("O'Neill"), ..empty.clone() }, "O'Neill"),
        ("display_name", Profile { display_name: text("Desk"), ..empty.clone() }, "Desk"),
        ("mobile", Profile { mobile: text("+44 7"), ..empty.clone() }, "+44 7"),
        ("hide_mobile", Profile { hide_mobile: true, ..empty.clone() }, "true"),
        ("telephone", Profile { telephone: text("0113"), ..empty.clone() }, "0113"),
        ("job_title", Profile { job_title: text("Nurse"), ..empty.clone() }, "Nurse"),
        ("unit", Profile { unit: text("Ward 2"), ..empty.clone() }, "Ward 2"),
        ("licence", Profile { licence: text("standard"), ..empty.clone() }, "standard"),
        ("quota_mib", Profile { quota_mib: 4_096, ..empty.clone() }, "4096"),
        ("services_off", Profile { services_off: text("chat web"), ..empty.clone() }, "chat web"),
        ("hidden", Profile { hidden: true, ..empty.clone() }, "true"),
        ("notes", Profile { notes: text("a\nb"), ..empty.clone() }, "a\nb"),
    ];
    for (name, changed, value) in cases {
        let was = (name == "quota_mib").then(|| "0".to_owned());
        let there: Vec<Difference> = vec![(name.into(), was.clone(), Some(value.to_owned()))];
        assert_eq!(profile_difference(&empty, &changed), there);
        let back: Vec<Difference> = vec![(name.into(), Some(value.to_owned()), was)];
        assert_eq!(profile_difference(&changed, &empty), back);
        let fields = of_profile(&changed).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        assert_eq!(profile(&through_json(&fields)), changed);
    }
    assert_eq!(profile_difference(&empty, &empty), []);
}

#[test]
fn an_object_of_texts_is_json() {
    let text = object([("a", Some("x\"y\n")), ("b", None)].into_iter());
    assert_eq!(text, "{\"a\":\"x\\\"y\\n\",\"b\":null}");
    assert_eq!(object(std::iter::empty()), "{}");
}

#[test]
fn an_object_holds_any_text() {
    let texts = ["", "plain", "\u{0}\u{1f}\u{7f}", "Zoë €", "\u{1F600}", "a\\b", "\u{2028}", "</script>", "\"", "null"];
    let text = object(texts.iter().map(|text| (*text, Some(*text))));
    let read: Fields = serde_json::from_str(&text).unwrap();
    assert_eq!(read.len(), texts.len());
    assert!(read.iter().all(|(name, value)| name == value), "{read:?}");
}

#[test]
fn a_profile_lies_flat_and_stands_up_again() {
    let ann = Profile {
        local_id: "7".into(),
        first_name: "Ann".into(),
        hide_mobile: true,
        quota_mib: 4096,
        notes: "a\nb\n".into(),
        ..Profile::default()
    };
    let fields: Fields = of_profile(&ann).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    assert_eq!(fields.len(), 5, "{fields:?}");
    assert_eq!(profile(&fields), ann);
}

#[test]
fn what_differs_is_told_from_both_sides() {
    let ann = Profile { title: "Dr".into(), quota_mib: 1, ..Profile::default() };
    let later = Profile { title: String::new(), unit: "Ward 2".into(), ..ann.clone() };
    let changed = profile_difference(&ann, &later);
    let told = sides(&changed);
    assert_eq!(told, r#""before":{"title":"Dr"},"after":{"unit":"Ward 2","title":null}"#);
    assert_eq!(sides(&[]), r#""before":{},"after":{}"#);
}

#[test]
fn every_profile_is_built_again_from_its_fields() {
    let rng = &mut Rng::with_seed(SEED);
    let words = ["", "Ann", "O'Neill", "Siân", "true", "false", "0", "null", "a\nb\n", " "];
    for round in 0..500 {
        let mut word = || one(rng, &words).to_owned();
        let texts = Profile {
            local_id: word(),
            title: word(),
            first_name: word(),
            last_name: word(),
            display_name: word(),
            mobile: word(),
            telephone: word(),
            job_title: word(),
            unit: word(),
            licence: word(),
            services_off: word(),
            notes: word(),
            ..Profile::default()
        };
        let made = Profile { hide_mobile: rng.bool(), quota_mib: rng.i64(0..9_000), hidden: rng.bool(), ..texts };
        let fields = of_profile(&made).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        assert_eq!(profile(&through_json(&fields)), made, "seed {SEED}, round {round}");
    }
}
