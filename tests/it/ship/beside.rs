//! Downloads that ship while they archive, and workers whose disks are empty.

use super::{bucket, nothing_was_replaced, ship};
use crate::harness::{ADMIN, Keeps, ObjectServer, Run, SESSION, World, is_sound, session, session_named};
use vmedia::archive::objects::ObjectStore;
use vmedia::engine::Event;
use vmedia::store::StorePath;

const OTHER: &str = "0b9e5c1a-8f34-4d27-a6c0-3e7d91f2b584";

fn download(world: &World, endpoint: &str, server: &ObjectServer, words: &[&str]) -> Run {
    let mut environment: Vec<(&str, String)> = server.environment(ADMIN).into_iter().collect();
    environment.push(("AWS_ENDPOINT_URL_S3", endpoint.to_owned()));
    world.run_with(&[&["download", SESSION, OTHER, "--retries", "1"], words].concat(), &environment)
}

#[test]
fn a_download_ships_what_it_archives_and_an_empty_disk_fetches_nothing_again() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::with(vec![session(), session_named(OTHER, "o-new", "o-old")]), server.bucket(Keeps::Versions));
    let (url, endpoint) = (format!("s3://{name}/p"), server.endpoint());
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("an address");
    // A bucket that is down keeps nothing from being archived; what is left is shipped later.
    let run = download(&world, &format!("http://{closed}"), server, &["--ship", &url]).ends_with(7);
    run.says("cannot connect").says("ship them later with `vmedia ship`").says("2 complete");
    ship(&world, server, &["--to", &url]).ends_with(0).says("2 shipped");
    std::fs::remove_dir_all(world.archive()).expect("removed");

    let url = format!("s3://{name}/q");
    let events = download(&world, &endpoint, server, &["--ship", &url, "--format", "json"]).ends_with(0).events();
    let shipped = events.iter().filter(|event| matches!(event, Event::SessionShipped(shipped) if shipped.location.is_some())).count();
    assert_eq!(shipped, 2);
    let place = bucket(server, &url);
    for folder in [SESSION, OTHER] {
        assert!(place.head(&StorePath::name(folder).join("v00001/bagit.txt"), None).expect("a head").is_some(), "{folder}");
    }
    // The whole of the journal is there, also its end.
    let chunks = |place: &dyn ObjectStore| {
        let mut bytes = 0;
        let mut add = |object: vmedia::archive::objects::ListedObject| {
            bytes += object.bytes;
            Ok(())
        };
        place.list(Some(&StorePath::name("_journal")), &mut add).expect("a list");
        bytes
    };
    let journal: u64 = std::fs::read_dir(world.archive().join("_journal"))
        .expect("a journal")
        .map(|entry| entry.expect("an entry").metadata().expect("its length").len())
        .sum();
    assert_eq!(chunks(&place), journal);
    is_sound(&world);

    std::fs::rename(world.archive(), world.folder().join("first")).expect("renamed");
    let before = (world.sandbox.exchanges().len(), nothing_was_replaced(server, &url));
    download(&world, &endpoint, server, &["--ship", &url, "--skip-complete"]).ends_with(0).says("2 complete, 2 of them before");
    assert_eq!((world.sandbox.exchanges().len(), nothing_was_replaced(server, &url)), before, "nothing was asked for or sent");

    // What another archive has erased by order is not archived again.
    let first = world.folder().join("first");
    let words = ["erase", OTHER, "--archive", "first", "--authority", "GDPR art. 17", "--reason", "request 7"];
    world.run(&words).ends_with(0).says("is still in a bucket");
    let certificate = std::fs::read(first.join(format!("_erased/{OTHER}.json"))).expect("a certificate");
    let certificate: serde_json::Value = serde_json::from_slice(&certificate).expect("JSON");
    assert_eq!(certificate["buckets"], serde_json::json!([format!("{url}/{OTHER}/v00001")]));
    assert_eq!(crate::schema::judged(&[("erasure", certificate)]).into_iter().flatten().find(|verdict| verdict != "valid"), None);
    std::fs::rename(&first, world.archive()).expect("renamed");
    ship(&world, server, &["--to", &url]).ends_with(0);
    std::fs::rename(world.archive(), &first).expect("renamed");
    download(&world, &endpoint, server, &["--ship", &url]).ends_with(0).says("was erased on").says("1 erased before");
    assert!(world.bag(SESSION).is_dir() && !world.bag(OTHER).exists());
}

#[test]
fn an_id_that_comes_again_while_its_session_is_shipped_is_shipped_once_more() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, count) = (crate::batch::sessions(30), 60);
    let url = format!("s3://{}/again", server.bucket(Keeps::Versions));
    // The answers take longer than the start of a shipping, so that the session is being archived again then.
    world.faults("attempts=slow:4000");
    let mut command = world.command(&["download", "--stream", "--ship", &url, "--format", "json"]);
    command.envs(server.environment(ADMIN)).write_stdin((0..30).map(|number| format!("s{number}\ns{number}\n")).collect::<String>());
    let events = Run::of(&command.output().expect("a run")).ends_with(0).events();
    let of = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    assert_eq!(of(|event| matches!(event, Event::SessionFinished { .. })), count);
    assert_eq!(of(|event| matches!(event, Event::SessionShipped(shipped) if shipped.error.is_none())), count);
    nothing_was_replaced(server, &url);
}

#[test]
fn a_bucket_that_fails_in_the_middle_keeps_nothing_from_being_archived() {
    let Some(server) = ObjectServer::shared() else { return };
    let world = World::with(vec![session(), session_named(OTHER, "o-new", "o-old")]);
    let url = format!("s3://{}/middle", server.bucket(Keeps::Versions));
    let endpoint = super::outages::refusing(server, "PUT", "/manifest-sha256.txt", "500 Internal Server Error", "InternalError");
    let run = download(&world, &endpoint, server, &["--ship", &url]).ends_with(7);
    run.says("2 complete").says("cannot store s3://").says("/v00001/manifest-sha256.txt: HTTP 500");
    is_sound(&world);
    // Media are there, and no bag is finished; the next run sends what is left.
    let place = bucket(server, &url);
    let is_there = |name: &str| place.head(&StorePath::name(SESSION).join(name), None).expect("a head").is_some();
    assert!(is_there("v00001/archive.json") && !is_there("v00001/bagit.txt"));
    ship(&world, server, &["--to", &url]).ends_with(0).says("2 shipped");
    assert!(is_there("v00001/bagit.txt"));
    nothing_was_replaced(server, &url);
}
