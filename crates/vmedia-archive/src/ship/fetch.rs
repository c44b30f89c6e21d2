//! `fetch.txt` (RFC 8493, §2.2.3): the payload files of a version that an earlier version has. Pure.

use super::versions;
use crate::bag;
use std::collections::BTreeMap;

/// The name of the file.
pub(crate) const FETCH: &str = "fetch.txt";

/// The largest one that is read, in bytes.
pub(crate) const LARGEST: u64 = 64 * 1024 * 1024;

/// Payload files by their paths, each with the number of the version that has it and its length.
pub(crate) type Reused = BTreeMap<String, (u32, u64)>;

/// Returns the text: URL, length and path of each file. `url` returns the URL of a version's file.
pub(super) fn text(reused: &Reused, url: &dyn Fn(u32, &str) -> String) -> String {
    let escaped = |url: String| url.replace('%', "%25").replace(' ', "%20").replace('\t', "%09").replace('\n', "%0A").replace('\r', "%0D");
    reused.iter().map(|(path, (number, bytes))| format!("{} {bytes} {}\n", escaped(url(*number, path)), bag::encode(path))).collect()
}

/// Parses the text of a version of a session. Only what ends in `vNNNNN/PATH` counts, so that a place may be moved; the first line that does
/// not is the error, from 1.
pub(crate) fn parse(text: &str) -> Result<Reused, usize> {
    let mut reused = Reused::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut parts = line.splitn(3, ' ');
        let (url, bytes, path) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let parsed = path.zip(bytes.and_then(|bytes| bytes.parse().ok())).and_then(|(path, bytes)| {
            let url = url.replace("%20", " ").replace("%09", "\t").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
            let path = bag::decode(path);
            let (_, version) = url.strip_suffix(&path)?.strip_suffix('/')?.rsplit_once('/')?;
            Some((path, (versions::parse(version)?, bytes)))
        });
        let Some((path, place)) = parsed else { return Err(index + 1) };
        reused.insert(path, place);
    }
    Ok(reused)
}

#[cfg(test)]
mod tests {
    use super::{Reused, parse, text};

    #[test]
    fn what_is_written_is_read_wherever_the_place_is() {
        let reused: Reused =
            [("data/a b%.jpg", (1, 7)), ("data/x/y.mp4", (12, 0))].into_iter().map(|(path, of)| (path.to_owned(), of)).collect();
        for place in ["s3://bucket", "s3://other/pre fix%20/of"] {
            let text = text(&reused, &|number, path| format!("{place}/s/{}/{path}", super::versions::name(number)));
            assert_eq!(parse(&text), Ok(reused.clone()), "{text}");
        }
        assert_eq!(parse(""), Ok(Reused::new()));
        for wrong in ["s3://b/s/v00001/data/x 1 data/y", "s3://b/s/data/x 1 data/x", "s3://b/s/v00001/data/x - data/x", "x"] {
            assert_eq!(parse(wrong), Err(1), "{wrong}");
        }
    }
}
