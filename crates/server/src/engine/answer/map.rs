//! Postfix's maps.

use wire::engine::socketmap::{Reply, take};

use crate::engine::answer::Answerer;

/// Answers one look into a map.
pub(crate) fn answer(answerer: &Answerer, read: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, ()> {
    let Some((request, taken)) = take(read).map_err(|_| answerer.failed("map"))? else { return Ok(None) };
    // An address is ASCII here: SMTPUTF8 is off.
    let Ok(key) = std::str::from_utf8(request.key) else {
        Reply::NotFound.write(out);
        return Ok(Some(taken));
    };
    match found(answerer, request.map, key) {
        Err(why) => Reply::Perm(why),
        Ok(None) => Reply::NotFound,
        Ok(Some(ref text)) => Reply::Found(text),
    }
    .write(out);
    Ok(Some(taken))
}

/// What a map has. Cost: one or two looks in memory.
fn found(answerer: &Answerer, map: &str, key: &str) -> Result<Option<String>, &'static str> {
    let (engine, today) = (&answerer.engine, answerer.today());
    Ok(match map {
        "recipients" => engine.recipient(key, today),
        "aliases" => engine.alias(key, today),
        "senders" => Some(engine.senders(key, today).join(",")).filter(|all| !all.is_empty()),
        "sent" => engine.sent_copy(key, today),
        // All mail is on this host, for now.
        "transport" => None,
        _ => return Err("there is no map of this name"),
    })
}
