//! `--release-local`: the payload of a session is here or, confirmed and named by the journal, in the bucket; and the way back.

use super::{lines_are_described, nothing_was_replaced, results, run, ship};
use crate::harness::{Keeps, ObjectServer, SESSION, World, is_sound, tree};
use rusty_s3::Method::Delete;
use std::collections::BTreeMap;
use vmedia::archive::verify::SessionOutcome;
use vmedia::engine::Event;

/// A session with an image more.
fn grown() -> vmedia::sandbox::fixture::Session {
    let mut grown = crate::harness::session();
    let late = vmedia::sandbox::fixture::Media::image(format!("late-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("late"));
    grown.attempts[0].media.push(late);
    grown
}

#[test]
fn payload_that_a_bucket_has_is_removed_and_fetched_back() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}/kyc");
    world.run(&["download", SESSION]).ends_with(0);
    let whole = tree(&world.bag(SESSION));
    let payload = world.payload(SESSION);
    let words = ["--to", &url, "--release-local"];
    ship(&world, server, &[&words[..], &["--dry-run"]].concat()).ends_with(0).shows("ship     ").shows("to be removed here");
    assert_eq!(tree(&world.bag(SESSION)), whole, "a dry run removes nothing");
    ship(&world, server, &words).ends_with(0).says("/v00001; ").says("removed here");
    assert_eq!(world.payload(SESSION), BTreeMap::new());
    let (sessions, report) = results(&ship(&world, server, &[&words[..], &["--format", "json"]].concat()).ends_with(0));
    assert_eq!((sessions[0].unchanged, sessions[0].freed, report.counts.freed, report.counts.kept), (true, 0, 0, 0), "nothing is left");

    // What is not here is said, and no damage; nothing is fetched again.
    let verified = world.run(&["verify", "vmedia-archive", "--format", "json"]).ends_with(0);
    let outcome = verified.events().into_iter().find_map(|event| if let Event::BagVerified(report) = event { Some(report) } else { None });
    let report = outcome.expect("a session");
    assert_eq!(
        (report.outcome, report.away.files, &report.away.places[..]),
        (SessionOutcome::Elsewhere, payload.len() as u64, &[url.clone()][..])
    );
    world.run(&["verify", "vmedia-archive"]).ends_with(0).shows("1 session: sound").shows("payload of 1 session is in ").shows(&url);
    crate::examples::archive::accepts(&world.archive(), &[]);
    let requests = world.media_requests();
    for words in [&["download", SESSION][..], &["download", SESSION, "--skip-complete"], &["repair", "vmedia-archive"]] {
        world.run(words).ends_with(0);
    }
    assert_eq!((world.media_requests(), world.payload(SESSION).len()), (requests, 0), "nothing was fetched again");
    world.run(&["show", SESSION]).ends_with(0).shows("Payload").shows(&url);
    let run_of_export = world.run(&["export", SESSION, "-o", "case.zip", "--reason", "x"]);
    run_of_export.ends_with(7).says("and not here").says("vmedia repair --from-bucket");
    run(&world, server, &["verify", &url]).ends_with(0).shows("1 session: sound");

    // What is new is fetched and shipped alone.
    world.sandbox.put_session(grown());
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((world.media_requests(), world.payload(SESSION).len()), (requests + 1, 1));
    let (sessions, _) = results(&ship(&world, server, &[&words[..], &["--format", "json"]].concat()).ends_with(0));
    assert_eq!((sessions[0].reused, sessions[0].freed, sessions[0].location.as_deref()), (5, 1, Some(&*format!("{url}/{SESSION}/v00002"))));
    nothing_was_replaced(server, &url);

    // Another place cannot be given what is not here.
    let other = format!("s3://{name}/other");
    ship(&world, server, &["--to", &other]).ends_with(7).says("its payload is in a bucket").says("vmedia repair --from-bucket");
    assert_eq!(nothing_was_replaced(server, &format!("{other}/{SESSION}")), 0, "no version was claimed");

    let back = run(&world, server, &["repair", "vmedia-archive", "--from-bucket"]).ends_with(0);
    back.says("payload of 1 session fetched back: 6 files");
    let now = world.payload(SESSION);
    assert!(now.len() == 6 && payload.iter().all(|(path, bytes)| now.get(path) == Some(bytes)));
    world.run(&["verify", "vmedia-archive"]).ends_with(0).shows("files match manifests");
    crate::examples::archive::accepts(&world.archive(), &[]);
    lines_are_described(&world);
    run(&world, server, &["repair", "vmedia-archive", "--from-bucket"]).ends_with(0).says("names no payload that is in a bucket alone");
    // From then on, a file that is missing is missing.
    std::fs::remove_file(world.bag(SESSION).join("data").join(payload.keys().next().expect("a file"))).expect("removed");
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("missing");
}

#[test]
fn payload_that_nothing_vouches_for_elsewhere_is_missing_or_stays() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}");
    world.run(&["download", SESSION]).ends_with(0);
    let (payload, words) = (world.payload(SESSION), ["--to", &*url, "--release-local"]);
    let first = format!("data/{}", payload.keys().next().expect("a file"));
    let newest = server.bucket(Keeps::Newest);
    ship(&world, server, &["--to", &format!("s3://{newest}"), "--release-local"]).ends_with(3).says("keeps no versions").says("hint: ");
    ship(&world, server, &["--to", &url]).ends_with(0);
    // Deleted by something else: the bucket has it, and no line says that it need not be here.
    let here = world.bag(SESSION).join(&first);
    let bytes = std::fs::read(&here).expect("a file");
    std::fs::remove_file(&here).expect("removed");
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("missing");
    ship(&world, server, &words).ends_with(8).says("stays here").says(&first);
    let mut altered = bytes.clone();
    altered[0] ^= 1;
    std::fs::write(&here, altered).expect("written");
    ship(&world, server, &words).ends_with(8).says("stays here").says("its bytes have changed");
    std::fs::write(&here, &bytes).expect("written");
    assert_eq!(world.payload(SESSION), payload);
    // Hidden in the bucket.
    assert_eq!(server.curl(Delete, &format!("{name}/{SESSION}/v00001/{first}"), &[]).0, 204);
    ship(&world, server, &words).ends_with(8).says("stays here").says("is gone or hidden");
    assert_eq!(world.payload(SESSION), payload);
    is_sound(&world);
}
