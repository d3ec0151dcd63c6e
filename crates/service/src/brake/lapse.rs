//! What nobody released in time lapses: a run's accounts are measured anew, requests are forgotten.

use domain::brake::Stand;
use domain::ctx::Ctx;
use domain::rights::Actor;
use store::event::NewEvent;
use store::tx::Audit;

use crate::error::Error;
use crate::federation::{Almoner, plain_event};

/// Parts that are looked for at a time.
const PAGE: u32 = 100;

impl Almoner {
    /// Ends the parts whose last day is over, and forgets what people did on earlier days; how many parts lapsed.
    /// The run calls it when it begins.
    pub(crate) fn lapse_brakes(&self, ctx: &Ctx) -> Result<u64, Error> {
        let (ctx, today) = (&Ctx { actor: Actor::System, ..ctx.clone() }, self.today(ctx));
        let mut lapsed = 0;
        loop {
            let expired = store::brake::expired(&mut self.store.reader()?, today, PAGE)?;
            if expired.is_empty() {
                return Ok(lapsed);
            }
            self.store.write("lapse_brakes", |tx| {
                let mut events = Vec::with_capacity(expired.len());
                for id in &expired {
                    let Some(part) = store::brake::lock(tx, *id)?.filter(|part| part.state == Stand::Held) else {
                        continue;
                    };
                    let dropped = store::brake::drop_held(tx, *id, Stand::Lapsed)?;
                    store::brake::settle(tx, *id, Stand::Lapsed, ctx.actor.name(), ctx.now)?;
                    events.push(NewEvent {
                        organisation: Some(part.held.group.organisation.to_string()),
                        run_id: part.held.run,
                        rule: Some(part.held.tripped.brake.rule().as_str()),
                        ..plain_event(ctx, "brake", &id.to_string(), "lapsed", &format!("{{\"accounts\":{dropped}}}"))
                    });
                }
                store::brake_count::forget(tx, today)?;
                Ok::<_, Error>(((), Audit::if_any(events)))
            })?;
            lapsed += u64::try_from(expired.len()).unwrap_or(0);
        }
    }
}
