//! Session ids within JSON: webhooks, arrays of them or of ids, and the envelopes that queues put around them.
//!
//! Takes an id only from where a provider's documentation puts it, or from `id` where that holds a UUID. Reads a value
//! without holding it in memory. Must not decide whether a value is an id.

use crate::model::{AnyValue, ReadValue, is_uuid};
use serde::de::{DeserializeSeed as _, IgnoredAny, MapAccess, SeqAccess};
use std::cell::Cell;
use std::io::Read;

/// Receives the line of an id and the id, or the reason why it is missing.
pub(super) type Found<'a> = dyn FnMut(u64, Result<&str, &'static str>) + 'a;

/// Members of envelopes that hold a webhook.
const ENVELOPES: [&str; 16] = [
    "data", "payload", "body", "event", "events", "detail", "message", "Message", "records", "Records", "items", "results", "sessions",
    "webhook", "webhooks", "requests",
];
/// Members that hold arrays of ids.
const ARRAYS_OF_IDS: [&str; 4] = ["sessions", "session_ids", "sessionIds", "ids"];
/// Deepest nesting of JSON within strings.
const DEEPEST: u8 = 2;

const WITHOUT_ID: &str = "it is JSON without a session id: no verification.id, sessionId, session_id, or id of an event";
const OF_STATUS: &str = "it is the webhook of a user-defined status, whose id may be an attempt's";
const NO_ID: &str = "it is JSON and no session id";

/// Reads one value. `line` is the number of the line that is being read.
pub(super) fn read(reader: impl Read, line: &Cell<u64>, found: &mut Found<'_>) -> serde_json::Result<()> {
    AnyValue(Walk { line, found, place: Place::Item, depth: 0 }).deserialize(&mut serde_json::Deserializer::from_reader(reader))
}

/// The value that is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A webhook, or an id as a text.
    Item,
    /// The content of an envelope: a webhook, as JSON or as a string of JSON, or an array of them.
    Envelope,
    /// The content of an envelope, or an array of ids.
    Sessions,
}

struct Walk<'a> {
    line: &'a Cell<u64>,
    found: &'a mut Found<'a>,
    place: Place,
    /// Number of strings around this value.
    depth: u8,
}

/// The members of an object that identify its session.
#[derive(Default)]
struct Object {
    verification: Option<String>,
    session: Option<String>,
    id: Option<String>,
    is_event: bool,
    is_of_attempt: bool,
    is_status: bool,
    within: Vec<(u64, Result<String, &'static str>)>,
}

impl Object {
    /// Returns the id where the documentation puts it: a decision's `verification.id`, a full-auto `sessionId`, an event's `id`
    /// (devdocs.veriff.com, webhooks guide), or the `session_id` of a notification of Yoti's.
    fn named(&self) -> Option<&String> {
        self.verification.as_ref().or(self.session.as_ref()).or(self.id.as_ref().filter(|_| self.is_event))
    }

    fn hand_on(self, line: u64, found: &mut Found<'_>) {
        let any_uuid = || self.id.as_ref().filter(|id| is_uuid(id) && !self.is_of_attempt);
        if let Some(id) = self.named() {
            found(line, Ok(id));
        } else if self.is_status {
            found(line, Err(OF_STATUS));
        } else if !self.within.is_empty() {
            self.within.iter().for_each(|(line, id)| found(*line, id.as_deref().map_err(|reason| *reason)));
        } else {
            found(line, any_uuid().map(String::as_str).ok_or(WITHOUT_ID));
        }
    }
}

impl<'de> ReadValue<'de> for Walk<'_> {
    type Value = ();

    /// Rejects a number or the like where an id belongs.
    fn other(self) {
        if self.place == Place::Item {
            (self.found)(self.line.get(), Err(NO_ID));
        }
    }

    fn text(self, text: &str) {
        let line = self.line.get();
        if self.depth < DEEPEST && text.trim_start().starts_with(['{', '[']) {
            // Lines within the text are not lines of the list.
            let walk = Walk { line: &Cell::new(line), found: self.found, place: self.place, depth: self.depth + 1 };
            let _ = AnyValue(walk).deserialize(&mut serde_json::Deserializer::from_str(text));
        } else if self.place == Place::Item {
            (self.found)(line, Ok(text));
        }
    }

    fn list<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let place = if self.place == Place::Sessions { Place::Item } else { self.place };
        while values.next_element_seed(AnyValue(Walk { line: self.line, found: &mut *self.found, place, depth: self.depth }))?.is_some() {}
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let line = self.line.get();
        let mut object = Object::default();
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "verification" => object.verification = members.next_value_seed(AnyValue(Member("id")))?.0,
                "sessionId" | "session_id" => object.session = members.next_value_seed(AnyValue(Member("id")))?.1.or(object.session),
                "id" => object.id = members.next_value_seed(AnyValue(Member("id")))?.1,
                "eventType" => {
                    let kind = members.next_value_seed(AnyValue(Member("id")))?.1;
                    object.is_status = kind.is_some_and(|kind| kind.starts_with("user-status"));
                }
                "action" | "feature" => {
                    members.next_value::<IgnoredAny>()?;
                    object.is_event = true;
                }
                "attemptId" => {
                    members.next_value::<IgnoredAny>()?;
                    object.is_of_attempt = true;
                }
                key if ENVELOPES.contains(&key) || ARRAYS_OF_IDS.contains(&key) => {
                    let place = if ARRAYS_OF_IDS.contains(&key) { Place::Sessions } else { Place::Envelope };
                    let within = &mut object.within;
                    let mut keep = |line, id: Result<&str, &'static str>| within.push((line, id.map(str::to_owned)));
                    members.next_value_seed(AnyValue(Walk { line: self.line, found: &mut keep, place, depth: self.depth }))?;
                }
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        object.hand_on(line, self.found);
        Ok(())
    }
}

/// Reads the string under this key of an object, and the value itself where it is a string.
struct Member(&'static str);

impl<'de> ReadValue<'de> for Member {
    type Value = (Option<String>, Option<String>);

    fn other(self) -> Self::Value {
        (None, None)
    }

    fn text(self, text: &str) -> Self::Value {
        (None, Some(text.to_owned()))
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(key) = members.next_key::<String>()? {
            if key == self.0 {
                value = members.next_value_seed(AnyValue(Member("")))?.1;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok((value, None))
    }
}
