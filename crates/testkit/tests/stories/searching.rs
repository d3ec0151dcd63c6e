//! A search finds what is so now, whoever changed it: what is kept in memory equals what is read anew.

use domain::ids::OdsCode;
use domain::rights::Role;
use domain::status::Status;
use service::account::act::Request;
use service::account::edit::Edit;
use service::account::search::Wanted;
use service::account::setting::Setting;
use service::federation::Almoner;
use testkit::world::{World, on_both_stores};

fn found(almoner: &Almoner, world: &World, who: &str, wanted: &Wanted) -> Vec<String> {
    let (mut all, mut wanted) = (Vec::new(), wanted.clone());
    loop {
        let page = almoner.search_accounts(&world.person(who), &wanted).unwrap();
        all.extend(page.rows.iter().map(|row| row.account.address.to_string()));
        let Some(next) = page.next else { return all };
        wanted.after = Some(next);
    }
}

fn asked(text: &str, limit: u32) -> Wanted {
    Wanted { text: text.into(), limit, ..Wanted::default() }
}

/// Everything by which the two could differ.
fn questions() -> Vec<Wanted> {
    let mut all: Vec<Wanted> =
        ["", "lee", "quill", "ann", "ward", "bea mosss", "zzz"].map(|text| asked(text, 3)).to_vec();
    all.extend(Status::ALL.iter().map(|status| Wanted { status: Some(*status), ..asked("", 2) }));
    all.push(Wanted { unit: "ward".into(), ..asked("", 2) });
    all
}

fn rename(world: &World, address: &str, last: &str, unit: &str) {
    let ctx = world.operator();
    let seen = world.almoner.show(&ctx, address).unwrap();
    let wanted = domain::profile::Profile { last_name: last.into(), unit: unit.into(), ..seen.profile.clone() };
    let edit =
        Edit { version: seen.account.version, seen: seen.profile, wanted, note: String::new(), new_address: false };
    world.almoner.edit_account(&ctx, address, &edit).unwrap();
}

#[test]
fn after_each_change_a_search_in_memory_finds_what_a_new_one_reads() {
    on_both_stores(|world| {
        let first = world.admin(Role::LocalAdmin, "RX1", "First");
        let second = world.admin(Role::LocalAdmin, "RX2", "Second");
        let (ann, bea) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Bea", "Moss"));
        // Another process, whose memory learns of nothing but what the store tells.
        let other = Almoner::open(world.url()).unwrap();
        let rx2 = OdsCode::parse("RX2").unwrap();
        let changes: [(&str, &dyn Fn()); 12] = [
            ("nothing", &|| ()),
            ("a new account", &|| drop(world.user("RX1", "Cy", "Quill"))),
            ("another name and unit", &|| rename(world, &ann, "Quill", "Ward 7")),
            ("hidden", &|| drop(world.ask(&ann, &Request::Set(Setting::Hidden(true))).unwrap())),
            ("disabled", &|| drop(world.ask(&bea, &Request::Disable).unwrap())),
            ("enabled", &|| drop(world.ask(&bea, &Request::Enable).unwrap())),
            ("moved", &|| drop(world.ask(&ann, &Request::Transfer(rx2.clone())).unwrap())),
            ("given up", &|| drop(world.ask(&bea, &Request::MarkLeaver).unwrap())),
            ("taken in", &|| drop(world.ask(&bea, &Request::Join(rx2.clone())).unwrap())),
            ("deleted", &|| drop(world.ask(&bea, &Request::Delete).unwrap())),
            ("restored", &|| drop(world.ask(&bea, &Request::Restore).unwrap())),
            ("many at once", &|| {
                for at in 0..130 {
                    world.user("RX1", "Ann", &format!("Lee{at}"));
                }
            }),
        ];
        for (what, change) in changes {
            change();
            let cold = Almoner::open(world.url()).unwrap();
            for wanted in questions() {
                for who in [&first, &second] {
                    let anew = found(&cold, world, who, &wanted);
                    assert_eq!(found(&world.almoner, world, who, &wanted), anew, "{what}: {wanted:?} by {who}");
                    assert_eq!(found(&other, world, who, &wanted), anew, "{what}, elsewhere: {wanted:?} by {who}");
                }
            }
        }
        assert_eq!(found(&other, world, &first, &asked("ann lee", 1_000)).len(), 130);
        assert!(found(&other, world, &second, &asked("quill", 9)).contains(&world.account(&ann).address.to_string()));
        world.verify();
    });
}

#[test]
fn a_search_elsewhere_than_in_ones_organisations_finds_nothing_and_reads_nothing() {
    on_both_stores(|world| {
        let admin = world.admin(Role::LocalAdmin, "RX1", "Admin");
        let ann = world.user("RX2", "Ann", "Lee");
        for code in ["RX2", "RX9", "NOWHERE"] {
            let wanted = Wanted { organisation: code.into(), ..asked("", 9) };
            assert_eq!(found(&world.almoner, world, &admin, &wanted), Vec::<String>::new(), "{code}");
        }
        let wanted = Wanted { organisation: "RX2".into(), ..asked("lee", 9) };
        let page = world.almoner.search_accounts(&world.operator(), &wanted).unwrap();
        assert_eq!(page.rows.first().map(|row| row.account.address.to_string()), Some(ann));
    });
}
