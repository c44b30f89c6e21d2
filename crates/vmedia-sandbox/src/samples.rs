//! The built-in sample sessions. All pictures are drawn specimens, see `assets/make.py`.

mod contradictions;
mod everything;

use crate::fixture::{Attempt, Media, Session};
use crate::now;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The session of the demo: two attempts, the newest approved, pictures, a video, NFC data, companion documents.
pub const SAMPLE_SESSION: &str = "7f6a3b1c-52d0-4a8e-9c41-0d5be8f2a610";
/// Every documented context and mimetype, with bytes that are of that type.
pub const SAMPLE_EVERYTHING: &str = "e5b0c7d4-3a19-4f62-8d7e-91c4a2f60b38";
/// Every member that the vendor's pages describe in more than one way.
pub const SAMPLE_CONTRADICTIONS: &str = "b93d5e27-0c84-4716-a2f5-6e8d1c7b4f90";
/// An attempt without media, and no decision yet.
pub const SAMPLE_EMPTY: &str = "0a4c8e16-7b2d-4953-b6f1-d83e5a9c2047";

/// The decision about the first sample session, as Veriff answers it.
pub const DECISION: &str = include_str!("assets/decision.json");

const NEWEST: &str = "c2b8e4d6-91f7-4c3a-8e05-6a1d7f3b9c28";
const OLDER: &str = "38d7f1a5-6e02-4b9c-a417-f5c08b2e6d93";

macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!("assets/", $name))
    };
}

pub(crate) const DOCUMENT_FRONT: &[u8] = asset!("document-front.jpg");
pub(crate) const DOCUMENT_FRONT_UNCLEAR: &[u8] = asset!("document-front-unclear.jpg");
pub(crate) const DOCUMENT_BACK: &[u8] = asset!("document-back.jpg");
const DOCUMENT_BACK_FIRST: &[u8] = asset!("document-back-first.jpg");
pub(crate) const FACE: &[u8] = asset!("face.jpg");
const FACE_FIRST: &[u8] = asset!("face-first.jpg");
pub(crate) const FACE_NFC: &[u8] = asset!("face-nfc.jpg");
pub(crate) const PNG: &[u8] = asset!("face.png");
const HEIC: &[u8] = asset!("face.heic");
const HEIF: &[u8] = asset!("document.heif");
const WEBP: &[u8] = asset!("face.webp");
pub(crate) const PDF: &[u8] = asset!("address.pdf");
const MP4: &[u8] = asset!("selfie.mp4");
const WEBM: &[u8] = asset!("short.webm");
const NFC: &[u8] = asset!("nfc.json");

/// The picture that faults send in place of a PNG.
pub(crate) const SMALL_JPEG: &[u8] = asset!("small.jpg");

/// The day on which the sample sessions begin, as the assets write it.
const WRITTEN: &str = "2026-03-12";

/// Returns the day on which the sample sessions begin, or a day after it: they begin on a Monday, one to two weeks ago. So no provider
/// has deleted their media yet, and the answers are the same for a week.
pub(crate) fn day(after: i64) -> String {
    monday_before(now(), after).map_or_else(|| WRITTEN.to_owned(), |day| day.to_string())
}

fn monday_before(now: Timestamp, after: i64) -> Option<Date> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let back = i64::from(today.weekday().to_monday_zero_offset()) + 7 - after;
    today.checked_sub(Span::new().try_days(back).ok()?).ok()
}

/// Returns an asset with the day of the samples.
fn dated(asset: &str) -> String {
    asset.replace(WRITTEN, &day(0))
}

/// Returns the built-in sample sessions, newly made.
#[must_use]
pub fn samples() -> Vec<Session> {
    vec![demo(), everything::session(), contradictions::session(), empty()]
}

fn demo() -> Session {
    let jpeg = |id, context, bytes| Media::image(id, context, "image/jpeg", bytes);
    let newest = Attempt::new(NEWEST, "approved")
        .created(format!("{}T09:28:40.115Z", day(0)))
        .media(jpeg("d0f3a6b2-4c71-4e98-8b5d-a2e7c9160f34", "document-front", DOCUMENT_FRONT))
        .media(jpeg("19c5e8d7-b06f-4a23-9f84-7d3b1e6c5a02", "document-back", DOCUMENT_BACK))
        .media(jpeg("6e2b9f40-a7d8-4c15-b3e6-05f8d1c7492a", "face", FACE))
        .media(jpeg("a85d0c3e-2f16-4b79-8c0a-e4917b6d5f83", "face-nfc", FACE_NFC))
        .media(Media::video("57e1b4c9-d38a-4f06-a92b-1c6f0e8d7b45", "selfid_video", "video/mp4", MP4).duration(5))
        .media(Media::nfc("f2c7908a-5b6e-4d31-87f9-b0a3d5e1c648", NFC));
    let older = Attempt::new(OLDER, "resubmission_requested")
        .created(format!("{}T09:21:02.731Z", day(0)))
        .media(jpeg("84a9d2f5-e60b-4173-b8c4-3f7e5d0a1b96", "document-front", DOCUMENT_FRONT_UNCLEAR))
        .media(jpeg("c1604e7b-93d5-4f8a-a05c-d6b2e8f71309", "document-back", DOCUMENT_BACK_FIRST))
        .media(jpeg("2d8f7c61-0b4e-4a95-9e3d-48c1f5a6b7d0", "face", FACE_FIRST));
    Session::new(SAMPLE_SESSION)
        .attempt(newest)
        .attempt(older)
        .companion("decision", dated(DECISION))
        .companion("person", dated(include_str!("assets/person.json")))
        .companion("watchlist-screening", dated(include_str!("assets/watchlist-screening.json")))
}

fn empty() -> Session {
    let attempt = Attempt::new("91e6b3d8-c5a2-4f70-8d1b-2a7f9e4c6053", "started").created(format!("{}T17:05:33.000Z", day(2)));
    Session::new(SAMPLE_EMPTY).attempt(attempt)
}

#[cfg(test)]
mod tests {
    use super::{dated, day, monday_before};
    use jiff::Timestamp;

    #[test]
    fn samples_are_of_the_week_before() {
        let of = |now: &str| monday_before(now.parse::<Timestamp>().expect("a moment"), 0).map(|day| day.to_string());
        for (now, monday) in
            [("2026-11-29T23:59:59Z", "2026-11-16"), ("2026-11-30T00:00:00Z", "2026-11-23"), ("2027-01-03T12:00:00Z", "2026-12-21")]
        {
            assert_eq!(of(now).as_deref(), Some(monday), "{now}");
        }
        assert_eq!(dated("at 2026-03-12T09:32Z"), format!("at {}T09:32Z", day(0)));
    }
}
