//! Reads Veriff's JSON: tolerant of everything the documentation contradicts itself about, strict about nothing but
//! being JSON objects (devdocs.veriff.com: attempts, session media, attempt media).
//!
//! Must not know how answers are fetched or merged.

use super::lists::{Element, Lists, Scalar};
use crate::http::{Cause, Failure};
use crate::model::{Attempt, AttemptId, Excess, Kind, MOST_ATTEMPTS, MOST_MEDIA, MediaId, Member, Outline, Place, outline, pointer_step};
use std::collections::HashSet;

/// The sections of a media listing that the documentation names.
const SECTIONS: [(&str, Kind); 3] = [("images", Kind::Image), ("videos", Kind::Video), ("nfcDocuments", Kind::Nfc)];

/// The largest size that a listing can sensibly declare: what a float still counts exactly.
const LARGEST_SIZE: f64 = 9_007_199_254_740_992.0;

/// One entry of one listing.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) id: MediaId,
    pub(super) kind: Kind,
    pub(super) context: Option<String>,
    pub(super) mimetype: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) duration: Option<f64>,
    pub(super) place: Place,
}

/// The entries of a listing, and those that could not be read.
#[derive(Debug)]
pub(super) struct Read<T> {
    pub(super) found: Vec<T>,
    pub(super) problems: Vec<String>,
}

/// Returns whether a stored answer of that name lists media.
pub(super) fn is_media_listing(document: &str) -> bool {
    document == "media" || document.starts_with("attempts/") && document.ends_with("/media")
}

/// Fails unless a listing has a documented member: `verifications` for attempts, a section or a `status` of success for media.
/// Other documents pass.
pub(super) fn check(endpoint: &str, document: &str, bytes: &[u8]) -> Result<(), Failure> {
    let is_section = |name: &str| match document {
        "attempts" => name == "verifications",
        _ => SECTIONS.iter().any(|(section, _)| *section == name),
    };
    let is_media = is_media_listing(document);
    if document != "attempts" && !is_media {
        return Ok(());
    }
    let is_listing = match outline(bytes, &|name| is_section(name) || is_media && name == "status") {
        Some(Outline::Object { found, .. }) => {
            found.keys().any(|name| is_section(name)) || found.get("status") == Some(&Member::Text("success".to_owned()))
        }
        Some(Outline::Other) | None => false,
    };
    is_listing.then_some(()).ok_or_else(|| Failure::new(Cause::Unusable, format!("{endpoint}: the answer is JSON, but not a listing")))
}

/// Returns the attempts of `GET /v1/sessions/{id}/attempts`: newest first, each once although the examples repeat them.
pub(super) fn attempts(bytes: &[u8]) -> Result<Read<Attempt>, Failure> {
    let endpoint = "sessions/{id}/attempts";
    let mut lists = Lists::read(endpoint, bytes, &["verifications"], false, MOST_ATTEMPTS, Excess::Attempts)?;
    check(endpoint, "attempts", bytes)?;
    let mut read = Read { found: Vec::<Attempt>::new(), problems: Vec::new() };
    let mut seen = HashSet::new();
    for (index, element) in elements("verifications", &mut lists, &mut read.problems).into_iter().enumerate() {
        match AttemptId::parse(&element.id()) {
            Ok(id) if !seen.insert(id.clone()) => {}
            Ok(id) => read.found.push(Attempt { id, status: text(element.status), created: text(element.created) }),
            Err(reason) => read.problems.push(format!("attempt {} of the listing has an unusable id: {reason}", index + 1)),
        }
    }
    Ok(read)
}

/// Returns the media of `GET /v1/sessions/{id}/media` or `GET /v1/attempts/{id}/media`, in their order. `document` is where the
/// answer is kept.
pub(super) fn media(endpoint: &str, document: &str, bytes: &[u8]) -> Result<Read<Entry>, Failure> {
    let known = SECTIONS.map(|(name, _)| name);
    let mut lists = Lists::read(endpoint, bytes, &known, true, MOST_MEDIA, Excess::Media)?;
    check(endpoint, document, bytes)?;
    let mut read = Read { found: Vec::new(), problems: Vec::new() };
    let mut sections: Vec<(String, Kind)> = SECTIONS.iter().map(|&(name, kind)| (name.to_owned(), kind)).collect();
    sections.extend(lists.other_names().map(|name| (name.to_owned(), Kind::Other)));
    for (section, kind) in sections {
        for (index, element) in elements(&section, &mut lists, &mut read.problems).into_iter().enumerate() {
            let pointer = format!("/{}/{index}", pointer_step(&section));
            match MediaId::parse(&element.id()) {
                Ok(id) => read.found.push(Entry {
                    id,
                    kind,
                    context: text(element.context).or_else(|| text(element.name)),
                    mimetype: text(element.mimetype),
                    size: number(element.size).map(as_bytes),
                    duration: number(element.duration),
                    place: Place::new(document, pointer),
                }),
                Err(reason) => read.problems.push(format!("{document}{pointer} has an unusable id: {reason}")),
            }
        }
    }
    Ok(read)
}

/// Returns the elements of a section. Missing, null and empty are one; anything else that is no list is a problem.
fn elements(section: &str, lists: &mut Lists<'_>, problems: &mut Vec<String>) -> Vec<Element> {
    let list = lists.take(section);
    problems.extend(std::iter::repeat_n(format!("{section} is not a list, so its media cannot be fetched"), list.others));
    list.elements
}

fn text(value: Option<Scalar>) -> Option<String> {
    match value? {
        Scalar::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Scalar::Number(_) | Scalar::Other => None,
    }
}

/// Returns an integer, float or numeric text that can be a size or a length.
fn number(value: Option<Scalar>) -> Option<f64> {
    let number = match value? {
        Scalar::Number(number) => number.as_f64()?,
        Scalar::Text(text) => text.trim().parse().ok()?,
        Scalar::Other => return None,
    };
    (number.is_finite() && (0.0..LARGEST_SIZE).contains(&number)).then_some(number)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`number` bounds it to whole positive values")]
fn as_bytes(size: f64) -> u64 {
    size.round() as u64
}

#[cfg(test)]
mod tests {
    use super::{attempts, media};
    use crate::http::Cause;
    use crate::model::Kind;

    fn read(json: &str) -> Vec<(String, Kind, Option<u64>, Option<f64>)> {
        let read = media("x", "media", json.as_bytes()).expect(json);
        read.found.into_iter().map(|entry| (entry.id.to_string(), entry.kind, entry.size, entry.duration)).collect()
    }

    #[test]
    fn missing_null_and_empty_sections_are_one() {
        for json in [r#"{"status":"success"}"#, r#"{"images":null,"videos":[]}"#, r#"{"nfcDocuments":{}}"#] {
            assert!(read(json).is_empty(), "{json}");
        }
    }

    #[test]
    fn an_answer_without_a_documented_member_is_no_listing() {
        let gateway = ["{}", r#"{"ok":true}"#, r#"{"login_required":true}"#, r#"{"status":"ok"}"#, r#"{"message":"hello"}"#];
        for json in gateway {
            for read in [attempts(json.as_bytes()).map(|_| ()), media("x", "attempts/a/media", json.as_bytes()).map(|_| ())] {
                let failure = read.expect_err(json);
                assert_eq!(failure.cause, Cause::Unusable);
                assert!(failure.detail.contains("the answer is JSON, but not a listing"), "{}", failure.detail);
            }
        }
        assert!(attempts(br#"{"status":"success"}"#).is_err(), "attempts are documented to be listed always");
        for json in [r#"{"verifications":[]}"#, r#"{"verifications":null}"#, r#"{"status":"success","verifications":{}}"#] {
            assert!(attempts(json.as_bytes()).expect(json).found.is_empty());
        }
        // Neither is a listing of media, so that neither is looked at.
        assert!(super::check("x", "decision", b"{}").is_ok() && super::check("x", "person", br#"{"ok":true}"#).is_ok());
    }

    #[test]
    fn half_a_surrogate_pair_and_an_endless_number_cost_their_own_member_alone() {
        let json =
            r#"{"status":"success","note":"\ud83d","images":[{"id":"a","name":"\udc00","context":"face","size":1e400},{"id":"b\ud83d"}]}"#;
        let read = media("x", "media", json.as_bytes()).expect("a listing");
        assert_eq!(read.found.iter().map(|entry| (entry.id.as_str(), entry.size)).collect::<Vec<_>>(), [("a", None)]);
        assert_eq!(read.problems.len(), 1, "an id that cannot be asked for: {:?}", read.problems);
    }

    #[test]
    fn sizes_come_in_every_form() {
        let size = |json: &str| read(&format!(r#"{{"images":[{{"id":"a","size":{json}}}]}}"#))[0].2;
        assert_eq!(size("245678"), Some(245_678));
        assert_eq!(size("12345.0"), Some(12_345));
        assert_eq!(size(r#""245678""#), Some(245_678));
        for hostile in ["null", "-1", "1e300", r#""many""#, "[]", "true", r#""NaN""#] {
            assert_eq!(size(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn every_section_is_read_and_unknown_ones_that_hold_media_too() {
        let found = read(
            r#"{"images":[{"id":"a"}],"videos":[{"id":"b","duration":"8.5"}],"nfcDocuments":[{"id":"c"}],
               "audios":[{"id":"d","mimetype":"audio/mp4"}],"notes":[{"id":"e"}],"status":"success"}"#,
        );
        let kinds: Vec<_> = found.iter().map(|(id, kind, ..)| (id.as_str(), *kind)).collect();
        assert_eq!(kinds, [("a", Kind::Image), ("b", Kind::Video), ("c", Kind::Nfc), ("d", Kind::Other)]);
        assert_eq!(found[1].3, Some(8.5));
    }

    #[test]
    fn a_section_that_comes_twice_is_read_once_whatever_stands_between() {
        let entry = |id: &str| format!(r#"[{{"id":"{id}","url":""}}]"#);
        let json = format!(r#"{{"status":"success","x":{},"y":{},"x":{}}}"#, entry("1"), entry("2"), entry("3"));
        let found = media("x", "media", json.as_bytes()).expect("a listing").found;
        let places: Vec<_> = found.iter().map(|entry| (entry.id.as_str(), entry.place.pointer.as_str())).collect();
        assert_eq!(places, [("1", "/x/0"), ("3", "/x/1"), ("2", "/y/0")]);
    }

    #[test]
    fn a_listing_at_its_limit_is_read_and_one_beyond_is_not() {
        let list = |name: &str, count: usize| format!(r#"{{"{name}":[{}{{"id":"last"}}]}}"#, r#"{"id":"a"},"#.repeat(count - 1));
        assert_eq!(attempts(list("verifications", 1_000).as_bytes()).expect("attempts").found.len(), 2);
        let beyond = attempts(list("verifications", 1_001).as_bytes()).expect_err("too many");
        assert_eq!((beyond.cause, beyond.detail.as_str()), (Cause::Excessive, "sessions/{id}/attempts: more than 1,000 attempts"));
        assert_eq!(read(&list("images", 10_000)).len(), 10_000);
        let beyond = media("x", "media", list("images", 10_001).as_bytes()).expect_err("too many");
        assert_eq!((beyond.cause, beyond.detail.as_str()), (Cause::Excessive, "x: more than 10,000 media"));
        let sections: String = (0..10_001).map(|number| format!(r#","{number}":[{{"id":1,"url":1}}]"#)).collect();
        let beyond = media("x", "media", format!(r#"{{"status":"success"{sections}}}"#).as_bytes()).expect_err("too many");
        assert_eq!(beyond.cause, Cause::Excessive);
    }

    #[test]
    fn members_that_are_not_used_may_hold_anything() {
        let json = r#"{"note":{"a":[1e400,"\ud83d"]},"images":[{"id":"a","url":"\ud83d","height":1e400,"more":[{"deep":[]}]},7,[1],null],"tags":["x",{"id":1}]}"#;
        let read = media("x", "media", json.as_bytes()).expect("a listing");
        assert_eq!(read.found.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(read.problems.len(), 3, "{:?}", read.problems);
        // Of members with the same name the last one counts.
        assert_eq!(
            super::tests::read(r#"{"images":[{"id":"a","id":5,"size":1,"size":"2"}]}"#)[0],
            ("5".to_owned(), Kind::Image, Some(2), None)
        );
    }

    #[test]
    fn a_list_of_no_media_has_no_limit_and_one_of_media_is_refused_at_its_first_entry_too_many() {
        let long = format!(r#"{{"images":[{{"id":"a"}}],"x":[{}1]}}"#, "1,".repeat(20_000));
        assert_eq!(read(&long).len(), 1);
        // Entries behind the one too many are not read.
        let endless = format!(r#"{{"images":[{}"#, r#"{"id":1},"#.repeat(10_001));
        assert_eq!(media("x", "media", endless.as_bytes()).expect_err("too many").cause, Cause::Excessive);
        let late = format!(r#"{{"x":[{}{{"id":1,"url":1}}]}}"#, "1,".repeat(10_000));
        assert_eq!(media("x", "media", late.as_bytes()).expect_err("too many").cause, Cause::Excessive);
    }

    #[test]
    fn an_entry_without_a_usable_id_is_told_of() {
        let read = media("x", "media", br#"{"images":[{"id":"../../x"},{"context":"face"},{"id":7}]}"#).expect("a listing");
        assert_eq!(read.found.len(), 1);
        assert_eq!(read.problems.len(), 2);
        assert!(read.problems[0].starts_with("media/images/0 "), "{:?}", read.problems);
    }

    #[test]
    fn attempts_are_listed_once_in_their_order() {
        let json = br#"{"verifications":[{"id":"b","status":"approved","createdTime":"2023"},{"id":"a","status":null},{"id":"b"},{}]}"#;
        let read = attempts(json).expect("attempts");
        assert_eq!(read.found.iter().map(|attempt| attempt.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(read.found[0].status.as_deref(), Some("approved"));
        assert_eq!(read.problems.len(), 1);
    }

    #[test]
    fn an_answer_that_is_no_listing_is_refused() {
        for json in ["", "<html>", "[]", "null", r#""x""#, r#"{"status":"fail","code":"1101"}"#, &"[".repeat(100_000)] {
            assert!(media("x", "media", json.as_bytes()).is_err(), "{json:.20}");
        }
    }
}
