//! `vmedia erase --at-provider`: a session that is erased here is deleted at its provider, too, and the journal and the certificate say so.

use super::{certificate, erase};
use crate::evidence::{ALPHA, BETA, Evidence, GAMMA, session};
use crate::harness::{Run, World, is_sound};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use vmedia::engine::{AtProvider, Event};
use vmedia::sandbox::YotiSession;

fn erase_there(world: &World, words: &[&str]) -> Run {
    erase(world, &[words, &["--at-provider"]].concat())
}

/// The deletions that the provider was asked for: the path and the status of each.
fn deletions(world: &World) -> Vec<(String, u16)> {
    let asked = world.sandbox.exchanges().into_iter().filter(|exchange| exchange.method == "DELETE");
    asked.map(|exchange| (exchange.path.split('?').next().unwrap_or_default().to_owned(), exchange.status)).collect()
}

#[test]
fn a_session_is_deleted_there_after_it_was_erased_here() {
    let Evidence { world } = Evidence::young();
    erase_there(&world, &[ALPHA, "--dry-run"]).ends_with(0).shows("alpha would be erased: ").shows(", and deleted at the provider");
    assert!(deletions(&world).is_empty() && world.bag(ALPHA).exists());
    erase_there(&world, &[ALPHA]).ends_with(0).shows("alpha erased: ").shows("; deleted at the provider; its certificate is ");
    assert_eq!(deletions(&world), [("/v1/sessions/alpha".to_owned(), 200)]);
    assert!(world.sandbox.exchanges().iter().all(|exchange| exchange.signed), "an unsigned request");
    let made = certificate(&world, ALPHA);
    is_described("erasure", &made);
    assert_eq!((&made["stage"], &made["at_provider"]["outcome"]), (&json!("erased"), &json!("deleted")));
    assert_eq!(made["not_reached"], json!(["backups", "copies", "storage"]));
    let journal =
        std::fs::read_to_string(world.archive().join("_journal").join(made["journal"].as_str().expect("a name"))).expect("a segment");
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut cases: Vec<(&str, Value)> = lines.iter().map(|line| ("journal", line.clone())).collect();
    cases.push(("erasure", made));
    cases.iter().for_each(|(name, value)| is_described(name, value));
    assert_eq!(lines.iter().filter(|line| line["at_provider"]["outcome"] == "deleted").count(), 1, "{journal}");
    if let Some(verdicts) = judged(&cases) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    let page = std::fs::read_to_string(world.archive().join("_erased/alpha.html")).expect("a page");
    assert!(page.contains("The provider deleted the session on "), "{page}");
    // It is not asked again, and has nothing of the session.
    erase_there(&world, &[ALPHA]).ends_with(0).shows("alpha was erased before, on ").shows("; deleted at the provider");
    assert_eq!(deletions(&world).len(), 1);
    world.run(&["download", ALPHA, "-o", "elsewhere"]).ends_with(9);
    is_sound(&world);
    #[cfg(unix)]
    crate::examples::archive::accepts(&world.archive(), &[]);
}

#[test]
fn a_session_that_was_erased_before_is_deleted_there_by_the_same_command() {
    let Evidence { world } = Evidence::young();
    erase(&world, &[ALPHA]).ends_with(0);
    erase_there(&world, &[ALPHA]).ends_with(0).shows("alpha was erased before, on ").shows("; deleted at the provider");
    // As after a kill between the answer and the certificate.
    erase(&world, &[BETA]).ends_with(0);
    world.faults("session:beta=404");
    erase_there(&world, &[BETA]).ends_with(0).shows("; the provider had no such session");
    world.faults("");
    assert_eq!(certificate(&world, BETA)["at_provider"]["outcome"], "absent");
    // A certificate that is lost is written again with what the journal knows.
    std::fs::remove_file(world.archive().join("_erased/alpha.json")).expect("removed");
    erase(&world, &[ALPHA]).ends_with(0);
    assert_eq!(certificate(&world, ALPHA)["at_provider"]["outcome"], "deleted");
    is_sound(&world);
}

#[test]
fn a_refusal_is_reported_and_the_session_stays_erased_here() {
    let mut open = session(BETA);
    open.attempts[0].status = "submitted".to_owned();
    let names: Vec<String> = (1..=6).map(|number| format!("s{number}")).collect();
    let many = names.iter().map(|name| session(name));
    let world = World::with(many.chain([open, session(GAMMA)]).collect());
    let all: Vec<&str> = names.iter().map(String::as_str).chain([BETA, GAMMA]).collect();
    world.run(&[&["download"], &all[..]].concat()).ends_with(0);
    erase_there(&world, &[BETA])
        .ends_with(7)
        .shows("beta erased: ")
        .complains("session beta is erased here and not at veriff: the session is not in a final state", "run the same command again when");
    assert_eq!(certificate(&world, BETA)["not_reached"][3], "provider");
    for (fault, status, says, hint) in [
        ("session:gamma=403", 4, "the provider refuses the credentials", "must also be enabled"),
        ("session:gamma=html", 7, "nothing says that it deleted the session", "check the base URL"),
    ] {
        world.faults(fault);
        erase_there(&world, &[GAMMA]).ends_with(status).complains(says, hint);
    }
    world.faults("");
    // The limit of an hour: the rest is erased here, and is not asked for there.
    let run = erase_there(&world, &[&all[..6], &[GAMMA]].concat()).ends_with(7);
    run.complains("session s6 is erased here and not at veriff: its limit for deletions is reached", "run the same command again later");
    assert_eq!(deletions(&world).iter().filter(|(path, status)| path.starts_with("/v1/sessions/s") && *status == 200).count(), 5);
    assert!(names.iter().all(|name| !world.bag(name).exists()));
    let events = erase(&world, &["s1", "--at-provider", "--format", "json"]).ends_with(0).events();
    assert!(events.iter().any(|event| matches!(event, Event::SessionErased { at_provider: Some(AtProvider::Deleted), .. })), "{events:?}");
    is_sound(&world);
    erase(&world, &["s1", "--at-provider", "--class", "biometric"]).ends_with(2);
    erase(&world, &["s6", "--at-provider", "--base-url", "http://127.0.0.1:1"])
        .ends_with(3)
        .complains("it came from veriff at", "use the profile");
}

#[test]
fn yoti_deletes_a_session_whose_checks_are_finished() {
    let document = |state: &str| json!({ "session_id": "y1", "state": state, "resources": {} }).to_string();
    let world = World::with_yoti(vec![YotiSession::new("y1", document("ONGOING"))]);
    world.run(&["download", "y1"]);
    erase_there(&world, &["y1"])
        .ends_with(7)
        .shows("y1 erased: ")
        .complains("y1 is erased here and not at yoti: the session is not in a final state", "");
    world.sandbox.put_yoti_session(YotiSession::new("y1", document("COMPLETED")));
    erase_there(&world, &["y1"]).ends_with(0).shows("; deleted at the provider");
    assert_eq!(certificate(&world, "y1")["at_provider"]["outcome"], "deleted");
    assert_eq!(deletions(&world).iter().map(|(_, status)| *status).collect::<Vec<_>>(), [409, 204]);
    is_sound(&world);
}
