//! Schedules, and the days that follow from them and from a session's cutoffs. Pure.

use super::period::Period;
use crate::journal::Cutoffs;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A rule for how long sessions are kept after an event, as the configuration has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The law or policy that it follows.
    pub authority: String,
    /// The event from which its periods count.
    pub event: String,
    /// The rule for the session as a whole.
    pub rule: Rule,
    /// The rule for the session's biometric media, if they have one of their own.
    pub biometric: Option<Rule>,
}

/// A period, and its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The period.
    pub keep: Period,
    /// True if it is a maximum: the media must be gone at its end, and may be gone before. Otherwise they must be kept up to its end.
    pub is_max: bool,
}

/// The part of a session that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DispositionScope {
    /// The whole session.
    Session,
    /// Its biometric media.
    Biometric,
}

impl DispositionScope {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Biometric => "biometric",
        }
    }
}

/// The days that follow from all schedules that apply to a session or to its biometric media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The part of the session.
    pub class: DispositionScope,
    /// The schedule that decides: the longest that must be kept, else the shortest maximum.
    pub schedule: String,
    /// The law or policy that it follows.
    pub authority: String,
    /// The event from which it counts.
    pub event: String,
    /// The day of that event.
    pub cutoff: Date,
    /// The first day on which no schedule demands to keep it.
    pub erasable: Date,
    /// The first day on which it is due.
    pub due: Date,
    /// The last day on which it may still be here, if a schedule sets a maximum.
    pub maximum: Option<Date>,
}

/// The state of a session or of its biometric media on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DueState {
    /// Its retention has not ended.
    Kept,
    /// Its retention has ended.
    Due,
    /// It should be gone: a maximum has passed.
    Overdue,
}

impl DueState {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Due => "due",
            Self::Overdue => "overdue",
        }
    }
}

impl Due {
    /// Returns the state on a day.
    pub fn state(&self, on: Date) -> DueState {
        if self.maximum.is_some_and(|maximum| on > maximum) {
            DueState::Overdue
        } else if on >= self.due {
            DueState::Due
        } else {
            DueState::Kept
        }
    }

    /// Returns true if it may be erased on a day: no schedule demands to keep it.
    pub fn is_erasable(&self, on: Date) -> bool {
        on >= self.erasable
    }
}

/// A schedule that applies, its cutoff, and the last day of its period.
struct Term<'a> {
    schedule: &'a Schedule,
    cutoff: Date,
    last: Date,
    is_max: bool,
}

/// Returns the days for a session with these cutoffs: for the whole, and for its biometric media if it has them and a
/// schedule has a rule for them. Empty
/// if no schedule applies, because its event did not happen yet.
pub fn due(cutoffs: &Cutoffs, schedules: &[Schedule]) -> Vec<Due> {
    [DispositionScope::Session, DispositionScope::Biometric].into_iter().filter_map(|class| due_of(class, cutoffs, schedules)).collect()
}

fn due_of(class: DispositionScope, cutoffs: &Cutoffs, schedules: &[Schedule]) -> Option<Due> {
    if class == DispositionScope::Biometric && cutoffs.is_without_biometric {
        return None;
    }
    let mut terms = Vec::new();
    let mut has_own_rule = class == DispositionScope::Session;
    for schedule in schedules {
        let cutoff = cutoffs.events.iter().find(|cutoff| *cutoff.event == *schedule.event).and_then(|cutoff| cutoff.date);
        let Some(cutoff) = cutoff else { continue };
        let own = schedule.biometric.filter(|_| class == DispositionScope::Biometric);
        has_own_rule |= own.is_some();
        let Rule { keep, is_max } = own.unwrap_or(schedule.rule);
        terms.push(Term { schedule, cutoff, last: keep.last_day(cutoff), is_max });
    }
    let minimum = terms.iter().filter(|term| !term.is_max).max_by_key(|term| term.last);
    let maximum = terms.iter().filter(|term| term.is_max).min_by_key(|term| term.last);
    let deciding = minimum.or(maximum).filter(|_| has_own_rule)?;
    let (erasable, due) = match minimum {
        // The last day of a period is a whole one.
        Some(minimum) => (next(minimum.last), next(minimum.last)),
        None => (deciding.cutoff, deciding.last),
    };
    Some(Due {
        class,
        schedule: deciding.schedule.name.clone(),
        authority: deciding.schedule.authority.clone(),
        event: deciding.schedule.event.clone(),
        cutoff: deciding.cutoff,
        erasable,
        due,
        maximum: maximum.map(|maximum| maximum.last),
    })
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::{Cutoffs, DispositionScope, Due, DueState, Rule, Schedule, due};
    use crate::journal::Cutoff;
    use jiff::Timestamp;
    use jiff::civil::Date;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn rule(text: &str) -> Rule {
        let (keep, is_max) = text.strip_prefix('<').map_or((text, false), |text| (text, true));
        Rule { keep: keep.parse().expect("a period"), is_max }
    }

    fn schedule(name: &str, event: &str, keep: &str, biometric: Option<&str>) -> Schedule {
        let own = |text: &str| text.to_owned();
        Schedule { name: own(name), authority: own("a law"), event: own(event), rule: rule(keep), biometric: biometric.map(rule) }
    }

    fn cutoff(event: &str, date: Option<&str>) -> Cutoff {
        Cutoff { event: event.into(), date: date.map(day), at: Timestamp::UNIX_EPOCH }
    }

    fn cutoffs(events: &[Cutoff]) -> Cutoffs {
        Cutoffs { events: events.to_vec(), is_without_biometric: false }
    }

    fn shown(due: &[Due]) -> Vec<String> {
        let maximum = |due: &Due| due.maximum.map(|day| format!(" <= {day}")).unwrap_or_default();
        due.iter().map(|due| format!("{} {}: {} {}{}", due.class.as_str(), due.schedule, due.erasable, due.due, maximum(due))).collect()
    }

    #[test]
    fn the_longest_that_must_be_kept_and_the_shortest_maximum_count() {
        let aml = schedule("aml", "end", "5y", Some("<3y"));
        let tax = schedule("tax", "end", "10y", None);
        let most = schedule("most", "end", "<6y", None);
        let other = schedule("claim", "claim", "1y", None);
        let end = [cutoff("end", Some("2024-02-29"))];
        let of = |cutoffs: &[Cutoff], schedules: &[&Schedule]| {
            shown(&due(&super::tests::cutoffs(cutoffs), &schedules.iter().map(|schedule| (*schedule).clone()).collect::<Vec<_>>()))
        };
        assert_eq!(
            of(&end, &[&aml]),
            ["session aml: 2029-03-01 2029-03-01", "biometric aml: 2024-02-29 2027-02-28 <= 2027-02-28"],
            "biometric media may go before their maximum"
        );
        assert_eq!(of(&end, &[&aml, &other])[0], "session aml: 2029-03-01 2029-03-01", "an event that did not happen");
        assert_eq!(
            of(&end, &[&aml, &tax]),
            ["session tax: 2034-03-01 2034-03-01", "biometric tax: 2034-03-01 2034-03-01 <= 2027-02-28"],
            "a schedule without a rule for them demands to keep them"
        );
        assert_eq!(of(&end, &[&most]), ["session most: 2024-02-29 2030-02-28 <= 2030-02-28"]);
        assert_eq!(of(&end, &[&tax, &most]), ["session tax: 2034-03-01 2034-03-01 <= 2030-02-28"]);
        let both = [cutoff("claim", Some("2031-01-01")), cutoff("end", Some("2024-02-29"))];
        assert_eq!(of(&both, &[&aml, &other])[0], "session claim: 2032-01-02 2032-01-02");
        assert!(of(&[cutoff("end", None)], &[&aml]).is_empty(), "a cutoff that was withdrawn");
        assert!(of(&end, &[&other]).is_empty() && of(&[], &[&aml]).is_empty());
    }

    #[test]
    fn a_period_ends_with_its_last_day() {
        let aml = schedule("aml", "end", "5y", Some("<3y"));
        let mut end = cutoffs(&[cutoff("end", Some("2021-11-30"))]);
        let due = |end: &Cutoffs| super::due(end, std::slice::from_ref(&aml));
        end.is_without_biometric = true;
        assert_eq!(due(&end).iter().map(|due| due.class).collect::<Vec<_>>(), [DispositionScope::Session], "what was erased is never due");
        end.is_without_biometric = false;
        let due = due(&end);
        let [whole, biometric] = &due[..] else { panic!("{due:?}") };
        assert_eq!(whole.class, DispositionScope::Session);
        for (on, state) in [("2026-11-30", DueState::Kept), ("2026-12-01", DueState::Due), ("2099-01-01", DueState::Due)] {
            assert_eq!((whole.state(day(on)), whole.is_erasable(day(on))), (state, state == DueState::Due), "{on}");
        }
        for (on, state) in [("2024-11-29", DueState::Kept), ("2024-11-30", DueState::Due), ("2024-12-01", DueState::Overdue)] {
            assert_eq!((biometric.state(day(on)), biometric.is_erasable(day(on))), (state, true), "{on}");
        }
    }
}
