//! An administrator's people: created once, edited by two at a time, known by several addresses.

use domain::mailbox::Standing;
use domain::profile::Profile;
use domain::rights::{Role, Scope};
use domain::status::Kind;
use service::account::act::Request;
use service::account::draft::Draft;
use service::account::edit::{Edit, Edited};
use service::error::Error;
use testkit::world::{World, on_both_stores};

type Change<'c> = &'c dyn Fn(&mut Profile);

/// What an editor who sees the account as it is sends back, with a change.
fn edit(world: &World, address: &str, change: impl Fn(&mut Profile)) -> Edit {
    let shown = world.almoner.show(&world.operator(), address).unwrap();
    let mut wanted = shown.profile.clone();
    change(&mut wanted);
    Edit { version: shown.account.version, seen: shown.profile, wanted, ..Edit::default() }
}

fn saved(edited: Result<Edited, Error>) -> String {
    match edited {
        Ok(Edited::Saved(acted)) => acted.change.account.address.to_string(),
        Ok(Edited::Unchanged(_)) => "unchanged".to_owned(),
        Ok(Edited::Overtaken(overtaken)) => format!("{:?}", overtaken.changed),
        Err(error) => error.to_string(),
    }
}

// Proves: ROLE-09
#[test]
fn two_who_edit_one_account_see_each_others_work_and_lose_nothing() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let (one, two) = (world.admin(Role::LocalAdmin, "RX1", "One"), world.admin(Role::LocalAdmin, "RX1", "Two"));
        let first = edit(world, &ann, |p| p.job_title = "Nurse".into());
        let second = edit(world, &ann, |p| {
            p.job_title = "Matron".into();
            p.telephone = "0131 496 0000".into();
        });
        assert_eq!(saved(world.almoner.edit_account(&world.person(&one), &ann, &first)), ann);
        let Edited::Overtaken(met) = world.almoner.edit_account(&world.person(&two), &ann, &second).unwrap() else {
            panic!("the second writes over the first")
        };
        assert_eq!(met.changed, [("job_title".to_owned(), String::new(), "Nurse".to_owned())]);
        assert_eq!(met.by.as_ref().map(|(who, _)| who.as_str()), Some(one.as_str()));
        assert_eq!((met.wanted.job_title.as_str(), met.wanted.telephone.as_str()), ("Matron", "0131 496 0000"));
        assert_eq!(met.now.job_title, "Nurse", "nothing was written");
        // They look again, and say it once more.
        let again = Edit { version: met.account.version, seen: met.now, wanted: met.wanted, ..Edit::default() };
        assert_eq!(saved(world.almoner.edit_account(&world.person(&two), &ann, &again)), ann);
        let profile = world.almoner.show(&world.operator(), &ann).unwrap().profile;
        assert_eq!((profile.job_title.as_str(), profile.telephone.as_str()), ("Matron", "0131 496 0000"));
        assert_eq!(saved(world.almoner.edit_account(&world.person(&two), &ann, &again)), "unchanged");
        let lines = world.almoner.history(&world.operator(), &ann).unwrap();
        let edits: Vec<_> = lines.iter().filter(|line| line.action == "edited").collect();
        assert!(edits.len() == 2 && edits.iter().all(|line| line.grant.is_some()), "{edits:?}");
    });
}

#[test]
fn a_sign_in_meanwhile_is_no_work_of_somebody_else() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let late = edit(world, &ann, |p| p.job_title = "Nurse".into());
        world.signal(&ann, "mail_sent");
        assert!(world.account(&ann).version > late.version);
        assert_eq!(saved(world.almoner.edit_account(&world.operator(), &ann, &late)), ann);
    });
}

// Proves: ROLE-02, ROLE-05
#[test]
fn what_may_be_edited_depends_on_the_role_and_reaches_as_far_as_the_grant() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let desk = world.admin(Role::Helpdesk, "RX1", "Desk");
        let local = world.admin(Role::LocalAdmin, "RX1", "Local");
        let elsewhere = world.admin(Role::PrimaryLocalAdmin, "RX2", "Elsewhere");
        let unit = world.user("RX1", "Una", "Unit");
        let ward_two = Scope::Unit(domain::ids::OdsCode::parse("RX1").unwrap(), "Ward 2".into());
        world.almoner.grant(&world.operator(), &unit, Role::LocalAdmin, &ward_two).unwrap();
        let job = |p: &mut Profile| p.job_title.push('x');
        let unit_of = |text: &'static str| move |p: &mut Profile| p.unit = text.to_owned();
        let cases: [(&str, &str, Change<'_>, &str); 11] = [
            (&desk, &ann, &job, ""),
            (&desk, &ann, &|p| p.licence = "gold".into(), "roles do not allow"),
            (&desk, &ward, &|p| p.hidden = true, "roles do not allow"),
            (&local, &ward, &|p| p.hidden = true, ""),
            (&local, &ann, &|p| p.licence = "gold".into(), ""),
            (&local, &ann, &|p| p.quota_mib = 9, "roles do not allow"),
            (&elsewhere, &ann, &job, "there is no account"),
            (&unit, &ann, &unit_of("Ward 2"), "there is no account"),
            (&local, &ann, &unit_of("Ward 2"), ""),
            (&unit, &ann, &job, ""),
            (&unit, &ann, &unit_of("Ward 3"), "there is no account"),
        ];
        for (who, whom, change, told) in cases {
            let edit = edit(world, whom, change);
            let said = saved(world.almoner.edit_account(&world.person(who), whom, &edit));
            let right = if told.is_empty() { said == whom } else { said.contains(told) };
            assert!(right, "{who} about {whom}: {said}, not {told}");
        }
        let quota = edit(world, &ann, |p| p.quota_mib = 9);
        assert_eq!(saved(world.almoner.edit_account(&world.operator(), &ann, &quota)), ann);
    });
}

// Proves: LC-11, LC-21
#[test]
fn a_new_name_brings_an_address_and_keeps_the_old_one_for_good() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let married =
            Edit { new_address: true, note: "married".into(), ..edit(world, &ann, |p| p.last_name = "Ash".into()) };
        assert_eq!(saved(world.almoner.edit_account(&world.operator(), &ann, &married)), "ann.ash@mail.example");
        let shown = world.almoner.show(&world.operator(), &ann).unwrap();
        let addresses: Vec<String> = shown.addresses.iter().map(|a| format!("{} {}", a.address, a.kind)).collect();
        assert_eq!(addresses, ["ann.lee@mail.example old_name", "ann.ash@mail.example primary"]);
        assert_eq!(shown.notes, ["2019-01-01 married (operator)"]);
        assert_eq!(world.user("RX2", "Ann", "Lee"), "ann.lee1@mail.example", "the old one is not given again");
    });
}

#[test]
fn a_number_is_one_persons_and_goes_on_when_they_are_gone_for_good() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let numbered = |whom: &str| {
            let edit = edit(world, whom, |p| p.local_id = "4711".into());
            saved(world.almoner.edit_account(&world.operator(), whom, &edit))
        };
        assert_eq!(numbered(&ann), ann);
        assert!(numbered(&ben).contains("another account of RX1 has this number"), "{}", numbered(&ben));
        world.ask(&ann, &Request::Delete).unwrap();
        world.weeks_pass(200);
        assert_eq!(world.status(&ann), domain::status::Status::Purged);
        assert_eq!(numbered(&ben), ben);
    });
}

// Proves: LC-21, SM-01
#[test]
fn a_further_address_is_free_looks_like_nobody_elses_and_is_never_given_again() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Ash"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let op = world.operator();
        let give = |whom: &str, alias: &str| {
            world.almoner.add_alias(&op, whom, alias).map_or_else(|e| e.to_string(), |_| "given".into())
        };
        let take = |whom: &str, alias: &str| {
            world.almoner.remove_alias(&op, whom, alias).map_or_else(|e| e.to_string(), |_| "taken".into())
        };
        for (whom, alias, told) in [
            (&ann, "annie@mail.example", "given"),
            (&ann, "Annie.L", "given"),
            (&ann, "annie@mail.example", "already"),
            (&ben, "annie@mail.example", "never given to somebody else"),
            (&ben, "ann.lee@mail.example", "never given to somebody else"),
            (&ben, "ben@elsewhere.example", "no address of mail.example"),
            (&ben, "<script>@mail.example", "no address of mail.example"),
            (&ben, "\u{202e}ben", "no address of mail.example"),
            (&ben, &"b".repeat(300), "no address of mail.example"),
            (&ben, "rx2.desk", "begins the mailboxes of RX2"),
            (&ben, "rx1.ben", "given"),
            (&ward, "desk", "begins with \"rx1.\""),
            (&ward, "rx1.desk", "given"),
        ] {
            let said = give(whom, alias);
            assert!(said.contains(told), "{alias} for {whom}: {said}");
        }
        for (whom, alias, told) in [
            (&ann, "ann.lee@mail.example", "known by stays"),
            (&ben, "annie@mail.example", "has no address"),
            (&ann, "annie@mail.example", "taken"),
            (&ann, "annie@mail.example", "set so already"),
        ] {
            let said = take(whom, alias);
            assert!(said.contains(told), "{alias} of {whom}: {said}");
        }
        assert!(give(&ben, "annie@mail.example").contains("never given"), "it stays reserved");
        assert_eq!(give(&ann, "annie@mail.example"), "given", "to the one who had it");
    });
}

fn draft(organisation: &str, first: &str, last: &str) -> Draft {
    let profile = Profile { first_name: first.into(), last_name: last.into(), ..Profile::default() };
    Draft { kind: Kind::User, organisation: organisation.into(), profile, owners: Vec::new() }
}

// Proves: JML-03, ROLE-02
#[test]
fn a_person_who_has_an_account_is_found_before_another_is_made() {
    on_both_stores(|world| {
        let mine = world.user("RX1", "Ann", "Featherstone");
        let (listed, leaver) = (world.user("RX2", "Ann", "Featherstone"), world.user("RX2", "Ann", "Featherstone"));
        world.ask(&leaver, &Request::MarkLeaver).unwrap();
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let ctx = world.person(&admin);
        let new = draft("RX1", "Ann", "Fetherstone");
        let found = world.almoner.twins(&ctx, "RX1", &new.profile).unwrap();
        assert_eq!(
            found.iter().map(|t| t.account.address.to_string()).collect::<Vec<_>>(),
            [mine.as_str()],
            "typing errors"
        );
        let same = draft("RX1", "Ann", "Featherstone");
        let found = world.almoner.twins(&ctx, "RX1", &same.profile).unwrap();
        let told: Vec<_> = found.iter().map(|t| (t.account.address.as_str(), t.own, t.reasons[0])).collect();
        assert_eq!(
            told,
            [(mine.as_str(), true, "the same name"), (listed.as_str(), false, "the same name")],
            "no leaver of others"
        );
        assert_eq!(world.almoner.suggest_address(&ctx, &same).unwrap(), "ann.featherstone3@mail.example");
        let made = world.almoner.create_account(&ctx, &same).unwrap();
        assert_eq!(made.address.as_str(), "ann.featherstone3@mail.example");
        for (organisation, told) in
            [("RX2", "there is no organisation"), ("rx1", "in capitals"), ("A81002", "there is no")]
        {
            let said = world.almoner.check_draft(&ctx, &draft(organisation, "Ann", "Lee")).unwrap_err().to_string();
            assert!(said.contains(told), "{organisation}: {said}");
        }
        let generous = Draft { profile: Profile { quota_mib: 1 << 20, ..new.profile.clone() }, ..new };
        assert!(matches!(world.almoner.create_account(&ctx, &generous), Err(Error::NotAllowed("quota"))));
        assert_eq!(Standing::OWNER.text(), "owner");
    });
}
