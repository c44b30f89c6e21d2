//! Lines that fit a terminal: broken between words, with an indent below their first word.
//!
//! Must not change a text that fits, nor the words of any.

/// The width of `vmedia: `, under which the rest of a message begins.
const MESSAGE: usize = 8;

/// Returns the number of terminal columns of a text.
pub(super) fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

/// Returns a text of which each line fits the terminal as far as its words do; without a terminal, the text as it is.
pub(super) fn wrap(text: &str, columns: Option<u16>) -> String {
    let Some(columns) = columns.map(usize::from) else { return text.to_owned() };
    let lines: Vec<String> = text.split('\n').map(|line| wrap_line(line, columns, hang(line))).collect();
    lines.join("\n")
}

/// Returns the indent of the lines that continue one: below the text of a message, and deeper than the line itself.
fn hang(line: &str) -> usize {
    let indent = line.len() - line.trim_start_matches(' ').len();
    if line.starts_with("vmedia: ") { MESSAGE } else { indent + 2 }
}

/// Breaks one line. A word that fits no line stays where it is: the terminal breaks it, and it can be copied as a whole.
pub(super) fn wrap_line(line: &str, columns: usize, hang: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    // On a very narrow terminal, an indent would leave no space.
    let hang = hang.min(columns / 3);
    let (mut wrapped, mut at, mut rest) = (String::new(), 0, line);
    while !rest.is_empty() {
        let (gap, after) = rest.split_at(rest.len() - rest.trim_start_matches(' ').len());
        let (word, left) = after.split_at(after.find(' ').unwrap_or(after.len()));
        let length = width(word);
        let is_first = wrapped.trim_start_matches(' ').is_empty();
        if !is_first && at + gap.len() + length > columns && hang + length <= columns {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', hang));
            at = hang;
        } else {
            wrapped.push_str(gap);
            at += gap.len();
        }
        wrapped.push_str(word);
        at += length;
        rest = left;
    }
    wrapped
}

/// Returns the pieces of a plain text that fit so many columns, broken between words and, where a word is longer, within it.
pub(super) fn pieces(text: &str, columns: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    for line in wrap_line(text, columns, 0).split('\n') {
        let (mut piece, mut at) = (String::new(), 0);
        for letter in line.chars() {
            let length = width(letter.encode_utf8(&mut [0; 4]));
            if at + length > columns && at > 0 {
                pieces.push(std::mem::take(&mut piece));
                at = 0;
            }
            piece.push(letter);
            at += length;
        }
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{pieces, width, wrap, wrap_line};
    use proptest::prelude::*;

    #[test]
    fn a_message_goes_on_below_its_text_and_what_fits_stays() {
        let message = "vmedia: hint: set VMEDIA_API_KEY and VMEDIA_API_SECRET, or use a profile";
        assert_eq!(wrap(message, Some(80)), message);
        assert_eq!(wrap(message, None), message);
        let lines = "vmedia: hint: set VMEDIA_API_KEY and\n        VMEDIA_API_SECRET, or use a\n        profile";
        assert_eq!(wrap(message, Some(38)), lines);
        assert_eq!(wrap("one\n  two three four", Some(12)), "one\n  two three\n    four");
        assert_eq!(wrap_line("  a  b", 80, 2), "  a  b");
    }

    #[test]
    fn a_word_that_fits_no_line_is_left_whole_and_colour_takes_no_space() {
        assert_eq!(wrap("see /a/long/path/to/it or so", Some(10)), "see /a/long/path/to/it\n  or so");
        let painted = "\u{1b}[31merror:\u{1b}[0m one two";
        assert_eq!(wrap(painted, Some(14)), painted);
    }

    #[test]
    fn a_cell_is_broken_also_within_a_word() {
        assert_eq!(pieces("one /two/three four", 8), ["one /two", "/three", "four"]);
        assert_eq!(pieces("", 8), [""]);
        assert_eq!(pieces("漢漢漢", 4), ["漢漢", "漢"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_only_a_long_one_is_wider(text in "[a-z ]{0,120}", columns in 12_u16..90) {
            let wrapped = wrap(&text, Some(columns));
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrapped), words(&text));
            let fits = |line: &str| width(line.trim_end()) <= usize::from(columns) || line.split_whitespace().any(|word| word.len() + 4 > usize::from(columns) * 2 / 3);
            prop_assert!(wrapped.lines().all(fits), "{}", wrapped);
        }
    }
}
