//! Who may do what (`permissions.md` of the specification): a grant is a role over a scope (ROLE-01). Every surface
//! asks [`may`]; there is no second check.

use crate::ids::{AccountId, OdsCode};
use crate::org::Sector;

words! {
    /// The roles.
    pub enum Role {
        /// Runs the federation.
        Operator = "operator",
        /// Proves who did what; places holds.
        Auditor = "auditor",
        /// Helps everybody.
        NationalHelpdesk = "national_helpdesk",
        /// Administers a sector.
        SectorAdmin = "sector_admin",
        /// Administers organisations and appoints their administrators.
        PrimaryLocalAdmin = "primary_local_admin",
        /// Administers organisations.
        LocalAdmin = "local_admin",
        /// Helps in organisations.
        Helpdesk = "helpdesk",
    }
}

words! {
    /// What can be asked for.
    pub enum Action {
        /// See an account, its explanation and its history.
        SeeAccount = "see_account",
        /// Create accounts.
        Create = "create",
        /// Edit directory data, aliases, unit, notes; hide and show.
        Edit = "edit",
        /// Delete with a reason.
        Delete = "delete",
        /// Restore.
        Restore = "restore",
        /// Mark a leaver, cancel it.
        MarkLeaver = "mark_leaver",
        /// Accept a joiner.
        Join = "join",
        /// Transfer between two organisations held.
        Transfer = "transfer",
        /// Disable and enable.
        Disable = "disable",
        /// Unlock, give a temporary password.
        ResetPassword = "reset_password",
        /// Let a person in without the second factor for the policy's hours.
        MfaException = "mfa_exception",
        /// The same for days.
        MfaLonger = "mfa_longer",
        /// Take lost second factors away.
        MfaReset = "mfa_reset",
        /// Resecure an account that may be in the wrong hands.
        Resecure = "resecure",
        /// Switch services, set the licence.
        Services = "services",
        /// Give a mailbox another quota. With an agreement of the organisation others may too; there are none yet.
        Quota = "quota",
        /// Name the members and owners of a shared mailbox or resource; its owners may without a role (SM-02).
        Members = "members",
        /// Set out of office and forwarding for somebody else (OOO-01).
        SetRules = "set_rules",
        /// Change anything else of a shared mailbox or resource.
        Mailbox = "mailbox",
        /// Confirm a shared mailbox.
        Confirm = "confirm",
        /// Place and release holds.
        Hold = "hold",
        /// Send bulk files.
        Bulk = "bulk",
        /// See forecasts and reports.
        Report = "report",
        /// Search the audit.
        SearchAudit = "search_audit",
        /// Appoint a local helpdesk.
        GrantHelpdesk = "grant_helpdesk",
        /// Appoint administrators of organisations held.
        GrantAdmin = "grant_admin",
        /// Appoint national roles.
        GrantNational = "grant_national",
        /// Say where an organisation's people find help.
        EditOrganisation = "edit_organisation",
        /// Load, open, close organisations.
        Organisations = "organisations",
        /// Propose a policy, and put one in force that somebody else proposed.
        Policy = "policy",
        /// See what a policy would do before it is adopted.
        WhatIf = "what_if",
        /// Run the lifecycle.
        Run = "run",
        /// Release what a brake holds: never by the person who asked for it.
        ReleaseBrake = "release_brake",
        /// Say which domains are safe for sensitive data.
        SecureDomains = "secure_domains",
        /// Record signals on behalf of another system.
        Signals = "signals",
    }
}

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One organisation and its units.
    Organisation(OdsCode),
    /// One unit of an organisation.
    Unit(OdsCode, String),
    /// All organisations of a sector.
    Sector(Sector),
    /// Everything.
    Federation,
}

/// A role over a scope, held by an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id; recorded with every action it allowed (ROLE-09).
    pub id: i64,
    /// Who holds it.
    pub holder: AccountId,
    /// The role.
    pub role: Role,
    /// The scope.
    pub scope: Scope,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The person at the machine: whoever can open the store runs the federation.
    Console,
    /// The system itself, by a rule.
    System,
    /// A person, by their grants.
    Person {
        /// Their account.
        id: AccountId,
        /// Its address, for the audit.
        address: String,
        /// What they hold.
        grants: Vec<Grant>,
    },
}

impl Actor {
    /// As the audit names it.
    pub fn name(&self) -> &str {
        match self {
            Self::Console => "operator",
            Self::System => "system",
            Self::Person { address, .. } => address,
        }
    }
}

/// Where something stands, for the check of scopes.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In an organisation.
    Organisation {
        /// Its code.
        code: &'a OdsCode,
        /// Its sector.
        sector: Sector,
        /// The unit, or nothing.
        unit: &'a str,
    },
    /// In no single organisation.
    Federation,
}

/// Allowed, and by which grant (none for the console and the system).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The grant.
    pub grant: Option<i64>,
}

/// Not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Outside the actor's scope: surfaces say "not found" (ROLE-02).
    Unseen,
    /// In scope, but not by this role.
    NotByRole,
}

/// The one check. Cost: the actor's grants, no allocation.
pub fn may(actor: &Actor, action: Action, place: Place<'_>) -> Result<Allowed, Denied> {
    let grants = match actor {
        Actor::Console | Actor::System => return Ok(Allowed { grant: None }),
        Actor::Person { grants, .. } => grants,
    };
    let mut seen = false;
    for grant in grants.iter().filter(|grant| covers(&grant.scope, place)) {
        seen = true;
        if allows(grant.role, action) {
            return Ok(Allowed { grant: Some(grant.id) });
        }
    }
    Err(if seen { Denied::NotByRole } else { Denied::Unseen })
}

/// The same for what is no place's own and may be seen by whoever may do it anywhere, as a policy that holds for all.
pub fn anywhere(actor: &Actor, action: Action) -> Result<Allowed, Denied> {
    match actor {
        Actor::Console | Actor::System => Ok(Allowed { grant: None }),
        Actor::Person { grants, .. } => {
            let allowed = grants.iter().find(|grant| allows(grant.role, action));
            allowed.map(|grant| Allowed { grant: Some(grant.id) }).ok_or(Denied::NotByRole)
        }
    }
}

/// Whether a scope covers a place.
fn covers(scope: &Scope, place: Place<'_>) -> bool {
    match (scope, place) {
        (Scope::Federation, _) => true,
        (_, Place::Federation) => false,
        (Scope::Organisation(held), Place::Organisation { code, .. }) => held == code,
        // A place without a unit is the whole organisation, which no grant over a unit reaches.
        (Scope::Unit(held, held_unit), Place::Organisation { code, unit, .. }) => {
            held == code && held_unit == unit && !unit.is_empty()
        }
        (Scope::Sector(held), Place::Organisation { sector, .. }) => *held == sector,
    }
}

/// The matrix. What needs a second person is not here: nobody may do it alone.
pub const fn allows(role: Role, action: Action) -> bool {
    use Role::{Auditor, Helpdesk, LocalAdmin, NationalHelpdesk, Operator, PrimaryLocalAdmin, SectorAdmin};
    match action {
        Action::SeeAccount => true,
        Action::Report => matches!(
            role,
            Operator | Auditor | NationalHelpdesk | SectorAdmin | PrimaryLocalAdmin | LocalAdmin | Helpdesk
        ),
        Action::Create
        | Action::Delete
        | Action::MarkLeaver
        | Action::Join
        | Action::Resecure
        | Action::Bulk
        | Action::Services
        | Action::WhatIf => {
            matches!(role, Operator | SectorAdmin | PrimaryLocalAdmin | LocalAdmin)
        }
        Action::Mailbox => matches!(role, Operator | SectorAdmin | PrimaryLocalAdmin | LocalAdmin),
        Action::Members | Action::SetRules => {
            matches!(role, Operator | SectorAdmin | PrimaryLocalAdmin | LocalAdmin | Helpdesk)
        }
        Action::Edit | Action::Disable | Action::ResetPassword => {
            matches!(role, Operator | NationalHelpdesk | SectorAdmin | PrimaryLocalAdmin | LocalAdmin | Helpdesk)
        }
        Action::Restore | Action::Transfer | Action::Confirm | Action::MfaException | Action::MfaReset => {
            matches!(role, Operator | NationalHelpdesk | SectorAdmin | PrimaryLocalAdmin | LocalAdmin)
        }
        Action::SearchAudit => matches!(role, Operator | Auditor | SectorAdmin | PrimaryLocalAdmin | LocalAdmin),
        Action::GrantHelpdesk => matches!(role, Operator | PrimaryLocalAdmin | LocalAdmin),
        Action::EditOrganisation => matches!(role, Operator | SectorAdmin | PrimaryLocalAdmin),
        Action::GrantAdmin => matches!(role, Operator | PrimaryLocalAdmin),
        Action::ReleaseBrake => matches!(role, Operator | SectorAdmin | PrimaryLocalAdmin),
        Action::Hold => matches!(role, Operator | Auditor),
        Action::GrantNational
        | Action::Organisations
        | Action::Policy
        | Action::Run
        | Action::Signals
        | Action::MfaLonger
        | Action::SecureDomains
        | Action::Quota => {
            matches!(role, Operator)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, scope: Scope) -> Actor {
        let grant = Grant { id: 7, holder: AccountId(1), role, scope };
        Actor::Person { id: AccountId(1), address: "ann@example.org".into(), grants: vec![grant] }
    }

    fn code(text: &str) -> OdsCode {
        OdsCode::parse(text).unwrap()
    }

    // Proves: ROLE-01, ROLE-02, ROLE-09
    #[test]
    fn a_grant_reaches_as_far_as_its_scope() {
        let (rx1, ward) = (code("RX1"), "Ward 2");
        let place = Place::Organisation { code: &rx1, sector: Sector::Trust, unit: ward };
        let ok = Ok(Allowed { grant: Some(7) });
        for (scope, expected) in [
            (Scope::Organisation(code("RX1")), ok),
            (Scope::Organisation(code("RX2")), Err(Denied::Unseen)),
            (Scope::Unit(code("RX1"), "Ward 2".into()), ok),
            (Scope::Unit(code("RX1"), "Ward 3".into()), Err(Denied::Unseen)),
            (Scope::Sector(Sector::Trust), ok),
            (Scope::Sector(Sector::Gp), Err(Denied::Unseen)),
            (Scope::Federation, ok),
        ] {
            assert_eq!(may(&person(Role::LocalAdmin, scope.clone()), Action::MarkLeaver, place), expected, "{scope:?}");
        }
        let helpdesk = person(Role::Helpdesk, Scope::Organisation(code("RX1")));
        assert_eq!(may(&helpdesk, Action::Delete, place), Err(Denied::NotByRole));
        assert_eq!(may(&helpdesk, Action::Disable, place), ok);
        assert_eq!(may(&helpdesk, Action::Disable, Place::Federation), Err(Denied::Unseen));
        let whole = Place::Organisation { code: &rx1, sector: Sector::Trust, unit: "" };
        let nameless = person(Role::LocalAdmin, Scope::Unit(code("RX1"), String::new()));
        assert_eq!(may(&nameless, Action::MarkLeaver, whole), Err(Denied::Unseen), "no unit is not the organisation");
        assert_eq!(may(&Actor::Console, Action::Run, Place::Federation), Ok(Allowed { grant: None }));
        assert_eq!(anywhere(&helpdesk, Action::Report), ok, "what is no place's own is seen from any");
        assert_eq!(anywhere(&helpdesk, Action::WhatIf), Err(Denied::NotByRole));
    }

    // Proves: ROLE-01
    #[test]
    fn what_is_no_places_own_is_for_whoever_may_do_it_anywhere() {
        let no = Err(Denied::NotByRole);
        let ok = Ok(Allowed { grant: Some(7) });
        for (role, report, what_if, policy) in [
            (Role::Operator, ok, ok, ok),
            (Role::Auditor, ok, no, no),
            (Role::NationalHelpdesk, ok, no, no),
            (Role::SectorAdmin, ok, ok, no),
            (Role::PrimaryLocalAdmin, ok, ok, no),
            (Role::LocalAdmin, ok, ok, no),
            (Role::Helpdesk, ok, no, no),
        ] {
            for scope in [Scope::Federation, Scope::Sector(Sector::Gp), Scope::Organisation(code("RX1"))] {
                let actor = person(role, scope.clone());
                assert_eq!(anywhere(&actor, Action::Report), report, "{role} {scope:?}");
                assert_eq!(anywhere(&actor, Action::WhatIf), what_if, "{role} {scope:?}");
                assert_eq!(anywhere(&actor, Action::Policy), policy, "{role} {scope:?}");
            }
        }
        let nobody = Actor::Person { id: AccountId(1), address: String::new(), grants: Vec::new() };
        assert_eq!(anywhere(&nobody, Action::Report), no);
        for inside in [Actor::Console, Actor::System] {
            assert_eq!(anywhere(&inside, Action::Policy), Ok(Allowed { grant: None }));
        }
    }

    // Proves: ROLE-05, SM-02
    #[test]
    fn mailboxes_and_quotas_have_rights_of_their_own() {
        use Role::{Auditor, Helpdesk, LocalAdmin, NationalHelpdesk, Operator, PrimaryLocalAdmin, SectorAdmin};
        for (action, may) in [
            (Action::Quota, &[Operator][..]),
            (Action::Members, &[Operator, SectorAdmin, PrimaryLocalAdmin, LocalAdmin, Helpdesk]),
            (Action::Mailbox, &[Operator, SectorAdmin, PrimaryLocalAdmin, LocalAdmin]),
            (Action::Create, &[Operator, SectorAdmin, PrimaryLocalAdmin, LocalAdmin]),
            (Action::Services, &[Operator, SectorAdmin, PrimaryLocalAdmin, LocalAdmin]),
            (Action::Bulk, &[Operator, SectorAdmin, PrimaryLocalAdmin, LocalAdmin]),
            (Action::Edit, &[Operator, NationalHelpdesk, SectorAdmin, PrimaryLocalAdmin, LocalAdmin, Helpdesk]),
        ] {
            for role in [Operator, Auditor, NationalHelpdesk, SectorAdmin, PrimaryLocalAdmin, LocalAdmin, Helpdesk] {
                assert_eq!(allows(role, action), may.contains(&role), "{role} {action}");
            }
        }
    }
}

#[cfg(test)]
#[path = "rights_tests.rs"]
mod matrix;
