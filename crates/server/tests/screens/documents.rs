//! `--json`: what is printed is what `docs/json.md` names, and what it promises is printed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::desk::Desk;
use crate::federation;

const DOCUMENT: &str = include_str!("../../../../docs/json.md");

/// Objects whose names are data: transitions, statuses, the keys of policies, the fields of what changed.
const OPEN: [&str; 7] = ["planned", "done", "reasons", "accounts", "fields", "detail", "total"];

/// Commands, and the section that each is described in.
const COMMANDS: &[(&str, &str)] = &[
    ("explain bob.ray@mail.example", "explain"),
    ("explain ward.two@mail.example", "explain"),
    ("explain print.app@mail.example", "explain"),
    ("run --preview", "run"),
    ("forecast --organisation R1A", "forecast"),
    ("what-if --policy 2021-02 --begins 2018-09-01", "what-if"),
    ("run", "run"),
    ("run show 1", "run"),
    ("run rollback 1", "run"),
    ("run list", "run"),
    ("history ann.lee@mail.example", "history"),
    ("audit search --limit 20", "history"),
    ("audit verify", "audit verify"),
    ("audit seal", "audit roots"),
    ("audit roots --out pinned.txt", "audit roots"),
    ("audit verify --roots gone.txt", "audit verify"),
    ("audit proof --organisation R1A --out proof.jsonl", "audit proof"),
    ("audit check-proof proof.jsonl --roots pinned.txt", "audit check-proof"),
    ("leaver ann.lee@mail.example", "leaver"),
    ("cancel-leaver ann.lee@mail.example", "leaver"),
    ("join dot.fay@mail.example --organisation R1C", "leaver"),
    ("transfer ann.lee@mail.example --organisation R1C", "leaver"),
    ("disable ann.lee@mail.example", "leaver"),
    ("enable ann.lee@mail.example", "leaver"),
    ("delete ann.lee@mail.example --reason x", "leaver"),
    ("restore ann.lee@mail.example", "leaver"),
    ("hold ann.lee@mail.example --reason x", "leaver"),
    ("release-hold ann.lee@mail.example", "leaver"),
    ("accept-terms gus.ivy@mail.example", "leaver"),
    ("confirm ward.two@mail.example", "leaver"),
    ("org import trusts.csv --edition 2022-04", "org import"),
    ("org show R1A", "org show"),
    ("org list", "org show"),
    ("org close R1D", "org show"),
    ("org open R1D", "org show"),
    ("org succeed R1F --by R1A", "org show"),
    ("org short-name R1F wight", "org show"),
    ("account list --organisation R1A", "account list"),
    ("account show hal.joy@mail.example", "account show"),
    ("account show ann.lee@mail.example", "account show"),
    ("account import people.csv --migrate --check", "account import"),
    ("signal import signals.csv --out outcome.csv", "account import"),
    ("bulk actions.csv --out outcome.csv", "account import"),
    ("bulk closing.csv --out outcome.csv", "account import"),
    ("account show p1.mo@mail.example", "account show"),
    ("brake list", "brake list"),
    ("brake show 1", "brake show"),
    ("brake release 1 --count 3 --as jo.lowe@mail.example", "brake release"),
    ("brake refuse 1", "brake refuse"),
    ("notice list", "notice list"),
    ("grant add jo.lowe@mail.example --role auditor --federation", "grant add"),
    ("grant list --address jo.lowe@mail.example", "grant add"),
    ("mfa except jo.lowe@mail.example", "mfa show"),
    ("mfa show jo.lowe@mail.example", "mfa show"),
    ("mfa end jo.lowe@mail.example", "mfa show"),
    ("grant end 1", "grant add"),
    ("policy check bad.toml", "policy"),
    ("policy show", "policy"),
    ("policy diff 2018-09 2021-02", "policy"),
    ("policy adopt 2021-02 --from 2021-02-01", "policy"),
    ("policy list", "policy"),
    ("policy propose 2022-12 --from 2022-12-01 --note x", "policy propose"),
    ("policy proposals", "policy propose"),
    ("policy proposals 1", "policy propose"),
    ("policy drop 1", "policy propose"),
    ("waves", "waves"),
    ("account create --organisation R1C --first-name Zoe --last-name Ash", "account create"),
    ("account away ann.lee@mail.example --text Away", "account rules"),
    ("account forward ann.lee@mail.example --to jo.lowe@mail.example --keep", "account rules"),
    ("account member list ward.two@mail.example", "account member list"),
    ("report mailbox --organisation R1D", "report"),
    ("notice check", "notice check"),
    ("notice preview leaver_marked", "notice check"),
    ("notice remind", "notice remind"),
    ("notice send --even-in-rehearsal --config post.toml", "notice send"),
    ("notice retry", "notice send"),
    ("mail secure add trust.example", "mail secure add"),
    ("mail secure list", "mail secure add"),
    ("mail secure ask ann@trust.example", "mail secure ask"),
    ("mail recount jo.lowe@mail.example", "mail commands retry"),
    ("mail commands list", "mail commands list"),
    ("mail commands retry", "mail commands retry"),
    ("check", "check"),
    ("config show", "config"),
    ("config check", "config"),
    ("config check --config wrong.toml", "config"),
    ("org show ZZZ99", "When it fails"),
];

/// A section of the document, from its heading to the next.
fn section(name: &str) -> &'static str {
    let all = DOCUMENT.split("\n## ").skip(1);
    all.filter(|text| text.starts_with(name)).last().unwrap_or_else(|| panic!("no section {name}"))
}

/// The examples: what is indented.
fn example(text: &str) -> String {
    text.lines().filter(|line| line.starts_with("    ")).collect()
}

/// The names in backquotes, in the first columns of tables, and in the example.
fn named(name: &str) -> BTreeSet<String> {
    let text = section(name);
    let mut names = BTreeSet::new();
    for line in text.lines().skip(1) {
        let first = line.strip_prefix('|').and_then(|row| row.split('|').next()).unwrap_or_default();
        names.extend(first.split(',').map(|word| word.trim().to_owned()));
        names.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    if let Ok(document) = serde_json::from_str::<Value>(&example(text)) {
        names.extend(keys(&document));
    }
    // The card of an account has what the list has.
    if name == "account show" {
        names.extend(named("account list"));
    }
    if name == "demo" {
        names.extend(named("run"));
    }
    names
}

/// Every name in a document.
fn keys(value: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    match value {
        Value::Array(items) => all.extend(items.iter().flat_map(keys)),
        Value::Object(fields) => {
            for (name, value) in fields {
                all.insert(name.clone());
                if !OPEN.contains(&name.as_str()) {
                    all.extend(keys(value));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

/// The names that a section promises: in the first column of its table, else in its example.
fn promised(name: &str) -> BTreeSet<String> {
    let text = section(name);
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| field"));
    let first = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|names| names.split(','));
    if text.contains("| field |") {
        first.map(|word| word.trim().to_owned()).collect()
    } else {
        serde_json::from_str(&example(text)).map(|document: Value| keys(&document)).unwrap_or_default()
    }
}

/// A federation with something to say in each of the documents.
fn busy() -> Desk {
    let d = federation();
    d.file("trusts.csv", &std::fs::read_to_string(crate::TRUSTS).unwrap().replacen("20171001", "20171301", 1));
    d.file("signals.csv", "Address,Signal,Time\nann.lee@mail.example,mail_sent,2018-08-31T10:00:00Z\nx,y,z\n");
    d.file("actions.csv", "Address,Action,Argument,Reason\nann.lee@mail.example,hide,,\n");
    d.file("bad.toml", "name = \"x\"\n");
    d.file("post.toml", "[smtp]\nhost = \"127.0.0.1\"\nport = 1\nfrom = \"post@mail.example\"\n");
    d.file("wrong.toml", "[limits]\npages = 0\n");
    d.file("gone.txt", &format!("9 2018-09-01T11:00:00Z 1 1 {}\n", "ab".repeat(32)));
    crate::brakes::closing(&d);
    d.does("disable p1.mo@mail.example");
    d.does("grant add jo.lowe@mail.example --role operator --federation");
    d
}

/// The documents of the mail engine, in a folder of its own. Only root sets it up, where the packages are: tells whether.
fn mail(d: &Desk, printed: &mut BTreeMap<&str, BTreeSet<String>>) -> bool {
    let folder = tempfile::Builder::new().prefix("alm-").tempdir_in("/tmp").unwrap();
    let of = |verb: &str| format!("mail {verb} --folder {}", folder.path().display());
    let set_up = d.asks(&of("setup --smtp-port 2525")).code == 0;
    if !set_up {
        let kept = "domain = \"mail.example\"\nhost = \"mail.example\"\nmail_uid = 8800\n";
        std::fs::write(folder.path().join("settings.toml"), kept).unwrap();
    }
    let all = [("config", "mail config"), ("check", "mail check"), ("stop", "mail stop"), ("units", "mail units")];
    let for_root = [("setup", "mail setup"), ("dkim show", "mail dkim show")];
    for (verb, name) in all.into_iter().chain(for_root.into_iter().filter(|_| set_up)) {
        printed.entry(name).or_default().extend(keys(&d.json(&of(verb))));
    }
    set_up
}

#[test]
fn every_name_in_the_json_is_in_the_documents_and_the_other_way_round() {
    let d = busy();
    let mut printed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (line, name) in COMMANDS {
        printed.entry(name).or_default().extend(keys(&d.json(line)));
    }
    for (line, name) in [("init --rehearsal", "init"), ("demo --accounts 300", "demo")] {
        let mut fresh = Desk::empty();
        fresh.on("2018-09-01");
        printed.entry(name).or_default().extend(keys(&fresh.json(line)));
    }
    let spoilt = federation();
    spoilt.spoil();
    printed.entry("verify").or_default().extend(keys(&spoilt.json("verify")));
    let set_up = mail(&d, &mut printed);
    assert!(printed["leaver"].contains("moved_from") && printed["run"].contains("differences"), "{printed:?}");
    for (name, keys) in &printed {
        let named = named(name);
        let silent: Vec<_> = keys.difference(&named).collect();
        assert!(silent.is_empty(), "docs/json.md, {name}: printed, not named: {silent:?}");
        let promised = promised(name);
        let broken: Vec<_> = promised.difference(keys).collect();
        assert!(broken.is_empty(), "docs/json.md, {name}: named, not printed: {broken:?}");
    }
    let sections = DOCUMENT.matches("\n## ").count() - 2 * usize::from(!set_up);
    assert_eq!(printed.len(), sections, "a section without a command: {:?}", printed.keys());
}
