//! What mailboxes do by themselves: Dovecot asks for each message which script a mailbox runs, and hands over what that
//! script, or one of its person's own, sends.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;

use service::engine::rules::Handed;
use service::error::Error;
use wire::engine::policy::{Action, Request};

use crate::engine::answer::Answerer;
use crate::engine::answer::look::{Looked, folder};

/// The name of ours among the scripts of a mailbox, and of its text: it is of this moment, so nothing is kept by it.
const NAME: &str = "almoner";
/// Whoever else finds the port.
const STRANGER: Action<'_> = Action::Reject {
    code: 550,
    enhanced: "5.7.1",
    text: "This port takes what rules of mailboxes send, and nothing else",
};

/// `name/SCRIPT` is asked first, then `data/` and what was answered.
pub(super) fn look(answerer: &Answerer, key: &str, user: &str) -> Looked {
    let found = match key.split_once('/') {
        Some(("name", NAME)) => script(answerer, user).map(|text| text.map(|_| NAME.to_owned())),
        Some(("data", NAME)) => script(answerer, user),
        Some(_) | None => Ok(None),
    };
    match found {
        Ok(Some(text)) => Looked::Found(text),
        Ok(None) => Looked::Nothing,
        Err(_) => {
            answerer.failed("rules");
            Looked::Failed
        }
    }
}

fn script(answerer: &Answerer, user: &str) -> Result<Option<String>, Error> {
    let (almoner, ctx) = (answerer.almoner(), answerer.ctx());
    let Some(script) = answerer.engine.script(&almoner, &ctx, user)? else { return Ok(None) };
    if let Some(home) = answerer.engine.home(&almoner, &ctx, &script.address) {
        let folder = folder(answerer, home.id);
        // Dovecot keeps there whom it answered when, and makes no home for a mailbox that keeps nothing.
        if made(&folder, answerer.homes.owner).is_err() {
            answerer.failed("home");
        }
    }
    Ok(Some(script.text))
}

/// Makes a home and the folder that it is in.
fn made(home: &Path, owner: u32) -> std::io::Result<()> {
    for folder in home.parent().into_iter().chain([home]) {
        match std::fs::DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => chown(folder, Some(owner), Some(owner))?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => (),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether what a rule sends is taken.
pub(super) fn handed(answerer: &Answerer, request: &Request<'_>) -> Action<'static> {
    match is_dovecot(answerer, request) {
        Ok(true) => (),
        Ok(false) => return STRANGER,
        Err(_) => return Action::Defer("it cannot be told who connects"),
    }
    let mail = Handed { sender: request.sender, recipient: request.recipient, size: request.size.unwrap_or(0) };
    match answerer.engine.hands_over(&answerer.almoner(), &answerer.ctx(), &mail) {
        Ok(Ok(())) => Action::Permit,
        Ok(Err(reply)) => Action::Reject { code: reply.code, enhanced: reply.enhanced, text: reply.text },
        Err(_) => {
            answerer.failed("rules");
            Action::Defer("not now")
        }
    }
}

/// The port is open to every process of this machine; the system knows of each connection which user began it.
fn is_dovecot(answerer: &Answerer, request: &Request<'_>) -> std::io::Result<bool> {
    let (Some(IpAddr::V4(from)), Some(from_port), Some(to_port)) =
        (request.client_ip(), request.client_port, request.server_port)
    else {
        return Ok(false);
    };
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let user = user_of(&table, (from, from_port), (Ipv4Addr::LOCALHOST, to_port));
    Ok(user.is_some_and(|user| user == answerer.homes.owner || user == 0))
}

/// The user who began a connection, by the system's table of connections.
fn user_of(table: &str, from: (Ipv4Addr, u16), to: (Ipv4Addr, u16)) -> Option<u32> {
    // Addresses are written as numbers of this machine.
    let shown = |(address, port): (Ipv4Addr, u16)| format!("{:08X}:{port:04X}", u32::from_ne_bytes(address.octets()));
    let (from, to) = (shown(from), shown(to));
    table.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let found = fields.next() == Some(&from) && fields.next() == Some(&to);
        found.then(|| fields.nth(4))?.and_then(|user| user.parse().ok())
    })
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn who_began_a_connection_is_told_by_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (own, other) = (stream.local_addr().unwrap().port(), stream.peer_addr().unwrap().port());
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let at = |port| (Ipv4Addr::LOCALHOST, port);
        assert_eq!(user_of(&table, at(own), at(other)), Some(rustix::process::geteuid().as_raw()));
        assert_eq!(user_of(&table, at(own), (Ipv4Addr::new(127, 0, 0, 2), other)), None);
        assert_eq!(user_of("", at(own), at(other)), None);
        let line = "  12: 0100007F:A1B2 0100007F:0FA2 01 00000000:00000000 00:00000000 00000000  8800        0 1 1 0";
        assert_eq!(user_of(line, at(0xA1B2), at(0x0FA2)).is_some(), cfg!(target_endian = "little"));
    }

    #[test]
    fn a_home_is_made_with_the_folder_it_is_in_and_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("2a/42");
        let own = rustix::process::geteuid().as_raw();
        made(&home, own).unwrap();
        made(&home, own).unwrap();
        assert!(home.is_dir());
        assert!(made(&folder.path().join("a/b/c"), own).is_err(), "no more than that");
    }
}
