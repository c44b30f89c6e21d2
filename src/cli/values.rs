//! Values of flags as people write them, checked where they are typed. Must not know which flag it is.

use jiff::Timestamp;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The values that `--provider-days` accepts.
pub(crate) const PROVIDER_DAYS: RangeInclusive<u32> = 1..=36_500;

/// Returns the same for clap.
pub(super) fn days() -> RangeInclusive<i64> {
    i64::from(*PROVIDER_DAYS.start())..=i64::from(*PROVIDER_DAYS.end())
}

/// Parses a percentage above 0 and up to 100, with or without the sign.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = f64::from_str(text.trim_end_matches('%').trim()).map_err(|_| "not a percentage".to_owned())?;
    if number > 0.0 && number <= 100.0 { Ok(number) } else { Err("more than 0 and at most 100".to_owned()) }
}

/// Parses a day, which begins at midnight UTC, or a moment (RFC 3339).
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    let day = jiff::civil::Date::from_str(text).ok().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let moment = Timestamp::from_str(text).ok().or_else(|| day.map(|day| day.timestamp()));
    moment.ok_or_else(|| "it looks like 2026-11-21, or 2026-11-21T09:30:00Z".to_owned())
}

/// Parses 64 hex digits.
pub(super) fn sha256(text: &str) -> Result<String, String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(text.to_ascii_lowercase()) } else { Err("64 hex digits, as `vmedia verify` prints them".to_owned()) }
}

/// Parses bytes: a number, with k, M or G for thousands, or Ki, Mi or Gi for powers of 1024.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let number = bytesize::ByteSize::from_str(text).map_err(|_| "a number of bytes, such as 800000, 500k or 2M".to_owned())?;
    if number.as_u64() > 0 { Ok(number.as_u64()) } else { Err("more than nothing".to_owned()) }
}

/// Parses a rate per second: a number with /s, /m or /h; /s is understood.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("it ends with /s, /m or /h".to_owned()),
    };
    let number = f64::from_str(number).map_err(|_| "a number, such as 20/s or 600/m".to_owned())?;
    if number.is_finite() && number > 0.0 { Ok(number / seconds) } else { Err("more than nothing".to_owned()) }
}

/// Parses a positive number of seconds, whole or not.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let number = f64::from_str(text).map_err(|_| "not a number of seconds".to_owned())?;
    if number > 0.0 && number <= 604_800.0 { Ok(Duration::from_secs_f64(number)) } else { Err("between 0 and 604800 seconds".to_owned()) }
}

/// Parses a time with its units, such as 90s, 20m, 2h or `1h 30m`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "a time such as 90s, 20m or 2h".to_owned();
    let span = jiff::SignedDuration::from_str(text).map_err(|_| wrong())?;
    let duration = Duration::try_from(span).map_err(|_| wrong())?;
    let week = Duration::from_secs(604_800);
    if duration.is_zero() || duration > week {
        Err("more than nothing and at most a week, such as 20m or 2h".to_owned())
    } else {
        Ok(duration)
    }
}
