//! Reads the lists of an answer element by element: never the whole answer as values, and nothing beyond the number of
//! elements that is taken. Must not know what an element means.

use crate::http::{Cause, Failure};
use crate::model::{Excess, check_shape, readable};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_json::error::Category;
use std::collections::HashMap;
use std::fmt;

/// The lists of an answer by their names, each with the elements of all members of that name: nothing listed is to be
/// overlooked. Elements are counted before they are kept, so that a listing that is too long costs no more than one at
/// its limit.
pub(super) struct Lists<'a> {
    known: &'a [&'a str],
    /// Whether lists of other names are taken if they hold media.
    takes_others: bool,
    /// How many further elements may come.
    left: usize,
    is_excessive: bool,
    says_failed: bool,
    found: Vec<List>,
    /// Where each stands in `found`.
    places: HashMap<String, usize>,
}

/// The elements of a list.
#[derive(Default)]
pub(super) struct List {
    name: String,
    pub(super) elements: Vec<Element>,
    /// How many members of that name are no list.
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
        // What is passed over may be nested deeper than what reads it later can take.
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

    /// Returns the names of the lists that are not known, in the order of the answer.
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
            let seed = MemberSeed { left: self.left, is_known, takes_others: self.takes_others, is_excessive: &mut self.is_excessive };
            let value = map.next_value_seed(seed)?;
            self.member(name, is_known, value);
        }
        Ok(())
    }
}

/// Reads the value of a member: a list of which so many elements may be kept, or something else.
struct MemberSeed<'a> {
    left: usize,
    is_known: bool,
    takes_others: bool,
    is_excessive: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for MemberSeed<'_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MemberSeed<'_> {
    type Value = Member;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        let (mut elements, mut count, mut counts) = (Vec::new(), 0, self.is_known);
        if !self.is_known && !self.takes_others {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Member::Other);
        }
        while let Some(element) = list.next_element::<Element>()? {
            count += 1;
            counts |= element.is_medium();
            if count <= self.left {
                elements.push(element);
            } else if counts {
                *self.is_excessive = true;
                return Err(Error::custom("too long"));
            }
        }
        Ok(if counts { Member::List(elements) } else { Member::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let mut is_empty = true;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            is_empty = false;
        }
        Ok(if is_empty { Member::Nothing } else { Member::Other })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
        Ok(if self.is_known { Member::Other } else { Member::Text(text.to_owned()) })
    }

    fn visit_unit<E: Error>(self) -> Result<Member, E> {
        Ok(Member::Nothing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Member, E> {
        Ok(Member::Other)
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
    /// Whether it looks like a medium, in a list that nobody documented.
    fn is_medium(&self) -> bool {
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
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
        let mut element = Element::default();
        // Of members with the same name the last one counts.
        while let Some(name) = map.next_key::<String>()? {
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
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = Some(map.next_value()?);
        }
        Ok(element)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element::default())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Element, E> {
        Ok(Element::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Element, E> {
        Ok(Element::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Element, E> {
        Ok(Element::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Element, E> {
        Ok(Element::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Element, E> {
        Ok(Element::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Element, E> {
        Ok(Element::default())
    }
}

/// A value that has a text: a text or a number.
pub(super) enum Scalar {
    Text(Box<str>),
    Number(Number),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Number::from_f64(number).map_or(Scalar::Other, Scalar::Number))
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
