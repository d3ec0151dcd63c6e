//! `audit verify`, `seal`, `roots`, `proof` and `check-proof`: the trail as a chain that shows every change.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use domain::hex::hex;
use domain::ids::OdsCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use service::audit::check;
use service::audit::roots::{self, Pinned};
use service::audit::verify::{Finding, Verified};
use store::chain::Seal;

use crate::cli::answer::Answer;
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text;
use crate::figure::thousands;

/// How many findings people are shown; JSON has all that were kept.
const SHOWN: usize = 50;

fn pinned(path: Option<&Path>) -> Result<Option<Vec<Pinned>>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    Ok(Some(roots::read(&text)?))
}

/// Reads the whole trail; anything that is not as it was written ends with exit code 1.
pub(crate) fn verify(s: &Session, path: Option<&Path>) -> Result<Answer, Failure> {
    let pinned = pinned(path)?;
    let found = s.almoner.verify_audit(&s.ctx, pinned.as_deref(), &s.bars)?;
    let good = found.findings.is_empty();
    let document = json!({
        "good": good, "lines": found.lines, "batches": found.batches, "seals": found.seals, "unsealed": found.unsealed,
        "pinned": pinned.as_ref().map(Vec::len), "agree": found.agree,
        "findings": found.findings.iter().map(finding_json).collect::<Vec<_>>(), "more": found.more,
    });
    let answer = Answer::new(document, told(s, &found, pinned.as_ref().map_or(0, Vec::len)));
    Ok(if good { answer } else { answer.with_code(REFUSED) })
}

fn finding_json(f: &Finding) -> Value {
    json!({ "what": f.what.as_str(), "line": f.line, "last": f.last, "seal": f.seal,
        "at": f.at.map(|at| at.to_string()), "action": f.action, "object_type": f.object_type, "why": f.why })
}

fn told(s: &Session, found: &Verified, pins: usize) -> String {
    let mut text = String::new();
    if !found.findings.is_empty() {
        let headings = [
            ("found", Align::Left),
            ("line", Align::Right),
            ("at", Align::Left),
            ("action", Align::Left),
            ("why", Align::Wrap),
        ];
        let rows = found.findings.iter().take(SHOWN).map(|f| {
            let line = match (f.line, f.last, f.seal) {
                (Some(line), Some(last), _) if line != last => format!("{line}-{last}"),
                (Some(line), ..) => line.to_string(),
                (None, _, seal) => seal.map_or_else(String::new, |seal| format!("seal {seal}")),
            };
            let at = f.at.map_or_else(String::new, |at| text::local_time(s.almoner.calendar(), at));
            vec![f.what.as_str().to_owned(), line, at, f.action.clone().unwrap_or_default(), f.why.clone()]
        });
        text += &table::render(&headings, rows.collect(), "");
        let left = u64::try_from(found.findings.len().saturating_sub(SHOWN)).unwrap_or(0) + found.more;
        if left > 0 {
            text.extend([format!("\nand {left} more: up to 500 are in --json")]);
        }
        text += "\n\nThe trail is not as it was written. Copy the store, compare it with a backup.\n";
    }
    let count = |n| thousands(i64::try_from(n).unwrap_or(i64::MAX));
    let (lines, batches, seals) = (count(found.lines), count(found.batches), count(found.seals));
    text.extend([format!("Read {lines} lines in {batches} batches under {seals} seals.\n")]);
    if found.unsealed > 0 {
        text.extend([format!("Not sealed yet: {} lines; the next run seals them.\n", thousands(found.unsealed))]);
    }
    match found.agree {
        Some(agree) => text.extend([format!("Pinned seals that agree: {agree} of {pins}.\n")]),
        None => text += "No pinned seals were given; without them a trail written anew goes unseen.\n",
    }
    if found.findings.is_empty() {
        text += "Every line is as it was written.";
    }
    text
}

/// Seals what is not sealed yet.
pub(crate) fn seal(s: &Session) -> Result<Answer, Failure> {
    let made = s.almoner.seal(&s.ctx)?;
    let lines = made.iter().map(|seal| seal.lines).sum();
    let text = match made.last() {
        Some(last) => format!(
            "Sealed {} lines; the last seal is {}.\nPin it:  almoner audit roots --out FILE",
            thousands(lines),
            last.id
        ),
        None => "Every line is sealed already.".to_owned(),
    };
    Ok(Answer::new(seals_json(&made), text))
}

/// The chain of seals.
pub(crate) fn roots(s: &Session, out: Option<&Path>) -> Result<Answer, Failure> {
    let seals = s.almoner.audit_seals(&s.ctx)?;
    let text = match out {
        None => shown(s, &seals),
        Some(path) => {
            let written = roots::write(&seals, s.almoner.domain());
            std::fs::write(path, written).map_err(|error| Failure::file(path, &error))?;
            let count = seals.len();
            format!(
                "Wrote {count} seals to {}.\nKeep it where nobody who can write the store can write.",
                path.display()
            )
        }
    };
    Ok(Answer::new(seals_json(&seals), text))
}

fn shown(s: &Session, seals: &[Seal]) -> String {
    let headings = [
        ("seal", Align::Right),
        ("at", Align::Left),
        ("lines", Align::Right),
        ("last line", Align::Right),
        ("value", Align::Left),
    ];
    let rows = seals.iter().map(|seal| {
        let at = text::local_time(s.almoner.calendar(), Timestamp::from_second(seal.at));
        let value: String = hex(&seal.value).chars().take(16).collect();
        vec![seal.id.to_string(), at, thousands(seal.lines), seal.last_id.to_string(), format!("{value}...")]
    });
    let empty = "Nothing is sealed yet: a run seals when it ends, or `almoner audit seal`";
    let table = table::render(&headings, rows.collect(), empty);
    if seals.is_empty() { table } else { format!("{table}\n\nThe whole values:  almoner audit roots --out FILE") }
}

fn seals_json(seals: &[Seal]) -> Vec<Value> {
    let one = |seal: &Seal| {
        json!({ "seal": seal.id, "at": Timestamp::from_second(seal.at).to_string(), "batches": seal.batches,
            "lines": seal.lines, "last_line": seal.last_id, "value": hex(&seal.value) })
    };
    seals.iter().map(one).collect()
}

/// Writes the proof of an organisation's own lines.
pub(crate) fn proof(s: &Session, organisation: &OdsCode, path: &Path) -> Result<Answer, Failure> {
    // Beside its place first: a proof that cannot be made leaves no file, and none that was there is lost.
    let beside = path.with_added_extension("part");
    let file = File::create(&beside).map_err(|error| Failure::file(&beside, &error))?;
    let made = s.almoner.audit_proof(&s.ctx, organisation.as_str(), &mut BufWriter::new(file), &s.bars);
    if made.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    let made = made?;
    std::fs::rename(&beside, path).map_err(|error| Failure::file(path, &error))?;
    let last = made.last.as_ref();
    let document = json!({ "organisation": organisation.as_str(), "lines": made.lines, "unsealed": made.unsealed,
        "seals": last.map_or(0, |seal| seal.id), "value": last.map(|seal| hex(&seal.value)), "out": path.display().to_string() });
    let count = |n| thousands(i64::try_from(n).unwrap_or(i64::MAX));
    let mut text = format!(
        "Wrote {}: {} lines of {organisation}, each with its way to a seal.\n",
        path.display(),
        count(made.lines)
    );
    if made.unsealed > 0 {
        text.extend([format!("Not sealed yet, so not in it: {} lines.\n", count(made.unsealed))]);
    }
    text.extend([format!("Check it:  almoner audit check-proof {} --roots PINNED", path.display())]);
    Ok(Answer::new(document, text))
}

/// Checks such a proof, without any store.
pub(crate) fn check_proof(path: &Path, pins: Option<&Path>) -> Result<Answer, Failure> {
    let pinned = pinned(pins)?;
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let found = check::check_proof(&mut BufReader::new(file), pinned.as_deref())?;
    let document = json!({ "federation": found.federation, "organisation": found.organisation, "lines": found.lines,
        "unsealed": found.unsealed, "seals": found.seals, "value": found.value, "agree": found.agree });
    let mut text = format!(
        "All {} lines of {} in {} are in the sealed trail,\nas they were written. Not proven: that none was left out; {} waited for a seal.\n",
        found.lines, found.organisation, found.federation, found.unsealed
    );
    text.extend([match found.agree {
        Some(agree) => format!("Pinned seals that agree: {agree}."),
        None => format!("Compare with what was pinned elsewhere: seal {}\n{}", found.seals, found.value),
    }]);
    Ok(Answer::new(document, text))
}
