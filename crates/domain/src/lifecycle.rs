//! The account lifecycle. Three functions decide everything, and every surface uses them:
//! [`step::next_step`] (what comes next, and when), [`apply::apply`] (what an event does) and
//! [`crate::explain::explain`] (why). The run, the preview, the forecast and the portal have no second copy of a rule.

pub mod apply;
pub mod change;
pub mod class;
mod due;
pub mod request;
pub mod step;
pub mod task;
pub mod timeline;

#[cfg(test)]
pub(crate) mod tables;
