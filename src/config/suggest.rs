//! Suggests a name for one that was mistyped.

/// Similarity above which a name is suggested, as in `clap`.
const ALIKE: f64 = 0.7;

/// Returns the word most like what was typed, if any is.
pub(super) fn suggest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let alike = known.into_iter().map(|word| (strsim::jaro(&typed, &word.to_lowercase()), word));
    alike.filter(|(likeness, _)| *likeness > ALIKE).max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn a_slip_is_seen_and_a_stranger_is_not() {
        let known = ["base_url", "api_key", "output"];
        for (typed, meant) in
            [("base_ulr", Some("base_url")), ("API_KEY", Some("api_key")), ("ouput", Some("output")), ("xyz", None), ("", None)]
        {
            assert_eq!(suggest(typed, known), meant, "{typed}");
        }
    }
}
