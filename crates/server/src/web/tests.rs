//! The portal as browsers meet it, without a socket: the router itself, on a federation made for the test.

mod acts;
mod brand;
mod browser;
mod doors;
mod hostile;
mod net;
mod people;
mod security;
mod signing;
mod watching;
