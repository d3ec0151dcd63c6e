//! Checking a proof without a store: the file alone, and the seals that somebody pinned elsewhere.

use std::io::BufRead;

use domain::hex::hex;
use serde_json::{Map, Value as Json};
use store::bulk::Type;
use store::chain::{BEGINNING, Batch, Entry, Seal};
use store::event::COLUMNS;
use store::merkle::{self, Hash};
use store::value::Value;

use crate::audit::proof::ORGANISATION;
use crate::audit::roots::Pinned;
use crate::error::Error;

/// What a proof that holds says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The federation's domain.
    pub federation: String,
    /// Whose lines they are.
    pub organisation: String,
    /// How many lines are proven.
    pub lines: u64,
    /// How many waited for a seal when the proof was made.
    pub unsealed: u64,
    /// How many seals the chain has.
    pub seals: i64,
    /// The value of the last, to be compared with what was pinned elsewhere.
    pub value: String,
    /// How many pinned seals the chain holds, if some were given; later ones are not in the file.
    pub agree: Option<u64>,
}

type Fields = Map<String, Json>;

/// A proof being read.
#[derive(Default)]
struct Reading {
    organisation: String,
    seals: Vec<Seal>,
    last_line: Option<i64>,
    lines: u64,
    buffer: Vec<u8>,
}

/// Reads a proof and computes all of it anew; the first thing that does not fit refuses it. Bounded memory.
pub fn check_proof(file: &mut dyn BufRead, pinned: Option<&[Pinned]>) -> Result<Checked, Error> {
    let mut reading = Reading::default();
    let (mut federation, mut end) = (None, None);
    for (number, text) in (1_u64..).zip(file.lines()) {
        let text = text.map_err(|error| Error::input(format!("the proof cannot be read ({error}): check the path")))?;
        let refuse =
            |why: &str| Error::input(format!("line {number} of the proof does not hold, {why}: ask for it again"));
        let document: Fields = serde_json::from_str(&text).map_err(|_| refuse("it is no JSON object"))?;
        if end.is_some() {
            return Err(refuse("it stands behind the end"));
        }
        if federation.is_none() {
            federation = Some(reading.head(&document).ok_or_else(|| refuse("it does not begin a proof"))?);
        } else if document.contains_key("seal") {
            reading.seal(&document).map_err(refuse)?;
        } else if document.contains_key("batch") {
            reading.batch(&document).map_err(refuse)?;
        } else {
            end = Some(reading.end(&document).ok_or_else(|| refuse("it is not the end that these lines have"))?);
        }
    }
    let (Some(federation), Some(unsealed)) = (federation, end) else {
        return Err(Error::input("the proof is cut short: ask for it again"));
    };
    let agree = pinned.map(|pinned| reading.agree(pinned)).transpose()?;
    let value = reading.seals.last().map_or_else(String::new, |seal| hex(&seal.value));
    let seals = reading.seals.last().map_or(0, |seal| seal.id);
    let Reading { organisation, lines, .. } = reading;
    Ok(Checked { federation, organisation, lines, unsealed, seals, value, agree })
}

impl Reading {
    fn head(&mut self, document: &Fields) -> Option<String> {
        (int(document, "almoner_proof")? == 1).then_some(())?;
        text(document, "organisation")?.clone_into(&mut self.organisation);
        Some(text(document, "federation")?.to_owned())
    }

    fn seal(&mut self, document: &Fields) -> Result<(), &'static str> {
        let seal = read_seal(document).ok_or("it is no seal")?;
        let (before, previous) =
            self.seals.last().map_or((0, BEGINNING.to_vec()), |last| (last.id, last.value.clone()));
        if seal.id != before + 1 || seal.previous != previous {
            return Err("it does not follow the seal before it");
        }
        let value = seal.computed().to_vec();
        self.seals.push(Seal { value, ..seal });
        Ok(())
    }

    fn batch(&mut self, document: &Fields) -> Result<(), &'static str> {
        let shape = "it is no batch of lines";
        let number = |name| int(document, name).ok_or(shape);
        let (first_id, lines, position) = (number("batch")?, number("count")?, number("position")?);
        let seal = number("in_seal")?.checked_sub(1).and_then(|at| self.seals.get(usize::try_from(at).ok()?));
        let seal = seal.ok_or("its seal is not in the file")?;
        let path = hashes(document).ok_or(shape)?;
        let told = document.get("lines").and_then(Json::as_array).filter(|lines| !lines.is_empty()).ok_or(shape)?;
        let mut root = None;
        for one in told {
            let found = line_root(one, first_id, lines, &self.organisation, &mut self.last_line, &mut self.buffer)?;
            if root.replace(found).is_some_and(|before| before != found) {
                return Err("a line of it was changed");
            }
            self.lines += 1;
        }
        let root = root.unwrap_or_default().to_vec();
        let leaf = Batch { first_id, lines, root, marks: Vec::new(), seal: None }.leaf();
        let (position, count) = (u64::try_from(position).ok(), u64::try_from(seal.batches).ok());
        let sealed = position.zip(count).and_then(|(position, count)| merkle::root_by(leaf, position, count, &path));
        if sealed.is_some_and(|root| root.as_slice() == seal.root) { Ok(()) } else { Err("it is not what was sealed") }
    }

    /// The end says how many lines there are; so a proof that was cut is seen.
    fn end(&self, document: &Fields) -> Option<u64> {
        (document.get("proven")?.as_u64()? == self.lines).then_some(())?;
        document.get("unsealed")?.as_u64()
    }

    fn agree(&self, pinned: &[Pinned]) -> Result<u64, Error> {
        let mut agree = 0;
        for pin in pinned {
            let seal = pin.id.checked_sub(1).and_then(|at| self.seals.get(usize::try_from(at).ok()?));
            // A seal of after the proof says nothing about it.
            let Some(seal) = seal else { continue };
            if seal.value != pin.value {
                let text = format!("seal {} of the proof is not the pinned one: the trail was written anew", pin.id);
                return Err(Error::input(format!("{text}: keep both files and call an auditor")));
            }
            agree += 1;
        }
        Ok(agree)
    }
}

/// The root that one line leads to, if it is the organisation's and stands behind the line before it.
fn line_root(
    one: &Json,
    first_id: i64,
    lines: i64,
    organisation: &str,
    last: &mut Option<i64>,
    buffer: &mut Vec<u8>,
) -> Result<Hash, &'static str> {
    let shape = "a line of it cannot be read";
    let fields = one.as_object().ok_or(shape)?;
    let entry = fields.get("line").and_then(Json::as_object).and_then(entry).ok_or(shape)?;
    if !matches!(entry.0.get(ORGANISATION), Some(Value::Text(code)) if code == organisation) {
        return Err("a line of it is of another organisation");
    }
    let id = entry.id();
    if last.replace(id).is_some_and(|before| before >= id) {
        return Err("its lines are not in order");
    }
    let path = hashes(fields).ok_or(shape)?;
    let index = id.checked_sub(first_id).and_then(|index| u64::try_from(index).ok());
    let found = index.zip(u64::try_from(lines).ok());
    let found = found.and_then(|(index, count)| merkle::root_by(entry.leaf(buffer), index, count, &path));
    found.ok_or("a line of it was changed")
}

/// A line as it was written: all its columns and nothing else.
fn entry(fields: &Fields) -> Option<Entry<'_>> {
    (fields.len() == COLUMNS.len()).then_some(())?;
    let mut all = COLUMNS.map(|_| Value::Null);
    for (cell, (name, kind)) in all.iter_mut().zip(COLUMNS) {
        *cell = match (fields.get(name)?, kind) {
            (Json::Null, _) => Value::Null,
            (Json::Number(number), Type::Int) => number.as_i64()?.into(),
            (Json::String(text), Type::Text) => text.as_str().into(),
            (Json::Number(_) | Json::String(_) | Json::Bool(_) | Json::Array(_) | Json::Object(_), _) => return None,
        };
    }
    Some(Entry(all))
}

fn read_seal(fields: &Fields) -> Option<Seal> {
    let hash = |name| Some(merkle::from_hex(text(fields, name)?)?.to_vec());
    Some(Seal {
        id: int(fields, "seal")?,
        at: int(fields, "at")?,
        batches: int(fields, "batches")?,
        lines: int(fields, "lines")?,
        first_id: int(fields, "first_id")?,
        last_id: int(fields, "last_id")?,
        previous: hash("previous")?,
        root: hash("root")?,
        value: Vec::new(),
    })
}

fn int(fields: &Fields, name: &str) -> Option<i64> {
    fields.get(name)?.as_i64()
}

fn text<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name)?.as_str()
}

fn hashes(fields: &Fields) -> Option<Vec<Hash>> {
    fields.get("path")?.as_array()?.iter().map(|hash| merkle::from_hex(hash.as_str()?)).collect()
}
