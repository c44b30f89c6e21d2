//! The script of things that go wrong while it is played: which fault acts on this request, and which is used up.

use std::collections::HashMap;

use crate::fault::{Fault, When};
use crate::route::Route;

/// Faults in order, with what they have done so far.
#[derive(Debug, Default)]
pub(crate) struct Script {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    fault: Fault,
    seen: u64,
    by_path: HashMap<String, u32>,
}

impl Script {
    /// Creates a script from its beginning.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let line = |fault| Line { fault, seen: 0, by_path: HashMap::new() };
        Self { lines: faults.into_iter().map(line).collect() }
    }

    /// Returns the first fault that acts on this request. Counts the request.
    pub(crate) fn next(&mut self, route: &Route, path: &str, session: Option<&str>) -> Option<Fault> {
        let line = self.lines.iter_mut().filter(|line| line.fault.target.matches(route, session)).find_map(|line| {
            let acts = line.acts(path);
            acts.then_some(line)
        })?;
        Some(line.fault.clone())
    }
}

impl Line {
    fn acts(&mut self, path: &str) -> bool {
        self.seen += 1;
        match self.fault.when {
            When::Always => true,
            When::Every(every) => self.seen.is_multiple_of(u64::from(every)),
            When::First(count) => {
                let done = self.by_path.entry(path.to_owned()).or_default();
                let acts = *done < count;
                *done += u32::from(acts);
                acts
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::parse_faults;

    #[test]
    fn counts_are_by_path_and_rhythms_are_overall() {
        let mut script = Script::new(parse_faults("media=503*1,media=cut/2").unwrap());
        let mut shown = Vec::new();
        for id in ["a", "a", "b", "a", "b", "b"] {
            let fault = script.next(&Route::Media(id.to_owned()), id, None);
            shown.push(fault.map(|fault| fault.to_string()));
        }
        let text: Vec<_> = shown.iter().map(|fault| fault.as_deref().unwrap_or("-")).collect();
        assert_eq!(text, ["media=503*1", "-", "media=503*1", "media=cut/2", "-", "media=cut/2"]);
    }

    #[test]
    fn a_session_owns_its_attempts_and_media() {
        let mut script = Script::new(parse_faults("session:s=404").unwrap());
        assert!(script.next(&Route::Media("m".to_owned()), "m", Some("s")).is_some());
        assert!(script.next(&Route::Media("m".to_owned()), "m", Some("t")).is_none());
    }
}
