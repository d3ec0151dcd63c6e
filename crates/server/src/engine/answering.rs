//! The answers to a folder's Postfix and Dovecot, for as long as both run.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, block_in_place};

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::progress::Bars;
use crate::cli::session;
use crate::engine::answer::{Answerer, Doors, Handling, Homes, Open, Trust, serve};
use crate::engine::authentic::Authenticator;
use crate::engine::dkim::Signer;
use crate::engine::filter::Means;
use crate::engine::hands::Hands;
use crate::engine::secrets::Secrets;
use crate::engine::settings::Settings;
use crate::engine::{people, programs};
use crate::log::Log;
use service::federation::Almoner;

/// Answers, until they are ended.
pub(crate) struct Answering {
    answerer: Arc<Answerer>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Answering {
    /// Reads the federation, opens the sockets and answers on them.
    pub(crate) fn begin(cli: &Cli, s: &Settings) -> Result<Self, Failure> {
        let answerer = block_in_place(|| open(cli, s)).map(Arc::new)?;
        let open = Open::at(&doors(s)).map_err(|error| cannot(&error))?;
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(serve(Arc::clone(&answerer), open, async { drop(ended.await) }));
        Ok(Self { answerer, end, task })
    }

    /// Signs with the keys that the folder names now. Keys that cannot be read leave it as it is.
    pub(crate) fn read_again(&self, s: &Settings) {
        let signer = Settings::read(&s.folder).and_then(|fresh| Signer::of(&fresh));
        match signer {
            Ok(signer) => self.answerer.means.sign_with(signer),
            Err(_) => self.answerer.failed("keys"),
        }
    }

    /// Writes what is not written yet, and ends.
    pub(crate) async fn end(self) {
        // A task that fell over has nothing more to write.
        let _ended = self.end.send(());
        drop(self.task.await);
    }
}

fn cannot(error: &std::io::Error) -> Failure {
    Failure::refused(
        format!("Almoner cannot answer the mail engine ({error})"),
        "run `almoner mail check`, or name another port with `almoner mail setup --auth-port`",
    )
}

fn doors(s: &Settings) -> Doors {
    let auth = SocketAddr::from((Ipv4Addr::LOCALHOST, s.ports.auth));
    Doors {
        maps: s.at("run/maps"),
        policy: s.at("run/policy"),
        dict: s.at("run/dict"),
        filter: s.at("run/filter"),
        auth,
    }
}

fn open(cli: &Cli, s: &Settings) -> Result<Answerer, Failure> {
    let secrets = Secrets::find(s)?.ok_or_else(|| {
        Failure::refused("the folder's secrets are gone", "run `almoner mail setup` again: it makes new ones")
    })?;
    let (postfix, _) = people::of("postfix")?;
    let (dovecot, _) = people::of("dovecot")?;
    let trust = Trust {
        token: secrets.token,
        auth: vec![dovecot],
        engine: vec![postfix, dovecot, s.owner],
        inside: s.inside.clone(),
    };
    let homes = Homes { folder: s.at("mail"), owner: s.owner };
    let handling = Handling { gateway: s.gateway.is_some() };
    let signer = Signer::of(&Settings::read(&s.folder)?)?;
    let means = Means::new(&s.host, Authenticator::new(&s.names, &s.host)?, signer, s.at("postfix"));
    let store = &cli.config.store;
    let almoner = Almoner::open(store)?;
    let (now, wall) = session::times(cli, almoner.rehearsal(), almoner.calendar())?;
    let (ahead, log) = (now.second() - wall.second(), Log::new(cli.config.log));
    let hands = Hands::new(s.clone(), programs::tools()?);
    Answerer::open(store, almoner, (trust, homes, handling, means), ahead, log, &Bars::new(cli))
        .map(|answerer| answerer.with_hands(hands))
}
