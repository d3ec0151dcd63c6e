//! A name server of a test: it knows what it is told, and nobody else.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

const TXT: u16 = 16;

/// One that answers until the test ends.
pub(crate) struct Names {
    /// Its port on the loopback address.
    pub(crate) port: u16,
    texts: Arc<Mutex<HashMap<String, String>>>,
}

impl Names {
    /// Begins.
    pub(crate) fn begin() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let texts = Arc::new(Mutex::new(HashMap::<String, String>::new()));
        let known = Arc::clone(&texts);
        std::thread::spawn(move || {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                drop(socket.send_to(&answer(&question[..length], &known.lock().unwrap()), from));
            }
        });
        Self { port, texts }
    }

    /// A text of a name.
    pub(crate) fn text(&self, name: &str, text: &str) {
        self.texts.lock().unwrap().insert(name.to_ascii_lowercase(), text.to_owned());
    }
}

/// The question with its answer behind it; for what is not known, that there is no such name.
fn answer(question: &[u8], known: &HashMap<String, String>) -> Vec<u8> {
    let (mut at, mut labels) = (12, Vec::new());
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let found = known.get(&labels.join(".")).filter(|_| kind == TXT);
    let mut all = question[..2].to_vec();
    all.extend(if found.is_some() {
        [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
    } else {
        [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0]
    });
    all.extend(&question[12..at + 5]);
    if let Some(text) = found {
        let data: Vec<u8> = text
            .as_bytes()
            .chunks(255)
            .flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat())
            .collect();
        all.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        all.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        all.extend(data);
    }
    all
}
