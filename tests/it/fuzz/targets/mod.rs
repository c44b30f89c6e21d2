//! What is fuzzed: for each sort of bytes from outside, a function that reads them and fails where a promise breaks.
//!
//! Two programs share these: the targets of `cargo fuzz` in `fuzz/`, which look for bytes that break a promise, and the
//! test `fuzz`, which replays every file of `fuzz/corpus/`. An input with several parts has a NUL between them.

pub mod chips;
pub mod configuration;
pub mod documents;
pub mod headers;
pub mod id_lists;
pub mod journals;
pub mod listings;
pub mod manifests;
mod memory;
pub mod records;
mod safe;
pub mod signatures;
pub mod stamps;

use jiff::Timestamp;
use vmedia::archive::Identity;
use vmedia::archive::verify::{ProviderRules, SignatureCheck};
use vmedia::model::MediaId;
use vmedia::provider::Provider;
use vmedia::provider::veriff::Veriff;
use vmedia::provider::yoti::{Access, Yoti};
use vmedia::secret::Secret;

/// A target: its name, which is that of its corpus, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 11] = [
    ("chips", chips::run),
    ("configuration", configuration::run),
    ("documents", documents::run),
    ("headers", headers::run),
    ("id_lists", id_lists::run),
    ("journals", journals::run),
    ("listings", listings::run),
    ("manifests", manifests::run),
    ("records", records::run),
    ("signatures", signatures::run),
    ("stamps", stamps::run),
];

/// The parts of an input.
fn parts(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|byte| *byte == 0)
}

/// The time at which everything happens.
fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// A provider with a secret that inputs do not know.
fn veriff() -> Veriff {
    Veriff::new("key".to_owned(), Secret::new("abcdef12-abcd-abcd-abcd-abcdef012345".to_owned()), Vec::new(), None)
}

/// A provider that reads what is stored.
fn yoti() -> Yoti {
    Yoti::new(Access::None)
}

/// The run that writes journals.
fn identity() -> Identity {
    let word = |text: &str| text.to_owned();
    Identity { tool: word("vmedia"), command: word("fuzz"), operator: word("unknown"), host: word("here") }
}

/// A rules that reads listings and has no secrets.
struct Reader;

impl ProviderRules for Reader {
    fn listed(&self, provider: &str, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, String> {
        let listed = if provider == "yoti" { yoti().listed(document, bytes) } else { veriff().listed(document, bytes) };
        listed.map_err(|failure| failure.detail)
    }

    fn signature_check(&self, _provider: &str, _signature: &str) -> Option<Box<dyn SignatureCheck>> {
        None
    }
}
