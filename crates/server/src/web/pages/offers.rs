//! What can be done with an account: the buttons of its page, with what each does.

use domain::account::State;
use domain::mail_rule::has_rules;
use domain::rights::{Action, Place, may};
use domain::status::{Kind, Status};
use service::account::see::Shown;

use crate::web::visit::Visit;

/// An action that is offered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// Its word in the path.
    pub(crate) word: &'static str,
    /// What the button says.
    pub(crate) name: &'static str,
    /// What happens, sentence by sentence.
    pub(crate) consequences: &'static [&'static str],
    right: Action,
    /// It makes sense for these.
    from: &'static [Status],
    /// It asks for another organisation, a reason.
    pub(crate) asks: Asks,
    /// It cannot simply be taken back.
    pub(crate) grave: bool,
}

/// What it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// A reason, if one wants to give one.
    Nothing,
    /// A reason.
    Reason,
    /// Another organisation.
    Organisation,
}

use Status::{Active, Deleted, Disabled, Inactive, Leaver, Pending};

const IN_USE: &[Status] = &[Pending, Active, Inactive, Leaver];

/// Everything that can be offered.
const OFFERS: &[Offer] = &[
    Offer {
        word: "leaver",
        name: "Mark as leaver",
        consequences: &[
            "The person is told at once.",
            "They keep sign-in, mail, licence and quota, and stay a member of shared mailboxes (JML-01, JML-02).",
            "All administration rights that they hold end now, over every organisation (ROLE-06).",
            "If no other organisation takes the account in within the policy's period, it is deleted, with 14 days' notice.",
        ],
        right: Action::MarkLeaver,
        from: &[Active, Inactive, Pending],
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "cancel-leaver",
        name: "Take back as not leaving",
        consequences: &[
            "The account is active again and its deletion is cancelled.",
            "Rights that ended are not given back.",
        ],
        right: Action::MarkLeaver,
        from: &[Leaver],
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "join",
        name: "Take in to an organisation",
        consequences: &[
            "The account moves to the organisation that you name and becomes active.",
            "It gets that organisation's licence and quota; add-ons end (JML-04).",
            "Mail to its old address still arrives for the policy's period (JML-05).",
        ],
        right: Action::Join,
        from: &[Leaver],
        asks: Asks::Organisation,
        grave: false,
    },
    Offer {
        word: "transfer",
        name: "Transfer to another organisation",
        consequences: &[
            "The account moves in one step and keeps its status. You must administer both organisations (JML-06).",
            "Its administration rights end.",
        ],
        right: Action::Transfer,
        from: &[Active, Inactive, Disabled],
        asks: Asks::Organisation,
        grave: false,
    },
    Offer {
        word: "disable",
        name: "Disable",
        consequences: &[
            "The person cannot sign in from now on. Mail still arrives (LC-08).",
            "It may be enabled any day; after the policy's period it is deleted, with notice.",
        ],
        right: Action::Disable,
        from: IN_USE,
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "enable",
        name: "Enable",
        consequences: &["The person can sign in again."],
        right: Action::Disable,
        from: &[Disabled, Leaver],
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "password",
        name: "Give a temporary password",
        consequences: &[
            "Make sure that you are talking to the person whose account it is (ROLE-08).",
            "A temporary password is shown to you once. It must be changed at its first use (PWD-03).",
            "All sessions of the account end, and a lock after failed sign-ins is opened.",
        ],
        right: Action::ResetPassword,
        from: IN_USE,
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "unlock",
        name: "Unlock",
        consequences: &[
            "Make sure that you are talking to the person whose account it is (ROLE-08).",
            "The lock after failed sign-ins is opened. The password and the sessions stay, and the person is told.",
        ],
        right: Action::ResetPassword,
        from: IN_USE,
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "resecure",
        name: "Resecure",
        consequences: &[
            "For an account that may be in the wrong hands (PWD-04).",
            "A temporary password is shown to you once. Security answers and the confirmed mobile are forgotten, and second factors \
             where the policy says so. All sessions end.",
            "The account is pending until the person has accepted the terms of use again; after the policy's period it becomes \
             inactive. Leavers and inactive accounts stay what they are.",
        ],
        right: Action::Resecure,
        from: IN_USE,
        asks: Asks::Nothing,
        grave: true,
    },
    Offer {
        word: "hide",
        name: "Hide from the directory",
        consequences: &["The account is no longer found in the directory. Nothing else changes."],
        right: Action::Edit,
        from: &[Active, Inactive],
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "show",
        name: "Show in the directory",
        consequences: &["The account is found in the directory again, where its status allows it."],
        right: Action::Edit,
        from: &[Active, Inactive],
        asks: Asks::Nothing,
        grave: false,
    },
    Offer {
        word: "delete",
        name: "Delete now",
        consequences: &[
            "Sign-in and mail are refused at once, without notice to the person (LC-12).",
            "It can be restored within the policy's period; then the mailbox is destroyed for good.",
            "The reason that you give is kept and shown.",
        ],
        right: Action::Delete,
        from: &[Pending, Active, Inactive, Leaver, Disabled],
        asks: Asks::Reason,
        grave: true,
    },
    Offer {
        word: "restore",
        name: "Restore",
        consequences: &[
            "The account is active again, all its clocks begin anew.",
            "Administration rights are not given back (LC-10).",
        ],
        right: Action::Restore,
        from: &[Deleted],
        asks: Asks::Nothing,
        grave: false,
    },
];

/// What may be done with this account by whoever asks.
pub(crate) fn offers(visit: &Visit, shown: &Shown) -> Vec<Offer> {
    let (home, unit) = (&shown.organisation, shown.profile.unit.as_str());
    let place = Place::Organisation { code: &home.code, sector: home.sector, unit };
    let status = shown.account.status();
    let fits = |offer: &&Offer| {
        let other = match offer.word {
            "hide" => !shown.profile.hidden,
            "show" => shown.profile.hidden,
            "enable" => {
                matches!(shown.account.state, State::Disabled { .. } | State::Leaver { disabled_at: Some(_), .. })
            }
            "disable" => !shown.account.is_disabled_leaver(),
            "password" | "resecure" => shown.account.kind == Kind::User && !is_off(shown),
            "unlock" => {
                let address = shown.account.address.as_str();
                shown.account.kind == Kind::User && visit.almoner.is_locked(&visit.ctx, address).unwrap_or(false)
            }
            _ => true,
        };
        // The right to join is over the new organisation: it is asked for there (JML-03).
        let right = offer.right == Action::Join || may(&visit.ctx.actor, offer.right, place).is_ok();
        other && right && offer.from.contains(&status)
    };
    OFFERS.iter().filter(fits).copied().collect()
}

/// Whether a leaver's sign-in is stopped: no password helps them.
fn is_off(shown: &Shown) -> bool {
    shown.account.is_disabled_leaver()
}

/// What was done, for the page that is shown next.
pub(crate) fn done(word: &str) -> &'static str {
    match word {
        "created" => "Created. Give the person a temporary password when you have met them.",
        "made" => "Created.",
        "edited" => "Saved.",
        "unchanged" => "Nothing was different.",
        "leaver" => "Marked as a leaver. The person is being told.",
        "cancel-leaver" => "No longer a leaver.",
        "join" => "Taken in.",
        "transfer" => "Transferred.",
        "disable" => "Disabled. Nobody can sign in to it now.",
        "enable" => "Enabled.",
        "hide" => "Hidden from the directory.",
        "show" => "Shown in the directory again.",
        "delete" => "Deleted.",
        "restore" => "Restored.",
        "unlock" => "Unlocked. The person is being told.",
        _ => "",
    }
}

/// Whether the page offers to edit the account and its addresses: the use case asks again.
pub(crate) fn may_edit(visit: &Visit, shown: &Shown) -> bool {
    let right = if shown.account.kind == Kind::User { Action::Edit } else { Action::Mailbox };
    shown.account.status() != Status::Purged && is_allowed(visit, shown, right)
}

/// Whether the page offers to set out of office and forwarding.
pub(crate) fn may_set_rules(visit: &Visit, shown: &Shown) -> bool {
    let closed = matches!(shown.account.status(), Status::Deleted | Status::Purged);
    !closed && has_rules(shown.account.kind) && is_allowed(visit, shown, Action::SetRules)
}

/// Whether whoever asks may do something with an account: only for what a page shows.
pub(crate) fn is_allowed(visit: &Visit, shown: &Shown, right: Action) -> bool {
    let (home, unit) = (&shown.organisation, shown.profile.unit.as_str());
    may(&visit.ctx.actor, right, Place::Organisation { code: &home.code, sector: home.sector, unit }).is_ok()
}
