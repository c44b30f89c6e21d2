//! What the chips of the identity documents hold, for people: the machine-readable zone, the portrait beside the selfie, and what was
//! compared with the security object.
//!
//! Every sentence says what was checked and what was not. Must not judge whether a document is genuine.

use super::sheet::{Attempts, Held, title};
use super::untrusted::{FileLink, Text, extension};
use crate::chip::{
    CheckDigits, ChipRecord, ChipSignature, GroupDigest, GroupRecord, PortraitFormat, PortraitRecord, SecurityRecord, ZoneRecord,
};
use crate::model::Kind;
use crate::text;

/// The chip in one file of NFC data.
pub(super) struct Chip {
    pub(super) title: String,
    /// The file that it was decoded from, and the number of its row in the table of files.
    pub(super) path: Text,
    pub(super) file: usize,
    /// Statements about the signature and the digests, and whether each is good news.
    pub(super) statements: Vec<(bool, String)>,
    pub(super) zone: Vec<(&'static str, Text)>,
    pub(super) lines: Vec<Text>,
    pub(super) groups: Vec<(String, String)>,
    pub(super) pictures: Vec<Picture>,
}

/// A picture beside another.
pub(super) struct Picture {
    pub(super) title: &'static str,
    pub(super) file: FileLink,
    /// True if browsers show it.
    pub(super) is_shown: bool,
    pub(super) alt: String,
    pub(super) detail: String,
}

/// Returns the chips, in the order of the files.
pub(super) fn chips(attempts: &Attempts<'_>, held: &[Held<'_>]) -> Vec<Chip> {
    let chip = |file: &Held<'_>| {
        let chip = file.file.chip.as_ref()?;
        let of = attempts.of_medium(file.medium);
        let portrait = chip.portrait.as_ref().map(|portrait| picture(portrait, &of, held));
        let selfie = selfie(file, held).map(|selfie| Picture {
            title: "Selfie",
            file: FileLink::to(&selfie.file.path),
            is_shown: true,
            alt: format!("Selfie of {of}, beside the portrait in the chip"),
            detail: "as the provider sent it".to_owned(),
        });
        let has_portrait = portrait.is_some();
        Some(Chip {
            title: format!("Chip read in {of}"),
            path: Text::of(&file.file.path),
            file: file.number,
            statements: statements(chip),
            zone: chip.zone.as_ref().map(zone).unwrap_or_default(),
            lines: chip.zone.iter().flat_map(|zone| &zone.lines).map(|line| Text::of(line)).collect(),
            groups: chip.groups.iter().map(|group| (format!("DG{}", group.number), compared(chip, group))).collect(),
            pictures: portrait.into_iter().chain(selfie.filter(|_| has_portrait)).collect(),
        })
    };
    held.iter().filter_map(chip).collect()
}

/// Returns the first picture of a face in the attempt of a chip.
fn selfie<'a, 'b>(chip: &Held<'_>, held: &'b [Held<'a>]) -> Option<&'b Held<'a>> {
    let is_selfie = |other: &&Held<'_>| {
        other.medium.context.as_deref() == Some("face")
            && other.medium.attempt == chip.medium.attempt
            && other.medium.kind == Kind::Image
            && matches!(extension(&other.file.path).as_str(), "jpg" | "jpeg" | "png" | "webp")
    };
    held.iter().find(is_selfie)
}

fn picture(portrait: &PortraitRecord, of: &str, held: &[Held<'_>]) -> Picture {
    let same = held.iter().find(|other| other.file.digest == portrait.digest);
    let same = same.map(|same| format!("; the same bytes as “{}”, which the provider sent", title(same.medium))).unwrap_or_default();
    let bytes = text::bytes(portrait.digest.bytes);
    let mut detail = format!("{} × {} pixels, {bytes}, copied out of DG2 by vmedia{same}", portrait.width, portrait.height);
    let is_shown = portrait.format == PortraitFormat::Jpeg;
    if !is_shown {
        detail.push_str("; JPEG 2000, which most browsers do not show");
    }
    let alt = format!("Portrait in the chip of {of}");
    Picture { title: "Portrait in the chip", file: FileLink::to(&portrait.path), is_shown, alt, detail }
}

fn zone(zone: &ZoneRecord) -> Vec<(&'static str, Text)> {
    let digits = zone.check_digits.as_str_with(|digits| match digits {
        CheckDigits::Right => "right",
        CheckDigits::Wrong => "wrong: the zone was misread or altered",
    });
    let fields = [
        ("Family name", &zone.family_name),
        ("Given names", &zone.given_names),
        ("Born (year, month, day)", &zone.born),
        ("Sex", &zone.sex),
        ("Nationality", &zone.nationality),
        ("Number", &zone.number),
        ("Document code", &zone.document),
        ("Issuer", &zone.issuer),
        ("Expires (year, month, day)", &zone.expires),
    ];
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, Text::of(text)));
    fields.chain([("Check digits", Text::of(digits))]).collect()
}

/// Returns the result of comparing a data group.
fn compared(chip: &ChipRecord, group: &GroupRecord) -> String {
    let algorithm = chip.security.as_ref().map_or_else(String::new, |security| format!(" ({})", Text::of(&security.algorithm)));
    let result = match group.digest.known() {
        Some(GroupDigest::Equal) => format!("its digest{algorithm} is the one in SOD"),
        Some(GroupDigest::Different) => format!("its digest{algorithm} is NOT the one in SOD"),
        Some(GroupDigest::Unlisted) => "SOD has no digest of it".to_owned(),
        Some(GroupDigest::Unchecked) => "not compared with SOD".to_owned(),
        None => "a newer version of vmedia wrote this result".to_owned(),
    };
    format!("{}, {result}", text::bytes(group.bytes))
}

/// Returns what was compared and what was not, and whether each is good news or at least expected.
fn statements(chip: &ChipRecord) -> Vec<(bool, String)> {
    let groups = |digest: GroupDigest| listed(chip.groups.iter().filter(|group| group.digest == digest).map(|group| group.number));
    let digests = [
        (GroupDigest::Equal, true, "the chip’s security object (SOD) lists the digests of", ""),
        (GroupDigest::Different, false, "the chip’s security object (SOD) does NOT list the digests of", ": they or it were altered"),
        (GroupDigest::Unlisted, false, "the chip’s security object (SOD) lists none of", ""),
        (GroupDigest::Unchecked, false, "nothing was compared with", ""),
    ];
    let digests = digests
        .into_iter()
        .filter_map(|(digest, is_good, before, behind)| Some((is_good, format!("Digests: {before} {}{behind}.", groups(digest)?))));
    let mut said: Vec<(bool, String)> = digests.collect();
    if let Some(security) = &chip.security {
        let is_absent = |number: &u8| chip.groups.iter().all(|group| group.number != *number);
        let absent = listed(security.groups.iter().copied().filter(is_absent));
        said.extend(absent.map(|absent| (true, format!("Not in the file and not compared, but listed in SOD: {absent}."))));
        said.push(signature(security));
    } else {
        let is_undecoded = chip.undecoded.iter().any(|part| part == "sod");
        said.push((false, if is_undecoded { "SOD cannot be decoded." } else { "SOD is not in the file." }.to_owned()));
    }
    let undecoded: Vec<String> =
        chip.undecoded.iter().filter(|part| *part != "sod").map(|part| Text::of(&part.to_ascii_uppercase()).to_string()).collect();
    if !undecoded.is_empty() {
        said.push((false, format!("Not decoded, because their form is unknown to vmedia: {}.", undecoded.join(", "))));
    }
    let has_signer = chip.security.as_ref().is_some_and(|security| security.certificate_sha256.is_some());
    said.push((true, if has_signer { NOT_CHECKED } else { COPIES_NOT_CHECKED }.to_owned()));
    said
}

/// Returns the names of data groups; `None` if there are none.
fn listed(numbers: impl Iterator<Item = u8>) -> Option<String> {
    let names: Vec<String> = numbers.map(|number| format!("DG{number}")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn signature(security: &SecurityRecord) -> (bool, String) {
    let signer = security.signer.as_deref().map(|signer| format!(" ({})", Text::of(signer))).unwrap_or_default();
    let sha256 = security.certificate_sha256.as_deref().map(|sha256| format!(" Its SHA-256 is {}.", Text::of(sha256))).unwrap_or_default();
    match security.signature.known() {
        Some(ChipSignature::Held) => (true, format!("Signature: the key of the certificate in SOD{signer} signed these digests.{sha256}")),
        Some(ChipSignature::Wrong) => {
            (false, format!("Signature: the key of the certificate in SOD{signer} did NOT sign these digests.{sha256}"))
        }
        Some(ChipSignature::Absent) => (false, "Signature: SOD has none, so nothing shows who made these digests.".to_owned()),
        Some(ChipSignature::Unchecked) => {
            let why = "its algorithm, key or certificate is not supported, or the certificate is not in SOD";
            (false, format!("Signature: not checked, because {why}{signer}.{sha256}"))
        }
        None => (false, "Signature: a newer version of vmedia wrote the result.".to_owned()),
    }
}

/// What no chip with a certificate is checked for.
const NOT_CHECKED: &str = "Not checked: whether a country issued the certificate in SOD (no CSCA certificates were given), whether it was valid, \
                           and whether the chip is a copy (active and chip authentication).";
/// What no chip is checked for.
const COPIES_NOT_CHECKED: &str = "Not checked: whether the chip is a copy (active and chip authentication).";
