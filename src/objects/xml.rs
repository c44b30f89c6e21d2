//! Reads the XML of an object store's answers into elements with a text, as far as such answers go.
//!
//! Must not know what an answer means.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The deepest element.
const DEEPEST: usize = 16;

/// An element: its text, or what is in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// The name, without its namespace.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
    /// The elements in it, in order.
    pub(super) inner: Vec<Element>,
}

impl Element {
    /// Parses a document; returns `None` if it is none, or if entities of its own are used.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
        let mut open: Vec<Self> = Vec::new();
        loop {
            let closed = match reader.read_event().ok()? {
                Event::Start(start) if open.len() < DEEPEST => {
                    open.push(Self::named(start.local_name().as_ref()));
                    continue;
                }
                Event::Empty(start) => Self::named(start.local_name().as_ref()),
                Event::End(_) => open.pop()?,
                Event::Text(text) => {
                    open.last_mut().into_iter().for_each(|element| element.text.push_str(&text.xml10_content()));
                    continue;
                }
                Event::CData(text) => {
                    open.last_mut()?.text.push_str(&text.xml10_content());
                    continue;
                }
                Event::GeneralRef(entity) => {
                    let text = &mut open.last_mut()?.text;
                    match entity.resolve_char_ref().ok()? {
                        Some(letter) => text.push(letter),
                        None => text.push_str(quick_xml::escape::resolve_predefined_entity(&entity)?),
                    }
                    continue;
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => continue,
                Event::Start(_) | Event::DocType(_) | Event::Eof => return None,
            };
            match open.last_mut() {
                Some(outer) => outer.inner.push(closed),
                None => return Some(closed),
            }
        }
    }

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Returns the first element of a name in this one.
    pub(super) fn element(&self, name: &str) -> Option<&Self> {
        self.inner.iter().find(|element| element.name == name)
    }

    /// Returns the text of the first element of a name, if it has one.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.element(name).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn elements_are_read_and_traps_refused() {
        let text = r#"<?xml version="1.0"?><s3:A xmlns:s3="x"><B>1 &lt;&#x41;&amp; 2</B><C/><B><![CDATA[<3>]]></B></s3:A>"#;
        let element = Element::parse(text.as_bytes()).expect("an element");
        let texts: Vec<_> = element.inner.iter().map(|inner| (inner.name.as_str(), inner.text.as_str())).collect();
        assert_eq!((element.name.as_str(), texts), ("A", vec![("B", "1 <A& 2"), ("C", ""), ("B", "<3>")]));
        assert_eq!((element.text_of("B"), element.text_of("C")), (Some("1 <A& 2"), None));
        let deep = "<a>".repeat(100_000);
        for bad in ["", "text", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>&b;</a>", "<a>\u{0}</b>", &deep] {
            assert_eq!(Element::parse(bad.as_bytes()), None, "{}", bad.len());
        }
        assert_eq!(Element::parse(b"<a>\xff</a>"), None);
    }
}
