//! The page that a person opens in a session's folder: in the bag, complete, safe to open, readable, and true.

mod accessibility;
mod browser;
mod chip;
mod commands;

use crate::harness::{FIRST, NEWEST, SESSION, World, is_sound, jpeg, others_accept, session, tree};
use base64::Engine as _;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::sandbox::{Options, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, SAMPLE_EVERYTHING};

/// One opening tag with its attributes, entities resolved.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    /// What follows up to the next tag.
    text: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// The opening tags of a page, in order, without what is in its style.
fn tags(html: &str) -> Vec<Tag> {
    let (head, body) = html.split_once("<style>").expect("a style");
    let html = [head, body.split_once("</style>").expect("an end of it").1].concat();
    let mut tags = Vec::new();
    for piece in html.split('<').skip(1).filter(|piece| !piece.starts_with(['/', '!'])) {
        let (tag, text) = piece.split_once('>').expect("a tag that ends");
        let (name, mut rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        let mut attributes = BTreeMap::new();
        while let Some((key, value)) = rest.trim_start().split_once("=\"") {
            let (value, after) = value.split_once('"').expect("a value that ends");
            for key in key.split_ascii_whitespace() {
                attributes.insert(key.to_owned(), plain(value));
            }
            rest = after;
        }
        rest.split_ascii_whitespace().for_each(|key| _ = attributes.insert(key.to_owned(), String::new()));
        tags.push(Tag { name: name.to_owned(), attributes, text: plain(text) });
    }
    tags
}

/// A text with its entities resolved.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        let (code, after) = after.split_once(';').expect("an entity that ends");
        plain.push_str(before);
        plain.push(code.parse::<u32>().ok().and_then(char::from_u32).expect("a number"));
        rest = after;
    }
    assert!(!rest.contains('&'), "{rest}");
    plain + rest
}

/// What a person reads of a page, without tags and style.
fn words(html: &str) -> String {
    let body = html.split_once("</style>").expect("a style").1;
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    plain(&pieces.collect::<String>())
}

/// The usual session with a decision about a person.
fn decided() -> Session {
    session().companion("decision", vmedia::sandbox::DECISION)
}

/// Archives a session with everything, and gives its world and its page.
#[track_caller]
fn archived(session: Session) -> (World, String) {
    let world = World::with(vec![session]);
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    let page = page(&world.file(""));
    (world, page)
}

#[track_caller]
fn page(bag: &Path) -> String {
    String::from_utf8(std::fs::read(bag.join("index.html")).expect("a page")).expect("UTF-8")
}

/// The samples, archived.
fn samples() -> World {
    let world = World::start(Options::default());
    world.run(&["download", SAMPLE_EVERYTHING, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, "--with", "all"]).ends_with(0);
    world
}

#[test]
fn the_page_is_a_tag_file_that_the_bag_vouches_for() {
    let (world, page) = archived(decided());
    let line = format!("{}  index.html", hex::encode(Sha256::digest(&page)));
    let manifest = std::fs::read_to_string(world.file("tagmanifest-sha256.txt")).expect("a manifest");
    assert!(manifest.lines().any(|known| known == line), "no {line} in\n{manifest}");
    is_sound(&world);
    others_accept(&world.file(""));
    std::fs::write(world.file("index.html"), page.replace("approved", "declined")).expect("altered");
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("index.html");
}

#[test]
fn a_run_without_news_leaves_the_page_as_it_is_and_news_change_it() {
    let (world, first) = archived(decided());
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    assert_eq!(page(&world.file("")), first);
    let decision = vmedia::sandbox::DECISION.replace("\"approved\"", "\"declined\"");
    world.sandbox.put_session(session().companion("decision", decision));
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    let second = words(&page(&world.file("")));
    assert!(second.contains("Decision\ndeclined") || second.contains("Decisiondeclined"), "{second}");
    assert!(second.contains("1 thing changed after the first run") && second.contains("Answer changed"), "{second}");
    is_sound(&world);
}

#[test]
fn a_page_that_was_lost_is_written_again() {
    let (world, first) = archived(decided());
    std::fs::remove_file(world.file("index.html")).expect("removed");
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    assert_eq!(page(&world.file("")), first);
    is_sound(&world);
}

/// Fails the test unless every link and source of a page leads to a file of its bag or a place in the page, and every
/// file of the payload is shown once, as what its extension says. Gives how many there are of each sort.
#[track_caller]
fn leads_where_it_says(bag: &Path) -> [usize; 3] {
    let held = tree(bag);
    let tags = tags(&page(bag));
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each id once: {ids:?}");
    let file = |link: &str| percent_decode_str(link).decode_utf8().expect("UTF-8").into_owned();
    for tag in &tags {
        for link in [tag.get("href"), tag.get("src")].into_iter().flatten() {
            match link.strip_prefix('#') {
                Some(id) => assert!(ids.contains(&id), "nothing is called {id}"),
                None => assert!(held.contains_key(&file(link)), "{link} leads to no file of {:?}", held.keys()),
            }
        }
    }
    let mut counts = [0; 3];
    let sheet: Vec<(usize, String)> = tags
        .iter()
        .filter_map(|tag| match (tag.name.as_str(), tag.get("class")) {
            // A chip shows a selfie again, beside the portrait that was copied out of it.
            (_, Some("beside" | "view tile beside")) => None,
            ("img", _) => Some((0, file(tag.get("src")?))),
            ("video", _) => Some((1, file(tag.get("src")?))),
            ("a", Some("view tile")) => Some((2, file(tag.get("href")?))),
            _ => None,
        })
        .collect();
    for path in held.keys().filter(|path| path.starts_with("data/")) {
        let expected = match path.rsplit('.').next().expect("an extension") {
            "jpg" | "png" | "webp" => 0,
            "mp4" | "webm" => 1,
            _ => 2,
        };
        let shown: Vec<usize> = sheet.iter().filter(|(_, shown)| shown == path).map(|(sort, _)| *sort).collect();
        assert_eq!(shown, [expected], "{path}");
        counts[expected] += 1;
        let rows =
            tags.iter().filter(|tag| tag.name == "a" && tag.attributes.len() == 1 && tag.get("href").map(file) == Some(path.clone()));
        assert_eq!(rows.count(), 1, "{path} has one line among the files");
    }
    assert_eq!(sheet.len(), counts.iter().sum::<usize>(), "nothing else is shown: {sheet:?}");
    counts
}

#[test]
fn every_file_is_shown_as_what_it_is_and_every_link_leads_to_one() {
    let (world, page) = archived(decided());
    assert_eq!(leads_where_it_says(&world.file("")), [3, 1, 1]);
    for path in world.tree().keys().filter_map(|path| path.strip_prefix(&format!("{SESSION}/metadata/"))) {
        assert!(page.contains(&format!("href=\"metadata/{path}\"")), "{path}");
    }
    let world = samples();
    assert_eq!(leads_where_it_says(&world.archive().join(SAMPLE_EVERYTHING)), [12, 6, 14]);
    // Names with `~` in them, and ids that differ in case only.
    assert_eq!(leads_where_it_says(&world.archive().join(SAMPLE_CONTRADICTIONS)), [7, 2, 3]);
    assert_eq!(leads_where_it_says(&world.archive().join(SAMPLE_EMPTY)), [0; 3]);
}

#[test]
fn digests_of_the_page_are_those_of_the_files() {
    let (world, page) = archived(decided());
    let shown = words(&page);
    for (path, bytes) in tree(&world.file("")) {
        let is_counted = path.starts_with("data/") || path.starts_with("metadata/") || path == "manifest-sha256.txt";
        assert!(!is_counted || shown.contains(&hex::encode(Sha256::digest(&bytes))), "{path} has no digest on the page");
    }
    assert!(shown.contains("held for 5 of 5"), "{shown}");
}

#[test]
fn the_page_runs_nothing_and_fetches_nothing_from_elsewhere() {
    let world = samples();
    for id in [SAMPLE_EVERYTHING, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY] {
        let page = page(&world.archive().join(id));
        let tags = tags(&page);
        for tag in &tags {
            let is_allowed = !["script", "link", "iframe", "object", "embed", "base", "form", "svg"].contains(&tag.name.as_str());
            assert!(is_allowed, "<{}>", tag.name);
            for (name, value) in &tag.attributes {
                assert!(!name.starts_with("on") && name != "style" && name != "srcset", "{name} of <{}>", tag.name);
                let is_address = ["href", "src", "poster", "action"].contains(&name.as_str());
                assert!(!is_address || !value.contains(':') && !value.starts_with('/'), "{name}={value} of <{}>", tag.name);
            }
        }
        assert!(tags.iter().any(|tag| tag.get("name") == Some("referrer") && tag.get("content") == Some("no-referrer")));

        let (_, style) = page.split_once("<style>").expect("a style");
        let (style, after) = style.split_once("</style>").expect("an end of it");
        assert!(!after.contains("<style"), "one style");
        assert!(!style.contains("url(") && !style.contains("@import"));
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
        let policy = tags.iter().position(|tag| tag.get("http-equiv") == Some("Content-Security-Policy")).expect("a policy");
        assert_eq!((policy, tags[policy - 1].get("charset")), (3, Some("utf-8")), "nothing stands before it that could fetch");
        let expected = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' file:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
        );
        assert_eq!(tags[policy].get("content"), Some(expected.as_str()));
    }
}

#[test]
fn the_page_can_be_used_without_seeing_it() {
    let world = samples();
    for id in [SAMPLE_EVERYTHING, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY] {
        let tags = tags(&page(&world.archive().join(id)));
        let of = |name: &str| tags.iter().filter(|tag| tag.name == name).collect::<Vec<_>>();
        assert_eq!(of("html")[0].get("lang"), Some("en"));
        for landmark in ["header", "nav", "main", "footer", "h1", "title"] {
            assert_eq!(of(landmark).len(), 1, "{landmark}");
        }
        let levels: Vec<_> = tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse::<u8>().ok()).collect();
        assert_eq!(levels.first(), Some(&1));
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "no level is left out: {levels:?}");
        let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for tag in &tags {
            let name = match tag.name.as_str() {
                "img" => tag.get("alt"),
                "video" => tag.get("aria-label"),
                "section" | "article" => tag.get("aria-labelledby").filter(|label| ids.contains(label)),
                "nav" => tag.get("aria-label"),
                "th" => tag.get("scope"),
                _ => Some("x"),
            };
            assert!(name.is_some_and(|name| !name.trim().is_empty()), "<{}> {:?} has no name", tag.name, tag.attributes);
            if matches!(tag.name.as_str(), "img" | "video") {
                assert!(name.is_some_and(|name| name.contains(" of attempt ")), "{name:?} says which attempt");
            }
        }
        assert_eq!(of("figure").len(), of("figcaption").len());
        assert_eq!(of("table").len(), of("caption").len());
        assert_eq!(of("video").len(), of("video").iter().filter(|tag| tag.get("controls").is_some()).count());
    }
}

#[test]
fn who_when_and_how_it_ended_is_said_first() {
    let (_world, page) = archived(decided());
    let (shown, tags) = (words(&page), tags(&page));
    assert_eq!(
        tags.iter().find(|tag| tag.name == "title").map(|tag| tag.text.clone()),
        Some(format!("ANNA MARIA SPECIMEN, session {SESSION}"))
    );
    for said in ["approved", "9001", "2026-03-12 09:32:04 UTC", "1994-08-12", "ID_CARD", "UT7654321", "2034-04-15", "customer-000042"] {
        assert!(shown.contains(said), "{said}");
    }
    let headings: Vec<&str> = tags.iter().filter(|tag| tag.name == "h3").map(|tag| tag.text.as_str()).collect();
    assert_eq!(headings[..5], ["Decision", "Person", "Identity document", "Attempt 2 of 2, the newest", "Attempt 1 of 2"]);
    let (newest, first) = (page.find(NEWEST).expect("the newest"), page.find(FIRST).expect("the first"));
    assert!(newest < first, "the newest attempt comes first");
    assert!(shown.contains("resubmission_requested") && shown.contains("Everything that the provider listed is archived"), "{shown}");
}

#[test]
fn a_decision_that_was_not_requested_is_mentioned() {
    let world = World::with(vec![decided()]);
    world.run(&["download", SESSION]).ends_with(0);
    let shown = words(&page(&world.file("")));
    assert!(
        shown.contains(&format!("No decision was kept in this archive. vmedia download {SESSION} --with decision keeps it.")),
        "{shown}"
    );
    assert!(!shown.contains("approved9001") && !shown.contains("SPECIMEN"), "{shown}");
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    let shown = words(&page(&world.file("")));
    assert!(!shown.contains("No decision was kept") && shown.contains("ANNA MARIA SPECIMEN"), "{shown}");
}

#[test]
fn what_is_not_there_is_shown_where_it_should_be_and_said_why() {
    let world = World::with(vec![decided()]);
    world.faults(&format!("media:front-{SESSION}=404,media:face-{SESSION}=204,media:video-{SESSION}=bad-signature"));
    world.run(&["download", SESSION, "--only", "image,video"]).ends_with(7);
    let html = page(&world.file(""));
    let shown = words(&html);
    assert_eq!(html.matches("<figure class=\"absent\">").count(), 4, "each has its place");
    assert_eq!(html.matches("<img ").count(), 1);
    for said in
        ["4 things that were listed or requested are not archived", "gone", "withheld", "failed", "not requested", "HTTP 404", "signature"]
    {
        assert!(shown.contains(said), "no {said:?} in {shown}");
    }
    assert!(!shown.contains("Everything that the provider listed is archived"), "{shown}");
    is_sound(&world);

    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    let shown = words(&page(&world.file("")));
    assert!(shown.contains("Nothing is missing") && shown.contains("Everything that the provider listed is archived"), "{shown}");
    assert_eq!(leads_where_it_says(&world.file("")), [3, 1, 1]);
}

#[test]
fn damage_that_was_found_and_healed_is_reported() {
    let (world, _) = archived(decided());
    let path = format!("data/{NEWEST}/face_face-{SESSION}.jpg");
    std::fs::write(world.file(&path), "altered").expect("altered");
    world.run(&["download", SESSION]).ends_with(0);
    let shown = words(&page(&world.file("")));
    assert!(shown.contains("File altered") && shown.contains(&format!("now damaged/{path}")), "{shown}");
    assert!(shown.contains(&hex::encode(Sha256::digest("altered"))), "{shown}");
    assert_eq!(leads_where_it_says(&world.file("")), [3, 1, 1]);
    // Other bytes where the old ones were lost: then they are lost for good.
    std::fs::remove_file(world.file(&path)).expect("removed");
    let mut other = decided();
    other.attempts[0].media[1].body = vmedia::sandbox::fixture::Body::Bytes(jpeg("other").into());
    world.sandbox.put_session(other);
    world.run(&["download", SESSION]).ends_with(7);
    let shown = words(&page(&world.file("")));
    assert!(
        shown.contains("1 file that was archived earlier is lost") && shown.contains(&hex::encode(Sha256::digest(jpeg("face")))),
        "{shown}"
    );
}

#[test]
fn texts_of_the_provider_stay_texts() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}";
    let long = "W".repeat(5000);
    let front = Media::image(format!("front-{SESSION}"), evil, "image/jpeg", jpeg("front"));
    let long_one = Media::image(format!("long-{SESSION}"), long.clone(), "image/jpeg", jpeg("long"));
    let decision = serde_json::json!({ "status": "success", "verification": { "status": evil, "reason": "<b>x</b>",
        "person": { "firstName": "<h1>", "lastName": "عبد\u{200f}الله" }, "vendorData": "javascript:alert(1)" } });
    let hostile = Session::new(SESSION)
        .attempt(Attempt::new(NEWEST, evil).created(evil).media(front).media(long_one))
        .companion("decision", decision.to_string());
    let (world, html) = archived(hostile);
    let lower = html.to_lowercase();
    assert!(
        !lower.contains("<script") && !lower.contains("<img src=x") && !lower.contains("<b>") && !lower.contains("<h1>&#60;h1&#62;</h1>")
    );
    assert_eq!(html.matches("<h1>").count(), 1);
    assert!(!html.contains('\u{202e}') && !html.contains('\u{200f}'), "nothing turns the text around");
    let shown = words(&html);
    assert!(shown.matches("\"><script>alert(1)</script><img src=x onerror=alert(1)>\\u{202e}").count() >= 4, "{shown}");
    assert!(shown.contains("<h1> عبد\\u{200f}الله"), "{shown}");
    assert!(!shown.contains(&long) && shown.contains("more characters, see archive.json"), "an endless text is cut");
    assert_eq!(leads_where_it_says(&world.file("")), [2, 0, 0]);
    others_accept(&world.file(""));
}
