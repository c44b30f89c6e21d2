//! The style of the archive's pages, inline, and a policy that allows no other source.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The style of every page and the policy that allows it; `base.html` puts both into the head.
pub(super) struct Style {
    /// The text of the one `<style>`.
    pub(super) css: &'static str,
    /// The Content-Security-Policy: no script, no network, this style by its digest, pictures and recordings beside the page.
    /// A page that was opened from a disk has no origin, and browsers do not agree whether `'self'` means its folder; `file:`
    /// does, and means nothing to a page from a server.
    pub(super) policy: String,
}

impl Style {
    pub(super) fn new() -> Self {
        Self::showing("'self' file:")
    }

    /// Returns the style of a page from a server that has its pictures and recordings.
    pub(super) fn served() -> Self {
        Self::showing("'self'")
    }

    /// Returns the style of a page that holds its pictures and recordings.
    pub(super) fn alone() -> Self {
        Self::showing("data:")
    }

    fn showing(sources: &str) -> Self {
        let css = include_str!("style.css");
        let digest = STANDARD.encode(Sha256::digest(css));
        let sources = format!("img-src {sources}; media-src {sources}");
        let policy = format!("default-src 'none'; style-src 'sha256-{digest}'; {sources}; base-uri 'none'; form-action 'none'");
        Self { css, policy }
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    /// The value of a colour that is set between two marks in the style.
    fn colour(css: &str, from: &str, name: &str) -> Option<[f64; 3]> {
        let block = css.split_once(from)?.1.split_once('}')?.0;
        let hex = block.split_once(&format!("--{name}: #"))?.1.split_once(';')?.0;
        let part = |index: usize| u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).ok().map(f64::from);
        Some([part(0)?, part(1)?, part(2)?])
    }

    /// WCAG 2's relative luminance.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |part: f64| if part / 255.0 <= 0.04045 { part / 255.0 / 12.92 } else { ((part / 255.0 + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_ground_in_both_schemes() {
        let css = Style::new().css;
        for scheme in ["\n:root {", "(prefers-color-scheme: dark) {"] {
            let value = |name: &str| colour(css, scheme, name).unwrap_or_else(|| panic!("no {name} in {scheme}"));
            for ground in ["ground", "paper", "mat"] {
                for ink in ["ink", "soft", "link", "flag"] {
                    let contrast = contrast(value(ink), value(ground));
                    assert!(contrast >= 4.5, "{ink} on {ground} in {scheme}: {contrast:.2}");
                }
            }
            for ground in ["flag", "fine"] {
                let contrast = contrast(value(ground), value(&format!("{ground}-ground")));
                assert!(contrast >= 4.5, "{ground} in {scheme}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn the_style_fetches_nothing_and_ends_where_it_ends() {
        let css = Style::new().css;
        for word in ["url(", "@import", "</", "\r"] {
            assert!(!css.contains(word), "{word:?}");
        }
    }
}
