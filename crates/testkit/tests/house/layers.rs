//! Which crate may use which. The table is the architecture: a new edge is a decision, not an import.

use crate::tree;

/// Each crate and the crates of ours that it may name; `testkit` may name all.
const LAYERS: [(&str, &[&str]); 6] = [
    ("domain", &[]),
    ("wire", &["domain"]),
    ("store", &["domain"]),
    ("service", &["domain", "wire", "store"]),
    ("server", &["domain", "wire", "store", "service"]),
    ("testkit", &["domain", "wire", "store", "service", "server"]),
];

/// What the domain may use of others: dates and error texts.
const DOMAIN_USES: [&str; 2] = ["jiff", "thiserror"];

#[test]
fn a_crate_uses_only_the_layers_below_it() {
    let manifests: Vec<_> = tree::text_files().into_iter().filter(|file| is_manifest(&file.path)).collect();
    assert!(!manifests.is_empty(), "no crates/*/Cargo.toml found");
    let mut problems = Vec::new();
    for file in &manifests {
        let name = file.path.split('/').nth(1).unwrap_or_default();
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            problems.push(format!("{}:1: the crate {name} has no row in LAYERS", file.path));
            continue;
        };
        for (line, section, used) in dependencies(&file.text) {
            let ours = LAYERS.iter().any(|(layer, _)| *layer == used);
            // Tests may use the test world; the program may not.
            let test_world = used == "testkit" && section == "dev-dependencies";
            if ours && !test_world && !allowed.contains(&used.as_str()) {
                problems.push(format!("{}:{line}: {name} may not use {used}", file.path));
            }
            if name == "domain" && section == "dependencies" && !DOMAIN_USES.contains(&used.as_str()) {
                problems.push(format!("{}:{line}: domain may use only jiff and thiserror, not {used}", file.path));
            }
        }
    }
    tree::none(
        &problems,
        "Move the code to the layer that may do this, or change LAYERS in crates/testkit/tests/house/layers.rs with a \
         decision page:",
    );
}

#[test]
fn dependencies_are_read_in_every_spelling() {
    let text = "[package]\nname = \"x\"\n[dependencies]\ndomain.workspace = true\njiff = \"1\" # why\n\n\
                [dependencies.almoner-store]\npath = \"..\"\n[target.'cfg(unix)'.dev-dependencies]\nwire = { path = \"a\" }\n";
    let found: Vec<(usize, String, String)> = dependencies(text);
    let expected = [
        (4, "dependencies", "domain"),
        (5, "dependencies", "jiff"),
        (7, "dependencies", "store"),
        (10, "dev-dependencies", "wire"),
    ];
    assert_eq!(found, expected.map(|(line, section, used)| (line, section.to_owned(), used.to_owned())));
}

fn is_manifest(path: &str) -> bool {
    path.starts_with("crates/") && path.ends_with("/Cargo.toml") && path.matches('/').count() == 2
}

/// Line, kind of section and name of each dependency; `almoner-store` and `store` are the same crate.
fn dependencies(text: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut section = String::new();
    for (line, content) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(header) = content.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default();
            let (before, last) = header.rsplit_once('.').unwrap_or(("", header));
            section = last.to_owned();
            // `[dependencies.x]` is a dependency by itself, its lines are settings.
            if before.ends_with("dependencies") {
                found.push((line, kind(before), plain(last)));
                section.clear();
            }
        } else if section.ends_with("dependencies") && content.contains('=') && !content.starts_with('#') {
            let name = content.split(['=', '.', ' ']).next().unwrap_or_default();
            found.push((line, kind(&section), plain(name)));
        }
    }
    found
}

fn kind(section: &str) -> String {
    section.rsplit('.').next().unwrap_or_default().to_owned()
}

fn plain(name: &str) -> String {
    let name = name.trim_matches('"');
    name.strip_prefix("almoner-").unwrap_or(name).to_owned()
}
