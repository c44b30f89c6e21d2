//! Lists the objects and versions of a bucket, page by page. Names from the store are decoded and checked.

use super::connection::{Connection, plain};
use super::headers::is_version;
use super::place::Place;
use super::site::Unsigned;
use super::xml::Element;
use crate::error::Result;
use crate::http::{Cause, Failure, Method};
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;
use std::io::Read;
use vmedia_archive::objects::{ListedObject, ListedVersion};

/// Bytes of the largest page; one of 1,000 keys has less than a tenth of it.
const LARGEST_PAGE: u64 = 16 * 1024 * 1024;

/// A request for a listing: its fixed parameters, and the elements whose texts the next page begins with.
struct Listing {
    fixed: Vec<(&'static str, String)>,
    /// The parameters that continue it, each with the element of its value.
    next: &'static [(&'static str, &'static str)],
}

/// The error of one page: of the request, or of whom it was passed to.
pub(super) enum Ended {
    Failed(Failure),
    Stopped(crate::error::Error),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Passes each object whose key begins with `start` to `each`.
pub(super) fn objects(
    connection: &Connection,
    place: &Place,
    start: &str,
    each: &mut dyn FnMut(ListedObject) -> Result<()>,
) -> std::result::Result<(), Ended> {
    let fixed = vec![("encoding-type", "url".to_owned()), ("list-type", "2".to_owned()), ("prefix", start.to_owned())];
    let listing = Listing { fixed, next: &[("continuation-token", "NextContinuationToken")] };
    listing.pages(connection, &mut |page, is_encoded| {
        for element in page.inner.iter().filter(|element| element.name == "Contents") {
            let Some(key) = key(element, is_encoded).and_then(|key| place.below(&key)) else { continue };
            each(ListedObject { key, bytes: size(element)? }).map_err(Ended::Stopped)?;
        }
        Ok(())
    })
}

/// Returns the names of the folders right below `start`, sorted.
pub(super) fn folders(connection: &Connection, start: &str) -> std::result::Result<Vec<String>, Ended> {
    let delimiter = ("delimiter", "/".to_owned());
    let fixed = vec![delimiter, ("encoding-type", "url".to_owned()), ("list-type", "2".to_owned()), ("prefix", start.to_owned())];
    let listing = Listing { fixed, next: &[("continuation-token", "NextContinuationToken")] };
    let mut names = BTreeSet::new();
    listing.pages(connection, &mut |page, is_encoded| {
        for element in page.inner.iter().filter(|element| element.name == "CommonPrefixes") {
            let Some(prefix) = element.text_of("Prefix").and_then(|text| decoded(text, is_encoded)) else { continue };
            let name = prefix.strip_prefix(start).and_then(|rest| rest.strip_suffix('/'));
            names.extend(name.filter(|name| !name.contains('/') && crate::store::StorePath::parse(name).is_some()).map(ToOwned::to_owned));
        }
        Ok(())
    })?;
    Ok(names.into_iter().collect())
}

/// Passes each version and delete marker whose key begins with `start` to `each`.
pub(super) fn versions(
    connection: &Connection,
    place: &Place,
    start: &str,
    each: &mut dyn FnMut(ListedVersion) -> Result<()>,
) -> std::result::Result<(), Ended> {
    let fixed = vec![("encoding-type", "url".to_owned()), ("prefix", start.to_owned()), ("versions", String::new())];
    let listing = Listing { fixed, next: &[("key-marker", "NextKeyMarker"), ("version-id-marker", "NextVersionIdMarker")] };
    listing.pages(connection, &mut |page, is_encoded| {
        let mut versions = Vec::new();
        for element in page.inner.iter().filter(|element| matches!(element.name.as_str(), "Version" | "DeleteMarker")) {
            let Some(key) = key(element, is_encoded).and_then(|key| place.below(&key)) else { continue };
            let version = element.text_of("VersionId").filter(|id| is_version(id)).ok_or_else(|| unusable("a version without an id"))?;
            let is_newest = element.text_of("IsLatest") == Some("true");
            let modified = element.text_of("LastModified").and_then(|text| text.parse::<jiff::Timestamp>().ok());
            let is_marker = element.name == "DeleteMarker";
            let bytes = if is_marker { 0 } else { size(element)? };
            versions.push((modified, ListedVersion { key, version: version.to_owned(), bytes, is_newest, is_marker }));
        }
        // Some stores list delete markers after all versions of a page.
        versions.sort_by(|(time, one), (other_time, other)| {
            one.key.cmp(&other.key).then(other.is_newest.cmp(&one.is_newest)).then(other_time.cmp(time))
        });
        versions.into_iter().try_for_each(|(_, version)| each(version)).map_err(Ended::Stopped)
    })
}

/// Returns a document about the bucket, such as `versioning`.
pub(super) fn document(connection: &Connection, name: &'static str) -> std::result::Result<Element, Ended> {
    let listing = Listing { fixed: vec![(name, String::new())], next: &[] };
    let mut document = Element::default();
    listing.pages(connection, &mut |page, _| {
        document = page;
        Ok(())
    })?;
    Ok(document)
}

impl Listing {
    /// Passes each page to `each`, with whether its names are percent-encoded.
    fn pages(
        &self,
        connection: &Connection,
        each: &mut dyn FnMut(Element, bool) -> std::result::Result<(), Ended>,
    ) -> std::result::Result<(), Ended> {
        let mut next: Vec<(&'static str, String)> = Vec::new();
        loop {
            let mut query: Vec<(&'static str, &str)> =
                self.fixed.iter().chain(&next).map(|(name, value)| (*name, value.as_str())).collect();
            query.sort_unstable();
            let unsigned = Unsigned { method: rusty_s3::Method::Get, key: String::new(), query, headers: Vec::new() };
            let page = connection.send(&unsigned, &plain(|| Method::Get), &mut |response, exchange| {
                let mut bytes = Vec::new();
                let mut body = exchange.read_document(response.body).take(LARGEST_PAGE);
                body.read_to_end(&mut bytes).map_err(crate::http::BodyReader::failure)?;
                Element::parse(&bytes).ok_or_else(|| unusable("no listing"))
            })?;
            let is_encoded = page.text_of("EncodingType").is_some_and(|kind| kind.eq_ignore_ascii_case("url"));
            let is_last = page.text_of("IsTruncated") != Some("true");
            let following = self.following(&page, is_encoded);
            each(page, is_encoded)?;
            if is_last {
                return Ok(());
            }
            if following.is_empty() || following == next {
                return Err(unusable("a listing that does not go on").into());
            }
            next = following;
        }
    }

    /// Returns the parameters of the page after this one.
    fn following(&self, page: &Element, is_encoded: bool) -> Vec<(&'static str, String)> {
        // A token is opaque, and only names are encoded.
        let value = |parameter: &str, text: &str| {
            if parameter == "key-marker" { decoded(text, is_encoded) } else { Some(text.to_owned()) }
        };
        self.next.iter().filter_map(|(parameter, element)| Some((*parameter, value(parameter, page.text_of(element)?)?))).collect()
    }
}

fn unusable(what: &str) -> Failure {
    Failure::new(Cause::Unusable, format!("the answer holds {what}"))
}

/// Returns the key of an element. One with a control character is none of ours.
fn key(element: &Element, is_encoded: bool) -> Option<String> {
    // Without trimming: a key may end in a space.
    decoded(&element.element("Key")?.text, is_encoded)
}

fn size(element: &Element) -> std::result::Result<u64, Failure> {
    element.text_of("Size").and_then(|size| size.parse().ok()).ok_or_else(|| unusable("an object without a length"))
}

fn decoded(text: &str, is_encoded: bool) -> Option<String> {
    if !is_encoded {
        return Some(text.to_owned());
    }
    // Stores encode a space as a form does.
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}
