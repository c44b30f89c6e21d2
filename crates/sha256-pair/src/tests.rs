//! Compares every backend of this machine with published vectors and with the crates `sha2` and `hmac`.

use crate::backend::Backend;
use crate::state::State;
use crate::{Digests, Key, Pair, Tag};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Miri takes minutes for what takes a second otherwise.
const STEP: usize = if cfg!(miri) { 37 } else { 1 };

/// Returns the backends of this machine.
fn backends() -> Vec<Backend> {
    let detected = Backend::detect();
    let is_shared = matches!(detected, Backend::Shared(_));
    // Set where the machine is known to have the instructions, so that their tests are not left out in silence.
    assert!(is_shared || option_env!("SHA256_PAIR_REQUIRES_SHARED").is_none(), "this processor has no instructions for SHA-256");
    if is_shared { vec![detected, Backend::Separate] } else { vec![Backend::Separate] }
}

fn digests<'a>(secret: &[u8], pieces: impl IntoIterator<Item = &'a [u8]>, backend: Backend) -> ([u8; 32], [u8; 32]) {
    let mut pair = Pair::with_backend(&Key::new(secret), backend);
    for piece in pieces {
        pair.update(piece);
    }
    let Digests { sha256, tag } = pair.finish();
    (sha256, *tag.as_bytes())
}

/// Returns what `sha2` and `hmac` compute.
fn expected(secret: &[u8], message: &[u8]) -> ([u8; 32], [u8; 32]) {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    (Sha256::digest(message).into(), mac.chain_update(message).finalize().into_bytes().into())
}

fn bytes(hex: &str) -> Vec<u8> {
    let (digits, []) = hex.as_bytes().as_chunks::<2>() else { panic!("{hex}") };
    digits.iter().map(|digits| u8::from_str_radix(str::from_utf8(digits).expect("ASCII"), 16).expect("hex")).collect()
}

/// Returns bytes of which no two blocks are equal.
fn message(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 64 * 31) as u8).collect()
}

#[test]
fn digests_are_those_that_nist_publishes() {
    let million = vec![b'a'; if cfg!(miri) { 0 } else { 1_000_000 }];
    let mut vectors = vec![
        (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ),
    ];
    if !million.is_empty() {
        vectors.push((&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    }
    for backend in backends() {
        for (message, digest) in &vectors {
            assert_eq!(digests(b"any", [*message], backend).0, *bytes(digest), "{backend:?}");
        }
    }
}

/// RFC 4231, without test case 5, whose tag is cut.
#[test]
fn tags_are_those_of_rfc_4231() {
    let counting: Vec<u8> = (1..=25).collect();
    let vectors: [(&[u8], &[u8], &str); 6] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for backend in backends() {
        for (secret, message, tag) in vectors {
            assert_eq!(digests(secret, [message], backend).1, *bytes(tag), "{backend:?}");
        }
    }
}

#[test]
fn every_length_of_a_message_and_of_a_key_agrees_with_other_crates() {
    let all = message(300);
    for backend in backends() {
        for length in (0..=all.len()).step_by(STEP) {
            assert_eq!(digests(b"key", [&all[..length]], backend), expected(b"key", &all[..length]), "{backend:?}, {length}");
            assert_eq!(digests(&all[..length], [&all[..9]], backend), expected(&all[..length], &all[..9]), "{backend:?}, key of {length}");
        }
    }
}

#[test]
fn every_split_agrees_with_the_whole() {
    let all = message(200);
    for backend in backends() {
        for length in (0..=all.len()).step_by(STEP) {
            let message = &all[..length];
            let whole = expected(b"key", message);
            for at in (0..=length).step_by(STEP) {
                let (first, second) = message.split_at(at);
                assert_eq!(digests(b"key", [first, second], backend), whole, "{backend:?}, {at} of {length}");
            }
            for size in (1..70).step_by(STEP) {
                assert_eq!(digests(b"key", message.chunks(size), backend), whole, "{backend:?}, {length} by {size}");
            }
        }
    }
}

#[test]
fn backends_add_any_number_of_blocks_to_any_states() {
    let all = message(64 * 9);
    let (blocks, _) = all.as_chunks();
    for backend in backends() {
        for count in 0..=blocks.len() {
            let mut states = [State(std::array::from_fn(|at| at as u32 * 0x1111_1111)), State([u32::MAX; 8])];
            let expected = states.clone().map(|mut state| {
                state.compress(&blocks[..count]);
                state.0
            });
            let [plain, keyed] = &mut states;
            backend.compress(plain, keyed, &blocks[..count]);
            assert_eq!([plain.0, keyed.0], expected, "{backend:?}, {count}");
        }
    }
}

#[test]
fn a_tag_is_equal_to_itself_alone() {
    let tag = || -> Tag { Pair::new(&Key::new(b"key")).finish().tag };
    let good = *tag().as_bytes();
    assert!(tag().verify(&good));
    for bit in (0..256).step_by(STEP) {
        let mut other = good;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!tag().verify(&other), "{bit}");
    }
    for length in 0..good.len() {
        assert!(!tag().verify(&good[..length]), "{length}");
    }
    assert!(!tag().verify(&[good, good].concat()));
}

#[test]
fn a_copy_goes_its_own_way() {
    let mut first = Pair::new(&Key::new(b"key"));
    first.update(b"one ");
    let mut second = first.clone();
    first.update(b"two");
    second.update(b"three");
    assert_eq!(first.finish().sha256, expected(b"key", b"one two").0);
    assert_eq!(*second.finish().tag.as_bytes(), expected(b"key", b"one three").1);
}

#[test]
fn nothing_secret_is_printed() {
    let key = Key::new(b"key");
    let mut pair = Pair::new(&key);
    pair.update(b"message");
    assert_eq!(format!("{key:?}"), "Key { .. }");
    assert!(format!("{pair:?}").starts_with("Pair { length: 7, backend: "), "{pair:?}");
    assert_eq!(format!("{:?}", pair.finish().tag), "Tag(..)");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { ProptestConfig::default().cases },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_key_message_and_splits_agree_with_other_crates(
        secret in proptest::collection::vec(any::<u8>(), 0..200),
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..12),
    ) {
        let whole = expected(&secret, &pieces.concat());
        for backend in backends() {
            prop_assert_eq!(digests(&secret, pieces.iter().map(Vec::as_slice), backend), whole, "{:?}", backend);
        }
    }
}
