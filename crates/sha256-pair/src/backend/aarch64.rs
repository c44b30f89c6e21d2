//! The SHA2 instructions of ARM64.
//!
//! They keep a state in two vectors, `abcd` and `efgh`, the first of each in the lowest lane. Two instructions make four rounds.

use super::ROUNDS;
use crate::state::Block;
use std::arch::aarch64::{
    uint32x4_t, vaddq_u32, vcombine_u64, vcreate_u64, vgetq_lane_u32, vreinterpretq_u8_u64, vreinterpretq_u32_u8, vreinterpretq_u32_u64,
    vrev32q_u8, vsha256h2q_u32, vsha256hq_u32, vsha256su0q_u32, vsha256su1q_u32,
};
use std::arch::is_aarch64_feature_detected;

/// Proves that the processor has the instructions: only [`Instructions::detect`] creates it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instructions(());

impl Instructions {
    /// Asks the processor.
    pub(crate) fn detect() -> Option<Self> {
        let has_all = is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("sha2");
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

#[target_feature(enable = "neon,sha2")]
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
                let sum = vaddq_u32(words, vector(*constants));
                states = states.map(|state| rounds(state, sum));
            }
        }
        for ((abcd, efgh), before) in states.iter_mut().zip(before) {
            *abcd = vaddq_u32(*abcd, before.0);
            *efgh = vaddq_u32(*efgh, before.1);
        }
    }
    let [first, second] = states;
    *plain = store(first);
    *keyed = store(second);
}

/// Makes four rounds with the sums of four words and their constants.
#[inline]
#[target_feature(enable = "neon,sha2")]
fn rounds((abcd, efgh): (uint32x4_t, uint32x4_t), sum: uint32x4_t) -> (uint32x4_t, uint32x4_t) {
    (vsha256hq_u32(abcd, efgh, sum), vsha256h2q_u32(efgh, abcd, sum))
}

/// Returns the next 16 words of the message schedule.
#[inline]
#[target_feature(enable = "neon,sha2")]
fn next([w0, w1, w2, w3]: [uint32x4_t; 4]) -> [uint32x4_t; 4] {
    let w4 = vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
    let w5 = vsha256su1q_u32(vsha256su0q_u32(w1, w2), w3, w4);
    let w6 = vsha256su1q_u32(vsha256su0q_u32(w2, w3), w4, w5);
    [w4, w5, w6, vsha256su1q_u32(vsha256su0q_u32(w3, w4), w5, w6)]
}

/// Returns the 16 words of a block, four in a vector, the first in the lowest lane.
#[inline]
#[target_feature(enable = "neon")]
fn message(block: &Block) -> [uint32x4_t; 4] {
    let (halves, _) = block.as_chunks::<8>();
    let half = |number: usize| vcreate_u64(u64::from_le_bytes(halves[number]));
    // Words are big-endian: this reverses the bytes of each.
    let reversed = |bytes| vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u64(bytes)));
    [0, 2, 4, 6].map(|low| reversed(vcombine_u64(half(low), half(low + 1))))
}

/// Returns four words as a vector, the first in the lowest lane.
#[inline]
#[target_feature(enable = "neon")]
fn vector([w0, w1, w2, w3]: [u32; 4]) -> uint32x4_t {
    let half = |low: u32, high: u32| vcreate_u64(u64::from(high) << 32 | u64::from(low));
    vreinterpretq_u32_u64(vcombine_u64(half(w0, w1), half(w2, w3)))
}

#[inline]
#[target_feature(enable = "neon")]
fn load([a, b, c, d, e, f, g, h]: &[u32; 8]) -> (uint32x4_t, uint32x4_t) {
    (vector([*a, *b, *c, *d]), vector([*e, *f, *g, *h]))
}

#[inline]
#[target_feature(enable = "neon")]
fn store((abcd, efgh): (uint32x4_t, uint32x4_t)) -> [u32; 8] {
    let [a, b, c, d] = lanes(abcd);
    let [e, f, g, h] = lanes(efgh);
    [a, b, c, d, e, f, g, h]
}

/// Returns the lanes of a vector, the lowest first.
#[inline]
#[target_feature(enable = "neon")]
fn lanes(vector: uint32x4_t) -> [u32; 4] {
    [vgetq_lane_u32::<0>(vector), vgetq_lane_u32::<1>(vector), vgetq_lane_u32::<2>(vector), vgetq_lane_u32::<3>(vector)]
}
