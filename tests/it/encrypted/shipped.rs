//! Encrypted sessions in a bucket: intact to all readers, open to a key that was handed out, and closed for ever once the keys are destroyed.

use super::{BOB, NAME, age, archived, holds_nothing_plain, verify};
use crate::harness::{Keeps, ObjectServer, SESSION, others_accept, tree};
use crate::ship::{bag_of, downloaded, nothing_was_replaced, run, ship};

#[test]
fn an_encrypted_session_in_a_bucket_opens_with_a_key_that_was_handed_out_and_no_other() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (archived(), server.bucket(Keeps::Versions));
    let places = ["bag", "zip"].map(|layout| (layout, format!("s3://{name}/{layout}")));
    for (layout, url) in &places {
        ship(&world, server, &["--to", url, "--layout", layout]).ends_with(0).says(&format!("{SESSION} shipped: "));
        nothing_was_replaced(server, url);
    }
    let Some(copy) = downloaded(server, &name, &world.folder().join("copy")) else { return };
    holds_nothing_plain(&copy);
    assert!(tree(&copy).keys().all(|path| !path.contains("_keys")), "keys never leave the archive");
    for (layout, _) in &places {
        let Some(bag) = bag_of(&copy.join(layout).join(SESSION).join("v00001")) else { return };
        others_accept(&bag);
        holds_nothing_plain(&bag);
        assert_eq!(tree(&bag), tree(&world.bag(SESSION)), "{layout}");
    }

    let grant = ["keys", "grant", SESSION, "--to", BOB.0, "--identity", "alice.key", "--reason", "audit", "-o", "handed.age"];
    world.run(&grant).ends_with(0);
    let Some(opened) = age(world.folder(), "bob.key", &world.folder().join("handed.age")) else { return };
    std::fs::write(world.folder().join("session.key"), opened).expect("written");
    for (_, url) in &places {
        let closed = "1 session is encrypted and not opened: the keys are not here; `vmedia keys grant -o FILE`";
        let without = run(&world, server, &["verify", url]).ends_with(0).says(closed).shows("sound: ");
        assert!(!without.stderr.contains("backup") && !without.stdout.contains("open"), "{}{}", without.stderr, without.stdout);
        run(&world, server, &["verify", url, "--identity", "bob.key"]).ends_with(7).says(closed);
        let opened = run(&world, server, &["verify", url, "--identity", "session.key", "--authenticate"]).ends_with(0);
        let opened = opened.shows("provider's signatures hold, encrypted files open");
        assert!(!opened.stderr.contains("not opened"), "{}", opened.stderr);

        let find = ["find", NAME, "--archive", url];
        run(&world, server, &find).ends_with(9).says("1 session is encrypted");
        run(&world, server, &[&find[..], &["--identity", "session.key"]].concat()).ends_with(0).shows(SESSION);
        let export = ["export", SESSION, "--archive", url, "--html", "--reason", "audit", "-o", "session.html", "--identity"];
        let refused = run(&world, server, &[&export[..], &["bob.key"]].concat()).ends_with(9);
        refused.complains("the keys of the session are not in s3://", "vmedia keys grant -o");
        assert!(!world.folder().join("session.html").exists(), "nothing was exported");
        run(&world, server, &[&export[..], &["session.key"]].concat()).ends_with(0);
        let page = std::fs::read_to_string(world.folder().join("session.html")).expect("a page");
        assert!(page.contains(NAME), "the page has what the answers say");
        std::fs::remove_file(world.folder().join("session.html")).expect("removed");
    }

    // What only the bucket has comes back as it was.
    let before = tree(&world.bag(SESSION));
    ship(&world, server, &["--to", &places[0].1, "--release-local"]).ends_with(0);
    assert!(tree(&world.bag(SESSION)).len() < before.len(), "the payload is there alone");
    run(&world, server, &["repair", "vmedia-archive", "--from-bucket"]).ends_with(0);
    assert_eq!(tree(&world.bag(SESSION)), before);
    verify(&world, &["--identity", "alice.key"]).ends_with(0).shows("encrypted files open");

    // Versions there outlive an erasure here, and no recipient opens them any more.
    std::fs::remove_file(world.folder().join("handed.age")).expect("removed");
    run(&world, server, &["erase", SESSION, "--authority", "GDPR art. 17", "--reason", "request 7"]).ends_with(0);
    assert!(!world.archive().join("_keys").join(SESSION).exists());
    for (_, url) in &places {
        let words = ["verify", url, "--identity", "alice.key", "--identity", "bob.key"];
        run(&world, server, &words).ends_with(7).shows("sound: ").says("the keys are not here");
    }
}
