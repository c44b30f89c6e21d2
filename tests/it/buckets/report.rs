//! The completion report of a job of S3 Batch Operations that computed checksums, as evidence for media. The rows are written as AWS documents
//! them.

use super::reading::shipped;
use crate::harness::{Keeps, ObjectServer, Run, World};
use crate::ship::bucket;
use crate::ship::run;
use std::fmt::Write as _;
use vmedia::archive::objects::{ListedVersion, ObjectStore};
use vmedia::engine::Event;

/// A row of a task that succeeded.
pub fn row(key: &str, version: &str, sha256: &str, (algorithm, kind): (&str, &str)) -> String {
    let (name, prefix) = key.split_once('/').expect("a bucket");
    let json = format!(r#"{{"etag":"3c3c","checksumAlgorithm":"{algorithm}","checksumType":"{kind}","checksum_hex":"{sha256}"}}"#);
    format!("{name},{},{version},succeeded,200,,\"{}\"\n", prefix.replace(' ', "%20"), json.replace('"', "\"\""))
}

pub const WHOLE: (&str, &str) = ("SHA256", "FULL_OBJECT");

/// The versions of media files below a place, with their SHA-256.
fn media(server: &ObjectServer, url: &str) -> Vec<(ListedVersion, String)> {
    let place = bucket(server, url);
    let mut versions = Vec::new();
    let mut add = |version: ListedVersion| {
        versions.push(version);
        Ok(())
    };
    place.versions(None, &mut add).expect("versions");
    versions.retain(|version| version.key.as_str().contains("/data/"));
    let sha256 = |version: &ListedVersion| {
        let id = Some(version.version.as_str()).filter(|id| *id != "null");
        place.head(&version.key, id).expect("a head").and_then(|head| head.sha256).expect("a SHA-256").to_ascii_uppercase()
    };
    versions.into_iter().map(|version| (version.clone(), sha256(&version))).collect()
}

fn verify(world: &World, server: &ObjectServer, url: &str, text: &str) -> Run {
    std::fs::write(world.folder().join("report.csv"), text).expect("written");
    run(world, server, &["verify", url, "--report", "report.csv"])
}

#[test]
fn a_report_vouches_for_media_by_key_and_version() {
    let Some(server) = ObjectServer::shared() else { return };
    for keeps in [Keeps::Versions, Keeps::Newest] {
        let (world, url) = shipped(server, keeps);
        let place = url.strip_prefix("s3://").expect("a place").to_owned();
        let media = media(server, &url);
        let of = |wanted: &dyn Fn(usize, &ListedVersion, &str) -> String| {
            media.iter().enumerate().map(|(number, (version, sha256))| wanted(number, version, sha256)).collect::<String>()
        };
        let key = |version: &ListedVersion| format!("{place}/{}", version.key);
        let id = |version: &ListedVersion| if version.version == "null" { String::new() } else { version.version.clone() };
        let whole = of(&|_, version, sha256| row(&key(version), &id(version), sha256, WHOLE));
        let sound = "1 session: sound: all listed files present, files match manifests, journal matches; 6 files";
        let seen = verify(&world, server, &url, &whole).ends_with(0).shows(sound);
        seen.shows(" compared by the SHA-256 in the report and not read, ");
        // Without ids, a row counts for the only version.
        verify(&world, server, &url, &of(&|_, version, sha256| row(&key(version), "", sha256, WHOLE))).ends_with(0).shows(sound);
        // One that is other bytes, whatever another report says.
        let bad = of(&|number, version, sha256| row(&key(version), &id(version), if number == 2 { &media[0].1 } else { sha256 }, WHOLE));
        let found = verify(&world, server, &url, &format!("{whole}{bad}")).ends_with(8);
        found.shows("its bytes have changed: the SHA-256 does not fit").shows("1 session: 1 damaged");
        // Tasks that failed, other checksums, other versions, other places, and none at all.
        let mut mixed = of(&|number, version, sha256| match number {
            0 => {
                let text = "\"error details: {\"\"failureMessage\"\":\"Task 2845 Key not found\", \"\"errorCode\"\": \"404\"}\"";
                format!("{},{},failed,200,PermanentFailure,{text}\n", key(version).replacen('/', ",", 1), id(version))
            }
            1 => row(&key(version), &id(version), sha256, ("SHA256", "COMPOSITE")),
            2 => row(&key(version), &id(version), &sha256[..8], ("CRC32", "FULL_OBJECT")),
            3 => row(&key(version), "another", sha256, WHOLE),
            4 => String::new(),
            _ => row(&key(version), &id(version), sha256, WHOLE),
        });
        mixed.push_str(&row("another/x", "", &media[0].1, WHOLE));
        let run = verify(&world, server, &url, &mixed).ends_with(7).says("1 row of the report is about other places");
        run.shows("1 session: nothing found")
            .shows("5 files of which the report has no SHA-256 by the id of the version: 2 not named there, ");
    }
}

#[test]
fn what_is_no_report_is_refused_and_a_shard_keeps_its_own_rows() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, url) = shipped(server, Keeps::Versions);
    let mut hostile = String::from("kyc,x,,succeeded,200,,\"{");
    write!(hostile, "{}", "[".repeat(100_000)).expect("text");
    for text in ["{\"Format\":\"Report_CSV_20180820\"}", "kyc,x,,succeeded\n", "kyc,\"x", &hostile] {
        verify(&world, server, &url, text)
            .ends_with(2)
            .complains("report.csv, line 1, is no row of a completion report", "manifest.json lists");
    }
    verify(&world, server, "vmedia-archive", "").ends_with(2).says("is a folder, which no report of a bucket is about");
    run(&world, server, &["verify", &url, "--report", "none.csv"]).ends_with(6).says("cannot read none.csv");
    run(&world, server, &["verify", &url, "--report", "report.csv", "--by", "store"]).ends_with(2);
    // One of two shards has the session; the other reads no row.
    let rows: String = media(server, &url)
        .iter()
        .map(|(version, sha256)| row(&format!("{}/{}", &url["s3://".len()..], version.key), &version.version, sha256, WHOLE))
        .collect();
    std::fs::write(world.folder().join("report.csv"), rows).expect("written");
    let bags = ["1/2", "2/2"].map(|shard| {
        let events =
            run(&world, server, &["verify", &url, "--report", "report.csv", "--shard", shard, "--format", "json"]).ends_with(0).events();
        let ends = events.iter().find_map(|event| match event {
            Event::VerifyFinished { bags, reported, .. } => Some((*bags, reported.is_some_and(|bytes| bytes > 0))),
            _ => None,
        });
        ends.expect("an end")
    });
    assert!(bags == [(1, true), (0, false)] || bags == [(0, false), (1, true)], "{bags:?}");
}
