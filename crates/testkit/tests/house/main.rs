//! The house rules of STYLE.md that neither rustfmt nor clippy can check, as tests over the text of the repository.
//! Standard library only; nothing here reads the program's own types, so that a broken crate is still told about its style.

#[cfg(test)]
mod layers;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod proofs_tests;
#[cfg(test)]
mod ratio;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod scan_tests;
#[cfg(test)]
mod seams;
#[cfg(test)]
mod security;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod tree;
