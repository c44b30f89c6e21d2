//! Periods of years, months, weeks and days, counted in the calendar. Pure.

use jiff::Span;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A period, such as `5y` or `18mo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    years: i16,
    months: i32,
    weeks: i32,
    days: i32,
}

impl Period {
    /// Returns the last day of the period that begins with the event of a day. It ends on the same date of a later year or month; where
    /// that does not exist, on the last day of the month (Regulation (EEC, Euratom) 1182/71, article 3).
    pub fn last_day(self, cutoff: Date) -> Date {
        cutoff.checked_add(self.span()).unwrap_or(Date::MAX)
    }

    fn span(self) -> Span {
        let Self { years, months, weeks, days } = self;
        let span = Span::new().try_years(years).and_then(|span| span.try_months(months));
        let span = span.and_then(|span| span.try_weeks(weeks)).and_then(|span| span.try_days(days));
        // Each part was read from a span.
        span.unwrap_or_default()
    }
}

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a period looks like 5y, 18mo, 6w or 90d";
        let span = Span::from_str(text.trim()).map_err(|_| FORM)?;
        if span.get_hours() != 0 || span.get_minutes() != 0 || span.get_seconds() != 0 || span.get_milliseconds() != 0 {
            return Err("a period is in years (y), months (mo), weeks (w) or days (d)");
        }
        let period = Self { years: span.get_years(), months: span.get_months(), weeks: span.get_weeks(), days: span.get_days() };
        let begin = Date::constant(2000, 1, 1);
        if period.last_day(begin) <= begin {
            return Err("a period is longer than nothing");
        }
        if period.last_day(begin) > Date::constant(2100, 1, 1) { Err("a period is at most 100 years long") } else { Ok(period) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(i32::from(self.years), "y"), (self.months, "mo"), (self.weeks, "w"), (self.days, "d")];
        let parts: Vec<String> = parts.iter().filter(|(count, _)| *count != 0).map(|(count, unit)| format!("{count}{unit}")).collect();
        formatter.write_str(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::Period;
    use jiff::civil::Date;

    #[test]
    fn a_period_ends_where_the_calendar_says() {
        for (cutoff, period, last) in [
            ("2021-11-30", "5y", "2026-11-30"),
            ("2024-02-29", "5y", "2029-02-28"),
            ("2024-02-29", "4 years", "2028-02-29"),
            ("2023-02-28", "1y", "2024-02-28"),
            ("2025-08-31", "6mo", "2026-02-28"),
            ("2025-12-31", "1y 2mo", "2027-02-28"),
            ("2026-02-20", "2w", "2026-03-06"),
            ("2026-02-20", "90d", "2026-05-21"),
            ("9999-12-01", "5y", "9999-12-31"),
        ] {
            let (cutoff, last): (Date, Date) = (cutoff.parse().expect("a day"), last.parse().expect("a day"));
            assert_eq!(period.parse::<Period>().expect(period).last_day(cutoff), last, "{cutoff} and {period}");
        }
        for text in ["5y", "1y 6mo", "90d"] {
            assert_eq!(text.parse::<Period>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "5", "y", "-5y", "0d", "5y ago", "12h", "5m", "101y", "1y -13mo", "99999999999y", "five years"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
