//! Where a message comes from, by what its domains publish: SPF, DKIM, DMARC, ARC. The library asks the DNS; what it found is
//! said in words of ours.

use std::net::SocketAddr;
use std::time::Duration;

use domain::filter::{Authenticity, Message, Outcome};
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, AuthenticationResults, DkimResult, DmarcResult, MessageAuthenticator, SpfResult,
};
use tokio::runtime::Handle;

use crate::cli::failure::Failure;

/// For all questions about one message; the mail server waits longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// For one answer of a name server.
const ANSWER: Duration = Duration::from_secs(3);
/// Signatures and seals of one message that are looked at. Each may cover another part of the body, which is hashed for each.
const MANY: usize = 24;
const SIGNATURES: [&str; 5] =
    ["DKIM-Signature", "DKIM2-Signature", "Message-Instance", "ARC-Message-Signature", "ARC-Seal"];
/// Names of which answers are kept.
const KEPT: u64 = 50_000;
const LONGEST_KEPT: Duration = Duration::from_hours(24);

/// Who is asked about names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Names {
    /// Whoever the machine asks (resolv.conf).
    System,
    /// Nobody: nothing is found out about where messages come from.
    None,
    /// One name server.
    Server(SocketAddr),
}

impl Names {
    /// Reads `system`, `none` or ADDRESS:PORT.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "system" => Ok(Self::System),
            "none" => Ok(Self::None),
            _ => {
                text.parse().map(Self::Server).map_err(|_| "write system, none, or a server as 192.0.2.1:53".to_owned())
            }
        }
    }
}

impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::None => f.write_str("none"),
            Self::Server(server) => server.fmt(f),
        }
    }
}

/// Finds out where messages come from.
pub(crate) struct Authenticator {
    asks: Option<MessageAuthenticator>,
    host: String,
}

impl Authenticator {
    /// One that asks whom it is told to, and speaks as a host.
    pub(crate) fn new(names: &Names, host: &str) -> Result<Self, Failure> {
        let unready = |error: &dyn std::fmt::Display| {
            let what = format!("nobody can be asked about names ({error})");
            Failure::refused(what, "put /etc/resolv.conf right, or name a server with `almoner mail setup --dns`")
        };
        let (config, mut options) = match names {
            Names::None => return Ok(Self { asks: None, host: host.to_owned() }),
            Names::System => read_system_conf().map_err(|error| unready(&error))?,
            Names::Server(server) => (only(*server), ResolverOpts::default()),
        };
        options.timeout = ANSWER;
        options.attempts = 2;
        options.cache_size = KEPT;
        options.positive_max_ttl = Some(LONGEST_KEPT);
        options.negative_max_ttl = Some(LONGEST_KEPT);
        options.use_hosts_file = ResolveHosts::Never;
        let asks = MessageAuthenticator::new(config, options).map_err(|error| unready(&error))?;
        Ok(Self { asks: Some(asks), host: host.to_owned() })
    }

    /// Only who the author of a message is said to be.
    pub(crate) fn author(&self, message: &Message<'_>) -> Authenticity {
        let header = message.bytes.get(..message.body_at).unwrap_or_default();
        let from = AuthenticatedMessage::parse(header).map(|parsed| parsed.from).unwrap_or_default();
        Authenticity { from, ..Authenticity::unknown(&self.host) }
    }

    /// What its domains say about a message. It waits for name servers: whoever calls it may wait.
    pub(crate) fn look(&self, message: &Message<'_>) -> Authenticity {
        let signatures = message.fields.iter().filter(|field| SIGNATURES.iter().any(|name| field.is(name))).count();
        let (Some(asks), true) = (&self.asks, signatures <= MANY) else {
            let report = format!("{}; dkim=permerror (too many signatures)", self.host);
            let said = Authenticity { dmarc: Outcome::PermError, report, ..self.author(message) };
            return if signatures > MANY { said } else { self.author(message) };
        };
        let Some(parsed) = AuthenticatedMessage::parse(message.bytes) else { return Authenticity::unknown(&self.host) };
        let mut found = Authenticity { from: parsed.from.clone(), ..Authenticity::unknown(&self.host) };
        let looked = tokio::time::timeout(PATIENCE, looked(asks, &self.host, message, &parsed, &mut found));
        if Handle::current().block_on(looked).is_err() {
            found.spf = Outcome::TempError;
            found.dmarc = Outcome::TempError;
            found.dkim = parsed.dkim_headers.iter().map(|one| (one.header.d.clone(), Outcome::TempError)).collect();
            found.report = format!("{}; spf=temperror; dkim=temperror; dmarc=temperror", self.host);
        }
        found
    }
}

fn only(server: SocketAddr) -> ResolverConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
    ResolverConfig::from_parts(None, Vec::new(), vec![NameServerConfig::new(server.ip(), true, connections)])
}

async fn looked(
    asks: &MessageAuthenticator,
    host: &str,
    message: &Message<'_>,
    parsed: &AuthenticatedMessage<'_>,
    found: &mut Authenticity,
) {
    let dkim = asks.verify_dkim(parsed).await;
    let mut results = AuthenticationResults::new(host);
    let helo = message.helo;
    let sender_domain = message.sender.rsplit_once('@').map_or(helo, |(_, domain)| domain);
    let spf = match message.client {
        None => mail_auth::SpfOutput::new(sender_domain.to_owned()),
        Some(client) => {
            let asked = SpfParameters::verify_mail_from(client, helo, host, message.sender);
            let spf = asks.verify_spf(asked).await;
            results = results.with_spf_mailfrom_result(&spf, client, message.sender, helo);
            spf
        }
    };
    let from = found.from.first().map(String::as_str).unwrap_or_default();
    results = results.with_dkim_results(&dkim, from);
    let asked = DmarcParameters {
        message: parsed,
        dkim_output: &dkim,
        dkim2_output: None,
        rfc5321_mail_from_domain: sender_domain,
        spf_output: &spf,
    };
    let dmarc = asks.verify_dmarc(asked).await;
    results = results.with_dmarc_result(&dmarc);
    let arc = asks.verify_arc(parsed).await;
    if let (false, Some(client)) = (arc.sets().is_empty(), message.client) {
        results = results.with_arc_result(&arc, client);
    }
    found.spf = of_spf(spf.result());
    let signed = dkim.iter().filter_map(|one| Some((one.signature()?.d.to_ascii_lowercase(), of_dkim(one.result()))));
    found.dkim = signed.collect();
    found.dmarc = of_dmarc(&dmarc.result());
    found.arc = of_dkim(arc.result());
    found.report = results.to_string().replace("\r\n", "\n");
}

const fn of_spf(result: SpfResult) -> Outcome {
    match result {
        SpfResult::Pass => Outcome::Pass,
        SpfResult::Fail => Outcome::Fail,
        SpfResult::SoftFail => Outcome::SoftFail,
        SpfResult::Neutral => Outcome::Neutral,
        SpfResult::TempError => Outcome::TempError,
        SpfResult::PermError => Outcome::PermError,
        SpfResult::None => Outcome::None,
    }
}

const fn of_dkim(result: &DkimResult) -> Outcome {
    match result {
        DkimResult::Pass => Outcome::Pass,
        DkimResult::Neutral(_) => Outcome::Neutral,
        DkimResult::Fail(_) => Outcome::Fail,
        DkimResult::PermError(_) => Outcome::PermError,
        DkimResult::TempError(_) => Outcome::TempError,
        DkimResult::None => Outcome::None,
    }
}

const fn of_dmarc(result: &DmarcResult) -> Outcome {
    match result {
        DmarcResult::Pass => Outcome::Pass,
        DmarcResult::Fail(_) => Outcome::Fail,
        DmarcResult::TempError(_) => Outcome::TempError,
        DmarcResult::PermError(_) => Outcome::PermError,
        DmarcResult::None => Outcome::None,
    }
}

#[cfg(test)]
mod tests {
    use domain::delivery::Network;
    use domain::filter::{Field, Way};

    use super::*;

    #[test]
    fn who_is_asked_is_written_as_it_is_read() {
        for text in ["system", "none", "192.0.2.1:53", "[2001:db8::1]:53"] {
            assert_eq!(Names::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "System", "192.0.2.1", "ns.example:53", "192.0.2.1:70000"] {
            assert!(Names::parse(text).is_err(), "{text}");
        }
    }

    fn look(names: &Names, header: &str) -> Authenticity {
        let bytes = format!("{header}From: Ann <ANN@there.example>, b@y.example\r\nFrom: c@z.example\r\n\r\nbody\r\n");
        let (head, _) = bytes.split_once("\r\n\r\n").unwrap();
        let fields: Vec<_> = head
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| Field { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        let message = Message {
            way: Way::Incoming,
            login: "",
            network: Network::Internet,
            client: None,
            helo: "there",
            sender: "",
            recipients: &[],
            fields: &fields,
            bytes: bytes.as_bytes(),
            body_at: head.len() + 4,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let _inside = runtime.enter();
        let authenticator = Authenticator::new(names, "mx.example").unwrap();
        // A thread that may wait, as those of the filter.
        std::thread::scope(|scope| {
            let look = || {
                let _inside = runtime.enter();
                authenticator.look(&message)
            };
            scope.spawn(look).join().unwrap()
        })
    }

    #[test]
    fn authors_are_known_when_nobody_is_asked() {
        let found = look(&Names::None, "");
        assert_eq!(found.from, ["ann@there.example", "b@y.example", "c@z.example"]);
        assert_eq!((found.report.as_str(), found.dmarc), ("mx.example; none", Outcome::None));
    }

    #[test]
    fn too_many_signatures_are_not_looked_at() {
        let signature = |part: usize| {
            format!("DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; l={part}; bh=YQ==; b=YQ==\r\n")
        };
        let header: String = (0..=MANY).map(signature).collect();
        // Nobody answers on that port: what is asked is not found out.
        let found = look(&Names::Server("127.0.0.1:1".parse().unwrap()), &header);
        assert_eq!((found.dmarc, found.dkim.len(), found.from.len()), (Outcome::PermError, 0, 3));
        assert!(found.report.contains("too many signatures"), "{}", found.report);
    }
}
