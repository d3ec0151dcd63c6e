//! Signing in as somebody of a demonstration, without a password. There is nobody to be unless this process made the
//! federation, and nobody but whoever sits at the machine is listened to.

use service::identity::sign_in::SignIn;

use crate::web::answer::{Answer, Trouble};
use crate::web::key::System;
use crate::web::pages::sign_in::signed_in;
use crate::web::visit::Visit;

/// Signs in as one of the cast.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let cast = &visit.portal.cast;
    let part =
        visit.field("part").parse::<usize>().ok().and_then(|number| cast.get(number)).ok_or(Trouble::NotFound)?;
    if !visit.source.is_loopback() || !visit.almoner.rehearsal() {
        return Err(Trouble::NotFound);
    }
    match visit.almoner.play(&visit.ctx, &part.address, &visit.agent, &System)? {
        SignIn::In { token, device } => signed_in(visit, "/", &token, &device),
        SignIn::Refused | SignIn::Wait(_) => Err(Trouble::NotFound),
    }
}
