//! Makes text from outside safe for a terminal: control characters and those that turn the direction of writing are
//! shown, not obeyed. Must not be used on data that scripts read.

use std::borrow::Cow;

/// The text with every dangerous character as its escape.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.contains(is_dangerous) {
        let shown = text.chars().map(|letter| if is_dangerous(letter) { letter.escape_unicode().to_string() } else { letter.to_string() });
        Cow::Owned(shown.collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// C0, DEL, C1; marks, embeddings, overrides and isolates of direction; line and paragraph separators; zero widths.
fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::sanitize;
    use proptest::prelude::*;

    #[test]
    fn what_would_be_obeyed_is_shown() {
        assert_eq!(sanitize("face é 漢"), "face é 漢");
        assert_eq!(sanitize("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(sanitize("gpj.\u{202e}exe\r\n"), "gpj.\\u{202e}exe\\u{d}\\u{a}");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_passes(text in ".*") {
            prop_assert!(!sanitize(&text).contains(super::is_dangerous));
        }
    }
}
