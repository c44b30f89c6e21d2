//! Yoti, where it is unlike Veriff: one document, media in many places, withheld ones, sessions that grow, credentials
//! in the answer, signed requests without signed answers.

mod answers;

use crate::harness::{Run, World, bare, is_sound, jpeg, others_accept, tree};
use crate::wire::{Say, Wire};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use vmedia::sandbox::{Options, SAMPLE_YOTI, Sandbox, YotiSession, parse_faults};

const SESSION: &str = "9d539c59-1cd0-4e2c-bed8-eb525248aa84";
/// A session with every place where media can stand.
const EXAMPLE: &str = include_str!("../fixtures/yoti/session.json");
const EXAMPLE_ID: &str = "00000000-0000-4000-8000-000000000037";

fn medium(id: &str, sort: &str) -> Value {
    json!({ "media": { "id": id, "type": sort, "created": "2026-01-15T10:00:00Z", "last_updated": "2026-01-15T10:00:00Z" } })
}

/// A document of these pages, each an id, as `(resource, pages)`.
fn document(state: &str, documents: &[(&str, &[&str])]) -> String {
    let documents: Vec<Value> = documents
        .iter()
        .map(|(resource, pages)| json!({ "id": resource, "pages": pages.iter().map(|id| medium(id, "IMAGE")).collect::<Vec<_>>() }))
        .collect();
    json!({ "session_id": SESSION, "state": state, "resources": { "id_documents": documents }, "checks": [] }).to_string()
}

fn session(state: &str, documents: &[(&str, &[&str])]) -> YotiSession {
    let ids = documents.iter().flat_map(|(_, pages)| pages.iter());
    ids.fold(YotiSession::new(SESSION, document(state, documents)), |session, id| session.media(*id, "image/jpeg", jpeg(id)))
}

/// The example with bytes for each of its 30 media.
fn example() -> YotiSession {
    let places = include_str!("../fixtures/yoti/session.paths.txt");
    let mut sorts: BTreeMap<&str, &str> = BTreeMap::new();
    for line in places.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[2] != "None" {
            sorts.insert(columns[1], columns[2]);
        }
    }
    sorts.into_iter().fold(YotiSession::new(EXAMPLE_ID, EXAMPLE), |session, (id, sort)| match sort {
        "IMAGE" => session.media(id, "image/jpeg; charset=UTF-8", jpeg(id)),
        "JSON" => session.media(id, "application/json", format!("{{\"id\":\"{id}\"}}")),
        "PDF" => session.media(id, "application/pdf", format!("%PDF-1.7 {id}")),
        _ => session.media(id, "application/octet-stream", format!("\u{1}{id}")),
    })
}

#[test]
fn every_place_of_the_document_is_archived_and_each_medium_once() {
    let world = World::with_yoti(vec![example()]);
    world.run(&["download", EXAMPLE_ID]).ends_with(0).says("complete: 30 files fetched");
    let payload = world.payload(EXAMPLE_ID);
    let expected: BTreeSet<Vec<u8>> = example().bytes().into_values().collect();
    assert_eq!(payload.values().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(payload.len(), 30);
    let id = |end: &str| format!("00000000-0000-4000-8000-0000000000{end}");
    for path in [
        format!("id_document-1/page-1_{}.jpg", id("06")),
        format!("id_document-1/document_fields_{}.json", id("01")),
        format!("liveness-1/frame-2_{}.jpg", id("21")),
        format!("liveness-1/facemap_{}.bin", id("23")),
        format!("supplementary_document-2/file_{}.pdf", id("18")),
        format!("checks/liveness-generated-1_{}.jpg", id("42")),
        format!("session/import_token_{}.json", id("51")),
    ] {
        assert!(payload.contains_key(&path), "no {path} in {:#?}", payload.keys());
    }
    let places: usize = world.record_of(EXAMPLE_ID)["media"]
        .as_array()
        .expect("media")
        .iter()
        .map(|medium| medium["places"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(places, 35);
    world
        .run(&["verify", "vmedia-archive", "--authenticate", "-v"])
        .ends_with(0)
        .shows("all listed files present, files match manifests, journal matches (0 signatures held, 30 unsigned)");
    others_accept(&world.bag(EXAMPLE_ID));
    // A second run asks for the document alone and changes nothing, although the token's time runs down.
    let before = tree(&world.bag(EXAMPLE_ID));
    world.sandbox.put_yoti_session(example().document(EXAMPLE.replace(": 599", ": 42")));
    let asked = world.media_requests();
    world.run(&["download", EXAMPLE_ID]).ends_with(0).says("30 files kept, nothing to fetch");
    assert_eq!(world.media_requests(), asked);
    assert!(tree(&world.bag(EXAMPLE_ID)) == before);
}

#[test]
fn credentials_in_the_document_are_not_kept_and_the_record_says_where() {
    let mut text: Value = serde_json::from_str(EXAMPLE).expect("JSON");
    text["checks"][4]["report"]["watchlist_summary"]["search_config"]["api_key"] = json!("k3y-of-the-watchlist");
    let text = serde_json::to_string_pretty(&text).expect("JSON");
    let world = World::with_yoti(vec![example().document(&text)]);
    let run = world.run(&["download", EXAMPLE_ID, "-vv", "--log-file", "log"]).ends_with(0);
    let kept = std::fs::read_to_string(world.bag(EXAMPLE_ID).join("metadata/session.json")).expect("the document");
    let expected = text
        .replace("\"00000000-0000-4000-8000-000000000038\"", "\"redacted\"")
        .replace("\"k3y-of-the-watchlist\"", "\"redacted\"")
        .replace("_ttl\": 599", "_ttl\": \"redacted\"");
    assert_eq!(kept, expected);
    let pointers = &world.record_of(EXAMPLE_ID)["documents"][0]["redacted"];
    assert_eq!(
        *pointers,
        json!(["/checks/4/report/watchlist_summary/search_config/api_key", "/client_session_token", "/client_session_token_ttl"])
    );
    let mut seen: Vec<String> = tree(world.folder()).values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    seen.extend([run.stdout, run.stderr]);
    let signatures = ["k3y-of-the-watchlist", "00000000-0000-4000-8000-000000000038", "PRIVATE KEY", "timestamp="];
    for secret in signatures {
        assert!(!seen.iter().any(|text| text.contains(secret)), "{secret} can be read");
    }
    // An answer that breaks off inside the token is not quoted.
    world.sandbox.put_yoti_session(YotiSession::new(SESSION, r#"{"session_id":"x","client_session_token":"t0ken"#));
    let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(5).says("not JSON");
    assert!(!run.stderr.contains("t0ken"), "{}", run.stderr);
}

#[test]
fn a_document_that_cannot_be_kept_says_why() {
    let text = format!(r#"{{"session_id":"{SESSION}","state":"COMPLETED","resources":{{}},"x":[{}1]}}"#, "1,".repeat(250_000));
    let world = World::with_yoti(vec![YotiSession::new(SESSION, text)]);
    let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(4);
    run.complains("sessions/{id}: more than 250,000 values", "docs/scripts.md lists the limits");
    assert!(tree(world.folder()).is_empty());
}

#[test]
fn a_session_of_another_application_is_not_found_and_an_unknown_application_is_refused() {
    let wire = Wire::start("", |path, _| {
        let answer = |status: &str, body: &str| {
            Say::Bytes(format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
        };
        let id = path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        match id {
            "theirs" => answer("401 Unauthorized", r#"{"code":"BAD_SDK_ID","message":"no"}"#),
            "nobodys" => answer("404 Not Found", r#"{"code":"APP_NOT_FOUND","message":"no"}"#),
            _ => answer("200 OK", &format!(r#"{{"session_id":"{id}","state":"COMPLETED","resources":{{}}}}"#)),
        }
    });
    let world = World::with_yoti(Vec::new());
    let base_url = wire.base_url();
    let further = [("VMEDIA_BASE_URL", base_url.as_str())];
    let run = world.run_with(&["download", "first", "theirs", "last", "-j", "1"], &further).ends_with(7);
    run.complains("session theirs is not found at the provider: HTTP 401: no (code BAD_SDK_ID)", "belongs to another integration");
    assert!(world.bag("last").join("archive.json").exists(), "one bad session does not stop the rest");
    let run = world.run_with(&["download", "nobodys", "late", "-j", "1"], &further).ends_with(4);
    run.complains("the provider refuses the credentials: HTTP 404: no (code APP_NOT_FOUND)", "used were ").says("1 not begun");
}

#[test]
fn what_is_lost_here_and_withheld_there_is_a_failure() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front", "reverse"])])]);
    world.run(&["download", SESSION]).ends_with(0);
    let held = world.payload(SESSION).keys().find(|path| path.contains("reverse")).expect("a page").clone();
    std::fs::remove_file(world.bag(SESSION).join("data").join(held)).expect("removed");
    world.sandbox.put_yoti_session(session("COMPLETED", &[("r", &["front", "reverse"])]).withheld("reverse"));
    let run = world.run(&["download", SESSION, "--failed-to", "again.txt"]).ends_with(7);
    run.says("what is archived of it is damaged or missing, and the provider withholds it");
    assert!(std::fs::read_to_string(world.folder().join("again.txt")).expect("a list").contains(SESSION));
}

#[test]
fn what_is_withheld_is_said_and_asked_for_again_and_no_failure() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front", "reverse"])]).withheld("reverse")]);
    world.run(&["download", SESSION]).ends_with(0).says("withheld");
    assert_eq!(world.payload(SESSION).keys().collect::<Vec<_>>(), ["id_document-1/page-1_front.jpg"]);
    let state = |world: &World| world.record_of(SESSION)["media"][1]["state"].clone();
    assert_eq!(state(&world), "withheld");
    is_sound(&world);
    world.sandbox.put_yoti_session(session("COMPLETED", &[("r", &["front", "reverse"])]));
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
    assert_eq!(state(&world), "archived");
    is_sound(&world);
}

#[test]
fn what_was_deleted_is_gone() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front", "reverse"])]).without("reverse")]);
    world.run(&["download", SESSION]).ends_with(7).says("MEDIA_CONTENT_NOT_FOUND");
    assert_eq!(world.record_of(SESSION)["media"][1]["state"], "gone");
    world.run(&["download", "another"]).ends_with(9).says("SESSION_NOT_FOUND");
}

#[test]
fn a_session_that_grows_keeps_its_names() {
    let world = World::with_yoti(vec![session("ONGOING", &[("first", &["a1"])])]);
    world.run(&["download", SESSION]).ends_with(0).says("not final (state ONGOING)");
    let before = world.payload(SESSION);
    // A further document stands before the first now, and a page before its page.
    world.sandbox.put_yoti_session(session("COMPLETED", &[("second", &["b1"]), ("first", &["a0", "a1"])]));
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("not final"), "{}", run.stderr);
    let after = world.payload(SESSION);
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "{:?}", after.keys());
    let paths: Vec<&String> = after.keys().collect();
    assert_eq!(paths, ["id_document-1/page-1_a0.jpg", "id_document-1/page-1_a1.jpg", "id_document-2/page-1_b1.jpg"]);
    is_sound(&world);
}

#[test]
fn the_answer_names_the_type_and_a_contradiction_is_recorded() {
    let text = json!({ "session_id": SESSION, "state": "COMPLETED", "resources": { "things": [
        { "id": "r", "one": medium("png", "IMAGE"), "two": medium("report", "IMAGE"), "three": medium("bare", "BINARY") } ] } });
    let png = [&b"\x89PNG\r\n\x1a\n"[..], b"rest"].concat();
    let world = World::with_yoti(vec![
        YotiSession::new(SESSION, text.to_string())
            .media("png", "image/png; charset=UTF-8", &png)
            .media("report", "application/json", r#"{"report":1}"#)
            .media("bare", "application/octet-stream", jpeg("x")),
    ]);
    world.run(&["download", SESSION]).ends_with(0);
    let payload = world.payload(SESSION);
    assert_eq!(payload.keys().collect::<Vec<_>>(), ["thing-1/one_png.png", "thing-1/three_bare.jpg", "thing-1/two_report.json"]);
    let record = world.record_of(SESSION);
    let report = record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == "report").expect("the report").clone();
    assert!(
        report["files"][0]["disagreements"][0]["text"].as_str().is_some_and(|words| words.contains("the listing says image")),
        "{report}"
    );
    // An error is never filed, whatever was declared.
    world.sandbox.set_faults(parse_faults("media=json").expect("faults"));
    world.run(&["download", SESSION, "--refetch", "--retries", "1"]).ends_with(7);
    assert_eq!(world.payload(SESSION), payload);
}

#[test]
fn every_try_is_signed_afresh_over_what_is_sent() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front", "reverse"])])]);
    world.sandbox.set_faults(parse_faults("any=503*2").expect("faults"));
    world.run(&["download", SESSION]).ends_with(0);
    let exchanges = world.sandbox.exchanges();
    // The sandbox refuses a nonce that it has seen.
    assert_eq!(exchanges.len(), 9);
    assert!(exchanges.iter().all(|exchange| exchange.signed), "{exchanges:#?}");
    let paths: BTreeSet<&str> = exchanges.iter().map(|exchange| exchange.path.as_str()).collect();
    assert_eq!(paths.len(), 9);
}

#[test]
fn a_wrong_id_or_key_is_refused_and_ends_the_run() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front"])])]);
    world.run_with(&["list", SESSION], &[("VMEDIA_YOTI_SDK_ID", "other")]).ends_with(4).says("APP_NOT_FOUND");
    let other = Sandbox::start(Options::default()).expect("another sandbox");
    let key = other.yoti_key_file().expect("a file").display().to_string();
    world.run_with(&["list", SESSION], &[("VMEDIA_YOTI_KEY_FILE", &key)]).ends_with(4).complains("MESSAGE_SIGNING", "the key file");
}

#[cfg(unix)]
#[test]
fn a_token_stands_instead_of_the_signature() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front"])])]);
    let path = world.folder().join("token");
    std::fs::write(&path, format!("{}\n", Options::default().yoti_token)).expect("a file");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("a mode");
    let token = path.display().to_string();
    world.run_with(&["download", SESSION], &[("VMEDIA_YOTI_BEARER_FILE", &token)]).ends_with(0);
    assert!(world.sandbox.exchanges().iter().all(|exchange| !exchange.path.contains('?')));
    std::fs::write(&path, "another").expect("a file");
    world.run_with(&["list", SESSION], &[("VMEDIA_YOTI_BEARER_FILE", &token)]).ends_with(4).says("BAD_TOKEN");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("a mode");
    world.run_with(&["list", SESSION], &[("VMEDIA_YOTI_BEARER_FILE", &token)]).ends_with(3).says("can be read by others");
}

#[test]
fn there_are_no_attempts_and_no_companions() {
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front"])])]);
    let run = world.run(&["attempts", SESSION]).ends_with(2).complains("yoti has no attempts", "vmedia list");
    assert!(!run.stderr.contains("--latest"), "it was not typed: {}", run.stderr);
    for words in [&["list", SESSION, "--latest"][..], &["download", SESSION, "--attempt", "a"]] {
        world.run(words).ends_with(2).complains("yoti has no attempts", "leave out --latest and --attempt");
    }
    world.run(&["download", SESSION, "--with", "all,person"]).ends_with(2).complains("yoti has no documents", "leave out --with person");
    assert!(world.sandbox.exchanges().is_empty());
    // All that there is, and that is none.
    let run = world.run(&["download", SESSION, "--with", "all"]).ends_with(0).says("note: yoti has no documents beside the session's own");
    assert_eq!(run.stderr.matches("note: ").count(), 1, "{}", run.stderr);
    assert!(world.run(&["download", SESSION, "--with", "all", "-q"]).ends_with(0).stderr.is_empty());
}

#[test]
fn what_is_listed_is_shown_with_its_group() {
    let world = World::with_yoti(vec![session("ONGOING", &[("r", &["front"])])]);
    let run = world.run(&["list", SESSION, "--format", "json"]).ends_with(0).says("not final");
    let rows: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(rows[0]["context"], "id_document-1/page-1");
    assert_eq!(rows[0]["path"], "data/id_document-1/page-1_front.*");
    assert_eq!(rows[0]["mimetype"], "image");
}

#[test]
fn media_that_may_soon_be_deleted_are_warned_of() {
    // Six days old, and no test takes the hours that are left.
    let created = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(6 * 24);
    let text = document("COMPLETED", &[("r", &["front"])]).replace("2026-01-15T10:00:00Z", &created.to_string());
    let world = World::with_yoti(vec![session("COMPLETED", &[("r", &["front"])]).document(text)]);
    world.run(&["list", SESSION]).ends_with(0).says("may delete them 7 days after");
    let calm = world.run(&["list", SESSION, "--provider-days", "30"]).ends_with(0);
    assert!(!calm.stderr.contains("may delete"), "{}", calm.stderr);
    world.run(&["list", SESSION, "--provider-days", "2"]).ends_with(0).says("are 6 days old, past the 2 days");
    world.run(&["download", SESSION, "--provider-days", "6"]).ends_with(0).says("any moment now");
    // All of it is here: there is no hurry.
    let again = world.run(&["download", SESSION]).ends_with(0);
    assert!(!again.stderr.contains("may delete"), "{}", again.stderr);
}

#[test]
fn hostile_names_stay_in_their_folder() {
    let text = json!({ "session_id": SESSION, "state": "COMPLETED", "resources": { "../../con": [ { "id": "r", "..\u{202e}/\u{0}": medium("Ab", "IMAGE") } ] },
        "checks": [ { "type": "../".repeat(200), "generated_media": [ { "id": "ab", "type": "IMAGE" }, { "id": "../c", "type": "IMAGE" } ] } ] });
    let world = World::with_yoti(vec![YotiSession::new(SESSION, text.to_string()).media("Ab", "image/jpeg", jpeg("1")).media(
        "ab",
        "image/../../x",
        jpeg("2"),
    )]);
    world.run(&["download", SESSION]).ends_with(7).says("cannot be used");
    let payload = world.payload(SESSION);
    assert_eq!(payload.len(), 2, "{:?}", payload.keys());
    for path in payload.keys() {
        assert!(
            path.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'/' | b'.')) && !path.contains(".."),
            "{path}"
        );
    }
    is_sound(&world);
}

#[test]
fn the_demonstration_and_the_sandbox_as_a_command_speak_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| Run::of(&bare(folder.path()).args(words).output().expect("a run"));
    run(&["demo", "--provider", "yoti", "-o", "shown"])
        .ends_with(0)
        .says("complete: 10 files fetched")
        .shows("1 session: sound: ")
        .shows("; 10 files, ");
    let bag = folder.path().join("shown").join(SAMPLE_YOTI);
    others_accept(&bag);
    let page = std::fs::read_to_string(bag.join("index.html")).expect("a page");
    for said in
        ["<h1><bdi>SPECIMEN PERSON</bdi></h1>", "Watchlist screening: recommendation</bdi></dt><dd><bdi>APPROVE</bdi>", "1990-01-01"]
    {
        assert!(page.contains(said), "no {said:?} in {page}");
    }
    let program = assert_cmd::cargo::cargo_bin("vmedia").display().to_string();
    let listed = run(&["sandbox", "--provider", "yoti", "--", &program, "list", SAMPLE_YOTI, "--format", "csv"]).ends_with(0);
    assert_eq!(listed.stdout.lines().count(), 11, "{}", listed.stdout);
}
