//! Versions in one ZIP file: shipped, read back by other programs, verified where they are, and every change of one found.

use super::{bag_of, bucket, downloaded, lines_are_described, nothing_was_replaced, results, run, ship};
use crate::buckets::report::{WHOLE, row};
use crate::harness::{ADMIN, Keeps, ObjectServer, SESSION, World, is_sound, jpeg, others_accept, session, tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusty_s3::Method::{Delete, Put};
use std::path::Path;
use std::process::Command;
use vmedia::archive::objects::ObjectStore;
use vmedia::store::{Digest, StorePath};

const ZIP: [&str; 2] = ["--layout", "zip"];

#[test]
fn a_version_in_a_zip_file_is_a_bag_to_every_reader() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}/cold");
    let to = [&["--to", &url][..], &ZIP].concat();
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &[&to[..], &["--dry-run"]].concat()).ends_with(0).shows("(2 objects, ");
    ship(&world, server, &to).ends_with(0).says(&format!("{SESSION} shipped: 2 objects"));
    ship(&world, server, &to).ends_with(0).says("1 unchanged");
    let (sessions, report) = results(&ship(&world, server, &["--to", &url, "--recheck", "--format", "json"]).ends_with(0));
    assert_eq!((sessions[0].sent, report.counts.shipped), (0, 1), "what is there in one layout is there");
    let sound = "1 session: sound: all listed files present, files match manifests, journal matches; ";
    run(&world, server, &["verify", &url]).ends_with(0).shows(sound);
    run(&world, server, &["verify", &format!("{url}/{SESSION}")]).ends_with(0).shows(sound);
    let by_store = run(&world, server, &["verify", &url, "--by", "store"]).ends_with(0);
    by_store.shows("1 session: sound: files match manifests, journal matches; 5 files, ").shows("that the bucket keeps and not read, ");
    run(&world, server, &["catalog", &url]).ends_with(0).shows("complete");

    // Each version is whole, in whatever layout the one before is.
    let late = |seed: &str| {
        let mut grown = session();
        grown.attempts[0].media.push(vmedia::sandbox::fixture::Media::image(format!("{seed}-{SESSION}"), "face", "image/jpeg", jpeg(seed)));
        world.sandbox.put_session(grown);
        world.run(&["download", SESSION]).ends_with(0);
    };
    late("second");
    ship(&world, server, &["--to", &url]).ends_with(0).says("/v00002").says(" objects (");
    run(&world, server, &["verify", &url]).ends_with(0).shows(sound);
    late("third");
    ship(&world, server, &to).ends_with(0).says("shipped: 2 objects").says("/v00003");
    run(&world, server, &["verify", &url]).ends_with(0).shows(sound);
    is_sound(&world);
    lines_are_described(&world);
    let before = nothing_was_replaced(server, &url);

    // Another archive has nothing to add, and a worker with an empty disk nothing to fetch.
    let first = world.folder().join("first");
    std::fs::rename(world.archive(), &first).expect("renamed");
    let asked = world.sandbox.exchanges().len();
    let skip = ["download", SESSION, "--ship", &url, "--layout", "zip", "--skip-complete"];
    run(&world, server, &skip).ends_with(0).says("1 complete, 1 of them before");
    assert_eq!((world.sandbox.exchanges().len(), nothing_was_replaced(server, &url)), (asked, before));
    run(&world, server, &skip[..6]).ends_with(0).says("another archive has shipped all of it");
    is_sound(&world);
    lines_are_described(&world);
    let Some(copy) = downloaded(server, &format!("{name}/cold"), &world.folder().join("copy")) else { return };
    for (version, is_last) in [("v00001", false), ("v00003", true)] {
        let Some(bag) = bag_of(&copy.join(SESSION).join(version)) else { return };
        others_accept(&bag);
        assert!(!is_last || tree(&bag) == tree(&first.join(SESSION)), "the version is the bag");
    }
}

/// Makes another ZIP file of one, as a program of Python does.
fn forged(from: &Path, to: &Path, program: &str) {
    let script = format!("import sys, zipfile\nfrom_, to = sys.argv[1:]\nbytes_ = bytearray(open(from_, 'rb').read())\n{program}");
    let output = Command::new("python3").args(["-c", &script]).args([from, to]).output().expect("python3");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Copies the entries, each as the expression makes it of `info` and `data`.
const COPIED: &str = "
with zipfile.ZipFile(from_) as old, zipfile.ZipFile(to, 'w') as new:
    for info in old.infolist():
        data = old.read(info)
        ";

#[test]
fn every_change_of_a_zip_file_is_found_and_one_that_must_be_restored_is_no_damage() {
    let Some(server) = ObjectServer::shared() else { return };
    // Another program may replace objects here.
    let (world, name) = (World::new(), server.bucket(Keeps::Newest));
    let url = format!("s3://{name}");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &[&["--to", &url][..], &ZIP].concat()).ends_with(0);
    let key = StorePath::name(SESSION).join("v00001/bag.zip");
    let (good, bad) = (world.folder().join("good.zip"), world.folder().join("bad.zip"));
    let mut bytes = Vec::new();
    let mut stream = bucket(server, &url).open(&key, None, None).expect("a ZIP file").expect("a ZIP file");
    std::io::Read::read_to_end(&mut stream, &mut bytes).expect("read");
    std::fs::write(&good, bytes).expect("written");
    let put = |from: &Path, key: &StorePath| {
        let (data, digest) = (format!("@{}", from.display()), Digest::of(&std::fs::read(from).expect("bytes")));
        let sum = STANDARD.encode(vmedia::store::sha256_bytes(&digest.sha256).expect("a digest"));
        let words = ["-H", &format!("x-amz-checksum-sha256: {sum}"), "--data-binary", &data];
        assert_eq!(server.curl(Put, &format!("{name}/{key}"), &words).0, 200, "{key}");
    };
    let foreign = "v00001/bag.zip is not a ZIP file as vmedia writes it";
    let copied = |line: &str| format!("{COPIED}{line}");
    let written = |change: &str| format!("{change}\nopen(to, 'wb').write(bytes_)");
    let changed = "is not what its directory says";
    for (what, program, found) in [
        ("cut", written("del bytes_[-100:]"), foreign),
        ("longer", written("bytes_ += b'x'"), foreign),
        ("one byte of a picture", written("bytes_[400] ^= 1"), changed),
        ("a name before its bytes", written("bytes_[31] ^= 1"), changed),
        ("two entries at one place", written("at = bytes_.rindex(b'PK\\x01\\x02'); bytes_[at + 42:at + 46] = bytes(4)"), foreign),
        ("a length", written("at = bytes_.rindex(b'PK\\x01\\x02'); bytes_[at + 24] ^= 1"), foreign),
        ("compressed", copied("new.writestr(info.filename, data, zipfile.ZIP_DEFLATED)"), foreign),
        ("a name that leaves the folder", written("bytes_ = bytes_.replace(b'/data/', b'/../x/')"), foreign),
        ("another session", written(&format!("bytes_ = bytes_.replace(b'{SESSION}/', b'x' * {} + b'/')", SESSION.len())), foreign),
        ("nothing", written("bytes_ = b'PK\\x05\\x06' + bytes(18)"), "manifest-sha256.txt: missing"),
    ] {
        forged(&good, &bad, &program);
        put(&bad, &key);
        let run_ = run(&world, server, &["verify", &url]).ends_with(8);
        assert!(run_.stdout.contains(found), "{what}: {}", run_.stdout);
        let by_store = run(&world, server, &["verify", &url, "--by", "store"]);
        by_store.ends_with(8).shows("v00001/bag.zip: its bytes have changed: the SHA-256 does not fit");
    }
    put(&good, &key);
    run(&world, server, &["verify", &url]).ends_with(0);
    // The record beside it is another one.
    let (record, here) = (StorePath::name(SESSION).join("v00001/archive.json"), world.file("archive.json"));
    let data = std::fs::read_to_string(&here).expect("a record");
    std::fs::write(&bad, data.replace("\"veriff\"", "\"yoti\"")).expect("written");
    put(&bad, &record);
    for by in ["reading", "store"] {
        run(&world, server, &["verify", &url, "--by", by]).ends_with(8).shows("archive.json: its bytes have changed");
    }
    put(&here, &record);
    let stranger = StorePath::name(SESSION).join("v00001/data/x.jpg");
    put(&bad, &stranger);
    run(&world, server, &["verify", &url]).ends_with(8).shows("v00001/data/x.jpg: no part of a version");
    assert_eq!(server.curl(Delete, &format!("{name}/{stranger}"), &[]).0, 204);

    // A cold storage class gives its properties, and its bytes only once it was restored.
    let endpoint = super::outages::refusing(server, "GET", "/bag.zip", "403 Forbidden", "InvalidObjectState");
    let mut environment: Vec<(&str, String)> = server.environment(ADMIN).into_iter().collect();
    environment.push(("AWS_ENDPOINT_URL_S3", endpoint));
    let cold = |words: &[&str]| world.run_with(words, &environment);
    cold(&["verify", &url]).ends_with(5).says("its storage class must restore it first").says("aws s3api restore-object");
    cold(&["verify", &url, "--by", "store"]).ends_with(0).shows("1 session: sound");
    // So does the checksum that S3 computes of it there.
    let sha256 = Digest::of(&std::fs::read(&good).expect("a ZIP file")).sha256;
    let other = "0".repeat(64);
    for (name_, sha256, code, shown) in [
        ("the same", Some(&sha256), 0, " compared by the SHA-256 in the report and not read, "),
        ("another", Some(&other), 8, "v00001/bag.zip: its bytes have changed: the SHA-256 does not fit"),
        ("none", None, 7, "1 file of which the report has no SHA-256"),
    ] {
        let rows = sha256.map(|sha256| row(&format!("{name}/{key}"), "", sha256, WHOLE)).unwrap_or_default();
        std::fs::write(world.folder().join("report.csv"), rows).expect("written");
        let run = cold(&["verify", &url, "--report", "report.csv"]).ends_with(code);
        assert!(run.stdout.contains(shown), "{name_}: {}", run.stdout);
    }
    cold(&["catalog", &url]).ends_with(0).shows("complete");
    cold(&["ship", "vmedia-archive", "--to", &url, "--layout", "zip", "--recheck"]).ends_with(0).says("shipped before, all of it");
}
