//! Chooses how blocks are added to two states: by instructions of this processor, or to one state after the other.

#[cfg_attr(all(target_arch = "aarch64", target_endian = "little"), path = "backend/aarch64.rs")]
#[cfg_attr(target_arch = "x86_64", path = "backend/x86_64.rs")]
#[cfg_attr(not(any(all(target_arch = "aarch64", target_endian = "little"), target_arch = "x86_64")), path = "backend/none.rs")]
mod instructions;

use crate::state::{Block, State};
use instructions::Instructions;

/// A way to add blocks to two states.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Backend {
    /// By instructions that this processor has: one schedule for both states.
    Shared(Instructions),
    /// By the crate `sha2`, once for each state.
    Separate,
}

impl Backend {
    /// Returns the fastest on this processor.
    pub(crate) fn detect() -> Self {
        Instructions::detect().map_or(Self::Separate, Self::Shared)
    }

    /// Adds blocks to both states.
    pub(crate) fn compress(self, plain: &mut State, keyed: &mut State, blocks: &[Block]) {
        match self {
            Self::Shared(instructions) => instructions.compress(&mut plain.0, &mut keyed.0, blocks),
            Self::Separate => {
                plain.compress(blocks);
                keyed.compress(blocks);
            }
        }
    }
}

/// The constants of the rounds (FIPS 180-4, §4.2.2), a row for each 16 rounds.
#[cfg(any(all(target_arch = "aarch64", target_endian = "little"), target_arch = "x86_64"))]
#[rustfmt::skip]
const ROUNDS: [[[u32; 4]; 4]; 4] = [
    [
        [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5], [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
        [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3], [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    ],
    [
        [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc], [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
        [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7], [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    ],
    [
        [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13], [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
        [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3], [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    ],
    [
        [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5], [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
        [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208], [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
    ],
];
