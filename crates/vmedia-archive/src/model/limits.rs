//! Limits for the size of listings, a hundred times what real sessions have, so that a provider cannot exhaust memory or time.
//!
//! The README names them. Must not know how listings are fetched or what their fields mean.

use std::fmt;

/// The most attempts that a session may have.
pub const MOST_ATTEMPTS: usize = 1_000;
/// The most media that a session may have, and the most entries of one listing.
pub const MOST_MEDIA: usize = 10_000;
/// The most entries that all listings of a session may have together: a media file may be in several.
pub const MOST_ENTRIES: usize = 100_000;
/// Deepest nesting of a listing. Real ones have four levels.
const DEEPEST: usize = 100;
/// Most values of any type in a listing. Each takes some hundred bytes once read.
const MOST_VALUES: usize = 250_000;

/// The limit that was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Lists in lists.
    Depth,
    /// Values of any sort.
    Values,
    /// Attempts.
    Attempts,
    /// Media.
    Media,
    /// Entries of all listings.
    Entries,
}

impl fmt::Display for Excess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Depth => "nested deeper than 100 levels",
            Self::Values => "more than 250,000 values",
            Self::Attempts => "more than 1,000 attempts",
            Self::Media => "more than 10,000 media",
            Self::Entries => "more than 100,000 entries in all",
        })
    }
}

/// Returns an upper limit for the number of values in a JSON text, if it may be read as a whole. Examines only brackets and commas, so
/// that refusing one costs little; a text that is not JSON may pass.
pub fn check_shape(json: &[u8]) -> Result<usize, Excess> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_text(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Excess::Depth);
        }
        if values > MOST_VALUES {
            return Err(Excess::Values);
        }
    }
    Ok(values)
}

/// Passes over the rest of a text and the quote at its end.
fn skip_text(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, Excess, MOST_VALUES, check_shape};

    #[test]
    fn depth_and_number_are_bounded_and_texts_are_not_looked_into() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(check_shape(nested(DEEPEST).as_bytes()), Ok(DEEPEST + 1));
        assert_eq!(check_shape(nested(DEEPEST + 1).as_bytes()), Err(Excess::Depth));
        let list = |values: usize| format!("[{}1]", "1,".repeat(values - 1));
        // The list is a value, and the whole text one more.
        assert_eq!(check_shape(list(MOST_VALUES - 1).as_bytes()), Ok(MOST_VALUES));
        assert_eq!(check_shape(list(MOST_VALUES).as_bytes()), Err(Excess::Values));
        let text = format!(r#"{{"a":"{}\"{}","b":[]}}"#, "[,".repeat(MOST_VALUES), "{".repeat(DEEPEST * 2));
        assert_eq!(check_shape(text.as_bytes()), Ok(4));
        for strange in ["", "]]]]", "\"", "\"\\", "}{"] {
            assert!(check_shape(strange.as_bytes()).is_ok(), "{strange}");
        }
    }
}
