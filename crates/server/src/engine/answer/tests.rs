//! Questions over the sockets, as Postfix and Dovecot put them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use service::account::act::Request;
use service::progress::Silent;
use testkit::databases::Database;
use testkit::world::World;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::*;
use crate::config;
use crate::engine::authentic::{Authenticator, Names};
use crate::engine::dkim::Signer;

const TOKEN: &str = "a token";

/// An answerer in a folder of its own.
struct Answering {
    world: World,
    _database: Database,
    folder: tempfile::TempDir,
    auth: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

impl Answering {
    fn start() -> Self {
        let database = Database::sqlite();
        let world = World::new(&database);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let auth = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let doors = Doors { maps: at("maps"), policy: at("policy"), dict: at("dict"), filter: at("filter"), auth };
        let (inside, own) = (Networks::parse("10.0.0.0/8").unwrap(), rustix::process::geteuid().as_raw());
        let trust = Trust { token: TOKEN.into(), auth: vec![own], engine: Vec::new(), inside };
        let names = Authenticator::new(&Names::None, "mx.mail.example").unwrap();
        let means = Means::new("mx.mail.example", names, Signer::none(), "/nowhere".into());
        let homes = Homes { folder: "/mail".into(), owner: 8800 };
        let ahead = world.operator().now.second() - clock::wall().second();
        let log = Log::to(config::Log { json: false, level: Level::Error }, Box::new(std::io::sink()));
        let answerer = Arc::new(
            Answerer::open(
                world.url(),
                Almoner::open(world.url()).unwrap(),
                (trust, homes, Handling::default(), means),
                ahead,
                log,
                &Silent,
            )
            .unwrap(),
        );
        let ((stop, stopped), (ready, is_ready)) = (oneshot::channel::<()>(), channel());
        let served = std::thread::spawn(move || {
            Runtime::new().unwrap().block_on(async {
                let open = Open::at(&doors).unwrap();
                ready.send(()).unwrap();
                serve(answerer, open, async { drop(stopped.await) }).await;
            });
        });
        is_ready.recv().unwrap();
        Self { world, _database: database, folder, auth, stop: Some(stop), served: Some(served) }
    }

    fn connect(&self, name: &str) -> UnixStream {
        let stream = UnixStream::connect(self.folder.path().join(name)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Asks until the answer is another than `before`: a change is known within a second.
    fn until_not(&self, name: &str, question: &str, before: &str) -> String {
        loop {
            let answer = ask(&mut self.connect(name), question);
            if answer != before {
                return answer;
            }
        }
    }

    fn post(&self, token: &str, command: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.auth).unwrap();
        let head = format!("POST /?command={command} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        let more = format!("Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(format!("{head}{more}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.served.take().unwrap().join().unwrap();
    }
}

/// Asks; the first piece of the answer, or nothing where the connection was ended.
fn ask(stream: &mut UnixStream, question: &str) -> String {
    stream.write_all(question.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap();
    answer.truncate(read);
    String::from_utf8(answer).unwrap()
}

fn string(text: &str) -> String {
    format!("{}:{text},", text.len())
}

#[test]
fn maps_answer_several_questions_of_one_piece_in_their_order() {
    let answering = Answering::start();
    let ann = answering.world.user("RX1", "Ann", "Lee");
    let found = string(&format!("OK {ann}"));
    let question = string(&format!("recipients {ann}"));
    assert_eq!(answering.until_not("maps", &question, &string("NOTFOUND ")), found);
    let mut maps = answering.connect("maps");
    let both = format!("{question}{}{}", string("recipients x@y.example"), string(&format!("senders {ann}")));
    assert_eq!(ask(&mut maps, &both), format!("{found}{}{found}", string("NOTFOUND ")));
    assert_eq!(ask(&mut maps, &string("recipients \u{e9}@y.example")), string("NOTFOUND "));
    assert_eq!(ask(&mut maps, &string("other x")), string("PERM there is no map of this name"));
    assert_eq!(ask(&mut maps, "nonsense"), "", "what cannot be read ends the connection");
}

// Proves: MAIL-03
#[test]
fn a_policy_question_gets_the_answer_of_the_status() {
    let answering = Answering::start();
    let ann = answering.world.user("RX1", "Ann", "Lee");
    let (world, dunno) = (&answering.world, "action=DUNNO\n\n");
    let question = format!("request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient={ann}\nsize=100\n\n");
    assert_eq!(ask(&mut answering.connect("policy"), &question), dunno);
    world.almoner.act(&world.operator(), &ann, &Request::Delete, "a duplicate").unwrap();
    let answer = answering.until_not("policy", &question, dunno);
    assert_eq!(answer, "action=550 5.2.1 This mailbox is closed\n\n");
}

#[test]
fn dovecot_finds_a_hash_for_everybody_and_a_home_for_who_is_there() {
    let answering = Answering::start();
    let ann = answering.world.user("RX1", "Ann", "Lee");
    let home = format!("Lshared/userdb/lmtp/{ann}\t\n");
    let hello = "H3\t2\t0\t\tauth\n";
    let found = answering.until_not("dict", &format!("{hello}{home}"), "N\n");
    assert!(found.starts_with(r#"O{"uid":"8800","gid":"8800","home":"/mail/"#), "{found}");
    let mut dict = answering.connect("dict");
    let hash = ask(&mut dict, &format!("{hello}Lshared/passdb/0/imap/10.1.2.3/no.body@mail.example\t\n"));
    assert!(hash.starts_with(r#"O{"user":"no.body@mail.example","password":"{ARGON2ID}$argon2id$"#), "{hash}");
    for key in ["shared/passdb/1/imap/10.1.2.3/x@y.example", "shared/passdb/0/imap", "shared/other", "priv/x", ""] {
        assert_eq!(ask(&mut dict, &format!("L{key}\t\n")), "N\n", "{key}");
    }
    let told = format!("B1\t{ann}\nS1\tpriv/quota/storage\t99999999999999\nC1\n");
    assert_eq!(ask(&mut dict, &told), "O1\n");
    let question = format!("request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient={ann}\nsize=100\n\n");
    assert_eq!(
        ask(&mut answering.connect("policy"), &question),
        "action=552 5.2.2 This mailbox is full\n\n",
        "MAIL-04"
    );
}

/// Decision 12.
#[test]
fn sign_ins_are_told_by_whoever_has_the_token() {
    let answering = Answering::start();
    let attempt = r#"{"login":"no.body@mail.example","remote":"10.1.2.3","protocol":"imap","success":false}"#;
    let status = |answer: String| answer[9..12].to_owned();
    assert_eq!(status(answering.post("another", "allow", attempt)), "403");
    assert_eq!(status(answering.post(TOKEN, "allow", "nonsense")), "400");
    assert_eq!(status(answering.post(TOKEN, "other", attempt)), "400");
    assert!(answering.post(TOKEN, "allow", attempt).contains("\"status\":0"));
    for _ in 0..10 {
        assert_eq!(status(answering.post(TOKEN, "report", attempt)), "200");
    }
    assert!(answering.post(TOKEN, "allow", attempt).contains("\"status\":-1"));
}
