//! `vmedia retention`: records the days from which retention counts, lists the sessions whose retention has ended, and plans erasures. Needs no network but
//! for a time stamp.
//!
//! Must not erase anything.

mod cutoff;
mod due;
mod plan;

pub(super) use cutoff::run as cutoff;
pub(super) use due::run as due;
pub(super) use plan::run as plan;

use crate::archive::retention::Schedule;
use crate::config::Resolver;
use crate::error::{Error, Result};

/// Returns the schedules of the configuration, of which there must be one.
fn schedules(resolver: &Resolver<'_>) -> Result<Vec<Schedule>> {
    let schedules = resolver.schedules()?;
    if schedules.is_empty() {
        let file = resolver.location().map_or_else(String::new, |location| format!(" in {}", location.value.display()));
        let hint = "write [retention.NAME] with authority, event and keep; vmedia config example explains every key";
        return Err(Error::configuration(format!("there is no schedule of retention{file}"), hint));
    }
    Ok(schedules)
}

/// Returns the events of the schedules, each once, sorted.
fn events(schedules: &[Schedule]) -> Vec<&str> {
    let mut events: Vec<&str> = schedules.iter().map(|schedule| schedule.event.as_str()).collect();
    events.sort_unstable();
    events.dedup();
    events
}
