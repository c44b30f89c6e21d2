//! The SHA instructions of x86-64.
//!
//! They keep a state in two vectors: `abef` holds a, b, e and f, the first in the highest lane, and `cdgh` the others. One
//! instruction makes two rounds, after which the vectors have changed places.

use super::ROUNDS;
use crate::state::Block;
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi8, _mm_set_epi32, _mm_set_epi64x, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
};

/// Proves that the processor has the instructions: only [`Instructions::detect`] creates it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instructions(());

impl Instructions {
    /// Asks the processor.
    pub(crate) fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("sse2")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        has_all.then_some(Self(()))
    }

    /// Adds blocks to both states.
    #[expect(unsafe_code, reason = "calls a function that requires instructions")]
    pub(crate) fn compress(self, plain: &mut [u32; 8], keyed: &mut [u32; 8], blocks: &[Block]) {
        // SAFETY: the function requires nothing but the features in its attribute. `detect` has found each of them, or there would
        // be no `self`.
        unsafe { compress(plain, keyed, blocks) }
    }
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn compress(plain: &mut [u32; 8], keyed: &mut [u32; 8], blocks: &[Block]) {
    let mut states = [load(plain), load(keyed)];
    for block in blocks {
        let before = states;
        let mut words = message(block);
        for (number, constants) in ROUNDS.iter().enumerate() {
            if number > 0 {
                words = next(words);
            }
            for (words, constants) in words.into_iter().zip(constants) {
                let sum = _mm_add_epi32(words, vector(*constants));
                states = states.map(|state| rounds(state, sum));
            }
        }
        for ((abef, cdgh), before) in states.iter_mut().zip(before) {
            *abef = _mm_add_epi32(*abef, before.0);
            *cdgh = _mm_add_epi32(*cdgh, before.1);
        }
    }
    let [first, second] = states;
    *plain = store(first);
    *keyed = store(second);
}

/// Makes four rounds with the sums of four words and their constants.
#[inline]
#[target_feature(enable = "sha,sse2")]
fn rounds((abef, cdgh): (__m128i, __m128i), sum: __m128i) -> (__m128i, __m128i) {
    let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
    // The next two sums take the place of the first two.
    let abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0b1110>(sum));
    (abef, cdgh)
}

/// Returns the next 16 words of the message schedule.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3")]
fn next([w0, w1, w2, w3]: [__m128i; 4]) -> [__m128i; 4] {
    let w4 = following(w0, w1, w2, w3);
    let w5 = following(w1, w2, w3, w4);
    let w6 = following(w2, w3, w4, w5);
    [w4, w5, w6, following(w3, w4, w5, w6)]
}

/// Returns the next four words of the message schedule after these 16.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3")]
fn following(w0: __m128i, w1: __m128i, w2: __m128i, w3: __m128i) -> __m128i {
    let seven_before = _mm_alignr_epi8::<4>(w3, w2);
    _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), seven_before), w3)
}

/// Returns the 16 words of a block, four in a vector, the first in the lowest lane.
#[inline]
#[target_feature(enable = "sse2,ssse3")]
fn message(block: &Block) -> [__m128i; 4] {
    let (halves, _) = block.as_chunks::<8>();
    let half = |number: usize| i64::from_le_bytes(halves[number]);
    // Words are big-endian: this reverses the bytes of each.
    let reversed = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    [0, 2, 4, 6].map(|low| _mm_shuffle_epi8(_mm_set_epi64x(half(low + 1), half(low)), reversed))
}

/// Returns four words as a vector, the first in the lowest lane.
#[inline]
#[target_feature(enable = "sse2")]
fn vector(words: [u32; 4]) -> __m128i {
    let [w0, w1, w2, w3] = words.map(u32::cast_signed);
    _mm_set_epi32(w3, w2, w1, w0)
}

#[inline]
#[target_feature(enable = "sse2")]
fn load([a, b, c, d, e, f, g, h]: &[u32; 8]) -> (__m128i, __m128i) {
    (vector([*f, *e, *b, *a]), vector([*h, *g, *d, *c]))
}

#[inline]
#[target_feature(enable = "sse2,sse4.1")]
fn store((abef, cdgh): (__m128i, __m128i)) -> [u32; 8] {
    let [f, e, b, a] = lanes(abef);
    let [h, g, d, c] = lanes(cdgh);
    [a, b, c, d, e, f, g, h]
}

/// Returns the lanes of a vector, the lowest first.
#[inline]
#[target_feature(enable = "sse2,sse4.1")]
fn lanes(vector: __m128i) -> [u32; 4] {
    [_mm_extract_epi32::<0>(vector), _mm_extract_epi32::<1>(vector), _mm_extract_epi32::<2>(vector), _mm_extract_epi32::<3>(vector)]
        .map(i32::cast_unsigned)
}
