//! What a browser and a passkey's authenticator say (WebAuthn, level 2): client data, authenticator data, public keys. No
//! attestation is asked for, so nothing else has to be read.

use serde_json::Value;

/// Longer ones are not looked at.
const LONGEST_CLIENT_DATA: usize = 4096;
const LONGEST_DATA: usize = 4096;
/// An id has at most so many bytes (level 2, 4: "at least 16, at most 1023").
const LONGEST_ID: usize = 1023;
/// What an RSA key may have: 2048 to 4096 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

/// Why it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The client data is no JSON of the fields that it must have.
    #[error("the browser's answer cannot be read")]
    Client,
    /// The authenticator's data is cut, or more than it should be.
    #[error("the authenticator's answer cannot be read")]
    Data,
    /// A key of a kind that was not asked for.
    #[error("the passkey's key is of a kind that is not taken")]
    Key,
}

/// What the browser says it was asked, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge, in base64url.
    pub challenge: String,
    /// The page that asked.
    pub origin: String,
    /// It was inside a page of somebody else.
    pub framed: bool,
}

impl ClientData {
    /// Reads it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LONGEST_CLIENT_DATA {
            return Err(Unreadable::Client);
        }
        let read: Value = serde_json::from_slice(bytes).map_err(|_| Unreadable::Client)?;
        let text = |name: &str| read.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(Unreadable::Client);
        let framed = match read.get("crossOrigin") {
            None => false,
            Some(said) => said.as_bool().ok_or(Unreadable::Client)?,
        };
        Ok(Self { kind: text("type")?, challenge: text("challenge")?, origin: text("origin")?, framed })
    }
}

/// What the authenticator says, and signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// SHA-256 of the party it answers to.
    pub party: [u8; 32],
    /// Somebody touched it.
    pub present: bool,
    /// It knows who: by PIN, finger or face.
    pub verified: bool,
    /// How often it signed; 0 each time, if it does not count.
    pub counter: u32,
    /// A new passkey: its id and its key.
    pub made: Option<(Vec<u8>, PublicKey)>,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MADE: u8 = 0x40;
const MORE: u8 = 0x80;

impl AuthenticatorData {
    /// Reads it. Extensions, which are not asked for, are passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LONGEST_DATA {
            return Err(Unreadable::Data);
        }
        let mut left = Left(bytes);
        let party = left.array()?;
        let [flags] = left.array()?;
        let counter = u32::from_be_bytes(left.array()?);
        let made = if flags & MADE == 0 { None } else { Some(made(&mut left)?) };
        if flags & MORE == 0 && !left.0.is_empty() {
            return Err(Unreadable::Data);
        }
        Ok(Self { party, present: flags & PRESENT != 0, verified: flags & VERIFIED != 0, counter, made })
    }
}

fn made(left: &mut Left<'_>) -> Result<(Vec<u8>, PublicKey), Unreadable> {
    // The model of the authenticator: without attestation nobody vouches for it.
    left.array::<16>()?;
    let length = usize::from(u16::from_be_bytes(left.array()?));
    if length == 0 || length > LONGEST_ID {
        return Err(Unreadable::Data);
    }
    let id = left.take(length)?.to_vec();
    Ok((id, key(left)?))
}

/// A public key of the kinds that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the point, uncompressed.
    Es256(Vec<u8>),
    /// Ed25519.
    Ed25519(Vec<u8>),
    /// RSA, PKCS#1 1.5, with SHA-256: modulus and exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

/// The numbers of COSE (RFC 9053) for the kinds, as browsers are asked for them.
pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// Reads a key from what was kept of it.
impl PublicKey {
    /// The key as it was given: the COSE bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut left = Left(bytes);
        let key = key(&mut left)?;
        if left.0.is_empty() { Ok(key) } else { Err(Unreadable::Key) }
    }

    /// The same bytes again.
    pub fn bytes(&self) -> Vec<u8> {
        let pair = |map: u8, head: &[u8], parts: &[(u8, &[u8])]| {
            let mut out = vec![map];
            out.extend(head);
            for (label, part) in parts {
                out.push(*label);
                match u8::try_from(part.len()) {
                    Ok(short) if short < 24 => out.push(0x40 | short),
                    Ok(length) => out.extend([0x58, length]),
                    Err(_) => {
                        out.push(0x59);
                        out.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
                    }
                }
                out.extend(*part);
            }
            out
        };
        match self {
            Self::Es256(point) => {
                let (x, y) = (point.get(1..33).unwrap_or_default(), point.get(33..).unwrap_or_default());
                pair(0xa5, &[0x01, 0x02, 0x03, 0x26, 0x20, 0x01], &[(0x21, x), (0x22, y)])
            }
            Self::Ed25519(x) => pair(0xa4, &[0x01, 0x01, 0x03, 0x27, 0x20, 0x06], &[(0x21, x)]),
            Self::Rs256(n, e) => pair(0xa4, &[0x01, 0x03, 0x03, 0x39, 0x01, 0x00], &[(0x20, n), (0x21, e)]),
        }
    }
}

/// A value of a key's map.
enum Item<'b> {
    Number(i64),
    Bytes(&'b [u8]),
}

/// Reads a key's map (RFC 9052, 7): numbers and bytes, each label once.
fn key(left: &mut Left<'_>) -> Result<PublicKey, Unreadable> {
    let (major, pairs) = left.head().map_err(|_| Unreadable::Key)?;
    if major != 5 || pairs > 8 {
        return Err(Unreadable::Key);
    }
    let mut items = Vec::new();
    for _ in 0..pairs {
        let Item::Number(label) = left.item()? else { return Err(Unreadable::Key) };
        if items.iter().any(|(known, _)| *known == label) {
            return Err(Unreadable::Key);
        }
        items.push((label, left.item()?));
    }
    let number = |label| {
        items.iter().find_map(|(l, item)| match item {
            Item::Number(n) if *l == label => Some(*n),
            Item::Number(_) | Item::Bytes(_) => None,
        })
    };
    let bytes = |label| {
        items.iter().find_map(|(l, item)| match item {
            Item::Bytes(b) if *l == label => Some(*b),
            Item::Number(_) | Item::Bytes(_) => None,
        })
    };
    // Kind, algorithm, curve.
    match (number(1), number(3), number(-1), bytes(-2), bytes(-3)) {
        (Some(2), Some(-7), Some(1), Some(x), Some(y)) if x.len() == 32 && y.len() == 32 => {
            Ok(PublicKey::Es256([&[0x04], x, y].concat()))
        }
        (Some(1), Some(-8), Some(6), Some(x), _) if x.len() == 32 => Ok(PublicKey::Ed25519(x.to_vec())),
        (Some(3), Some(-257), None, Some(e), _) => match bytes(-1) {
            Some(n) if RSA_BYTES.contains(&n.len()) && e.len() <= 4 => Ok(PublicKey::Rs256(n.to_vec(), e.to_vec())),
            Some(_) | None => Err(Unreadable::Key),
        },
        _ => Err(Unreadable::Key),
    }
}

/// Bytes that were not read yet.
struct Left<'b>(&'b [u8]);

impl<'b> Left<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], Unreadable> {
        let (taken, left) = self.0.split_at_checked(count).ok_or(Unreadable::Data)?;
        self.0 = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        self.take(N)?.try_into().map_err(|_| Unreadable::Data)
    }

    /// The head of a CBOR item (RFC 8949, 3): its kind and its number. Lengths that end somewhere later are not taken.
    fn head(&mut self) -> Result<(u8, u64), Unreadable> {
        let [first] = self.array()?;
        let number = match first & 0x1f {
            small @ 0..24 => u64::from(small),
            24 => self.array::<1>().map(|[byte]| u64::from(byte))?,
            25 => self.array().map(|two| u64::from(u16::from_be_bytes(two)))?,
            _ => return Err(Unreadable::Key),
        };
        Ok((first >> 5, number))
    }

    fn item(&mut self) -> Result<Item<'b>, Unreadable> {
        let (major, number) = self.head()?;
        let signed = i64::try_from(number).map_err(|_| Unreadable::Key)?;
        match major {
            0 => Ok(Item::Number(signed)),
            1 => Ok(Item::Number(-1 - signed)),
            2 => usize::try_from(number).map_err(|_| Unreadable::Key).and_then(|n| self.take(n)).map(Item::Bytes),
            _ => Err(Unreadable::Key),
        }
    }
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
