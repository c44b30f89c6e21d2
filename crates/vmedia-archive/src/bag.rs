//! Writes and parses the text of a bag's own files (RFC 8493). Must not touch the store.

use crate::record::{MediaRecord, Record};
use crate::store::Digest;
use std::collections::BTreeMap;

/// `bagit.txt` (§2.1.1).
pub(crate) const DECLARATION_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The profile that every bag conforms to, by the name of its file in `schema/` (BagIt Profiles 1.4).
const PROFILE: &str = "vmedia-bagit-profile-1.json";

/// Paths and their SHA-256 in hex, as a manifest holds them (§2.1.3).
pub(crate) type Manifest = BTreeMap<String, String>;

/// Returns a manifest's text, one line per path, in the form that `sha256sum -c` reads.
pub(crate) fn manifest_text(manifest: &Manifest) -> String {
    manifest.iter().map(|(path, sha256)| format!("{sha256}  {}\n", encode(path))).collect()
}

/// Returns the text of the payload's manifest.
pub(crate) fn payload_manifest(record: &Record) -> String {
    let files = record.media.iter().flat_map(MediaRecord::present);
    manifest_text(&files.map(|file| (file.path.clone(), file.digest.sha256.clone())).collect())
}

/// Parses a manifest. The error is the number of the first line that is malformed, or contradicts an earlier line.
pub(crate) fn parse_manifest(text: &str) -> Result<Manifest, usize> {
    let mut manifest = Manifest::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed =
            line.split_once([' ', '\t']).map(|(sha256, path)| (sha256, path.trim_start_matches([' ', '\t']).trim_start_matches('*')));
        match parsed {
            Some((sha256, path)) if sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) && !path.is_empty() => {
                let sha256 = sha256.to_ascii_lowercase();
                if manifest.insert(decode(path), sha256.clone()).is_some_and(|before| before != sha256) {
                    return Err(index + 1);
                }
            }
            _ => return Err(index + 1),
        }
    }
    Ok(manifest)
}

/// Returns the text of `bag-info.txt` (§2.2.2). `tool` made the last change, on the day `date`.
pub(crate) fn info_text(tool: &str, session: &str, provider: &str, date: &str, payload: &[&Digest]) -> String {
    let bytes: u64 = payload.iter().map(|digest| digest.bytes).sum();
    let profile = format!("BagIt-Profile-Identifier: {PROFILE}\n");
    info([tool, session, provider], &profile, date, (bytes, payload.len()))
}

/// Returns the text of `bag-info.txt` of a part of a session, with the payload's bytes and number of files. The profile is of whole ones.
pub(crate) fn partial_info_text(tool: &str, session: &str, provider: &str, date: &str, payload: (u64, usize)) -> String {
    let info = info([tool, session, provider], "", date, payload);
    format!("{info}External-Description: a part of a session; the manifests in original/ name what is left out\n")
}

fn info([tool, session, provider]: [&str; 3], profile: &str, date: &str, (bytes, files): (u64, usize)) -> String {
    format!(
        "Bag-Software-Agent: {}\n{profile}Bagging-Date: {date}\nExternal-Identifier: {}\nInternal-Sender-Identifier: {}\n\
         Payload-Oxum: {bytes}.{files}\n",
        one_line(tool),
        one_line(session),
        one_line(provider),
    )
}

/// Returns the `Payload-Oxum` of a `bag-info.txt`: bytes and files.
pub(crate) fn parse_oxum(info: &str) -> Option<(u64, u64)> {
    let value = info.lines().find_map(|line| line.strip_prefix("Payload-Oxum:"))?;
    let (bytes, files) = value.trim().split_once('.')?;
    Some((bytes.parse().ok()?, files.parse().ok()?))
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Percent-encodes characters that would break a manifest's line (§2.1.3).
pub(crate) fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// Returns a path as it was before [`encode`].
pub(crate) fn decode(path: &str) -> String {
    path.replace("%0A", "\n").replace("%0a", "\n").replace("%0D", "\r").replace("%0d", "\r").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::{Manifest, info_text, manifest_text, parse_manifest, parse_oxum};
    use crate::store::Digest;
    use proptest::prelude::*;

    #[test]
    fn the_text_is_what_other_tools_read() {
        let digest = Digest::of(b"");
        let manifest = Manifest::from([("data/a b.jpg".to_owned(), digest.sha256.clone())]);
        assert_eq!(manifest_text(&manifest), format!("{}  data/a b.jpg\n", digest.sha256));
        assert_eq!(
            parse_manifest(&format!("{} *data/x\r\n\n", digest.sha256.to_uppercase())),
            Ok(Manifest::from([("data/x".to_owned(), digest.sha256)]))
        );
        assert_eq!(parse_manifest("nonsense"), Err(1));
        let (one, other) = ("0".repeat(64), "1".repeat(64));
        assert_eq!(parse_manifest(&format!("{one}  data/x\n{one}  data/x\n")).map(|manifest| manifest.len()), Ok(1));
        assert_eq!(parse_manifest(&format!("{one}  data/x\n{other}  data/x\n")), Err(2), "which of them?");
        let info = info_text("vmedia 1", "s", "veriff", "2026-11-21", &[&Digest::of(b"abc"), &Digest::of(b"d")]);
        assert_eq!(parse_oxum(&info), Some((4, 2)));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read(text in "([0-9a-fA-F]{64}|[0-9a-z]{0,9})?[ \t*]{0,3}\\PC{0,20}(\r|\n|\r\n)?\\PC{0,80}", bytes: Vec<u8>) {
            for text in [text.as_str(), &String::from_utf8_lossy(&bytes)] {
                let _ = parse_manifest(text);
                let _ = parse_oxum(text);
                let _ = parse_oxum(&format!("Payload-Oxum: {text}"));
            }
        }

        #[test]
        fn a_manifest_reads_back_as_it_was_written(paths in prop::collection::btree_set("data/[^ \t*][ -~\n\r%é]{0,20}[a-z]", 0..8)) {
            let manifest: Manifest = paths.into_iter().map(|path| { let sha256 = Digest::of(path.as_bytes()).sha256; (path, sha256) }).collect();
            prop_assert_eq!(parse_manifest(&manifest_text(&manifest)), Ok(manifest));
        }
    }
}
