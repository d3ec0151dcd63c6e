//! Requests that are made to tire the portal or to be read two ways: lengths that are wrong, bodies that never end or never
//! come, forms of thousands of parts, packed ones.

use std::time::Duration;

use axum::http::StatusCode;
use domain::rights::Role;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::config::{Config, Limits};
use crate::web::tests::browser::{ORIGIN, Site};
use crate::web::tests::files::{ACTIONS, MULTIPART, form, pieces};
use crate::web::tests::net::{LONG, rest, running};

const FORM: [(&str, &str); 2] = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];

/// What comes back over a connection of its own.
async fn told(address: std::net::SocketAddr, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Whoever is hung up on cannot say everything.
    drop(stream.write_all(bytes).await);
    rest(stream).await
}

#[test]
fn a_request_that_could_be_read_two_ways_is_not_read_at_all() {
    let site = Site::new();
    let limits = Limits { header_seconds: 2, ..Config::default().limits };
    site.wait(async {
        let portal = running(&site, limits, None).await;
        let hidden = "GET /health/live HTTP/1.1\r\nhost: portal.test\r\n\r\n";
        for head in [
            "content-length: 5\r\ncontent-length: 6",
            "content-length: 5, 6",
            "content-length: +5",
            "content-length: -1",
            "content-length: 0x5",
            "content-length: 99999999999999999999999",
            "transfer-encoding: chunked, gzip",
            "transfer-encoding: gzip",
            "transfer-encoding : chunked",
            "content-length : 5",
            "x: a\r\n content-length: 5",
            "\u{1}: x",
        ] {
            let request = format!("POST /sign-in HTTP/1.1\r\nhost: portal.test\r\n{head}\r\n\r\n{hidden}");
            let said = told(portal.address, request.as_bytes()).await.expect("hung up");
            assert!(!said.contains("alive") && !said.contains("200 OK"), "{head}:\n{said}");
            assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{head}:\n{said}");
            assert_eq!(said.matches("HTTP/1.1").count(), usize::from(!said.is_empty()), "{head}:\n{said}");
        }
        // With both, the pieces count and the length does not (RFC 9112, 6.3): what stands behind the last piece is no body.
        let both = "POST /sign-in HTTP/1.1\r\nhost: portal.test\r\norigin: http://portal.test\r\n\
                    content-length: 400\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
        let said = told(portal.address, both.as_bytes()).await.expect("answered, then hung up");
        assert!(said.starts_with("HTTP/1.1 4"), "{said}");
        for begun in [
            "HTTP/1.1 200 OK\r\n\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/3.0\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            let said = told(portal.address, begun.as_bytes()).await.expect("hung up");
            assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{begun}: {said}");
        }
    });
}

#[test]
fn a_form_that_comes_too_slowly_or_not_whole_is_given_up() {
    let site = Site::with(|config| config.limits.request_seconds = 1);
    let limits = Limits { header_seconds: 1, ..Config::default().limits };
    site.wait(async {
        let portal = running(&site, limits, None).await;
        let head = "POST /sign-in HTTP/1.1\r\nhost: portal.test\r\norigin: http://portal.test\r\nconnection: close\r\n";
        for (length, body) in [(9, "add"), (9, ""), (65_000, "address=x"), (9, "address=x and what came too much")] {
            let request = format!("{head}content-length: {length}\r\n\r\n{body}");
            let said = told(portal.address, request.as_bytes()).await.expect("not held for ever");
            let whole = body.len() >= length;
            let status = if whole { "HTTP/1.1 422" } else { "HTTP/1.1 503" };
            assert!(said.starts_with(status), "{length} {body}:\n{said}");
        }
        let endless = format!("{head}transfer-encoding: chunked\r\n\r\n");
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        stream.write_all(endless.as_bytes()).await.unwrap();
        let piece = format!("1000\r\n{}\r\n", "x".repeat(4_096));
        let pours = async {
            // As much as it lets come: no more than a form may have, and what the system holds back.
            while stream.write_all(piece.as_bytes()).await.is_ok() {}
        };
        tokio::time::timeout(LONG, pours).await.expect("it does not drink without end");
        let live = told(portal.address, b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(live.unwrap().contains("alive"), "and goes on");
    });
}

#[test]
fn a_file_that_comes_cut_or_with_a_false_length_leaves_nothing() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let body = form(&browser.token, "actions", "x.csv", ACTIONS);
    let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let head = format!(
        "POST /files HTTP/1.1\r\nhost: portal.test\r\norigin: http://portal.test\r\ncookie: {cookie}\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=xYz\r\n"
    );
    site.wait(async {
        let portal = running(&site, Config::default().limits, None).await;
        // Shorter than it says, and then gone; and so short that the last boundary is no part of it.
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        let more = format!("{head}content-length: {}\r\n\r\n{body}", body.len() + 10);
        stream.write_all(more.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let said = rest(stream).await.unwrap();
        assert!(!said.contains("HTTP/1.1 303"), "{said}");
        let less = format!("{head}content-length: {}\r\n\r\n{body}", body.len() - 10);
        let said = told(portal.address, less.as_bytes()).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 422"), "{said}");
        let right = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let said = told(portal.address, right.as_bytes()).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 303"), "{said}");
    });
    site.portal().jobs.wait();
    assert!(pieces(&site).iter().all(|name| name.starts_with("1.")), "{:?}", pieces(&site));
}

#[test]
fn a_form_of_thousands_of_parts_or_of_one_that_never_ends_is_refused() {
    let site = Site::with_files_of(1_000);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let token = browser.token.clone();
    let part = |name: &str, value: &str| {
        format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let first = part("token", &token);
    let long = "x".repeat(70_000);
    for (what, body, status) in [
        ("parts", format!("{first}{}--xYz--\r\n", part("a", "b").repeat(10_000)), StatusCode::PAYLOAD_TOO_LARGE),
        ("a field", format!("{first}{}--xYz--\r\n", part("a", &long)), StatusCode::PAYLOAD_TOO_LARGE),
        ("a name", format!("{first}{}--xYz--\r\n", part(&long, "b")), StatusCode::PAYLOAD_TOO_LARGE),
        ("heads", format!("{first}--xYz\r\n{}", "x: y\r\n".repeat(20_000)), StatusCode::PAYLOAD_TOO_LARGE),
        ("no boundary", long.clone(), StatusCode::UNPROCESSABLE_ENTITY),
        ("nothing", String::new(), StatusCode::FORBIDDEN),
        ("half a boundary", format!("{first}--xY"), StatusCode::FORBIDDEN),
        ("a boundary in a boundary", format!("{first}--xYz--xYz\r\n"), StatusCode::UNPROCESSABLE_ENTITY),
        (
            "no name",
            format!("{first}--xYz\r\nContent-Disposition: form-data\r\n\r\nb\r\n--xYz--\r\n"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let page = browser.send("POST", "/files", &MULTIPART, body);
        assert_eq!(page.status, status, "{what}: {}", page.text);
        assert!(pieces(&site).is_empty(), "{what}");
    }
}

#[test]
fn a_form_of_thousands_of_fields_or_a_packed_one_is_answered_like_any_other() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/accounts?q=x");
    let token = browser.token.clone();
    let begun = crate::clock::stopwatch();
    for body in [
        format!("token={token}{}", "&account=a%40b".repeat(4_000)),
        format!("token={token}{}", "&a".repeat(30_000)),
        format!("{}token={token}", "&".repeat(60_000)),
        format!("token={token}&addresses={}", "%0a".repeat(20_000)),
        format!("token={token}&token=other&action=disable"),
    ] {
        let page = browser.send("POST", "/selection", &FORM, body);
        assert!(page.status.is_client_error() || page.status == StatusCode::OK, "{}", page.status);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let packed = [FORM[0], FORM[1], ("content-encoding", "gzip")];
    let page = browser.send("POST", "/accounts/searches", &packed, "\u{1f}\u{8b}\u{8}token".to_owned());
    assert_eq!(page.status, StatusCode::FORBIDDEN, "it is not unpacked, so it has no token");
}

#[test]
fn of_a_field_that_comes_twice_the_first_counts_also_beside_one_of_the_same_name_in_the_path() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX2", "Ben", "Ash"));
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/delete?address={ben}&action=restore&token=x");
    browser.get(&path);
    let fields = [
        ("reason", "first"),
        ("reason", "second"),
        ("address", ben.as_str()),
        ("action", "hide"),
        ("role", "operator"),
    ];
    assert_eq!(browser.post(&path, &fields).status, StatusCode::SEE_OTHER);
    assert_eq!(site.world.status(&ann), domain::status::Status::Deleted);
    assert_eq!(site.world.status(&ben), domain::status::Status::Active);
    let lines = site.world.almoner.history(&site.world.operator(), &ann).unwrap();
    let told = format!("{lines:?}");
    assert!(told.contains("first") && !told.contains("second"), "{told}");
}
