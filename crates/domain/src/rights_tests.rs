//! The matrix of `permissions.md` as it was published: a row an action, a column a role; then how far scopes reach.

use super::*;

/// The columns of the matrix: `y` may, `.` may not.
const COLUMNS: [Role; 7] = [
    Role::Operator,
    Role::Auditor,
    Role::NationalHelpdesk,
    Role::SectorAdmin,
    Role::PrimaryLocalAdmin,
    Role::LocalAdmin,
    Role::Helpdesk,
];

/// Operator, auditor, national helpdesk, sector, PLA, LA, helpdesk.
const MATRIX: [(Action, &str); 27] = [
    (Action::Create, "y..yyy."),
    (Action::Edit, "y.yyyyy"),
    (Action::Delete, "y..yyy."),
    (Action::Restore, "y.yyyy."),
    (Action::MarkLeaver, "y..yyy."),
    (Action::Join, "y..yyy."),
    (Action::Transfer, "y.yyyy."),
    (Action::Disable, "y.yyyyy"),
    (Action::ResetPassword, "y.yyyyy"),
    (Action::MfaException, "y.yyyy."),
    (Action::MfaLonger, "y......"),
    (Action::Resecure, "y..yyy."),
    (Action::Services, "y..yyy."),
    (Action::Quota, "y......"),
    (Action::Members, "y..yyyy"),
    (Action::SetRules, "y..yyyy"),
    (Action::Mailbox, "y..yyy."),
    (Action::Bulk, "y..yyy."),
    (Action::SearchAudit, "yy.yyy."),
    (Action::GrantHelpdesk, "y...yy."),
    (Action::GrantAdmin, "y...y.."),
    (Action::EditOrganisation, "y..yy.."),
    (Action::Organisations, "y......"),
    (Action::WhatIf, "y..yyy."),
    (Action::ReleaseBrake, "y..yy.."),
    (Action::Policy, "y......"),
    (Action::SecureDomains, "y......"),
];

/// What the matrix does not name, or not for one role each: tested where it is decided.
const BESIDE: [Action; 8] = [
    Action::SeeAccount,
    Action::MfaReset,
    Action::Confirm,
    Action::Hold,
    Action::Report,
    Action::GrantNational,
    Action::Run,
    Action::Signals,
];

/// Each cell: a role, an action, whether the one may do the other.
fn cells() -> impl Iterator<Item = (Role, Action, bool)> {
    MATRIX.iter().flat_map(|(action, row)| COLUMNS.iter().zip(row.bytes()).map(|(role, c)| (*role, *action, c == b'y')))
}

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn holder(grants: &[(i64, Role, Scope)]) -> Actor {
    let grant = |(id, role, scope): &(i64, Role, Scope)| Grant {
        id: *id,
        holder: AccountId(1),
        role: *role,
        scope: scope.clone(),
    };
    Actor::Person { id: AccountId(1), address: "ann@example.org".into(), grants: grants.iter().map(grant).collect() }
}

// Proves: ROLE-03, ROLE-05
#[test]
fn each_role_may_do_what_the_published_matrix_says_and_no_more() {
    for action in Action::ALL {
        let rows = MATRIX.iter().filter(|(known, _)| known == action).count();
        assert_eq!(rows + usize::from(BESIDE.contains(action)), 1, "{action} stands in the matrix once, or beside it");
    }
    assert_eq!(cells().count(), Role::ALL.len() * MATRIX.len());
    for (role, action, expected) in cells() {
        assert_eq!(allows(role, action), expected, "{role} {action}");
    }
}

// Proves: ROLE-01, ROLE-02
#[test]
fn every_role_does_its_part_inside_its_scope_and_sees_nothing_outside() {
    let (rx1, rx2) = (code("RX1"), code("RX2"));
    let at = |code, sector, unit| Place::Organisation { code, sector, unit };
    let places = [
        at(&rx1, Sector::Trust, ""),
        at(&rx1, Sector::Trust, "Ward 2"),
        at(&rx1, Sector::Trust, "ward 2"),
        at(&rx1, Sector::Trust, "Ward 22"),
        at(&rx2, Sector::Trust, "Ward 2"),
        at(&rx2, Sector::Gp, ""),
        Place::Federation,
    ];
    for (scope, reaches) in [
        (Scope::Organisation(code("RX1")), "yyyy..."),
        (Scope::Organisation(code("RX2")), "....yy."),
        (Scope::Organisation(code("RX3")), "......."),
        (Scope::Unit(code("RX1"), "Ward 2".into()), ".y....."),
        (Scope::Unit(code("RX2"), "Ward 2".into()), "....y.."),
        (Scope::Unit(code("RX2"), String::new()), "......."),
        (Scope::Sector(Sector::Trust), "yyyyy.."),
        (Scope::Sector(Sector::Gp), ".....y."),
        (Scope::Sector(Sector::Other), "......."),
        (Scope::Federation, "yyyyyyy"),
    ] {
        for (place, reached) in places.iter().zip(reaches.bytes()) {
            for (role, action, yes) in cells() {
                let expected = match (reached, yes) {
                    (b'y', true) => Ok(Allowed { grant: Some(3) }),
                    (b'y', false) => Err(Denied::NotByRole),
                    _ => Err(Denied::Unseen),
                };
                let actor = holder(&[(3, role, scope.clone())]);
                assert_eq!(may(&actor, action, *place), expected, "{role} {action} {scope:?} {place:?}");
            }
        }
    }
}

// Proves: ROLE-09
#[test]
fn of_several_grants_the_one_that_allowed_is_named() {
    let rx1 = code("RX1");
    let place = Place::Organisation { code: &rx1, sector: Sector::Trust, unit: "Ward 2" };
    let here = (1, Role::Helpdesk, Scope::Organisation(code("RX1")));
    let unit = (2, Role::LocalAdmin, Scope::Unit(code("RX1"), "Ward 2".into()));
    let away = (3, Role::Operator, Scope::Organisation(code("RX2")));
    let by = |id| Ok(Allowed { grant: Some(id) });
    for (grants, action, expected) in [
        (&[here.clone(), unit.clone()][..], Action::Disable, by(1)),
        (&[unit.clone(), here.clone()], Action::Disable, by(2)),
        (&[here.clone(), unit.clone()], Action::Delete, by(2)),
        (&[away.clone(), here.clone(), unit], Action::Delete, by(2)),
        (&[away.clone(), here.clone()], Action::Delete, Err(Denied::NotByRole)),
        (&[here, away.clone()], Action::Edit, by(1)),
        (&[away], Action::Edit, Err(Denied::Unseen)),
        (&[], Action::SeeAccount, Err(Denied::Unseen)),
    ] {
        assert_eq!(may(&holder(grants), action, place), expected, "{action} {grants:?}");
    }
}

#[test]
fn the_audit_names_people_by_their_address_and_the_rest_by_what_they_are() {
    let ann = holder(&[]);
    assert_eq!([ann.name(), Actor::Console.name(), Actor::System.name()], ["ann@example.org", "operator", "system"]);
}
