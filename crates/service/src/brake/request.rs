//! A held request as it is kept, and read again when it is released.

use domain::ids::OdsCode;
use serde_json::{Value, json};
use store::brake::NewItem;

use crate::account::act::{Asked, Request};

/// What was asked, as JSON; none for what no brake is on.
pub(crate) fn written(asked: &Asked) -> Option<String> {
    let word = word(&asked.request)?;
    let to = asked.request.target().map(OdsCode::as_str);
    Some(json!({ "request": word, "to": to, "reason": asked.reason }).to_string())
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
            let (request, request_key) = (written(&asked), asked.request_key.clone());
            let item = NewItem { account: AccountId(1), address: "a@x.org".into(), request, request_key };
            let again = read(&item).unwrap();
            assert_eq!((again.request, again.reason, again.address), (asked.request, asked.reason, asked.address));
            assert_eq!(again.request_key, item.request_key);
        }
    }

    #[test]
    fn what_no_brake_is_on_is_not_kept_and_what_is_damaged_is_no_request() {
        let asked =
            Asked { address: "a@x.org".into(), request: Request::Enable, reason: String::new(), request_key: None };
        assert_eq!(written(&asked), None);
        for kept in [None, Some("{}"), Some("no json"), Some(r#"{"request":"transfer","to":null,"reason":""}"#)] {
            let request = kept.map(str::to_owned);
            let item = NewItem { account: AccountId(1), address: "a@x.org".into(), request, request_key: None };
            assert!(read(&item).is_none(), "{kept:?}");
        }
    }
}
