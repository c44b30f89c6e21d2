//! Reads the completion reports of S3 Batch Operations jobs that compute checksums: CSV without a header, with the columns `Bucket`, `Key`,
//! `VersionId`, `TaskStatus`, `ErrorCode`, `HTTPStatusCode` and `ResultMessage`, which holds JSON. What is in them is hostile until it is checked.

use super::Place;
use super::headers::is_version;
use crate::archive::Shard;
use crate::archive::objects::NO_VERSION;
use crate::archive::verify::{ChecksumReport, Reported};
use crate::clock::{Cancel, Stop};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::store::{StorePath, sha256_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes of the longest row that is read. A key has up to 1,024 bytes, three times as many when encoded.
const LONGEST: u64 = 64 * 1024;

/// What a row of a task that succeeded says.
#[derive(Deserialize)]
struct Checksum {
    #[serde(rename = "checksumAlgorithm")]
    algorithm: String,
    #[serde(rename = "checksumType")]
    kind: String,
    checksum_hex: Option<String>,
    checksum_base64: Option<String>,
}

/// Adds the rows of a report that are about objects in one of these places, of the sessions of a shard alone. Returns the number of other rows.
///
/// # Errors
/// The file cannot be read, or is no such report, or `cancel` was requested.
pub fn read_report(path: &Path, places: &[Place], shard: Option<Shard>, cancel: &Cancel, report: &mut ChecksumReport) -> Result<u64> {
    let unreadable = |error: std::io::Error| {
        Error::new(ErrorKind::Local, format!("cannot read {}: {}", path.display(), plain(&error)), "check the path and its permissions")
    };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut line, mut number, mut others) = (Vec::new(), 0_u64, 0);
    loop {
        line.clear();
        if reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            return Ok(others);
        }
        number += 1;
        if cancel.requested().is_some_and(|stop| stop != Stop::OutOfTime) {
            return Err(Error::new(ErrorKind::Interrupted, "interrupted while a report was read", "run the same command again"));
        }
        let is_whole = (line.len() as u64) < LONGEST || line.ends_with(b"\n");
        let row = std::str::from_utf8(&line).ok().filter(|_| is_whole).and_then(Row::parse);
        let Some(row) = row else {
            let what = format!("{}, line {number}, is no row of a completion report", path.display());
            return Err(Error::usage(what, "name the CSV files that the job's manifest.json lists, each with --report"));
        };
        match row.place_of(places) {
            Some((place, key)) => {
                if shard.is_none_or(|shard| shard.has(key.as_str().split('/').next().unwrap_or_default())) {
                    report.add(&place.url(Some(&key)), row.version.as_deref(), row.reported);
                }
            }
            None => others += 1,
        }
    }
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    bucket: String,
    /// The key as it stands there, which may be percent-encoded.
    key: String,
    /// The id of the version; `None` for an object without one, and where the job got none.
    version: Option<String>,
    reported: Reported,
}

impl Row {
    /// Parses a line; `None` for anything else.
    fn parse(line: &str) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).flexible(true).buffer_capacity(line.len()).from_reader(line.as_bytes());
        let fields = reader.records().next()?.ok()?;
        let (bucket, key, version, status) = (fields.get(0)?, fields.get(1)?, fields.get(2)?, fields.get(3)?);
        let reported = match status {
            "succeeded" => reported(fields.get(6)?),
            // The messages of failed tasks are quoted wrongly, and may be split.
            "failed" => Reported::Failed,
            _ => return None,
        };
        let version = Some(version).filter(|version| !version.is_empty() && *version != NO_VERSION);
        if version.is_some_and(|version| !is_version(version)) {
            return None;
        }
        Some(Self { bucket: bucket.to_owned(), key: key.to_owned(), version: version.map(ToOwned::to_owned), reported })
    }

    /// Returns the place that the object is in, and its key below that.
    fn place_of<'a>(&self, places: &'a [Place]) -> Option<(&'a Place, StorePath)> {
        // Keys are encoded as in the list of objects that the job was given.
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let keys = [Some(self.key.clone()), decoded(&self.key), decoded(&self.key.replace('+', " "))];
        let inside = |place: &'a Place| Some((place, keys.iter().flatten().rev().find_map(|key| place.below(key))?));
        places.iter().filter(|place| place.bucket == self.bucket).find_map(inside)
    }
}

/// Returns what the result of a task says.
fn reported(message: &str) -> Reported {
    let Ok(Checksum { algorithm, kind, checksum_hex, checksum_base64 }) = serde_json::from_str(message) else { return Reported::Other };
    if algorithm != "SHA256" || kind != "FULL_OBJECT" {
        return Reported::Other;
    }
    let from_hex = checksum_hex.map(|hex| sha256_bytes(&hex.to_ascii_lowercase()));
    let from_base64 = checksum_base64.map(|text| STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()));
    match (from_hex, from_base64) {
        (Some(Some(sha256)), None) | (None, Some(Some(sha256))) => Reported::Sha256(sha256),
        (Some(Some(sha256)), Some(Some(same))) if sha256 == same => Reported::Sha256(sha256),
        _ => Reported::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Reported, Row};

    /// Rows as AWS documents them.
    const SUCCEEDED: &str = r#"kyc,p/a%20b/v00001/data/x,,succeeded,200,,"{""checksum_base64"":""bS9TOQ\u003d\u003d"",""etag"":""3c3c"",""checksumAlgorithm"":""CRC32"",""checksumType"":""FULL_OBJECT"",""checksum_hex"":""6D2F5339""}""#;
    const FAILED: &str = r#"kyc,p/x,v.1,failed,200,PermanentFailure,"error details: {""failureMessage"":"Task 2845 SSE-C encryption type is not supported for this operation", ""errorCode"": "400"}""#;

    #[test]
    fn documented_rows_are_read_and_others_are_none() {
        let row = Row::parse(SUCCEEDED).expect("a row");
        assert_eq!((row.version.as_deref(), row.reported), (None, Reported::Other));
        let places = [Place::parse("s3://kyc/q").expect("a place"), Place::parse("s3://kyc/p").expect("a place")];
        assert_eq!(row.place_of(&places).expect("a place").1.as_str(), "a b/v00001/data/x");
        let row = Row::parse(FAILED).expect("a row");
        assert_eq!((row.version.as_deref(), row.reported), (Some("v.1"), Reported::Failed));
        let (hex, base64) = ("AB".repeat(32), "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=");
        let of = |algorithm: &str, kind: &str, sums: &str| {
            let json = format!(r#"{{"checksumAlgorithm":"{algorithm}","checksumType":"{kind}"{sums}}}"#).replace('"', "\"\"");
            Row::parse(&format!("kyc,x,null,succeeded,200,,\"{json}\"\r\n")).expect("a row").reported
        };
        let (hex, base64) = (format!(r#","checksum_hex":"{hex}""#), format!(r#","checksum_base64":"{base64}""#));
        for sums in [&hex, &base64, &format!("{hex}{base64}")] {
            assert_eq!(of("SHA256", "FULL_OBJECT", sums), Reported::Sha256([0xab; 32]), "{sums}");
        }
        let contradiction = format!(r#","checksum_hex":"{}"{base64}"#, "00".repeat(32));
        for (algorithm, kind, sums) in [
            ("SHA256", "COMPOSITE", &hex),
            ("SHA1", "FULL_OBJECT", &hex),
            ("SHA256", "FULL_OBJECT", &String::new()),
            ("SHA256", "FULL_OBJECT", &contradiction),
        ] {
            assert_eq!(of(algorithm, kind, sums), Reported::Other, "{algorithm} {kind} {sums}");
        }
        for other in [
            "",
            "\n",
            "kyc,x,,succeeded",
            "Bucket,Key,VersionId,TaskStatus,ErrorCode,HTTPStatusCode,ResultMessage",
            "{",
            "kyc,x,a b,failed,,,",
        ] {
            assert_eq!(Row::parse(other), None, "{other:?}");
        }
    }
}
