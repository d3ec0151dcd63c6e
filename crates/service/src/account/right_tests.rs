use domain::account::{Question, State};
use domain::ids::{Address, OdsCode};
use domain::org::{Legal, Sector, Support};
use domain::refusal::Refusal;
use domain::rights::{Grant, Role, Scope};
use domain::signal::Signals;
use domain::status::Kind;
use domain::time::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_second(1_546_344_000);

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn organisation(text: &str, sector: Sector) -> Organisation {
    Organisation {
        code: code(text),
        name: text.to_owned(),
        short_name: Some(text.to_ascii_lowercase()),
        sector,
        legal: Legal::Active,
        opened_on: None,
        closed_on: None,
        parent: None,
        successor: None,
        postal: String::new(),
        telephone: String::new(),
        support: Support::default(),
        edition: String::new(),
        version: 1,
    }
}

/// A person who holds these grants, numbered from 1.
fn person(grants: &[(Role, Scope)]) -> Actor {
    let id = AccountId(1);
    let numbered = (1..).zip(grants.iter().cloned());
    let grants = numbered.map(|(number, (role, scope))| Grant { id: number, holder: id, role, scope }).collect();
    Actor::Person { id, address: "ann@mail.example".to_owned(), grants }
}

fn over(text: &str) -> Scope {
    Scope::Organisation(code(text))
}

fn asked(request: Request) -> Asked {
    Asked { address: "bob@mail.example".to_owned(), request, reason: String::new(), request_key: None }
}

fn said<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(Error::NotFound { what, name }) => format!("no {what} {name}"),
        Err(Error::NotAllowed(action)) => format!("not {action}"),
        Err(error) => error.to_string(),
    }
}

/// What the actor is told of an account of RX1, unit `Ward 2`; where it may go is A81001.
fn answer(actor: &Actor, request: Request) -> String {
    let (home, target) = (organisation("RX1", Sector::Trust), organisation("A81001", Sector::Gp));
    let target = request.target().map(|_| &target);
    said(allowed(actor, &asked(request), &home, target, "Ward 2"))
}

fn requests() -> [(Request, &'static str); 16] {
    let service = Setting::Service { name: "chat".to_owned(), on: false };
    [
        (Request::MarkLeaver, "mark_leaver"),
        (Request::CancelLeaver, "mark_leaver"),
        (Request::Join(code("A81001")), "join"),
        (Request::Transfer(code("A81001")), "transfer"),
        (Request::Disable, "disable"),
        (Request::Enable, "disable"),
        (Request::Delete, "delete"),
        (Request::Restore, "restore"),
        (Request::Hold, "hold"),
        (Request::ReleaseHold, "hold"),
        (Request::AcceptTerms, "edit"),
        (Request::Confirm, "confirm"),
        (Request::Set(Setting::Hidden(true)), "edit"),
        (Request::Set(Setting::Licence("light".to_owned())), "services"),
        (Request::Set(service), "services"),
        (Request::Set(Setting::Hidden(false)), "edit"),
    ]
}

// Proves: ROLE-02, ROLE-09
#[test]
fn each_request_asks_for_the_right_of_its_own() {
    for role in Role::ALL {
        let actor = person(&[(*role, Scope::Federation)]);
        for (request, action) in requests() {
            let word = Action::parse(action).unwrap();
            let expected =
                if domain::rights::allows(*role, word) { "Some(1)".to_owned() } else { format!("not {action}") };
            assert_eq!(answer(&actor, request.clone()), expected, "{role} {request:?}");
        }
    }
}

// Proves: ROLE-02, JML-03, JML-06
#[test]
fn a_join_needs_the_new_organisation_a_transfer_both_and_all_else_the_old() {
    let admin = Role::LocalAdmin;
    let (join, transfer) = (Request::Join(code("A81001")), Request::Transfer(code("A81001")));
    let (nobody, nowhere) = ("no account bob@mail.example", "no organisation A81001");
    for (grants, [leaver, joined, transferred]) in [
        (vec![], [nobody, nowhere, nobody]),
        (vec![(admin, over("RX2"))], [nobody, nowhere, nobody]),
        (vec![(admin, over("RX1"))], ["Some(1)", nowhere, nowhere]),
        (vec![(admin, over("A81001"))], [nobody, "Some(1)", nobody]),
        (vec![(admin, over("RX1")), (admin, over("A81001"))], ["Some(1)", "Some(2)", "Some(2)"]),
        (vec![(Role::SectorAdmin, Scope::Sector(Sector::Gp))], [nobody, "Some(1)", nobody]),
        (vec![(Role::SectorAdmin, Scope::Sector(Sector::Trust))], ["Some(1)", nowhere, nowhere]),
        (vec![(Role::Operator, Scope::Federation)], ["Some(1)", "Some(1)", "Some(1)"]),
        (vec![(Role::Helpdesk, over("RX1")), (admin, over("A81001"))], ["not mark_leaver", "Some(2)", "not transfer"]),
        (vec![(admin, over("RX1")), (Role::Helpdesk, over("A81001"))], ["Some(1)", "not join", "not transfer"]),
        (vec![(admin, Scope::Unit(code("RX1"), "Ward 2".to_owned()))], ["Some(1)", nowhere, nowhere]),
        (vec![(admin, Scope::Unit(code("RX1"), "Ward 3".to_owned()))], [nobody, nowhere, nobody]),
        // Who is taken in has no unit yet.
        (vec![(admin, Scope::Unit(code("A81001"), "Ward 2".to_owned()))], [nobody, nowhere, nobody]),
    ] {
        let actor = person(&grants);
        assert_eq!(answer(&actor, Request::MarkLeaver), leaver, "leaver by {grants:?}");
        assert_eq!(answer(&actor, join.clone()), joined, "join by {grants:?}");
        assert_eq!(answer(&actor, transfer.clone()), transferred, "transfer by {grants:?}");
    }
}

#[test]
fn the_console_needs_no_grant() {
    for (request, _) in requests() {
        assert_eq!(answer(&Actor::Console, request), "None");
    }
}

fn by(actor: Actor) -> Ctx {
    Ctx { actor, now: NOW, wall: NOW }
}

fn known() -> HashMap<String, Organisation> {
    let all = [organisation("RX1", Sector::Trust), organisation("A81001", Sector::Gp)];
    all.into_iter().map(|one| (one.code.to_string(), one)).collect()
}

// Proves: ROLE-02
#[test]
fn an_organisation_that_is_not_there_and_one_that_is_not_seen_are_told_alike_before_the_account_is() {
    for (role, scope, target, expected) in [
        (Role::LocalAdmin, over("A81001"), "A81001", "()"),
        (Role::LocalAdmin, over("A81001"), "A81009", "no organisation A81009"),
        (Role::LocalAdmin, over("RX1"), "A81001", "no organisation A81001"),
        (Role::LocalAdmin, Scope::Unit(code("A81001"), "Ward 2".to_owned()), "A81001", "no organisation A81001"),
        (Role::Helpdesk, over("A81001"), "A81001", "not join"),
        (Role::Operator, Scope::Federation, "A81009", "no organisation A81009"),
    ] {
        let ctx = by(person(&[(role, scope)]));
        assert_eq!(said(may_join(&ctx, &asked(Request::Join(code(target))), &known())), expected, "{role} {target}");
        let other = asked(Request::Transfer(code(target)));
        assert!(may_join(&ctx, &other, &known()).is_ok(), "only a join is answered before the account is looked at");
    }
}

fn account(state: State) -> Account {
    Account {
        id: AccountId(2),
        kind: Kind::User,
        address: Address::parse("bob@mail.example").unwrap(),
        organisation: code("RX1"),
        state,
        signals: Signals::default(),
        announced: None,
        held: None,
        created_at: NOW,
        terms_at: Some(NOW),
        version: 1,
    }
}

// Proves: ROLE-02
#[test]
fn a_refused_join_tells_of_leavers_and_of_accounts_that_may_be_seen() {
    let (active, leaver) =
        (State::Active { since: NOW, question: Question::None }, State::Leaver { since: NOW, disabled_at: None });
    let (hidden, why) =
        ("no account bob@mail.example", "a legal hold covers the account: release the hold first (LC-20)");
    let join = || Request::Join(code("A81001"));
    for (scope, state, request, expected) in [
        (over("A81001"), active, join(), hidden),
        (over("A81001"), leaver, join(), why),
        (over("RX1"), active, join(), why),
        (Scope::Unit(code("RX1"), "Ward 2".to_owned()), active, join(), hidden),
        (Scope::Federation, active, join(), why),
        (over("A81001"), active, Request::Transfer(code("A81001")), why),
    ] {
        let ctx = by(person(&[(Role::LocalAdmin, scope.clone())]));
        let told = told(Refusal::Held.into(), &ctx, &asked(request.clone()), &account(state), &known());
        assert_eq!(said::<()>(Err(told)), expected, "{scope:?} {request:?}");
    }
    let ctx = by(person(&[(Role::LocalAdmin, over("A81001"))]));
    let other = told(Error::NotAllowed("join"), &ctx, &asked(join()), &account(active), &known());
    assert_eq!(said::<()>(Err(other)), "not join", "only a refusal speaks of the account");
}
