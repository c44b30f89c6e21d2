//! A setting's value with its source, and the order of the sources: flag, environment, profile, default. The only place that knows
//! the order.
//!
//! Must not know what a setting is for.

use super::environment::Environment;
use super::profile::Profile;
use crate::error::Error;
use std::fmt;
use std::path::PathBuf;

/// The source of a value. `Display` is the form in `vmedia config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag, with its dashes.
    Flag(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// The profile of this name.
    Profile(String),
    /// The configuration file, outside of any profile.
    File,
    /// An answer to a question.
    Answer,
    /// The default.
    Default,
}

impl Source {
    /// Returns the source as part of a sentence.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Environment(name) => format!("the environment ({name})"),
            Self::File => "the configuration file".to_owned(),
            Self::Answer => "your answer".to_owned(),
            Self::Default => "the defaults".to_owned(),
            other => other.to_string(),
        }
    }

    /// Returns the error about a value from here: a flag is a matter of usage, all else of configuration.
    pub(super) fn error(&self, what: impl Into<String>, hint: impl Into<String>) -> Error {
        if matches!(self, Self::Flag(_)) { Error::usage(what, hint) } else { Error::configuration(what, hint) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(formatter, "flag {flag}"),
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::Profile(name) => write!(formatter, "profile {name}"),
            Self::File => formatter.write_str("configuration file"),
            Self::Answer => formatter.write_str("answer"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A value and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The source.
    pub source: Source,
}

impl<T> Sourced<T> {
    pub(super) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), source: self.source }
    }
}

/// Everything that is not a flag.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) environment: &'a Environment,
    pub(super) profile: Option<(&'a str, &'a Profile)>,
}

impl<'a> Sources<'a> {
    /// Begins with a flag.
    pub(super) fn flag<T>(self, name: &'static str, value: Option<T>) -> Search<'a, T> {
        Search { sources: self, found: value.map(|value| Sourced::new(value, Source::Flag(name))) }
    }

    /// Begins without one.
    pub(super) fn no_flag<T>(self) -> Search<'a, T> {
        Search { sources: self, found: None }
    }
}

/// The sources of one setting, asked one after the other: the first that has a value wins.
pub(super) struct Search<'a, T> {
    sources: Sources<'a>,
    found: Option<Sourced<T>>,
}

impl<T> Search<'_, T> {
    fn or(self, find: impl FnOnce(&Sources<'_>) -> Option<Sourced<T>>) -> Self {
        let found = self.found.or_else(|| find(&self.sources));
        Self { sources: self.sources, found }
    }

    /// Falls back to a key of the profile.
    pub(super) fn or_profile(self, key: impl Fn(&Profile) -> Option<T>) -> Self {
        self.or(|sources| {
            let (name, profile) = sources.profile?;
            Some(Sourced::new(key(profile)?, Source::Profile(name.to_owned())))
        })
    }

    /// Returns the value found, else a default.
    pub(super) fn or_default(self, value: T) -> Sourced<T> {
        self.found.unwrap_or_else(|| Sourced::new(value, Source::Default))
    }

    /// Returns the value found.
    pub(super) fn found(self) -> Option<Sourced<T>> {
        self.found
    }
}

impl Search<'_, String> {
    /// Falls back to a variable of the environment that is text.
    pub(super) fn or_environment(self, name: &'static str) -> Self {
        self.or(|sources| Some(Sourced::new(sources.environment.value(name)?.to_owned(), Source::Environment(name))))
    }
}

impl Search<'_, PathBuf> {
    /// Falls back to a variable of the environment that names a file or folder.
    pub(super) fn or_environment_path(self, name: &'static str) -> Self {
        self.or(|sources| Some(Sourced::new(sources.environment.path(name)?, Source::Environment(name))))
    }
}
