//! Reads one JSON value of any type, of which the caller wants some types alone.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::fmt;

/// Reads the types of value that its methods take; every other value is skipped and becomes [`ReadValue::other`].
pub trait ReadValue<'de>: Sized {
    /// The result.
    type Value;

    /// Returns the result for a value of any other type.
    fn other(self) -> Self::Value;

    /// Reads `null`.
    fn null(self) -> Self::Value {
        self.other()
    }

    /// Reads a string.
    fn text(self, _text: &str) -> Self::Value {
        self.other()
    }

    /// Reads a number that is finite.
    fn number(self, _number: Number) -> Self::Value {
        self.other()
    }

    /// Reads an array.
    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        skip_list(list).map(|()| self.other())
    }

    /// Reads an object.
    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        skip_object(members).map(|_| self.other())
    }
}

/// Skips the rest of an array.
pub fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Skips the rest of an object, and returns whether it had no members.
pub fn skip_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<bool, A::Error> {
    let mut is_empty = true;
    while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
        is_empty = false;
    }
    Ok(is_empty)
}

/// Deserializes a value by a [`ReadValue`].
pub struct AnyValue<R>(pub R);

impl<'de, R: ReadValue<'de>> DeserializeSeed<'de> for AnyValue<R> {
    type Value = R::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: ReadValue<'de>> Visitor<'de> for AnyValue<R> {
    type Value = R::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<R::Value, E> {
        Ok(self.0.null())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<R::Value, E> {
        Ok(self.0.other())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<R::Value, E> {
        Ok(self.0.number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<R::Value, E> {
        Ok(self.0.number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<R::Value, E> {
        Ok(match Number::from_f64(number) {
            Some(number) => self.0.number(number),
            None => self.0.other(),
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<R::Value, E> {
        Ok(self.0.text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<R::Value, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<R::Value, A::Error> {
        self.0.object(members)
    }
}
