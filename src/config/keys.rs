//! The keys of a part of the configuration file, from the type that reads it, so that no list can differ.

use serde::Deserialize;
use serde::de::value::MapDeserializer;
use std::fmt;

/// Returns the keys of a type that denies unknown ones.
pub(super) fn keys_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    // A key that no type has is answered with all those that it has.
    let unknown_key = MapDeserializer::<_, KeyList>::new(std::iter::once(("", ())));
    T::deserialize(unknown_key).err().map_or(&[], |keys| keys.0)
}

/// The keys that serde names in its error about an unknown one.
#[derive(Debug)]
struct KeyList(&'static [&'static str]);

impl fmt::Display for KeyList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for KeyList {}

impl serde::de::Error for KeyList {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::keys_of;
    use crate::config::profile::{File, Profile};

    #[test]
    fn a_type_tells_its_keys() {
        assert_eq!(keys_of::<File>(), ["default_profile", "profiles", "retention"]);
        assert_eq!(keys_of::<Profile>()[..3], ["provider", "base_url", "api_key"]);
    }
}
