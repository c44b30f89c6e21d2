//! How near the day is on which the provider deletes the media of a session.
//!
//! The period is a guess: no provider tells it with a session. Where media outlive it clearly, it was wrong, and there is
//! nothing to say. Must not decide who hears of it.

use jiff::{SignedDuration, Timestamp};

/// From this share of the period on, a person should hear of it: 5 days and 6 hours of a week.
const NEAR: (i64, i64) = (3, 4);
/// From this share of the period on, the period was wrong.
const OVER: (i64, i64) = (5, 4);

/// A line about media that the provider has `since` then and keeps for so many days, once most of that time has passed.
pub fn warning(since: Option<Timestamp>, days: u32, now: Timestamp) -> Option<String> {
    let age = now.duration_since(since?);
    let period = SignedDuration::from_hours(24 * i64::from(days));
    let is_beyond = |(share, whole): (i64, i64)| age.as_secs().saturating_mul(whole) >= period.as_secs().saturating_mul(share);
    if !is_beyond(NEAR) || is_beyond(OVER) {
        return None;
    }
    let old = words(age);
    Some(if age < period {
        format!(
            "the media are {old} old, and the provider may delete them {days} days after they came (--retention-days): {} left",
            words(period - age)
        )
    } else {
        format!("the media are {old} old, and the provider may delete them {days} days after they came (--retention-days): any moment now")
    })
}

/// Whole days, or hours below two days.
fn words(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    if hours < 48 { crate::text::plural(u64::try_from(hours).unwrap_or(0), "hour") } else { format!("{} days", hours / 24) }
}

#[cfg(test)]
mod tests {
    use super::warning;
    use jiff::{SignedDuration, Timestamp};

    fn after(hours: i64, days: u32) -> Option<String> {
        let since = Timestamp::UNIX_EPOCH;
        warning(Some(since), days, since + SignedDuration::from_hours(hours))
    }

    #[test]
    fn most_of_the_time_must_have_passed() {
        assert_eq!(after(125, 7), None);
        assert!(after(126, 7).is_some_and(|line| line.contains("are 5 days old") && line.contains("42 hours left")));
        assert!(after(167, 7).is_some_and(|line| line.contains("1 hour left")));
        assert!(after(168, 7).is_some_and(|line| line.contains("any moment now")));
        assert!(after(209, 7).is_some());
        assert_eq!(after(210, 7), None);
        assert_eq!(after(168, 90), None);
        assert!(after(24 * 70, 90).is_some_and(|line| line.contains("70 days old") && line.contains("20 days left")));
    }

    #[test]
    fn without_a_date_or_a_period_there_is_nothing_to_say() {
        assert_eq!(warning(None, 7, Timestamp::MAX), None);
        assert_eq!(after(1_000_000, 0), None);
        assert_eq!(after(-5, 7), None);
    }
}
