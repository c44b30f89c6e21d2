//! Splits a page at its links, so that the files behind them can stand in the page itself.
//!
//! What the page shows is put where it is shown; any other file is put where it is linked first, to be saved. Links that are left lead
//! nowhere and are removed.

use super::untrusted::extension;
use crate::model::media_type;
use percent_encoding::percent_decode_str;
use std::collections::HashSet;

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// The bytes of the file at this path, in base64.
    File(String),
}

const SHOWN: &str = " src=\"";
const LINKED: &str = " href=\"";

/// Splits a page; `is_held` returns whether the file at a path can be put into it.
pub(crate) fn pieces(page: &str, is_held: &dyn Fn(&str) -> bool) -> Vec<Piece> {
    let mut held: HashSet<String> = page.split(SHOWN).skip(1).filter_map(|rest| Some(path(rest.split_once('"')?.0))).collect();
    let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), page);
    // Texts of the page are escaped, so that a quotation mark is one of an attribute.
    while let Some((before, mark, value, behind)) = next(rest) {
        text.push_str(before);
        rest = behind;
        let path = path(value);
        if mark == LINKED && value.starts_with('#') {
            text.push_str(&format!("{LINKED}{value}\""));
        } else if is_held(&path) && (mark == SHOWN || held.insert(path.clone())) {
            text.push_str(&format!("{mark}data:{};base64,", media_type(&extension(&path))));
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            text.push('"');
            if mark == LINKED {
                text.push_str(&format!(" download=\"{}\"", value.rsplit('/').next().unwrap_or_default()));
            }
            pieces.push(Piece::File(path));
        }
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    pieces
}

fn path(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// Returns the text before the next link, the link's attribute and value, and the text behind it.
fn next(page: &str) -> Option<(&str, &'static str, &str, &str)> {
    let (at, mark) = [SHOWN, LINKED].into_iter().filter_map(|mark| Some((page.find(mark)?, mark))).min()?;
    let (before, link) = page.split_at(at);
    let (value, behind) = link.get(mark.len()..)?.split_once('"')?;
    Some((before, mark, value, behind))
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn what_is_shown_stands_where_it_is_shown_and_anything_else_once_to_be_saved() {
        let page = r##"<a href="#files">x</a><a class="view" href="data/a%20b.jpg"><img src="data/a%20b.jpg" alt="y"></a>
<a href="data/nfc.json">n</a><a href="data/nfc.json">n</a><a href="bagit.txt">b</a>"##;
        let text = |text: &str| Piece::Text(text.to_owned());
        let file = |path: &str| Piece::File(path.to_owned());
        assert_eq!(
            pieces(page, &|path| path.starts_with("data/")),
            [
                text(r##"<a href="#files">x</a><a class="view"><img src="data:image/jpeg;base64,"##),
                file("data/a b.jpg"),
                text("\" alt=\"y\"></a>\n<a href=\"data:application/json;base64,"),
                file("data/nfc.json"),
                text(r#"" download="nfc.json">n</a><a>n</a><a>b</a>"#),
            ]
        );
    }
}
