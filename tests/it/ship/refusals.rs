//! What cannot be shipped, each with its two lines.

use super::{nothing_was_replaced, ship};
use crate::harness::{ADMIN, Keeps, ObjectServer, SESSION, World};

#[test]
fn what_is_not_sound_stays_here_and_the_rest_is_shipped() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Newest));
    let url = format!("s3://{name}");
    world.run(&["download", SESSION]).ends_with(0);
    let face = world.file(&format!("data/{}/face_face-{SESSION}.jpg", crate::harness::NEWEST));
    let bytes = std::fs::read(&face).expect("a picture");
    let mut other = bytes.clone();
    other[10] ^= 1;
    std::fs::write(&face, other).expect("written");
    let hint = "repair it, or restore it from a backup";
    ship(&world, server, &["--to", &url]).ends_with(8).says("its bytes have changed: the SHA-256 does not fit").says(hint);
    std::fs::write(&face, &bytes[1..]).expect("written");
    ship(&world, server, &["--to", &url]).ends_with(8).says("was not shipped: ").says(hint);
    std::fs::write(&face, &bytes).expect("written");
    let marker = world.file("unfinished.ndjson");
    std::fs::write(&marker, "").expect("written");
    ship(&world, server, &["--to", &url]).ends_with(7).says("or was killed there").says("let `vmedia download` finish the session");
    std::fs::remove_file(marker).expect("removed");
    ship(&world, server, &["--to", &url]).ends_with(0).says("/v00001");
}

#[test]
fn a_place_that_cannot_be_used_is_reported_in_two_lines() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    world.run(&["download", SESSION]).ends_with(0);
    let url = format!("s3://{name}/p");
    let run = |url: &str, further: &[(&str, &str)]| {
        let mut environment: Vec<(&str, String)> = server.environment(ADMIN).into_iter().collect();
        environment.extend(further.iter().map(|(name, value)| (*name, (*value).to_owned())));
        world.run_with(&["ship", "vmedia-archive", "--to", url, "--retry-delay", "0.01", "--retries", "1"], &environment)
    };
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("an address");
    run(&url, &[("AWS_SECRET_ACCESS_KEY", "wrong")]).ends_with(4).says("hint: ");
    run(&url, &[("AWS_SECRET_ACCESS_KEY", "")]).ends_with(3).says("AWS_SECRET_ACCESS_KEY");
    run("s3://no-such-bucket-here", &[]).ends_with(3).says("no such bucket").says("hint: ");
    run(&url, &[("AWS_ENDPOINT_URL_S3", &format!("http://{closed}"))]).ends_with(5).says("cannot connect").says("hint: ");
    run("evidence", &[]).ends_with(2).says("it does not begin with s3://").says("write s3://bucket");
    world.run(&["ship", "vmedia-archive"]).ends_with(2).says("there is no place to ship to").says("--to s3://bucket/prefix");
    let text = "[profiles.a]\nship = 's3://evidence'\nlock = 'compliance'\nlock_days = 91\n[retention.aml]\nauthority = 'x'\nevent = 'end'\nkeep = '90d'\n";
    std::fs::write(world.folder().join("c.toml"), text).expect("written");
    let run = world.run(&["ship", "vmedia-archive", "--config", "c.toml", "-p", "a"]).ends_with(3);
    run.says("a lock of 91 days outlasts the 90d for which [retention.aml] keeps sessions").says("lock for fewer days");
    let run = world.run(&["ship", "vmedia-archive", "--to", &url, "--lock", "governance"]).ends_with(3);
    run.says("a lock needs a mode and days").says("--lock-days");
    assert_eq!(nothing_was_replaced(server, &url), 0);
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, url) = (World::new(), format!("s3://{}", server.bucket(Keeps::Versions)));
    world.run(&["download", SESSION]).ends_with(0);
    let environment = server.environment(ADMIN);
    let words = ["ship", "vmedia-archive", "--to", &url];
    let Some(run) = world.run_at(&["-f", "-1h"], &words, &environment) else { return };
    run.ends_with(4).says(": the clocks differ by ").says("set this machine's clock");
    world.run_with(&words, &environment).ends_with(0).says("/v00001");
}
