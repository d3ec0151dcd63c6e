//! The program `almoner`: reads the command line, asks one use case, prints what came of it.

mod braked;
mod cli;
mod clock;
mod config;
mod detail;
mod engine;
mod figure;
mod log;
mod mail;
mod sheet;
mod sms;
mod web;

fn main() -> std::process::ExitCode {
    cli::main()
}
