//! Warns when media are close to the provider's deletion date, `provider_days` after capture.
//!
//! No provider states the number with a session. The default is an assumption: media that are clearly older disprove it, and are
//! not warned about. A configured number is believed: past it, each day may be the last. This is the provider's deletion, never
//! the archive's. Must not decide where the warning is shown.

use jiff::{SignedDuration, Timestamp};

/// Warns from this share of the days on: 5 days and 6 hours of a week.
const NEAR: (i64, i64) = (3, 4);
/// From this share of an assumed number of days on, the assumption was wrong.
const OVER: (i64, i64) = (5, 4);

/// Days after capture after which a provider deletes media: the configured number, or the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Configured(u32),
    Usual(u32),
}

impl Period {
    pub(crate) fn of(configured: Option<u32>, usual: u32) -> Self {
        configured.map_or(Self::Usual(usual), Self::Configured)
    }
}

/// Returns a warning about media that were captured at `since`, once the deletion date is close.
pub(crate) fn warning(since: Option<Timestamp>, period: Period, now: Timestamp) -> Option<String> {
    let (Period::Configured(days) | Period::Usual(days)) = period;
    let is_assumed = matches!(period, Period::Usual(_));
    let age = now.duration_since(since?);
    let length = SignedDuration::from_hours(24 * i64::from(days));
    let is_beyond = |(share, whole): (i64, i64)| age.as_secs().saturating_mul(whole) >= length.as_secs().saturating_mul(share);
    if !is_beyond(NEAR) || is_assumed && is_beyond(OVER) {
        return None;
    }
    let (old, days) = (length_text(age), crate::text::plural(u64::from(days), "day"));
    Some(if age < length {
        format!(
            "the media are {old} old, and the provider may delete them {days} after they came (--provider-days): {} left",
            length_text(length - age)
        )
    } else {
        format!(
            "the media are {old} old, past the {days} for which the provider keeps them (--provider-days): it may delete them any moment now"
        )
    })
}

/// Returns whole days, or hours below two days.
fn length_text(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    if hours < 48 { crate::text::plural(u64::try_from(hours).unwrap_or(0), "hour") } else { format!("{} days", hours / 24) }
}

#[cfg(test)]
mod tests {
    use super::{Period, warning};
    use jiff::{SignedDuration, Timestamp};

    fn aged(hours: i64, period: Period) -> Option<String> {
        let since = Timestamp::UNIX_EPOCH;
        warning(Some(since), period, since + SignedDuration::from_hours(hours))
    }

    fn after(hours: i64, days: u32) -> Option<String> {
        aged(hours, Period::Usual(days))
    }

    #[test]
    fn configured_days_are_warned_about_also_when_they_have_passed() {
        let line = aged(24 * 40, Period::Configured(30)).expect("a line");
        assert!(line.contains("are 40 days old, past the 30 days") && line.contains("any moment now"), "{line}");
        assert!(aged(24 * 4_000, Period::Configured(30)).is_some());
        assert!(aged(24 * 2, Period::Configured(1)).is_some_and(|line| line.contains("past the 1 day for which")));
        assert_eq!(aged(24 * 20, Period::Configured(30)), None);
        assert_eq!(aged(24 * 40, Period::of(None, 30)), None, "the assumption was wrong");
        assert_eq!(Period::of(Some(7), 30), Period::Configured(7));
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
        assert_eq!(warning(None, Period::Configured(7), Timestamp::MAX), None);
        assert_eq!(after(1_000_000, 0), None);
        assert_eq!(after(-5, 7), None);
    }
}
