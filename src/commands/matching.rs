//! Which sessions of a catalog a person wants: by state, provider, decision, time, name, or words anywhere.
//!
//! Texts are compared without regard to case and accents.

use crate::archive::CatalogRow;
use crate::cli::{Condition, SelectionArguments};
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use jiff::Timestamp;

/// The sessions that are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Matching {
    conditions: Vec<Condition>,
    since: Option<Timestamp>,
    /// Words of the name.
    name: Vec<String>,
    /// Words of the reference, of names and of ids.
    anywhere: Vec<String>,
}

impl Matching {
    /// Returns what the flags of a catalog select.
    pub(super) fn of(selection: &SelectionArguments, now: Timestamp) -> Self {
        Self {
            conditions: selection.conditions.clone(),
            since: selection.since.map(|since| since.moment(now)),
            name: selection.name.as_deref().map(words).unwrap_or_default(),
            anywhere: Vec::new(),
        }
    }

    /// Returns the sessions that have all of these words.
    pub(super) fn anywhere(texts: &[String]) -> Self {
        Self { anywhere: texts.iter().flat_map(|text| words(text)).collect(), ..Self::default() }
    }

    /// Returns whether every session is wanted.
    pub(super) fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether sessions that were erased are asked for.
    pub(super) fn wants_erased(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::State(state) if state == "erased"))
    }

    /// Returns whether a session is wanted.
    pub(super) fn takes(&self, row: &CatalogRow) -> bool {
        let meets = |condition: &Condition| match condition {
            Condition::State(state) => row.condition().as_str() == state,
            Condition::Provider(provider) => fold(&row.provider) == fold(provider),
            Condition::Decision(decision) => row.decision.as_deref().is_some_and(|made| fold(made) == fold(decision)),
        };
        // A session whose time is unknown may have changed.
        let is_recent = self.since.is_none_or(|since| row.last.is_none_or(|last| last >= since));
        is_recent && self.conditions.iter().all(meets) && has_name(row, &self.name) && has_anywhere(row, &self.anywhere)
    }
}

/// Returns whether one of the person's names has all words.
fn has_name(row: &CatalogRow, words: &[String]) -> bool {
    let has_all = |name: &String| {
        let name = fold(name);
        words.iter().all(|word| name.contains(word))
    };
    words.is_empty() || row.names.iter().any(has_all)
}

fn has_anywhere(row: &CatalogRow, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = row.reference.iter().chain(&row.names).chain([&row.session, &row.folder]).chain(&row.ids);
    let texts: Vec<String> = texts.map(|text| fold(text)).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(fold).collect()
}

/// Returns a text in which letters that differ in case, accents or form are equal: `Straße` and `STRASSE`, `Müller` and `muller` in
/// one or in several characters, `Sørensen` and `Sorensen`.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let accents = CanonicalCombiningClassMapBorrowed::new();
    let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let letters = apart.chars().filter(|letter| accents.get_u8(*letter) == 0);
    letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).fold(String::with_capacity(text.len()), |mut folded, letter| {
        match base(letter) {
            Some(base) => folded.push_str(base),
            None => folded.push(letter),
        }
        folded
    })
}

/// Returns the plain form of a letter that Unicode does not take apart, as travel documents write it (ICAO 9303-3, section 6).
fn base(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Matching, fold};
    use crate::archive::CatalogRow;
    use crate::cli::{Condition, SelectionArguments};
    use jiff::Timestamp;

    fn row() -> CatalogRow {
        let mut row = CatalogRow::default();
        "7f6a3b1c".clone_into(&mut row.session);
        "veriff".clone_into(&mut row.provider);
        row.reference = Some("customer-000042".to_owned());
        row.names = vec!["Zoë Straßer".to_owned(), "ZOE STRASSER".to_owned()];
        row.ids = vec!["d0f3a6b2".to_owned()];
        row
    }

    #[test]
    fn case_and_accents_do_not_matter_in_any_script() {
        for (one, other) in [
            ("STRASSE", "straße"),
            ("ΟΔΟΣ", "οδός"),
            ("Éva", "eVA"),
            ("ЖУК", "жук"),
            ("Müller", "muller"),
            ("Mu\u{308}ller", "MÜLLER"),
            ("Nguyễn", "nguyen"),
            ("İpek Yılmaz", "ipek yilmaz"),
            ("Łukasz Sørensen", "lukasz sorensen"),
            ("Ａｎｎａ", "anna"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("Müller"), fold("Miller"));
        assert_ne!(fold("山田"), fold("山口"));
    }

    #[test]
    fn every_word_must_be_somewhere() {
        let takes = |text: &[&str]| Matching::anywhere(&text.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).takes(&row());
        for text in [&["zoe"][..], &["STRASSER zo"], &["000042"], &["d0f3", "customer"], &["7F6A"]] {
            assert!(takes(text), "{text:?}");
        }
        for text in [&["unknown"][..], &["zoë unknown"], &["000042", "000043"]] {
            assert!(!takes(text), "{text:?}");
        }
    }

    #[test]
    fn conditions_are_all_met() {
        let now = Timestamp::UNIX_EPOCH;
        let takes = |selection: SelectionArguments| Matching::of(&selection, now).takes(&row());
        let state = |state: &str| vec![Condition::State(state.to_owned())];
        assert!(takes(SelectionArguments { conditions: state("empty"), ..SelectionArguments::default() }));
        assert!(!takes(SelectionArguments { conditions: state("complete"), ..SelectionArguments::default() }));
        let name = |name: &str| SelectionArguments { name: Some(name.to_owned()), ..SelectionArguments::default() };
        assert!(takes(name("zoë strasser")) && !takes(name("zoë 000042")));
    }
}
