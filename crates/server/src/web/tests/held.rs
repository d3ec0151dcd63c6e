//! What a brake holds, in the portal: the figures, the accounts, and the decision on all or some of them.

use std::fmt::Write as _;
use std::fs;

use axum::http::StatusCode;
use domain::brake::Stand;
use domain::org::Sector;
use domain::rights::{Role, Scope};
use domain::status::Status;
use service::progress::Silent;
use tempfile::TempDir;
use testkit::world::World;

use crate::web::tests::browser::{Browser, Page, Site};

/// People of the practice, and a file of the console's that would make them leavers: part 1 holds it.
fn closing(world: &World, count: usize) -> Vec<String> {
    let people: Vec<String> = (0..count).map(|_| world.user("A81001", "Ann", "Lee")).collect();
    let mut text = "Address,Action,Argument,Reason\n".to_owned();
    for address in &people {
        writeln!(text, "{address},leaver,,ward <closes>").unwrap();
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ward.csv");
    fs::write(&file, text).unwrap();
    let report = world.almoner.bulk(&world.operator(), &file, None, false, &Silent).unwrap();
    assert_eq!(usize::try_from(report.held), Ok(count));
    people
}

fn primary<'s>(site: &'s Site, last: &str) -> Browser<'s> {
    site.signed_in(&site.world.admin(Role::PrimaryLocalAdmin, "A81001", last))
}

fn stands(site: &Site) -> Vec<(Stand, i64)> {
    let mut stands = site.world.almoner.brake_whole(&site.world.operator(), 1).unwrap().stands;
    stands.sort_unstable();
    stands
}

fn shows(page: &Page, all: &[&str]) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for part in all {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
}

/// A form as the page has it, with what is chosen.
fn sent<'f>(page: &'f str, much: &'f str, chosen: &'f [String]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![("left", page), ("much", much)];
    fields.extend(chosen.iter().map(|one| ("account", one.as_str())));
    fields
}

// Proves: RUN-05
#[test]
fn whoever_decides_finds_every_figure_on_the_list_and_on_the_page() {
    let site = Site::new();
    let people = closing(&site.world, 12);
    let mut browser = primary(&site, "Low");
    let list = browser.get("/held");
    let figures = [
        "Users would become leavers (JML-01)",
        "too large a share of one organisation",
        "operator, in the file ward.csv",
        ">12</td>",
        ">5</td>",
        ">7</td>",
        "/held/1",
    ];
    shows(&list, &figures);
    let page = browser.get("/held/1");
    let told = [
        "12 of 12 users of A81001 would become leavers (JML-01)",
        "20 % of 12, at least 5",
        "12 accounts of this organisation and kind",
        "7 accounts",
        "nobody foresees what people ask for",
        "2018-09: up to 5 a day pass always; beyond that at most 20 % of those in use",
        "operator, in the file ward.csv",
        "unless it is released before; then it is forgotten",
        "href=\"/organisations/A81001\"",
        "href=\"/held/1/csv\"",
        "line 2 of ward.csv",
        "ward &#60;closes&#62;",
    ];
    shows(&page, &told);
    for address in &people {
        assert!(
            page.text.contains(&format!("/accounts/{}", address.replace('@', "%40"))),
            "its explanation: {address}"
        );
    }
    let find = browser.get(&format!("/held/1?q={}&state=held", people[7].split('@').next().unwrap()));
    shows(&find, &[&people[7], "1 shown"]);
    shows(&browser.get("/held/1?q=nobody"), &["There are no such accounts in it"]);
}

// Proves: RUN-05, ROLE-09
#[test]
fn accounts_are_ticked_over_several_pages_and_only_they_are_released() {
    let site = Site::new();
    let people = closing(&site.world, 60);
    let mut browser = primary(&site, "Low");
    let first = browser.get("/held/1");
    shows(&first, &["50 shown", "Further accounts"]);
    assert!(!first.text.contains(&people[55]));
    let (next, left) = (first.field("next"), first.field("left"));
    let ticked = [("q", ""), ("state", ""), ("next", next.as_str()), ("go", "next"), ("account", people[3].as_str())];
    let second = browser.post("/held/1/choose", &ticked);
    shows(&second, &["10 shown", "1 chosen that are not in this list", &people[3], &people[55], "From the first"]);
    assert_eq!(stands(&site), [(Stand::Held, 60)], "nothing was done yet");
    let back = browser.post("/held/1/choose", &[("go", "find"), ("account", &people[3]), ("account", &people[55])]);
    let box_of = |address: &str| format!("value=\"{address}\" checked");
    shows(&back, &["50 shown", &box_of(&people[3]), &box_of(&people[55])]);
    let chosen = [people[3].clone(), people[55].clone()];
    let done = browser.post("/held/1/release", &sent(&left, "only", &chosen));
    shows(&done, &["2 done, 0 left to the next run, 58 still held."]);
    assert_eq!(stands(&site), [(Stand::Held, 58), (Stand::Done, 2)]);
    assert!(chosen.iter().all(|one| site.world.status(one) == Status::Leaver));
    let mut fields = sent("58", "but", &[]);
    let stay = format!("{}\n{},", people[0].to_uppercase(), people[1]);
    fields.push(("addresses", &stay));
    shows(&browser.post("/held/1/release", &fields), &["56 done, 0 left to the next run, 2 still held."]);
    assert_eq!((site.world.status(&people[0]), site.world.status(&people[59])), (Status::Active, Status::Leaver));
    let line = &site.world.almoner.history(&site.world.operator(), &people[3]).unwrap().pop().unwrap();
    assert!(line.detail.contains("\"released_by\":\"admin.low@mail.example\""), "{}", line.detail);
    shows(&browser.post("/held/1/refuse", &[]), &["2 dropped"]);
    shows(&browser.get("/held"), &["Nothing is held."]);
    shows(&browser.get("/held?all=yes"), &["/held/1", "refused"]);
    let again = browser.post("/held/1/refuse", &[]);
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text);
    site.world.verify();
}

// Proves: RUN-05
#[test]
fn a_form_that_leaves_something_open_releases_nobody_and_keeps_what_was_chosen() {
    let site = Site::new();
    let people = closing(&site.world, 12);
    let mut browser = primary(&site, "Low");
    browser.get("/held/1");
    let two = &people[..2];
    let typo = ["nobody@mail.example".to_owned(), people[0].clone()];
    for (fields, told) in [
        (sent("12", "all", two), "2 accounts are chosen: say whether only these are released"),
        (sent("12", "count", two), "say whether only these"),
        (sent("12", "only", &[]), "No account is chosen"),
        (sent("12", "but", &[]), "No account is chosen"),
        (sent("12", "but", &typo), "nobody@mail.example is not held in part 1"),
        (sent("11", "all", &[]), "11 accounts were held when you looked, and 12 are now"),
        ([sent("12", "count", &[]), vec![("count", "some")]].concat(), "&#34;some&#34; is no number"),
    ] {
        let page = browser.post("/held/1/release", &fields);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}:\n{}", page.text);
        assert!(page.text.contains(told) && page.text.contains("role=\"alert\""), "{told}:\n{}", page.text);
        for (_, address) in fields.iter().filter(|(name, _)| *name == "account") {
            assert!(page.text.contains(&format!("value=\"{address}\" checked")), "{address} stays chosen");
        }
    }
    assert_eq!(stands(&site), [(Stand::Held, 12)]);
    let done = browser.post("/held/1/release", &[sent("12", "count", &[]), vec![("count", "5")]].concat());
    shows(&done, &["5 done, 0 left to the next run, 7 still held."]);
    shows(&browser.post("/held/1/release", &[]), &["7 done"]);
}

// Proves: RUN-05
#[test]
fn a_runs_accounts_are_released_by_two_persons_each_for_those_they_chose() {
    let site = Site::after(|world| {
        (0..12).for_each(|_| drop(world.user("A81001", "Ann", "Lee")));
        world.wait(90);
        world.run();
    });
    let people: Vec<String> = site
        .world
        .almoner
        .brake(&site.world.operator(), 1, 0, 50)
        .unwrap()
        .1
        .into_iter()
        .map(|one| one.address)
        .collect();
    let (mut one, mut two) = (primary(&site, "Low"), primary(&site, "Roe"));
    let page = one.get("/held/1");
    shows(
        &page,
        &["Each account that a run planned needs two persons", "run 1", "measures the accounts anew", "by the run"],
    );
    let first = one.post("/held/1/release", &sent("12", "only", &people[..3]));
    shows(&first, &["Your word for 3 is noted.", "admin.low@mail.example released 3 of them first"]);
    let again = one.post("/held/1/release", &sent("12", "only", &people[..3]));
    assert!(again.text.contains("you released it first"), "{}", again.text);
    two.get("/held/1");
    let both = two.post("/held/1/release", &sent("12", "all", &[]));
    shows(&both, &["Your word for 9 is noted.", "0 done, 3 left to the next run, 9 still held."]);
    assert_eq!(stands(&site), [(Stand::Held, 9), (Stand::Released, 3)]);
    site.world.verify();
}

// Proves: RUN-05, ROLE-02
#[test]
fn whoever_asked_sees_no_release_and_strangers_see_nothing() {
    let site = Site::new();
    closing(&site.world, 12);
    let local = site.world.admin(Role::LocalAdmin, "A81001", "May");
    let mut browser = site.signed_in(&local);
    let page = browser.get("/held/1");
    shows(&page, &["releases it", "method=\"get\""]);
    assert!(!page.text.contains(">Release</button>") && !page.text.contains("Refuse what is left"), "{}", page.text);
    assert_eq!(browser.post("/held/1/release", &[]).status, StatusCode::FORBIDDEN);
    let far = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Far");
    let mut browser = site.signed_in(&far);
    for part in ["1", "2", "x"] {
        for path in ["", "/csv"] {
            assert_eq!(browser.get(&format!("/held/{part}{path}")).status, StatusCode::NOT_FOUND);
        }
        for path in ["choose", "release", "refuse"] {
            assert_eq!(browser.post(&format!("/held/{part}/{path}"), &[]).status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    assert_eq!(stands(&site), [(Stand::Held, 12)]);
    let team = site.world.user("RX2", "Sam", "Team");
    site.world.almoner.grant(&site.world.operator(), &team, Role::SectorAdmin, &Scope::Sector(Sector::Gp)).unwrap();
    let mut browser = site.signed_in(&team);
    shows(&browser.get("/held"), &["Name an organisation"]);
    shows(&browser.get("/held?organisation=a81001"), &["/held/1"]);
}

#[test]
fn the_accounts_of_a_part_are_a_file_that_a_release_understands() {
    let site = Site::new();
    let people = closing(&site.world, 12);
    let mut browser = primary(&site, "Low");
    let file = browser.get("/held/1/csv");
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("held-part-1.csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines[0], "address,asked,to,reason,file,line,state,first_released_by");
    assert_eq!(lines[1], format!("{},leaver,,ward <closes>,ward.csv,2,held,", people[0]));
    assert_eq!(lines.len(), 13);
}

// Proves: RUN-05
#[test]
fn a_part_whose_last_day_is_over_says_so_and_is_released_by_nobody() {
    let site = Site::after(|world| {
        closing(world, 12);
        world.wait(14);
    });
    let mut browser = primary(&site, "Low");
    let page = browser.get("/held/1");
    shows(&page, &["which is over: nobody released it in time"]);
    assert!(!page.text.contains(">Release</button>"), "{}", page.text);
    let late = browser.post("/held/1/release", &[]);
    assert!(late.text.contains("part 1 has lapsed already"), "{}", late.text);
    shows(&browser.get("/held/1"), &["nobody released what was left in time", "12 lapsed", "system,"]);
}
