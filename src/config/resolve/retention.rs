//! Resolves the schedules of retention. They are those of the configuration file, whatever the profile.

use super::Resolver;
use crate::archive::retention::Schedule;
use crate::error::Result;

impl Resolver<'_> {
    /// Returns the schedules, sorted by name.
    ///
    /// # Errors
    /// A schedule lacks a key.
    pub(crate) fn schedules(&self) -> Result<Vec<Schedule>> {
        self.retention.iter().filter_map(|(name, keys)| keys.schedule(name).transpose()).collect()
    }
}
