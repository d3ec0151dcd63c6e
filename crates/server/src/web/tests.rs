//! The portal as browsers meet it, without a socket: the router itself, on a federation made for the test.

mod acts;
mod audit;
mod authenticator;
mod brand;
mod browser;
mod doors;
mod files;
mod finder;
mod founding;
mod grants;
mod hostile;
mod kept;
mod net;
mod notices;
mod organisations;
mod passkeys;
mod people;
mod playing;
mod reports;
mod search;
mod security;
mod signing;
mod watching;
