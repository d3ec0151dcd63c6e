//! Several accounts at once, and files that a browser hands in: what would come, who may, how far.

use std::path::Path;

use domain::ctx::Ctx;
use domain::rights::{Actor, Role};
use domain::status::Status;
use service::account::act::Request;
use service::account::many::{CHOSEN, request};
use service::error::Error;
use service::import::kept::{Places, counts, read_report};
use service::progress::Silent;
use store::file_job::{FileJob, FileKind, FileState};
use tempfile::TempDir;
use testkit::world::{World, on_both_stores};

/// What would come of a word of an actions file for some accounts, in short.
fn foreseen(world: &World, ctx: &Ctx, addresses: &[&str], action: &str, argument: &str) -> Vec<String> {
    let all: Vec<String> = addresses.iter().map(|one| (*one).to_owned()).collect();
    let wanted = request(action, argument).unwrap();
    let all = world.almoner.would(ctx, &all, &wanted, "because").unwrap();
    let told = all.into_iter().map(|one| match one.outcome {
        Ok(then) => format!("{} > {}", then.before.status(), then.after.status()),
        Err(why) => why,
    });
    told.collect()
}

// Proves: EXP-01
#[test]
fn what_would_come_of_a_request_is_what_comes_of_it() {
    on_both_stores(|world| {
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        for (word, argument) in [
            ("leaver", ""),
            ("cancel-leaver", ""),
            ("disable", ""),
            ("enable", ""),
            ("delete", ""),
            ("restore", ""),
            ("hide", ""),
            ("show", ""),
            ("licence", "gold"),
            ("service-off", "web"),
            ("service-on", "web"),
            ("transfer", "RX2"),
            ("join", "RX1"),
        ] {
            let ann = world.user("RX1", "Ann", "Lee");
            let (ctx, wanted) = (world.person(&admin), request(word, argument).unwrap());
            let before = world.everything();
            let told = foreseen(world, &ctx, &[&ann], word, argument).pop().unwrap();
            assert_eq!(world.everything(), before, "{word}: looking changes nothing");
            let came = match world.almoner.act(&ctx, &ann, &wanted, "because") {
                Ok(acted) => format!("{} > {}", acted.before.status(), acted.change.account.status()),
                Err(error) => error.to_string(),
            };
            assert_eq!(told, came, "{word}");
        }
    });
}

// Proves: JML-03, ROLE-02
#[test]
fn of_others_only_leavers_are_seen_by_those_who_take_in() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX2", "Ann", "Lee"), world.user("RX2", "Ben", "Ash"));
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let told = foreseen(world, &world.person(&admin), &[&ann, &ben, "no.one@mail.example"], "join", "RX1");
        assert_eq!(told[0], "leaver > active");
        assert_eq!(told[1].replace(ben.as_str(), "X"), told[2].replace("no.one@mail.example", "X"));
        let told = foreseen(world, &world.person(&admin), &[&ann], "disable", "");
        assert!(told[0].contains("or you may not see it"), "{told:?}");
        let many: Vec<String> = (0..=CHOSEN).map(|n| format!("a{n}@mail.example")).collect();
        let said = world.almoner.would(&world.operator(), &many, &Request::Disable, "").unwrap_err().to_string();
        assert!(said.contains("501 accounts are too many"), "{said}");
    });
}

#[test]
fn the_file_that_is_made_of_a_selection_does_what_was_shown_and_differs_from_the_last() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let folder = TempDir::new().unwrap();
        for (number, action, status) in
            [(1, "disable", Status::Disabled), (2, "enable", Status::Active), (3, "disable", Status::Disabled)]
        {
            let text = world.almoner.actions_file(number, std::slice::from_ref(&ann), action, "", "a, \"reason\"");
            let file = folder.path().join("actions.csv");
            std::fs::write(&file, text).unwrap();
            let report = world.almoner.bulk(&world.operator(), &file, None, false, &Silent).unwrap();
            assert_eq!((report.done, report.already, report.rejected), (1, 0, 0), "{action} {report:?}");
            assert_eq!(world.status(&ann), status);
        }
    });
}

#[test]
fn only_those_who_may_send_files_keep_one() {
    on_both_stores(|world| {
        for (role, accounts, signals) in [
            (Role::Operator, true, true),
            (Role::LocalAdmin, true, false),
            (Role::PrimaryLocalAdmin, true, false),
            (Role::Helpdesk, false, false),
            (Role::Auditor, false, false),
            (Role::NationalHelpdesk, false, false),
        ] {
            let who = world.user("RX1", "Role", role.as_str());
            let scope = match role {
                Role::Operator | Role::Auditor | Role::NationalHelpdesk | Role::SectorAdmin => {
                    domain::rights::Scope::Federation
                }
                Role::PrimaryLocalAdmin | Role::LocalAdmin | Role::Helpdesk => {
                    domain::rights::Scope::Organisation(domain::ids::OdsCode::parse("RX1").unwrap())
                }
            };
            world.give(&who, role, &scope).unwrap();
            let ctx = world.person(&who);
            let kept = |kind| world.almoner.keep_file(&ctx, kind, "x.csv", 1).is_ok();
            assert_eq!(kept(FileKind::Accounts), accounts, "{role}");
            assert_eq!(kept(FileKind::Actions), accounts, "{role}");
            assert_eq!(kept(FileKind::Signals), signals, "{role}");
        }
        let nobody = world.user("RX1", "No", "Role");
        let said = world.almoner.keep_file(&world.person(&nobody), FileKind::Actions, "x.csv", 1);
        assert!(matches!(said, Err(Error::NotAllowed("bulk"))), "{said:?}");
        let console = world.almoner.keep_file(&world.operator(), FileKind::Actions, "x.csv", 1);
        assert!(console.unwrap_err().to_string().contains("almoner bulk"));
        assert!(world.almoner.files_of(&world.operator(), 10).unwrap().is_empty());
    });
}

#[test]
fn a_person_has_so_many_files_waiting_and_each_has_a_plain_name() {
    on_both_stores(|world| {
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let ctx = world.person(&admin);
        let name = format!("../{}\u{7}\\x", "n".repeat(200));
        for _ in 0..20 {
            world.almoner.keep_file(&ctx, FileKind::Actions, &name, 1).unwrap();
        }
        let said = world.almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap_err().to_string();
        assert!(said.contains("20 of your files wait"), "{said}");
        let kept = world.almoner.files_of(&ctx, 1).unwrap().pop().unwrap();
        assert_eq!(kept.name.chars().count(), 100);
        assert!(kept.name.starts_with(".._nnn") && !kept.name.contains(['/', '\\', '\u{7}']), "{}", kept.name);
    });
}

/// Works on a file as the portal does, and gives it as it stands then.
fn worked(world: &World, ctx: &Ctx, id: i64, folder: &Path) -> FileJob {
    let job = world.almoner.take_file(id, "one", ctx.wall, 60).unwrap().unwrap();
    let places = Places::of(folder, id);
    world.almoner.work_file(&job, &places, (ctx.now, ctx.wall), &Silent).unwrap();
    world.almoner.file_of(ctx, id).unwrap()
}

// Proves: CSV-01, CSV-02
#[test]
fn a_file_goes_from_check_to_outcome_with_the_rights_that_its_sender_has_then() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let (ctx, folder) = (world.person(&admin), TempDir::new().unwrap());
        let text = format!("Address,Action,Argument,Reason\n{ann},disable,,\n{ann},explode,,\n");
        let id = world.almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap();
        let places = Places::of(folder.path(), id);
        std::fs::write(&places.file, &text).unwrap();
        assert!(world.almoner.apply_file(&ctx, id).is_err(), "it was not checked yet");
        let job = worked(world, &ctx, id, folder.path());
        assert_eq!(job.state, FileState::Checked);
        let (report, problems) = read_report(&job).unwrap();
        assert_eq!((report.good, report.rejected, problems.len()), (1, 1, 1));
        assert_eq!((problems[0].line, problems[0].column), (3, "Action"));
        assert!(counts(&report).contains(&("good", 1)));
        assert!(std::fs::read_to_string(&places.checked).unwrap().contains("rejected"));
        assert!(!places.outcome.exists());
        assert_eq!(world.status(&ann), Status::Active);
        world.almoner.apply_file(&ctx, id).unwrap();
        assert!(world.almoner.refuse_file(&ctx, id).is_err(), "it is being applied");
        let job = worked(world, &ctx, id, folder.path());
        assert_eq!((job.state, world.status(&ann)), (FileState::Done, Status::Disabled));
        assert!(std::fs::read_to_string(&places.outcome).unwrap().contains("done"));
        assert_eq!(world.almoner.take_file(id, "one", ctx.wall, 60).unwrap(), None, "nothing is left to do");
        // Another, whose sender loses the right before it is applied.
        let id = world.almoner.keep_file(&ctx, FileKind::Actions, "y.csv", 1).unwrap();
        std::fs::write(Places::of(folder.path(), id).file, &text).unwrap();
        worked(world, &ctx, id, folder.path());
        world.almoner.apply_file(&ctx, id).unwrap();
        for given in world.almoner.grants_of(&world.operator(), &admin).unwrap() {
            world.almoner.end_grant(&world.operator(), given.grant.id).unwrap();
        }
        let job = worked(world, &ctx, id, folder.path());
        assert_eq!(job.state, FileState::Failed);
        assert!(job.error.contains("roles do not allow"), "{}", job.error);
    });
}

#[test]
fn a_file_that_is_not_there_or_is_let_go_fails_with_a_word() {
    on_both_stores(|world| {
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let (ctx, folder) = (world.person(&admin), TempDir::new().unwrap());
        let id = world.almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap();
        let job = worked(world, &ctx, id, folder.path());
        assert_eq!(job.state, FileState::Failed);
        assert!(job.error.contains("cannot be read"), "{}", job.error);
        assert!(!job.error.contains(&folder.path().display().to_string()), "{}", job.error);
        let id = world.almoner.keep_file(&ctx, FileKind::Accounts, "y.csv", 1).unwrap();
        std::fs::write(Places::of(folder.path(), id).file, "not,what,it,says\n").unwrap();
        let job = worked(world, &ctx, id, folder.path());
        assert!(job.state == FileState::Failed && job.error.contains("the first line must be ID,"), "{}", job.error);
        let id = world.almoner.keep_file(&ctx, FileKind::Actions, "z.csv", 1).unwrap();
        std::fs::write(Places::of(folder.path(), id).file, "Address,Action,Argument,Reason\n").unwrap();
        worked(world, &ctx, id, folder.path());
        world.almoner.refuse_file(&ctx, id).unwrap();
        let job = world.almoner.file_of(&ctx, id).unwrap();
        assert!(job.state == FileState::Failed && job.error.contains("you let it go"), "{}", job.error);
        let Actor::Person { .. } = ctx.actor else { panic!("a person") };
        let other = world.admin(Role::LocalAdmin, "RX1", "Other");
        assert!(world.almoner.file_of(&world.person(&other), id).is_err(), "nobody else's is there");
        assert_eq!(world.almoner.old_files(ctx.now.plus_seconds(1)).unwrap().len(), 3);
        world.almoner.forget_file(id).unwrap();
        assert!(world.almoner.file_of(&ctx, id).is_err());
    });
}

#[test]
fn searches_are_kept_for_oneself_by_name_and_so_many() {
    on_both_stores(|world| {
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let ctx = world.person(&admin);
        for number in 0..30 {
            world.almoner.keep_search(&ctx, &format!(" n{number} "), "q=x").unwrap();
        }
        let said = world.almoner.keep_search(&ctx, "one more", "q=x").unwrap_err().to_string();
        assert!(said.contains("you keep 30 searches"), "{said}");
        world.almoner.keep_search(&ctx, "n7", "q=y").unwrap();
        let kept = world.almoner.kept_searches(&ctx).unwrap();
        assert_eq!((kept.len(), kept.iter().filter(|(_, query)| query == "q=y").count()), (30, 1));
        world.almoner.forget_search(&ctx, "n7").unwrap();
        assert_eq!(world.almoner.kept_searches(&ctx).unwrap().len(), 29);
        assert!(world.almoner.keep_search(&ctx, "long", &"q".repeat(2_001)).is_err());
        assert!(world.almoner.kept_searches(&world.operator()).is_err(), "the console keeps none");
    });
}

#[test]
fn a_selection_of_leavers_says_when_each_would_be_deleted_and_what_would_change_that() {
    on_both_stores(|world| {
        let ann = world.admin(Role::Helpdesk, "RX1", "Lee");
        let all = [ann.clone()];
        let told = world.almoner.would(&world.operator(), &all, &Request::MarkLeaver, "").unwrap();
        let then = told[0].outcome.as_ref().unwrap();
        let step = then.next.as_ref().unwrap();
        assert_eq!((step.to, step.on.to_string().as_str()), (Status::Deleted, "2019-01-31"));
        assert!(then.ends_grants && then.unless.iter().any(|one| one.contains("JML-03")), "{:?}", then.unless);
        assert!(then.twins.is_empty(), "only a join asks for them");
        let ending = world.almoner.grants_ending(&world.operator(), &ann).unwrap();
        assert_eq!(ending, [(Role::Helpdesk, "RX1".to_owned())]);
        let told = world.almoner.would(&world.operator(), &all, &Request::Disable, "").unwrap();
        let then = told[0].outcome.as_ref().unwrap();
        assert_eq!(then.next.as_ref().unwrap().on.to_string(), "2020-07-01", "18 months");
        assert!(!then.ends_grants);
        assert_eq!(world.status(&ann), Status::Active);
    });
}
