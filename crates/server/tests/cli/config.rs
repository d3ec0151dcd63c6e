//! Flags, environment and file as the program itself reads them.

use std::process::Command;

use testkit::databases::Database;

use crate::World;

const BROKEN: &str = "[limits]\npages = 0\n\n[smtp]\nhost = \"relay\"\npassword = \"hunter2\"\n";

#[test]
fn every_mistake_of_a_configuration_stops_every_verb() {
    let database = Database::sqlite();
    let w = World::new(&database);
    w.file("bad.toml", BROKEN);
    let said = w.say("--config bad.toml --json config check");
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &told["good"]), (1, &serde_json::json!(false)));
    let keys: Vec<_> = told["mistakes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["limits.pages", "smtp.password", "smtp.from"]);
    assert_eq!(told["mistakes"][0]["place"], "bad.toml, line 2");
    for verb in ["init", "org list", "config show", "serve"] {
        let said = w.say(&format!("--config bad.toml {verb}"));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{verb}: {}", said.err);
        assert!(said.err.contains("bad.toml, line 2, limits.pages"), "{}", said.err);
        assert!(!said.err.contains("hunter2"), "{}", said.err);
    }
    let said = w.say("--config absent.toml org list");
    assert!(said.code == 1 && said.err.contains("absent.toml cannot be used"), "{said:?}");
}

#[test]
fn the_file_is_named_by_a_variable_too_and_its_store_is_used() {
    let database = Database::sqlite();
    let w = World::new(&database);
    w.file("good.toml", "store = \"sqlite:of-file.db\"\n[brand]\nname = \"Mail of all\"\n");
    let run = |words: &[&str], env: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
        command.args(words).current_dir(w.folder.path()).env_remove("ALMONER_STORE").env("ALMONER_CONFIG", "good.toml");
        let output = command.envs(env.iter().copied()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&["init"], &[]).0, 0);
    assert!(w.folder.path().join("of-file.db").exists());
    assert_eq!(run(&["config", "check"], &[]), (0, "The configuration can be used.\n".to_owned()));
    let (code, shown) = run(&["config", "show"], &[("ALMONER_SMTP_PASSWORD", "hunter2")]);
    assert_eq!(code, 0);
    let line = |key: &str| {
        shown.lines().find(|line| line.starts_with(key)).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("store "), "store sqlite:of-file.db good.toml, line 1");
    assert_eq!(line("brand.name"), "brand.name Mail of all good.toml, line 3");
    assert_eq!(line("listen"), "listen 127.0.0.1:8080 by itself");
    assert_eq!(line("smtp.password "), "smtp.password (set, not shown) ALMONER_SMTP_PASSWORD");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_secrets_file_that_anybody_reads_is_told() {
    let database = Database::sqlite();
    let w = World::new(&database);
    w.file("smtp", "hunter2\n");
    w.file(
        "c.toml",
        "[smtp]\nhost = \"relay\"\nfrom = \"no-reply@mail.example\"\nuser = \"a\"\npassword_file = \"smtp\"\n",
    );
    let said = w.say("--config c.toml config check");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("c.toml, line 5, smtp.password_file: smtp may be read by anybody"), "{said:?}");
}
