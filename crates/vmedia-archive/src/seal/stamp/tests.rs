//! Valid, wrong and hostile answers of authorities.

use super::{LARGEST, Query, Stamp, StampError};
use proptest::prelude::*;

const DIGEST: [u8; 32] = [7; 32];
const NONCE: u64 = 0x00ff_1234;

const SHA256: &[u8] = &[6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1];
const SIGNED_DATA: &[u8] = &[6, 9, 42, 134, 72, 134, 247, 13, 1, 7, 2];
const TST_INFO: &[u8] = &[6, 11, 42, 134, 72, 134, 247, 13, 1, 9, 16, 1, 4];
const POLICY: &[u8] = &[6, 3, 42, 3, 4];
const GRANTED: &[u8] = &[48, 3, 2, 1, 0];

/// A value with its length.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("a short value").to_be_bytes();
    [&[tag, 0x82][..], &length, &content].concat()
}

/// A value without a length, which DER forbids.
fn open(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    [&[tag, 0x80][..], &parts.concat(), &[0, 0]].concat()
}

/// The content of a stamp, with these fields after the time.
fn info(digest: &[u8], time: &str, more: &[&[u8]]) -> Vec<u8> {
    let imprint = value(48, &[&value(48, &[SHA256, &[5, 0]]), &value(4, &[digest])]);
    let serial = [2, 2, 0, 0x9a];
    value(48, &[&[2, 1, 1], POLICY, &imprint, &serial, &value(24, &[time.as_bytes()]), &more.concat()])
}

fn nonce() -> Vec<u8> {
    vec![2, 4, 0, 0xff, 0x12, 0x34]
}

/// An answer that grants a token around this.
fn granted(info: &[u8]) -> Vec<u8> {
    let content = value(48, &[TST_INFO, &value(0xa0, &[&value(4, &[info])])]);
    let signed = value(48, &[&[2, 1, 3], &value(49, &[SHA256]), &content, &value(0xa0, &[b"\x04\x01c"]), &value(49, &[])]);
    value(48, &[GRANTED, &value(48, &[SIGNED_DATA, &value(0xa0, &[&signed])])])
}

fn usual() -> Vec<u8> {
    granted(&info(&DIGEST, "20261121093000Z", &[&nonce()]))
}

#[track_caller]
fn malformed(answer: &[u8]) {
    let outcome = Stamp::read(answer);
    assert!(matches!(outcome, Err(StampError::Malformed(_))), "{outcome:?}");
}

#[test]
fn an_answer_is_believed_for_its_own_question_alone() {
    let stamp = Query::new(DIGEST, NONCE).answered_by(&usual()).expect("a stamp");
    assert_eq!((stamp.at.to_string().as_str(), stamp.policy.as_str(), stamp.serial.as_str()), ("2026-11-21T09:30:00Z", "1.2.3.4", "9a"));
    assert_eq!(stamp.authority, None);
    let foreign = |query: Query| matches!(query.answered_by(&usual()), Err(StampError::Foreign(_)));
    assert!(foreign(Query::new([8; 32], NONCE)));
    assert!(foreign(Query::new(DIGEST, NONCE + 1)));
    let without = granted(&info(&DIGEST, "20261121093000Z", &[]));
    assert_eq!(Query::new(DIGEST, NONCE).answered_by(&without), Err(StampError::Foreign("it answers another question")));
    // A digest of another sort that begins alike, and one that is cut.
    for digest in [&[7; 64][..], &[7; 31]] {
        let other = granted(&info(digest, "20261121093000Z", &[&nonce()]));
        assert_eq!(Query::new(DIGEST, NONCE).answered_by(&other), Err(StampError::Foreign("it is about another digest")));
    }
}

#[test]
fn times_have_fractions_or_none() {
    let read = |time: &str| Stamp::read(&granted(&info(&DIGEST, time, &[]))).map(|stamp| stamp.at.to_string()).ok();
    for (time, expected) in [
        ("20261121093000.5Z", Some("2026-11-21T09:30:00.5Z")),
        ("20261121093000.123456789123Z", Some("2026-11-21T09:30:00.123456789Z")),
        ("20261121093000", None),
        ("20261121093000.Z", None),
        ("202611210930Z", None),
        ("20261321093000Z", None),
        ("2026112109300éZ", None),
        ("20261121093000+0100", None),
    ] {
        assert_eq!(read(time).as_deref(), expected, "{time}");
    }
}

#[test]
fn what_der_forbids_and_authorities_send_is_read() {
    let info = info(&DIGEST, "20261121093000Z", &[&nonce()]);
    let (begin, end) = info.split_at(20);
    let pieces = open(0x24, &[&value(4, &[begin]), &value(4, &[end])]);
    let content = open(48, &[TST_INFO, &open(0xa0, &[&pieces])]);
    let certificates = open(0xa0, &[&open(48, &[b"\x04\x01c"])]);
    let signed = open(48, &[&[2, 1, 3], &open(49, &[SHA256]), &content, &certificates, &open(49, &[])]);
    // A status with a zero too many, too.
    let answer = open(48, &[&open(48, &[b"\x02\x02\0\x01"]), &open(48, &[SIGNED_DATA, &open(0xa0, &[&signed])])]);
    let stamp = Query::new(DIGEST, NONCE).answered_by(&answer).expect("a stamp");
    assert_eq!(stamp, Query::new(DIGEST, NONCE).answered_by(&usual()).expect("a stamp"));
}

#[test]
fn an_authority_is_named_if_it_names_itself() {
    let named = |name: &[u8]| {
        let more = [&b"\x30\x03\x02\x01\x01"[..], b"\x01\x01\xff", &nonce(), &value(0xa0, &[name]), &value(0xa1, &[b"\x04\x01e"])];
        Query::new(DIGEST, NONCE).answered_by(&granted(&info(&DIGEST, "20261121093000Z", &more))).expect("a stamp").authority
    };
    let attribute = |name: &[u8], tag: u8, text: &[u8]| value(49, &[&value(48, &[&value(6, &[name]), &value(tag, &[text])])]);
    let wide: Vec<u8> = "Zürich".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let parts = [
        attribute(&[0x55, 4, 10], 12, "Zeit & Söhne".as_bytes()),
        attribute(&[0x55, 4, 7], 30, &wide),
        attribute(&[0x2a, 3], 19, b"\x1b[31m"),
    ];
    let directory = value(0xa4, &[&value(48, &[&parts[0], &parts[1], &parts[2]])]);
    assert_eq!(named(&directory).as_deref(), Some("O=Zeit & Söhne, L=Zürich, 1.2.3= [31m"));
    assert_eq!(named(&value(0x86, &[b"https://tsa.example"])).as_deref(), Some("https://tsa.example"));
    assert_eq!(named(&value(0x87, &[&[127, 0, 0, 1]])), None);
}

#[test]
fn a_refusal_is_told_with_its_reasons() {
    let refused = |status: u8, more: &[&[u8]]| {
        let answer = value(48, &[&value(48, &[&[2, 1, status], &more.concat()])]);
        match Stamp::read(&answer) {
            Err(StampError::Refused { reason, is_passing }) => (reason, is_passing),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(2, &[]), ("rejected".to_owned(), false));
    let text = value(48, &[&value(12, &[b"Too\nmany"]), &value(12, &[b"today"])]);
    let bad_algorithm = [3, 2, 7, 0x80];
    assert_eq!(refused(2, &[&text, &bad_algorithm]), ("rejected; it does not take SHA-256; Too many; today".to_owned(), false));
    let no_time = [3, 3, 1, 0, 2];
    assert_eq!(refused(2, &[&no_time]), ("rejected; it has no time at the moment".to_owned(), true));
    assert!(refused(3, &[]).1);
    assert!(refused(5, &[]).0.contains("revoked"));
    assert_eq!(refused(77, &[]).0, "status 77");
}

#[test]
fn what_is_no_answer_is_said_to_be_none() {
    for bad in [&b""[..], b"<!DOCTYPE html><html>", b"\x30\x00", b"\x30\x80", &[0; 100], &[0xff; 100], GRANTED] {
        malformed(bad);
    }
    malformed(&[&usual()[..], b"\n"].concat());
    malformed(&value(48, &[GRANTED]));
    malformed(&vec![48; usize::try_from(LARGEST).expect("a size") + 1]);
    let whole = usual();
    for length in 0..whole.len() {
        malformed(&whole[..length]);
    }
    // Signed data about something else than a time stamp.
    let at = whole.windows(TST_INFO.len()).position(|window| window == TST_INFO).expect("its type") + TST_INFO.len() - 1;
    let mut other = whole;
    other[at] = 5;
    malformed(&other);
}

#[test]
fn depth_is_no_danger() {
    const DEPTH: usize = 200_000;
    let content = value(48, &[TST_INFO, &value(0xa0, &[&value(4, &[&info(&DIGEST, "20261121093000Z", &[])])])]);
    let holding = |signed: &[&[u8]]| {
        let signed = open(48, &[&[2, 1, 3, 49, 0], &signed.concat()]);
        open(48, &[GRANTED, &open(48, &[SIGNED_DATA, &open(0xa0, &[&signed])])])
    };
    for piece in [&b"\x30\x80"[..], b"\x24\x80", b"\xa0\x80"] {
        malformed(&piece.repeat(DEPTH));
        let deep = [piece.repeat(DEPTH), [0, 0].repeat(DEPTH)].concat();
        assert!(Stamp::read(&holding(&[&content, &deep])).is_ok(), "what is passed over may be deep");
        malformed(&holding(&[&open(48, &[TST_INFO, &open(0xa0, &[&deep])])]));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(Stamp::read(&bytes).is_err());
    }

    #[test]
    fn a_changed_answer_never_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut answer = usual();
        for (at, byte) in changes {
            let at = at.index(answer.len());
            answer[at] = byte;
        }
        let _ = Query::new(DIGEST, NONCE).answered_by(&answer);
    }

    #[test]
    fn every_question_is_answered_by_what_repeats_it(digest in any::<[u8; 32]>(), nonce in any::<u64>()) {
        let query = Query::new(digest, nonce);
        // The nonce as the question itself writes it, before the boolean at the end.
        let der = query.der();
        let end = der.len() - 3;
        let written = &der[end - 2 - nonce_length(nonce)..end];
        prop_assert!(query.answered_by(&granted(&info(&digest, "20261121093000Z", &[written]))).is_ok());
    }
}

/// The number of bytes in DER.
fn nonce_length(nonce: u64) -> usize {
    (64 - nonce.leading_zeros() as usize) / 8 + 1
}
