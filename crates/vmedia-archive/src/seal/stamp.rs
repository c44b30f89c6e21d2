//! Time stamps by RFC 3161: the query to an authority, its answer, and the check of its signature.
//!
//! [`Stamp::read`] returns a claim. [`Authorities::judge`] also checks that an authority signed it for which a trusted certificate
//! vouches. Must not know how queries and answers travel.

mod answer;
mod judge;

pub use answer::{LARGEST, Stamp, StampError};
pub use judge::{Authorities, JudgeError};

use bcder::encode::{PrimitiveContent as _, Values as _, sequence};
use bcder::{ConstOid, Mode, OctetString, Oid};

use super::signed::SHA256;

/// 1.2.840.113549.1.9.16.1.4
const TST_INFO: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 16, 1, 4]);

/// A question: the digest alone, and a number that the answer must repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    sha256: [u8; 32],
    nonce: u64,
}

impl Query {
    /// Creates a question with this nonce.
    pub fn new(sha256: [u8; 32], nonce: u64) -> Self {
        Self { sha256, nonce }
    }

    /// Creates a query with a random nonce; `None` where the system has no random numbers.
    pub fn fresh(sha256: [u8; 32]) -> Option<Self> {
        let mut nonce = [0; 8];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        Some(Self::new(sha256, u64::from_be_bytes(nonce)))
    }

    /// Returns a `TimeStampReq` in DER, which asks for the authority's certificate too.
    pub fn der(&self) -> Vec<u8> {
        // RFC 5754 leaves it open whether NULL stands beside SHA-256; authorities are used to it.
        let algorithm = sequence((SHA256.encode(), ().encode()));
        let imprint = sequence((algorithm, OctetString::encode_slice(&self.sha256[..])));
        sequence((1_u8.encode(), imprint, self.nonce.encode(), true.encode())).to_captured(Mode::Der).into_bytes().to_vec()
    }

    /// Reads an answer to this question.
    pub fn answered_by(&self, answer: &[u8]) -> Result<Stamp, StampError> {
        let stamp = Stamp::read(answer)?;
        if !stamp.covers(&self.sha256) {
            return Err(StampError::Foreign("it is about another digest"));
        }
        if !stamp.answers(self.nonce) {
            return Err(StampError::Foreign("it answers another question"));
        }
        Ok(stamp)
    }
}

#[cfg(test)]
mod tests;
