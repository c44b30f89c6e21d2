//! What an authority answers to the question for a time stamp (RFC 3161).

use super::safe::is_bounded_line;
use vmedia::seal::stamp::{Query, Stamp, StampError};

/// The question that the answers of the corpus are to.
const DIGEST: [u8; 32] = [7; 32];
const NONCE: u64 = 0x00ff_1234;

/// Reads an answer.
pub fn run(input: &[u8]) {
    match Stamp::read(input) {
        Ok(stamp) => {
            assert!(stamp.policy.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{stamp:?}");
            assert!(stamp.serial.bytes().all(|byte| byte.is_ascii_hexdigit()), "{stamp:?}");
            is_bounded_line(stamp.authority.as_deref().unwrap_or_default());
            let answered = Query::new(DIGEST, NONCE).answered_by(input);
            assert_eq!(answered.is_ok(), stamp.covers(&DIGEST) && stamp.answers(NONCE));
            let is_foreign = |query: Query| matches!(query.answered_by(input), Err(StampError::Foreign(_)));
            assert!(answered.is_err() || is_foreign(Query::new([8; 32], NONCE)) && is_foreign(Query::new(DIGEST, NONCE + 1)));
        }
        Err(unfit) => {
            is_bounded_line(&unfit.to_string());
            assert!(!matches!(unfit, StampError::Foreign(_)), "nothing was asked");
            assert_eq!(Query::new(DIGEST, NONCE).answered_by(input), Err(unfit));
        }
    }
}
