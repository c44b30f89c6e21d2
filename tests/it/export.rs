//! `vmedia export`: what is handed out is accepted by tools that are not ours, shows no other session, and cannot be changed unseen.
//!
//! - `bucket`: sessions are exported from a bucket.
//! - `tampering`: the program in an export finds every change of it.

#[cfg(unix)]
mod bucket;
#[cfg(unix)]
mod tampering;

use crate::evidence::{ALPHA, Archive, BETA, Evidence, face};
use crate::harness::{Run, World, is_sound};
#[cfg(unix)]
use crate::harness::{others_accept, session_named};
use crate::schema::{is_described, judged};
#[cfg(unix)]
use crate::seal::authority::{Office, Server, stamped};
#[cfg(unix)]
use crate::seal::{generate, succeeds};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The words that every export needs.
const ORDER: [&str; 6] = ["-o", "export.zip", "--reason", "court order 4 C 118/26", "--for", "district court"];

fn export(world: &World, words: &[&str]) -> Run {
    let _ = std::fs::remove_file(world.folder().join("export.zip"));
    world.run(&[&["export"], words, &ORDER[..]].concat())
}

/// What `unzip` makes of an export; none where there is no `unzip`.
fn unpacked(world: &World) -> Option<PathBuf> {
    let to = world.folder().join("unpacked");
    let _ = std::fs::remove_dir_all(&to);
    let Ok(tested) = Command::new("unzip").arg("-tq").arg(world.folder().join("export.zip")).output() else {
        crate::harness::lacks("unzip");
        return None;
    };
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stdout));
    let output = Command::new("unzip").arg("-q").arg(world.folder().join("export.zip")).arg("-d").arg(&to).output().expect("unzip");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(to)
}

/// What the export's own program says of it.
fn checked(folder: &Path) -> Run {
    Run::of(&Command::new("python3").arg(folder.join("_proof/check.py")).current_dir("/").output().expect("python3"))
}

/// The lines of the journal with this entry.
fn entries(world: &World, entry: &str) -> Vec<Value> {
    let archive = Archive { root: world.archive() };
    // Checkpoints and seals stand beside them.
    let segments = archive.segments().into_iter().filter(|name| name.ends_with(".ndjson"));
    let lines = segments.flat_map(|segment| archive.entries(&segment));
    lines.filter(|line| line["entry"] == entry).collect()
}

#[test]
fn a_page_holds_the_media_and_needs_nothing_else() {
    let world = World::new();
    world.run(&["download", crate::harness::SESSION, "--with", "all"]).ends_with(0);
    let order = ["--html", "-o", "page.html", "--reason", "a request", "--for", "the person"];
    let export = |further: &[&str]| world.run(&[&["export", crate::harness::SESSION], further, &order[..]].concat());
    export(&[]).ends_with(0).shows("page.html: 1 session, ");
    let page = std::fs::read_to_string(world.folder().join("page.html")).expect("a page");
    let encoded = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    for (path, bytes) in world.tree() {
        let Some(path) = path.strip_prefix(&format!("{}/", crate::harness::SESSION)) else { continue };
        if path.starts_with("data/") || path.starts_with("metadata/") {
            assert_eq!(page.matches(&format!(";base64,{}\"", encoded(&bytes))).count(), 1, "{path}");
        }
    }
    let links = page.split(" href=\"").skip(1).chain(page.split(" src=\"").skip(1));
    assert!(links.into_iter().all(|link| link.starts_with('#') || link.starts_with("data:")), "a link leads out of the page");
    assert!(page.contains("It proves nothing") && page.contains("img-src data:; media-src data:") && !page.contains("Check it again"));
    let lines = entries(&world, "exported");
    assert_eq!((lines.len(), &lines[0]["sha256"]), (1, &json!(hex::encode(Sha256::digest(page.as_bytes())))));
    is_sound(&world);

    export(&[]).ends_with(2).complains("page.html exists", "name a new file with -o");
    export(&["another"]).ends_with(2).complains("--html takes one session, and 2 were named", "export each to a file of its own");
    export(&["--without", "face"]).ends_with(2);
    std::fs::remove_file(world.folder().join("page.html")).expect("removed");
    let face = world.file("data").join(crate::harness::NEWEST).join(format!("face_face-{}.jpg", crate::harness::SESSION));
    let bytes = std::fs::read(&face).expect("a picture");
    std::fs::write(&face, bytes.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>()).expect("altered");
    export(&[]).ends_with(8).complains("its bytes have changed: the SHA-256 does not fit", "`vmedia verify` shows");
    assert!(!world.folder().join("page.html").exists());
}

#[cfg(unix)]
#[test]
fn every_judge_accepts_an_export_and_it_names_no_other_session() {
    let Some(office) = Office::open() else { return };
    let office = std::sync::Arc::new(office);
    let replying = std::sync::Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let world = World::with(vec![session_named("first", "f-new", "f-old"), session_named("other-person", "o-new", "o-old")]);
    if !generate(world.folder(), "archivist") {
        return;
    }
    let sealed = ["--sign-key", "archivist", "--timestamp", &server.url()];
    world.run(&[&["download", "first", "other-person"], &sealed[..]].concat()).ends_with(0);
    let run = export(&world, &["first"]).ends_with(0).shows("first exported: ").shows("export.zip: 1 session, ");
    assert!(!run.stderr.contains("note:"), "{}", run.stderr);
    let bytes = std::fs::read(world.folder().join("export.zip")).expect("an export");
    let sha256 = hex::encode(Sha256::digest(&bytes));
    run.shows(&sha256);
    export(&world, &["first", "first", "--format", "json"]).ends_with(0);
    assert_eq!(std::fs::read(world.folder().join("export.zip")).expect("an export"), bytes, "an export follows from the session");
    let Some(folder) = unpacked(&world) else { return };
    others_accept(&folder.join("first"));
    checked(&folder).ends_with(0).shows("Good \"vmedia\" signature").shows("sessions: 1, mistakes: 0");
    // The commands, as a recipient runs them, who has the signers and the certificate from elsewhere.
    let public = std::fs::read_to_string(world.folder().join("archivist.pub")).expect("a key");
    std::fs::write(folder.join("allowed_signers"), format!("archivist {public}")).expect("written");
    std::fs::copy(office.folder().join("ca.pem"), folder.join("tsa-ca.pem")).expect("copied");
    let text = std::fs::read_to_string(folder.join("_proof/README.txt")).expect("commands");
    let commands: Vec<&str> =
        text.lines().filter(|line| ["python3", "(cd", "ssh-keygen", "openssl"].iter().any(|word| line.starts_with(word))).collect();
    assert_eq!(commands.len(), 4, "{text}");
    let now = jiff::Timestamp::now().as_second().to_string();
    for command in commands {
        succeeds(&folder, "sh", &["-ec", &command.replace("TIME", &now)], b"");
    }
    for entry in std::fs::read_dir(folder.join("_proof")).expect("a proof") {
        let path = entry.expect("an entry").path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
        assert!(!text.contains("other-person"), "{}", path.display());
    }
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(world.folder().join("export.zip")).expect("an export"));
    assert_eq!(mode & 0o777, 0o600);
    let proof: Value = serde_json::from_slice(&std::fs::read(folder.join("_proof/first.json")).expect("a proof")).expect("JSON");
    let lines = entries(&world, "exported");
    assert_eq!((lines.len(), &lines[0]["for"], &lines[0]["sha256"]), (2, &json!("district court"), &json!(sha256)));
    is_described("proof", &proof);
    lines.iter().for_each(|line| is_described("journal", line));
    let mut without_lines = proof.clone();
    without_lines["lines"] = json!([]);
    if let Some(verdicts) = judged(&[("proof", proof), ("journal", lines[0].clone()), ("proof", without_lines)]) {
        assert_eq!(verdicts[..2], ["valid", "valid"]);
        assert_ne!(verdicts[2], "valid");
    }
    is_sound(&world);
    // An erasure does not reach what was handed out, and says so.
    world.run(&["erase", "first", "--authority", "GDPR art. 17", "--reason", "a request"]).ends_with(0);
    let certificate: Value =
        serde_json::from_slice(&std::fs::read(world.folder().join("vmedia-archive/_erased/first.json")).expect("a file")).expect("JSON");
    is_described("erasure", &certificate);
    assert_eq!(certificate["exports"], 2);
    let page = std::fs::read_to_string(world.folder().join("vmedia-archive/_erased/first.html")).expect("a page");
    assert!(page.contains("The journal records 2 exports of this session"), "{page}");
    export(&world, &["first"])
        .ends_with(9)
        .complains("session first was erased on ", "its certificate is vmedia-archive/_erased/first.html");
    is_sound(&world);
}

#[test]
fn what_is_left_out_is_named_by_its_digest_and_nothing_else_repeats_it() {
    let decision =
        r#"{"status":"success","verification":{"status":"approved","code":9001,"person":{"firstName":"ANNA","lastName":"SPECIMEN"}}}"#;
    let person = r#"{"status":"success","person":{"firstName":"ANNA","lastName":"SPECIMEN"}}"#;
    let session = crate::evidence::session(ALPHA).companion("decision", decision).companion("person", person);
    let world = World::with(vec![session]);
    world.run(&["download", ALPHA, "--with", "decision,person"]).ends_with(0);
    let run =
        export(&world, &[ALPHA, "--without", "face,person,person"]).ends_with(0).says("a short answer of the provider can be guessed");
    run.says("1 run that archived these sessions is under no seal").says("stand in the export, too, in decision");
    let run = export(&world, &[ALPHA, "--without", "face,nfc,person,decision"]).ends_with(0);
    assert!(!run.stderr.contains("in decision"), "{}", run.stderr);
    let Some(folder) = unpacked(&world) else { return };
    let files = crate::harness::tree(&folder.join(ALPHA));
    for (path, bytes) in &files {
        assert!(!["face", "nfc", "person", "decision"].iter().any(|word| path.contains(word)), "{path}");
        assert!(!String::from_utf8_lossy(bytes).contains("SPECIMEN"), "{path}");
    }
    assert!(files.contains_key("metadata/media.json") && files.keys().any(|path| path.contains("document-front")), "{:?}", files.keys());
    assert!(!files.contains_key("archive.json") && !files.contains_key("index.html"));
    #[cfg(unix)]
    {
        let digest = |path: &str| hex::encode(Sha256::digest(std::fs::read(world.bag(ALPHA).join(path)).expect("a file")));
        let run = checked(&folder).ends_with(0).shows("not sealed, so nothing shows who wrote it, or when");
        for path in [face(ALPHA).as_str(), "metadata/person.json", "archive.json"] {
            assert!(run.stdout.contains(&format!("left out: {path}, SHA-256 {}", digest(path))), "{path}: {}", run.stdout);
        }
        let valid = Command::new("python3").args(["-m", "bagit", "--validate"]).arg(folder.join(ALPHA)).output().expect("python3");
        assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stderr));
    }
    assert_eq!(entries(&world, "exported")[1]["without"], json!(["face", "nfc", "person", "decision"]));
    // A typing mistake hands out nothing.
    let run = export(&world, &[ALPHA, "--without", "face,faces"]).ends_with(2);
    run.complains("no file of these sessions is of the kind \"faces\"", "there are attempts, decision, ");
    assert!(!world.folder().join("export.zip").exists());
}

#[test]
fn what_cannot_be_exported_is_said_in_two_lines_and_leaves_no_file() {
    let evidence = Evidence::young();
    let (world, archive) = (&evidence.world, evidence.archive());
    let is_refused = |words: &[&str], code: i32, what: &str, hint: &str| {
        export(world, words).ends_with(code).complains(what, hint);
        let left: Vec<_> = std::fs::read_dir(world.folder()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        let is_export =
            |name: &std::ffi::OsString| name.to_string_lossy().contains("zip") || name.to_string_lossy().starts_with(".vmedia-");
        assert!(!left.iter().any(is_export), "{left:?}");
    };
    is_refused(&[ALPHA, "unknown"], 9, "has no session unknown", "check the id");
    is_refused(&[ALPHA, "--archive", "none"], 6, "there is no archive none", "--archive");
    let lock = vmedia::store::LocalStore::new(world.archive(), "another run".to_owned());
    let held = vmedia::store::Store::lock(&lock, &vmedia::store::StorePath::name(BETA)).expect("a lock");
    is_refused(&[ALPHA, BETA], 7, "session beta is being changed by another run", "wait until that run has ended");
    drop(held);
    let bag = archive.bag(ALPHA);
    bag.edit(&face(ALPHA), |bytes| bytes[12] ^= 1);
    is_refused(&[BETA, ALPHA], 8, "its bytes have changed", "vmedia verify");
    bag.edit(&face(ALPHA), |bytes| bytes[12] ^= 1);
    // A bag in itself, and not the one of the journal.
    bag.edit_record(|record| record["attempts"][0]["status"] = json!("declined"));
    bag.forge_manifests();
    is_refused(&[ALPHA], 8, "the journal knows another state of it", "vmedia verify");
    assert_eq!(entries(world, "exported").len(), 0);
    std::fs::remove_dir_all(archive.file("_journal")).expect("removed");
    is_refused(&[BETA], 8, "the journal does not know it", "vmedia adopt");
    // An incomplete session is exported, and nothing replaces a file.
    let world = World::with(vec![crate::evidence::session(ALPHA)]);
    world.faults("media:face-alpha=404");
    world.run(&["download", ALPHA]).ends_with(7);
    export(&world, &[ALPHA]).ends_with(0).shows("1 listed media file not archived");
    let before = std::fs::read(world.folder().join("export.zip")).expect("an export");
    let words = [&["export", ALPHA], &ORDER[..]].concat();
    world.run(&words).ends_with(2).complains("export.zip exists, and no export replaces a file", "name a new file with -o");
    assert_eq!(std::fs::read(world.folder().join("export.zip")).expect("an export"), before);
    let inside = format!("vmedia-archive/{ALPHA}/export.zip");
    world
        .run(&["export", ALPHA, "-o", &inside, "--reason", "a test"])
        .ends_with(2)
        .complains("change what is archived there", "name a place outside");
}

/// A run that is killed while it writes, by a limit of the shell on the size of files or by a request to stop, leaves nothing under the name.
#[cfg(target_os = "linux")]
#[test]
fn an_export_that_does_not_end_leaves_nothing_under_its_name() {
    let world = World::with(vec![crate::evidence::session(ALPHA)]);
    world.run(&["download", ALPHA]).ends_with(0);
    let run = crate::interrupt::ulimit::limited(&world, "-f 8", &[&["export", ALPHA], &ORDER[..]].concat());
    run.ends_with(6).complains("cannot write export.zip: ", "ulimit -f");
    // Killed before each of its last steps: its own write of the name, and of the journal before that.
    if crate::harness::can_trace() {
        for call in ["linkat,renameat2,link", "fsync,fdatasync"] {
            let program = world.process(&[&["export", ALPHA], &ORDER[..]].concat());
            let mut traced = Command::new("strace");
            traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={call}:signal=KILL:when=1")]);
            traced.arg(program.get_program()).args(program.get_args()).env_clear().current_dir(world.folder());
            traced.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
            let output = traced.output().expect("strace");
            assert!(!output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(!world.folder().join("export.zip").exists(), "{call}");
        }
    }
    assert!(!world.folder().join("export.zip").exists());
    export(&world, &[ALPHA]).ends_with(0);
    is_sound(&world);
}
