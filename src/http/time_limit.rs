//! The time that one media file may take, by its size.
//!
//! Must not read a clock.

use std::time::Duration;

/// The time that every file has, whatever its size.
const BASE: Duration = Duration::from_secs(600);
/// The least average rate, in bytes a second, that a file of any size has time for.
const LEAST_RATE: u64 = 10_000;
/// The size that counts where neither the listing nor the answer names one.
const ASSUMED_SIZE: u64 = 100_000_000;
/// Longest limit, because a declared size may be wrong.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the time limit of a file of that size in bytes: ten minutes, and a second for each 10 kB, at most a day.
pub(super) fn default_limit(size: Option<u64>) -> Duration {
    (BASE + Duration::from_secs(size.unwrap_or(ASSUMED_SIZE) / LEAST_RATE)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::default_limit;
    use std::time::Duration;

    #[test]
    fn the_limit_grows_with_the_size_and_ends_at_a_day() {
        for (size, seconds) in [(Some(0), 600), (Some(500_000), 650), (Some(200_000_000), 20_600), (None, 10_600), (Some(u64::MAX), 86_400)]
        {
            assert_eq!(default_limit(size), Duration::from_secs(seconds), "{size:?}");
        }
    }
}
