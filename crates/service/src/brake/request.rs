//! A held request as it is kept, and read again when it is released.

use domain::ids::OdsCode;
use serde_json::{Value, json};
use store::brake::NewItem;

use crate::account::act::{Asked, Request};

/// What was asked, as JSON, with the line of the file that asks for it; none for what no brake is on.
pub(crate) fn written(asked: &Asked, file: &str) -> Option<String> {
    let word = word(&asked.request)?;
    let to = asked.request.target().map(OdsCode::as_str);
    let line = asked.request_key.as_deref().and_then(|key| key.rsplit(':').next()?.parse::<u64>().ok());
    let mut kept = json!({ "request": word, "to": to, "reason": asked.reason });
    if let (Some(kept), false, Some(line)) = (kept.as_object_mut(), file.is_empty(), line) {
        kept.insert("file".to_owned(), json!(file));
        kept.insert("line".to_owned(), json!(line));
    }
    Some(kept.to_string())
}

/// The file and the line that a held item came with.
pub(crate) fn origin(item: &NewItem) -> Option<(String, u64)> {
    let kept: Value = serde_json::from_str(item.request.as_deref()?).ok()?;
    Some((kept.get("file")?.as_str()?.to_owned(), kept.get("line")?.as_u64()?))
}

/// The request of a held item; none when it cannot be read, or there is none.
pub(crate) fn read(item: &NewItem) -> Option<Asked> {
    let kept: Value = serde_json::from_str(item.request.as_deref()?).ok()?;
    let to = || OdsCode::parse(kept.get("to")?.as_str()?).ok();
    let request = match kept.get("request")?.as_str()? {
        "leaver" => Request::MarkLeaver,
        "disable" => Request::Disable,
        "delete" => Request::Delete,
        "transfer" => Request::Transfer(to()?),
        _ => return None,
    };
    let reason = kept.get("reason")?.as_str()?.to_owned();
    Some(Asked { address: item.address.clone(), request, reason, request_key: item.request_key.clone() })
}

/// The request in the words of files; none for what no brake is on.
pub(crate) const fn word(request: &Request) -> Option<&'static str> {
    match request {
        Request::MarkLeaver => Some("leaver"),
        Request::Disable => Some("disable"),
        Request::Delete => Some("delete"),
        Request::Transfer(_) => Some("transfer"),
        Request::CancelLeaver
        | Request::Join(_)
        | Request::Enable
        | Request::Restore
        | Request::Hold
        | Request::ReleaseHold
        | Request::AcceptTerms
        | Request::Confirm
        | Request::Set(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::AccountId;

    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let code = OdsCode::parse("RX1").unwrap();
        for request in [Request::MarkLeaver, Request::Disable, Request::Delete, Request::Transfer(code)] {
            let request_key = Some("bulk:1:2".to_owned());
            let asked = Asked { address: "a@x.org".into(), request, reason: "left \"us\"".into(), request_key };
            let (request, request_key) = (written(&asked, "ward.csv"), asked.request_key.clone());
            let item = NewItem { account: AccountId(1), address: "a@x.org".into(), request, request_key };
            let again = read(&item).unwrap();
            assert_eq!((again.request, again.reason, again.address), (asked.request, asked.reason, asked.address));
            assert_eq!(again.request_key, item.request_key);
            assert_eq!(origin(&item), Some(("ward.csv".to_owned(), 2)));
        }
    }

    #[test]
    fn what_no_brake_is_on_is_not_kept_and_what_is_damaged_is_no_request() {
        let asked =
            Asked { address: "a@x.org".into(), request: Request::Enable, reason: String::new(), request_key: None };
        assert_eq!(written(&asked, "ward.csv"), None);
        let alone = Asked { request: Request::Disable, ..asked };
        let request = written(&alone, "");
        let item = NewItem { account: AccountId(1), address: "a@x.org".into(), request, request_key: None };
        assert_eq!((read(&item).is_some(), origin(&item)), (true, None), "a single action has no file");
        for kept in [None, Some("{}"), Some("no json"), Some(r#"{"request":"transfer","to":null,"reason":""}"#)] {
            let request = kept.map(str::to_owned);
            let item = NewItem { account: AccountId(1), address: "a@x.org".into(), request, request_key: None };
            assert!(read(&item).is_none(), "{kept:?}");
        }
    }
}
