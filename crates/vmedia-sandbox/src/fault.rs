//! Things that go wrong on purpose: their grammar. What they do to an answer is in `distort`.
//!
//! The grammar, `TARGET=FAULT[:ARGUMENT][*COUNT|/EVERY]`, is described in the documentation of the module above.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use percent_encoding::percent_decode_str;

use crate::route::Route;

const TARGETS: &str = "any, attempts, session-media, attempt-media, attempt-media:<id>, media, media:<id>, decision, person, \
                       watchlist-screening, session:<id>";
const FAULTS: &str = "a status from 200 to 599 (429:2 and 429:date+2 add Retry-After), reset, cut, stall, \
                      slow:<bytes per second>, hang, html, json, ok, bad-signature, no-signature, flip, short, type, empty, \
                      redirect, gzip, huge";

/// One line of the script of things that go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) target: Target,
    pub(crate) act: Act,
    pub(crate) when: When,
    /// The line as it was written.
    text: String,
}

/// The requests that a fault is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Any,
    Attempts,
    SessionMedia,
    AttemptMedia(Option<String>),
    Media(Option<String>),
    Companion(&'static str),
    Session(String),
}

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Status(u16, Option<Wait>),
    Reset,
    Cut,
    Stall,
    Slow(u64),
    Hang,
    Html,
    Json,
    Ok,
    BadSignature,
    NoSignature,
    Flip,
    Short,
    Type,
    Empty,
    Redirect,
    Gzip,
    Huge,
}

/// `Retry-After`, in seconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Seconds(u32),
    Date(u32),
}

/// The requests on which a fault acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// On the first requests of each path, up to this number.
    First(u32),
    /// On one of so many requests.
    Every(u32),
}

impl Target {
    /// Returns whether a request is meant; `session` is the session that its attempt or media file belongs to.
    pub(crate) fn matches(&self, route: &Route, session: Option<&str>) -> bool {
        match (self, route) {
            (Self::Any, _)
            | (Self::Attempts, Route::Attempts(_))
            | (Self::SessionMedia, Route::SessionMedia(_) | Route::YotiSession(_))
            | (Self::AttemptMedia(None), Route::AttemptMedia(_))
            | (Self::Media(None), Route::Media(_) | Route::YotiMedia { .. }) => true,
            (Self::AttemptMedia(Some(wanted)), Route::AttemptMedia(id)) => wanted == id,
            (Self::Media(Some(wanted)), Route::Media(id) | Route::YotiMedia { media: id, .. }) => wanted == id,
            (Self::Companion(wanted), Route::Companion { name, .. }) => {
                name == wanted || name.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
            }
            (Self::Session(wanted), _) => session == Some(wanted),
            _ => false,
        }
    }
}

/// Reads several faults, separated by commas; blanks around them do not matter.
pub fn parse_faults(text: &str) -> anyhow::Result<Vec<Fault>> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::parse).collect()
}

impl FromStr for Fault {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let Some((target, rest)) = text.split_once('=') else {
            bail!("fault '{text}' lacks '=': it is TARGET=FAULT[:ARGUMENT][*COUNT|/EVERY], such as media=503*2");
        };
        let (act, when) = if let Some((act, count)) = rest.split_once('*') {
            (act, When::First(number(text, count)?))
        } else if let Some((act, every)) = rest.split_once('/') {
            (act, When::Every(number(text, every)?))
        } else {
            (rest, When::Always)
        };
        Ok(Self { target: target.parse()?, act: act.parse()?, when, text: text.to_owned() })
    }
}

fn number(fault: &str, word: &str) -> anyhow::Result<u32> {
    match word.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => bail!("'{word}' in fault '{fault}' is not a count: a whole number from 1 on is"),
    }
}

impl FromStr for Target {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> anyhow::Result<Self> {
        Ok(match word.split_once(':') {
            None => match word {
                "any" => Self::Any,
                "attempts" => Self::Attempts,
                "session-media" => Self::SessionMedia,
                "attempt-media" => Self::AttemptMedia(None),
                "media" => Self::Media(None),
                "decision" => Self::Companion("decision"),
                "person" => Self::Companion("person"),
                "watchlist-screening" => Self::Companion("watchlist-screening"),
                _ => bail!("'{word}' is not a target of a fault: {TARGETS}"),
            },
            Some(("attempt-media", id)) if !id.is_empty() => Self::AttemptMedia(Some(decoded(id)?)),
            Some(("media", id)) if !id.is_empty() => Self::Media(Some(decoded(id)?)),
            Some(("session", id)) if !id.is_empty() => Self::Session(decoded(id)?),
            Some(_) => bail!("'{word}' is not a target of a fault: {TARGETS}"),
        })
    }
}

fn decoded(id: &str) -> anyhow::Result<String> {
    let text = percent_decode_str(id).decode_utf8();
    Ok(text.with_context(|| format!("'{id}' in a fault is not percent-encoded UTF-8"))?.into_owned())
}

impl FromStr for Act {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> anyhow::Result<Self> {
        Ok(match word {
            "reset" => Self::Reset,
            "cut" => Self::Cut,
            "stall" => Self::Stall,
            "hang" => Self::Hang,
            "html" => Self::Html,
            "json" => Self::Json,
            "ok" => Self::Ok,
            "bad-signature" => Self::BadSignature,
            "no-signature" => Self::NoSignature,
            "flip" => Self::Flip,
            "short" => Self::Short,
            "type" => Self::Type,
            "empty" => Self::Empty,
            "redirect" => Self::Redirect,
            "gzip" => Self::Gzip,
            "huge" => Self::Huge,
            _ => return Self::with_argument(word),
        })
    }
}

impl Act {
    fn with_argument(word: &str) -> anyhow::Result<Self> {
        let (name, argument) = word.split_once(':').map_or((word, None), |(name, argument)| (name, Some(argument)));
        if name == "slow" {
            let rate = argument.and_then(|text| text.parse().ok()).filter(|rate| *rate > 0);
            let rate = rate.with_context(|| format!("'{word}' lacks its bytes per second, such as slow:20000"))?;
            return Ok(Self::Slow(rate));
        }
        let Some(status) = name.parse().ok().filter(|status| (200..600).contains(status)) else {
            bail!("'{word}' is not a fault: {FAULTS}");
        };
        let wait = argument.map(|text| match text.strip_prefix("date+") {
            Some(seconds) => seconds.parse().map(Wait::Date),
            None => text.parse().map(Wait::Seconds),
        });
        let wait = wait.transpose().with_context(|| format!("'{word}' has a bad Retry-After: 429:2 or 429:date+2"))?;
        Ok(Self::Status(status, wait))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_grammar_is_read() {
        let text = "any=503/3,attempts=429:2*1,session-media=429:date+2,attempt-media=reset,media=cut,media:a%2Cb%3D=stall,\
                    attempt-media:b=hang,decision=slow:2000,person=hang,watchlist-screening=html,session:x-1=json,any=bad-signature,\
                    any=no-signature,any=flip,any=short,any=type,any=empty,any=redirect,any=gzip,any=huge,any=ok";
        let faults = parse_faults(text).unwrap();
        let shown: Vec<String> = faults.iter().map(Fault::to_string).collect();
        assert_eq!(shown.join(","), text);
        let targets: Vec<&Target> = faults.iter().map(|fault| &fault.target).take(11).collect();
        let (media, session) = (Target::Media(Some("a,b=".to_owned())), Target::Session("x-1".to_owned()));
        let attempt = Target::AttemptMedia(Some("b".to_owned()));
        let companions = ["decision", "person", "watchlist-screening"].map(Target::Companion);
        let [decision, person, screening] = &companions;
        let (any, attempts, whole) = (&Target::Any, &Target::Attempts, &Target::Media(None));
        let (of_session, of_attempt) = (&Target::SessionMedia, &Target::AttemptMedia(None));
        assert_eq!(targets, [any, attempts, of_session, of_attempt, whole, &media, &attempt, decision, person, screening, &session]);
        let waits = [None, Some(Wait::Seconds(2)), Some(Wait::Date(2))];
        let named = [Act::Reset, Act::Cut, Act::Stall, Act::Hang, Act::Slow(2000), Act::Hang, Act::Html, Act::Json, Act::BadSignature];
        let others = [Act::NoSignature, Act::Flip, Act::Short, Act::Type, Act::Empty, Act::Redirect, Act::Gzip, Act::Huge, Act::Ok];
        let statuses = [503, 429, 429].into_iter().zip(waits).map(|(status, wait)| Act::Status(status, wait));
        let expected: Vec<Act> = statuses.chain(named).chain(others).collect();
        assert_eq!(faults.iter().map(|fault| fault.act).collect::<Vec<_>>(), expected);
        let when: Vec<When> = faults.iter().map(|fault| fault.when).take(3).collect();
        assert_eq!(when, [When::Every(3), When::First(1), When::Always]);
    }

    #[test]
    fn errors_name_the_bad_word() {
        for (text, bad) in [
            ("media", "'media'"),
            ("medium=503", "'medium'"),
            ("media:=503", "'media:'"),
            ("media=boom", "'boom'"),
            ("media=99", "'99'"),
            ("media=600", "'600'"),
            ("media=429:soon", "'429:soon'"),
            ("media=slow", "'slow'"),
            ("media=slow:0", "'slow:0'"),
            ("media=503*0", "'0'"),
            ("media=503/x", "'x'"),
        ] {
            let error = parse_faults(text).unwrap_err().to_string();
            assert!(error.contains(bad), "{text}: {error}");
        }
        assert!(parse_faults("media=boom").unwrap_err().to_string().contains("bad-signature"));
    }
}
