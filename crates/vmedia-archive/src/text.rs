//! Text for people: untrusted text with dangerous characters escaped, and numbers with units.
//!
//! Must not change data that scripts read.

use jiff::Timestamp;
use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

/// Returns the text with every dangerous character as its escape.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.contains(is_dangerous) {
        let shown = text.chars().map(|letter| if is_dangerous(letter) { letter.escape_unicode().to_string() } else { letter.to_string() });
        Cow::Owned(shown.collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Escapes dangerous characters in the strings of a JSON text, which keeps its meaning, line breaks and blanks.
pub fn json(text: String) -> String {
    let is_raw = |letter: char| is_dangerous(letter) && !matches!(letter, '\n' | '\t' | '\r');
    if !text.contains(is_raw) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    for letter in text.chars() {
        if is_raw(letter) {
            letter.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// Returns whether a character is a control character (C0, DEL, C1), changes the direction of text, separates lines or paragraphs,
/// has no width, or is a tag.
fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns a path that Windows completed as people write it, without the `\\?\` before it. Other systems add none.
pub fn as_written(path: PathBuf) -> PathBuf {
    match path.to_str().filter(|_| cfg!(windows)).and_then(without_prefix) {
        Some(written) => written.into(),
        None => path,
    }
}

fn without_prefix(path: &str) -> Option<String> {
    let rest = path.strip_prefix(r"\\?\")?;
    match rest.strip_prefix(r"UNC\") {
        Some(share) => Some(format!(r"\\{share}")),
        // Other names, such as that of a volume without a letter, need the prefix.
        None => rest.get(1..3).filter(|drive| *drive == r":\").map(|_| rest.to_owned()),
    }
}

/// Returns a day, in UTC.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// Returns a moment to the second, in UTC and saying so.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Formats bytes in decimal units with three significant digits: `245 kB`, `3.42 MB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.decimals$} {}", UNITS.get(unit).copied().unwrap_or_default())
}

/// Returns a duration to the tenth of a second below a minute, to the second above.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns `1 file`, `2 files`.
pub fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{bytes, duration, json, plural, sanitize, without_prefix};
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn what_would_be_obeyed_is_shown() {
        assert_eq!(sanitize("face é 漢"), "face é 漢");
        assert_eq!(sanitize("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(sanitize("gpj.\u{202e}exe\r\n"), "gpj.\\u{202e}exe\\u{d}\\u{a}");
        assert_eq!(sanitize("a\u{ad}b\u{e0041}"), "a\\u{ad}b\\u{e0041}");
    }

    #[test]
    fn a_completed_path_is_shown_as_people_write_it() {
        for (path, written) in [
            (r"\\?\C:\Archive", Some(r"C:\Archive")),
            (r"\\?\UNC\server\share", Some(r"\\server\share")),
            (r"\\?\Volume{0}\x", None),
            (r"C:\Archive", None),
        ] {
            assert_eq!(without_prefix(path).as_deref(), written, "{path}");
        }
    }

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (245_678, "246 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (12_345_678, "12.3 MB"),
            (u64::MAX, "18447 PB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
        assert_eq!(duration(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(61)), "1 min 01 s");
        assert_eq!(duration(Duration::from_secs(3661)), "1 h 01 min");
        assert_eq!((plural(1, "file"), plural(0, "file")), ("1 file".to_owned(), "0 files".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_dangerous_passes(text in ".*") {
            prop_assert!(!sanitize(&text).contains(super::is_dangerous));
        }

        #[test]
        fn json_means_the_same_and_holds_nothing_dangerous(text in "(.|\u{7f}|\u{9b}|\u{202e}|\u{e0041})*") {
            let value = serde_json::Value::String(text);
            let escaped = json(value.to_string());
            prop_assert!(!escaped.contains(super::is_dangerous));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).expect("JSON"), value);
        }
    }
}
