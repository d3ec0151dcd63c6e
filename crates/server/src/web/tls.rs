//! TLS of the portal's own: a certificate and its key from two files, which are read again when they change.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use domain::time::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::cli::failure::Failure;
use crate::config::Tls;
use crate::web::validity::validity;

/// When the two files were changed last, as far as the system tells.
type Stamp = [Option<std::time::SystemTime>; 2];

/// What speaks TLS, with the files it was read from.
pub(crate) struct Keeper {
    files: Tls,
    held: RwLock<(Stamp, Arc<ServerConfig>)>,
}

impl Keeper {
    /// Reads the files.
    pub(crate) fn open(files: &Tls) -> Result<Self, Failure> {
        let held = (stamp(files), Arc::new(read(files)?));
        Ok(Self { files: files.clone(), held: RwLock::new(held) })
    }

    /// For one connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).1))
    }

    /// Until when the certificate of the file holds, in words for the log.
    pub(crate) fn until(&self) -> String {
        let own = chain(&self.files.certificate).ok().and_then(|all| validity(all.first()?));
        own.map_or_else(String::new, |(_, until)| until.to_string())
    }

    /// Whether the files are others than those that were read.
    pub(crate) fn is_changed(&self) -> bool {
        stamp(&self.files) != self.held.read().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Reads the files again; what cannot be used leaves everything as it was, and is not tried again until it changes.
    pub(crate) fn renew(&self) -> Result<(), Failure> {
        let (stamp, fresh) = (stamp(&self.files), read(&self.files));
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.0 = stamp;
        held.1 = Arc::new(fresh?);
        Ok(())
    }
}

fn stamp(files: &Tls) -> Stamp {
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok())
}

/// The two files as a server's configuration; refused unless they belong together.
pub(crate) fn read(files: &Tls) -> Result<ServerConfig, Failure> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| no_pem(&files.key, "key", &error))?;
    let provider = Arc::new(ring::default_provider());
    let unlike = |error: rustls::Error| {
        Failure::refused(
            format!("{} and {} do not go together ({error})", files.certificate.display(), files.key.display()),
            "name the certificate and the key that it was made with",
        )
    };
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(unlike)?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(unlike)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// From when and until when the certificate of a pair that goes together holds, if it says so.
pub(crate) fn validity_of(files: &Tls) -> Result<Option<(Timestamp, Timestamp)>, Failure> {
    read(files)?;
    Ok(chain(&files.certificate)?.first().and_then(|own| validity(own)))
}

/// The certificates of a file, the server's own first.
pub(crate) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let all = CertificateDer::pem_file_iter(path).map_err(|error| no_pem(path, "certificate", &error))?;
    let all: Vec<_> = all.collect::<Result<_, _>>().map_err(|error| no_pem(path, "certificate", &error))?;
    if all.is_empty() {
        return Err(Failure::refused(
            format!("{} holds no certificate", path.display()),
            "name a PEM file with the chain",
        ));
    }
    Ok(all)
}

fn no_pem(path: &Path, what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::refused(
        format!("{} holds no {what} that can be read ({error})", path.display()),
        "name a PEM file that this user reads",
    )
}
