//! Journals that no program has written: whatever stands in the folder is read to its end and judged, and nothing of it
//! ends the reading.

#![allow(clippy::disallowed_methods, reason = "tests write segments by hand")]

mod reference;

use super::{AgainEntry, Chain, ErasedEntry, FOLDER, Identity, Journal, Retained, Scope};
use crate::class::Class;
use crate::error::ErrorKind;
use crate::model::SessionId;
use crate::store::LocalStore;
use crate::word::Word;
use jiff::Timestamp;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// A journal of two runs, as it is written.
fn written(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let store = Arc::new(LocalStore::new(root.to_owned(), "the test".to_owned()));
    for seconds in [1, 2] {
        let words = |text: &str| text.to_owned();
        let identity = Identity { tool: words("vmedia"), command: words("verify"), operator: words("operator"), host: words("here") };
        let (journal, now) = (Journal::new(store.clone(), identity), Timestamp::from_second(seconds).expect("a time"));
        journal.verified(SessionId::parse("s").expect("an id"), Some(0.5), None, now).expect("written");
        journal.damaged("t".to_owned(), vec!["a finding".to_owned()], now).expect("written");
        journal.close(Some(ErrorKind::Damaged), now).expect("closed");
    }
    let entries = std::fs::read_dir(root.join(FOLDER)).expect("a journal");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(&path).expect("a segment"))).collect()
}

fn read(root: &Path) -> Chain {
    let store = LocalStore::new(root.to_owned(), "the test".to_owned());
    let chain = Chain::read(&store, &Scope::All, &["0".repeat(64), String::new(), "é".to_owned()], &mut |_| Ok(())).expect("a verdict");
    super::Verifications::read(&store).expect("an answer");
    let _ = chain.last_change("s");
    chain
}

#[test]
fn what_was_written_reads_back_without_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let chain = read(folder.path());
    assert_eq!((chain.segments, chain.lines, chain.findings, chain.heads.len()), (2, 8, Vec::new(), 1));
}

#[test]
fn a_journal_that_is_over_takes_nothing_more_also_where_there_was_nothing_to_tell() {
    for was_told in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let words = |text: &str| text.to_owned();
        let identity = Identity { tool: words("vmedia"), command: words("verify"), operator: words("operator"), host: words("here") };
        let journal = Journal::new(Arc::new(LocalStore::new(folder.path().to_owned(), "the test".to_owned())), identity);
        let now = Timestamp::UNIX_EPOCH;
        let tell = || journal.damaged("t".to_owned(), vec!["a finding".to_owned()], now);
        if was_told {
            tell().expect("written");
        }
        assert_eq!(journal.close(Some(ErrorKind::Partial), now).expect("closed").is_some(), was_told);
        let length = Journal::length(&LocalStore::new(folder.path().to_owned(), "the test".to_owned()), None).expect("a length");
        assert_eq!(tell().expect_err("it is over").kind(), ErrorKind::Local);
        assert!(journal.close(Some(ErrorKind::Partial), now).expect("closed").is_none());
        let after = Journal::length(&LocalStore::new(folder.path().to_owned(), "the test".to_owned()), None).expect("a length");
        assert_eq!((length > 0, after), (was_told, length));
    }
}

#[test]
fn the_end_of_a_run_that_outlasts_many_others_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(LocalStore::new(folder.path().to_owned(), "the test".to_owned()));
    let words = |text: &str| text.to_owned();
    let run = || {
        let identity = Identity { tool: words("vmedia"), command: words("verify"), operator: words("op"), host: words("here") };
        Journal::new(store.clone(), identity)
    };
    let tell = |journal: &Journal, seconds| {
        let now = Timestamp::from_second(seconds).expect("a time");
        journal.damaged("t".to_owned(), vec!["a finding".to_owned()], now).expect("written");
    };
    let close = |journal: &Journal, seconds| {
        journal.close(Some(ErrorKind::Damaged), Timestamp::from_second(seconds).expect("a time")).expect("closed");
    };
    let long = run();
    tell(&long, 1);
    let path = folder.path().join(long.segment().expect("a segment").as_str());
    for seconds in 2..523 {
        let short = run();
        tell(&short, seconds);
        close(&short, seconds);
    }
    tell(&long, 600);
    close(&long, 600);
    let last = run();
    tell(&last, 601);
    close(&last, 601);
    assert_eq!(read(folder.path()).findings, Vec::new());
    let whole = std::fs::read(&path).expect("a segment");
    let cut = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
    std::fs::write(&path, &whole[..cut]).expect("cut");
    let findings = read(folder.path()).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn a_run_names_the_seals_of_earlier_ones_and_takes_a_run_that_is_being_sealed_for_one_at_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(LocalStore::new(folder.path().to_owned(), "the test".to_owned()));
    let words = |text: &str| text.to_owned();
    let run = |seconds| {
        let identity = Identity { tool: words("vmedia"), command: words("verify"), operator: words("op"), host: words("here") };
        let (journal, now) = (Journal::new(store.clone(), identity), Timestamp::from_second(seconds).expect("a time"));
        journal.damaged("t".to_owned(), vec!["a finding".to_owned()], now).expect("written");
        journal.close(Some(ErrorKind::Damaged), now).expect("closed").expect("a segment")
    };
    let first = run(1);
    run(2);
    assert_eq!(read(folder.path()).seals, Vec::new(), "the first run is not sealed yet");
    std::fs::write(folder.path().join(first.path.with_suffix(super::SIGNATURE).as_str()), "a signature").expect("written");
    drop(first);
    run(3);
    run(4);
    let seals = read(folder.path()).seals;
    let names: Vec<_> =
        seals.iter().map(|(run, seal)| (run.get(..8).unwrap_or_default(), seal.name.get(8..).unwrap_or_default())).collect();
    assert!(matches!(&names[..], [("19700101", name)] if name.ends_with(".ndjson.checkpoint.sig")), "{seals:?}");
    assert_eq!(seals[0].1.sha256, crate::store::Digest::of(b"a signature").sha256);
}

#[test]
fn biometric_media_that_may_be_archived_again_are_retained_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(LocalStore::new(folder.path().to_owned(), "the test".to_owned()));
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words("erase"), operator: words("op"), host: words("here") };
    let (journal, now) = (Journal::new(store.clone(), identity), Timestamp::UNIX_EPOCH);
    let (session, class) = (SessionId::parse("s").expect("an id"), Some(Word::Known(Class::Biometric)));
    let [folder, certificate, page, reason] = ["s", "c", "p", "r"].map(words);
    let entry = ErasedEntry {
        session: session.clone(),
        folder: folder.clone(),
        class: class.clone(),
        certificate: certificate.clone(),
        page: page.clone(),
        at_provider: None,
        at_store: Vec::new(),
    };
    journal.erased(entry, now).expect("written");
    let is_without = || Retained::read(store.as_ref()).expect("a journal").cutoffs("s").is_without_biometric;
    assert!(is_without());
    journal.again(AgainEntry { session, folder, class, reason, certificate, page }, now).expect("written");
    assert!(!is_without());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_are_too_strange_to_be_judged(
        segments in prop::collection::vec(prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'{'), Just(b'"')], 0..300), 1..4),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(FOLDER)).expect("a folder");
        for (number, bytes) in segments.iter().enumerate() {
            std::fs::write(folder.path().join(FOLDER).join(format!("{number}.ndjson")), bytes).expect("written");
        }
        let chain = read(folder.path());
        prop_assert_eq!(chain.segments, segments.len() as u64);
        prop_assert!(chain.lines == 0 || !chain.findings.is_empty(), "{:?}", chain);
    }

    #[test]
    fn no_change_of_a_journal_is_too_small_to_be_judged(
        which in 0_usize..2,
        place in any::<prop::sample::Index>(),
        length in 0_usize..40,
        piece in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, good) = written(folder.path()).swap_remove(which);
        let begin = place.index(good.len());
        let mut bytes = good.clone();
        bytes.splice(begin..(begin + length).min(good.len()), piece);
        std::fs::write(path, &bytes).expect("written");
        let chain = read(folder.path());
        // Nothing follows the last line of the newest segment.
        let last = good[..good.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
        let is_known = which == 0 || !(bytes.starts_with(&good[..last]) || good.starts_with(&bytes));
        prop_assert!(bytes == good || !is_known || !chain.findings.is_empty(), "{:?}", chain);
    }
}
