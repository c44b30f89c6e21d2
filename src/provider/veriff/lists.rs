//! Reads the lists of an answer element by element: never the whole answer as values, and nothing beyond the number of
//! elements that is taken. Must not know what an element means.

use crate::http::{Cause, Failure};
use crate::model::{AnyValue, Excess, ReadValue, check_shape, readable, skip_list, skip_object};
use serde::de::{Deserialize, DeserializeSeed as _, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_json::error::Category;
use std::collections::HashMap;
use std::fmt;

/// The lists of an answer by their names, each with the elements of all members of that name: nothing listed is to be
/// overlooked. Elements are counted before they are kept, so that a listing that is too long costs no more than one at
/// its limit.
pub(super) struct Lists<'a> {
    known: &'a [&'a str],
    /// True if undocumented lists are read where they hold media.
    takes_others: bool,
    /// Number of further elements that are allowed.
    left: usize,
    is_excessive: bool,
    says_failed: bool,
    found: Vec<List>,
    /// Indices into `found`.
    places: HashMap<String, usize>,
}

/// The elements of a list.
#[derive(Default)]
pub(super) struct List {
    name: String,
    pub(super) elements: Vec<Element>,
    /// Number of members of that name that are not lists.
    pub(super) others: usize,
}

/// The value of a member of an answer.
enum Member {
    List(Vec<Element>),
    /// Nothing: null, or an object without members.
    Nothing,
    Text(String),
    Other,
}

impl<'a> Lists<'a> {
    /// Reads an answer, which fails with `excess` if its lists have more than `most` elements together.
    pub(super) fn read(
        endpoint: &str,
        bytes: &[u8],
        known: &'a [&'a str],
        takes_others: bool,
        most: usize,
        excess: Excess,
    ) -> Result<Self, Failure> {
        let unusable = |what: String| Failure::new(Cause::Unusable, format!("{endpoint}: {what}"));
        let excessive = |excess| Failure::new(Cause::Excessive, format!("{endpoint}: {excess}"));
        // A skipped value may be nested deeper than later readers can take.
        check_shape(bytes).map_err(excessive)?;
        let (found, places) = (Vec::new(), HashMap::new());
        let mut lists = Self { known, takes_others, left: most, is_excessive: false, says_failed: false, found, places };
        let bytes = readable(bytes);
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let read = json.deserialize_map(&mut lists).and_then(|()| json.end());
        if lists.is_excessive {
            return Err(excessive(excess));
        }
        read.map_err(|error| match error.classify() {
            Category::Data => unusable("the answer is JSON, but not an object".to_owned()),
            _ => unusable(format!("the answer is not JSON ({error})")),
        })?;
        if lists.says_failed {
            return Err(unusable("the answer says that the request failed, with status 200".to_owned()));
        }
        Ok(lists)
    }

    /// Returns the names of undocumented lists, in the order of the answer.
    pub(super) fn other_names(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(|list| list.name.as_str()).filter(|name| !self.known.contains(name))
    }

    /// Returns the list of that name, once.
    pub(super) fn take(&mut self, name: &str) -> List {
        self.places.get(name).and_then(|&place| self.found.get_mut(place)).map(std::mem::take).unwrap_or_default()
    }

    /// Takes over a member of the answer.
    fn member(&mut self, name: String, is_known: bool, value: Member) {
        self.says_failed |= name == "status" && matches!(&value, Member::Text(text) if text == "fail");
        let (elements, others) = match value {
            Member::List(elements) => (elements, 0),
            Member::Nothing => return,
            Member::Text(_) | Member::Other if is_known => (Vec::new(), 1),
            Member::Text(_) | Member::Other => return,
        };
        self.left -= elements.len();
        let place = *self.places.entry(name).or_insert_with_key(|name| {
            self.found.push(List { name: name.clone(), ..List::default() });
            self.found.len() - 1
        });
        if let Some(list) = self.found.get_mut(place) {
            list.elements.extend(elements);
            list.others += others;
        }
    }
}

impl<'de> Visitor<'de> for &mut Lists<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let is_known = self.known.contains(&name.as_str());
            let reader = MemberReader { left: self.left, is_known, takes_others: self.takes_others, is_excessive: &mut self.is_excessive };
            let value = map.next_value_seed(AnyValue(reader))?;
            self.member(name, is_known, value);
        }
        Ok(())
    }
}

/// Reads the value of a member: a list of which so many elements may be kept, or something else.
struct MemberReader<'a> {
    left: usize,
    is_known: bool,
    takes_others: bool,
    is_excessive: &'a mut bool,
}

impl<'de> ReadValue<'de> for MemberReader<'_> {
    type Value = Member;

    fn other(self) -> Member {
        Member::Other
    }

    fn null(self) -> Member {
        Member::Nothing
    }

    fn text(self, text: &str) -> Member {
        if self.is_known { Member::Other } else { Member::Text(text.to_owned()) }
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        let (mut elements, mut count, mut counts) = (Vec::new(), 0, self.is_known);
        if !self.is_known && !self.takes_others {
            return skip_list(list).map(|()| Member::Other);
        }
        while let Some(element) = list.next_element::<Element>()? {
            count += 1;
            counts |= element.is_media();
            if count <= self.left {
                elements.push(element);
            } else if counts {
                *self.is_excessive = true;
                return Err(A::Error::custom("too long"));
            }
        }
        Ok(if counts { Member::List(elements) } else { Member::Other })
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Member, A::Error> {
        skip_object(members).map(|is_empty| if is_empty { Member::Nothing } else { Member::Other })
    }
}

/// One element of a list, as far as it is used. What is no object has none of it.
#[derive(Default)]
pub(super) struct Element {
    pub(super) id: Option<Scalar>,
    pub(super) context: Option<Scalar>,
    pub(super) name: Option<Scalar>,
    pub(super) mimetype: Option<Scalar>,
    pub(super) size: Option<Scalar>,
    pub(super) duration: Option<Scalar>,
    pub(super) status: Option<Scalar>,
    pub(super) created: Option<Scalar>,
    has_url: bool,
}

impl Element {
    /// Returns whether it looks like a media file, in an undocumented list.
    fn is_media(&self) -> bool {
        self.id.is_some() && (self.mimetype.is_some() || self.has_url)
    }

    /// Returns the text of its id, empty if it has none.
    pub(super) fn id(&self) -> String {
        match &self.id {
            Some(Scalar::Text(id)) => id.to_string(),
            Some(Scalar::Number(id)) => id.to_string(),
            _ => String::new(),
        }
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue(ElementReader).deserialize(deserializer)
    }
}

struct ElementReader;

impl<'de> ReadValue<'de> for ElementReader {
    type Value = Element;

    fn other(self) -> Element {
        Element::default()
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Element, A::Error> {
        let mut element = Element::default();
        // Of members with the same name the last one counts.
        while let Some(name) = members.next_key::<String>()? {
            let field = match name.as_str() {
                "id" => &mut element.id,
                "context" => &mut element.context,
                "name" => &mut element.name,
                "mimetype" => &mut element.mimetype,
                "size" => &mut element.size,
                "duration" => &mut element.duration,
                "status" => &mut element.status,
                "createdTime" => &mut element.created,
                other => {
                    element.has_url |= other == "url";
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = Some(members.next_value()?);
        }
        Ok(element)
    }
}

/// A value as text or number.
pub(super) enum Scalar {
    Text(Box<str>),
    Number(Number),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue(ScalarReader).deserialize(deserializer)
    }
}

struct ScalarReader;

impl ReadValue<'_> for ScalarReader {
    type Value = Scalar;

    fn other(self) -> Scalar {
        Scalar::Other
    }

    fn text(self, text: &str) -> Scalar {
        Scalar::Text(text.into())
    }

    fn number(self, number: Number) -> Scalar {
        Scalar::Number(number)
    }
}
