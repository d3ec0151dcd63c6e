//! `almoner serve` as a process: the first run, the demonstration, the stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

use testkit::databases::Database;

use crate::World;

struct Served {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Served {
    fn new(w: &World<'_>, words: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_almoner"))
            .args(words)
            .current_dir(w.folder.path())
            .env("ALMONER_STORE", w.database.url())
            .env("ALMONER_KEY_FILE", w.folder.path().join("almoner.key"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Self { child, err }
    }

    /// The first line on stderr that holds a word.
    fn line(&mut self, word: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.err.read_line(&mut line).unwrap(), 0, "it ended without {word}: {all}");
            if line.contains(word) {
                return line.trim().to_owned();
            }
            all += &line;
        }
    }

    /// Asks it to stop; it ends well.
    fn stop(mut self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The host of an address like `http://127.0.0.1:4711/`.
fn host(text: &str) -> &str {
    let (_, behind) = text.split_once("http://").unwrap();
    behind.split(['/', ' ']).next().unwrap()
}

fn ask(host: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn an_empty_store_is_set_up_in_the_browser_and_then_served() {
    let database = Database::sqlite();
    let w = World::new(&database);
    let mut served = Served::new(&w, &["serve", "--listen", "127.0.0.1:0"]);
    let told = served.line("Set up its federation");
    let host = host(&told);
    let mut token = String::new();
    served.err.read_line(&mut token).unwrap();
    assert!(ask(host, "GET", "/sign-in", "").contains("Set-up token"));
    let form = "domain=mail.example&zone=Europe/London&policy=2022-12&code=X26&organisation=Office&first_name=Ann&last_name=Lee";
    let refused = ask(host, "POST", "/", &format!("token=wrong&{form}"));
    assert!(refused.starts_with("HTTP/1.1 422"), "{refused}");
    let made = ask(host, "POST", "/", &format!("token={}&{form}", token.trim()));
    assert!(made.starts_with("HTTP/1.1 200") && made.contains("ann.lee@mail.example"), "{made}");
    served.line("The portal of mail.example is at");
    let page = ask(host, "GET", "/sign-in", "");
    assert!(page.contains("Email address") && !page.contains("Set-up token"), "{page}");
    let password = made.split_once("class=\"secret\">").unwrap().1.split('<').next().unwrap();
    let inside = ask(host, "POST", "/sign-in", &format!("address=ann.lee@mail.example&password={password}"));
    assert!(inside.starts_with("HTTP/1.1 303"), "{inside}");
    served.stop();
    let said = w.say("verify");
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_demonstration_is_served_on_this_machine_only() {
    let database = Database::sqlite();
    let w = World::new(&database);
    let said = w.say("demo --accounts 300 --serve --listen 0.0.0.0:0");
    assert!(said.code == 2 && said.err.contains("sign in as anybody"), "{said:?}");
    assert_eq!(w.say("org list").code, 1, "nothing was made");
    let mut served = Served::new(&w, &["demo", "--accounts", "300", "--serve", "--listen", "127.0.0.1:0"]);
    let told = served.line("is at http://");
    let host = host(&told);
    let page = ask(host, "GET", "/sign-in", "");
    assert!(page.contains("Or be somebody") && page.contains("Second operator"), "{page}");
    let played = ask(host, "POST", "/play", "part=0");
    assert!(played.starts_with("HTTP/1.1 303") && played.contains("set-cookie"), "{played}");
    served.stop();
    let mut plain = Served::new(&w, &["serve", "--listen", "127.0.0.1:0"]);
    let told = plain.line("is at http://");
    let again = ask(self::host(&told), "POST", "/play", "part=0");
    assert!(again.starts_with("HTTP/1.1 404"), "the same store, served: {again}");
    plain.stop();
}

#[test]
fn a_federation_on_postgresql_is_set_up_served_and_stopped() {
    let database = Database::postgres();
    let w = World::new(&database);
    let mut served = Served::new(&w, &["demo", "--accounts", "300", "--serve", "--listen", "127.0.0.1:0"]);
    let told = served.line("is at http://");
    let host = host(&told);
    let played = ask(host, "POST", "/play", "part=0");
    assert!(played.starts_with("HTTP/1.1 303"), "{played}");
    assert!(ask(host, "GET", "/health/ready", "").starts_with("HTTP/1.1 200"), "the store is asked");
    served.stop();
}
