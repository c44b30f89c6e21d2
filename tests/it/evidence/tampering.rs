//! Every way to change an archive's files, from a flipped bit to a bag that every public tool accepts: found in the
//! session that it was done to, under the right name, and nowhere else.

use super::forger::{Bag, medium, swap};
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, LISTING, copy, face, front};
use crate::harness::jpeg;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A change of the archive, and all findings that must follow.
struct Deed {
    what: &'static str,
    done: fn(&Archive),
    found: &'static [&'static str],
}

const DEEDS: &[Deed] = &[
    Deed { what: "nothing", done: |_| {}, found: &[] },
    Deed {
        what: "one byte of a picture flipped",
        done: |archive| archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[12] ^= 1),
        found: &["alpha: manifests: data/alpha-new/face_face-alpha.jpg"],
    },
    Deed {
        what: "a picture cut short",
        done: |archive| archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes.truncate(5)),
        found: &["alpha: manifests: bag-info.txt", "alpha: manifests: data/alpha-new/face_face-alpha.jpg"],
    },
    Deed {
        what: "a picture made longer",
        done: |archive| archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes.push(0)),
        found: &["alpha: manifests: bag-info.txt", "alpha: manifests: data/alpha-new/face_face-alpha.jpg"],
    },
    Deed {
        what: "a picture removed",
        done: |archive| archive.bag(ALPHA).remove(&face(ALPHA)),
        found: &["alpha: listings: data/alpha-new/face_face-alpha.jpg"],
    },
    Deed {
        what: "a file added to the payload",
        done: |archive| archive.bag(ALPHA).write("data/alpha-new/more.jpg", jpeg("more")),
        found: &["alpha: listings: data/alpha-new/more.jpg"],
    },
    Deed {
        what: "a file added beside the payload",
        done: |archive| archive.bag(ALPHA).write("more.txt", "more"),
        found: &["alpha: listings: more.txt"],
    },
    Deed {
        what: "two pictures of a session swapped",
        done: |archive| exchange((&archive.bag(ALPHA), &face(ALPHA)), (&archive.bag(ALPHA), &front(ALPHA))),
        found: &["alpha: manifests: data/alpha-new/document-front_back-alpha.jpg", "alpha: manifests: data/alpha-new/face_face-alpha.jpg"],
    },
    Deed {
        what: "the pictures of two sessions swapped",
        done: |archive| exchange((&archive.bag(ALPHA), &face(ALPHA)), (&archive.bag(GAMMA), &face(GAMMA))),
        found: &["alpha: manifests: data/alpha-new/face_face-alpha.jpg", "gamma: manifests: data/gamma-new/face_face-gamma.jpg"],
    },
    Deed {
        what: "a listing changed",
        done: |archive| archive.bag(ALPHA).edit(LISTING, |bytes| swap(bytes, "selfid_video", "selfie_video")),
        found: &["alpha: manifests: metadata/media.json"],
    },
    Deed {
        what: "a listing broken",
        done: |archive| archive.bag(ALPHA).edit(LISTING, |bytes| bytes.truncate(20)),
        found: &["alpha: manifests: metadata/media.json", "alpha: readable: metadata/media.json"],
    },
    Deed {
        what: "a listing removed",
        done: |archive| archive.bag(ALPHA).remove(LISTING),
        found: &["alpha: listings: metadata/media.json"],
    },
    Deed {
        what: "the record changed",
        done: |archive| archive.bag(ALPHA).edit_record(|record| record["attempts"][0]["status"] = json!("declined")),
        found: &["alpha: manifests: archive.json"],
    },
    Deed {
        what: "the record broken",
        done: |archive| archive.bag(ALPHA).edit("archive.json", |bytes| bytes.truncate(50)),
        found: &["alpha: manifests: archive.json", "alpha: readable: archive.json"],
    },
    Deed {
        what: "the record removed",
        done: |archive| archive.bag(ALPHA).remove("archive.json"),
        found: &["alpha: listings: archive.json"],
    },
    Deed {
        what: "the bag's description changed",
        done: |archive| archive.bag(ALPHA).edit("bag-info.txt", |bytes| swap(bytes, "alpha", "gamma")),
        found: &["alpha: manifests: bag-info.txt"],
    },
    Deed {
        what: "the bag's declaration changed",
        done: |archive| archive.bag(ALPHA).edit("bagit.txt", |bytes| swap(bytes, "1.0", "0.9")),
        found: &["alpha: manifests: bagit.txt", "alpha: readable: bagit.txt"],
    },
    Deed {
        what: "the list of tag files removed",
        done: |archive| archive.bag(ALPHA).remove("tagmanifest-sha256.txt"),
        found: &[
            // Nothing vouches for the tag files now, and the journal misses the listings.
            "alpha: listings: archive.json",
            "alpha: listings: bag-info.txt",
            "alpha: listings: bagit.txt",
            "alpha: listings: index.html",
            "alpha: listings: manifest-sha256.txt",
            "alpha: listings: metadata/attempts.json",
            "alpha: listings: metadata/attempts/alpha-new/media.json",
            "alpha: listings: metadata/attempts/alpha-old/media.json",
            "alpha: listings: metadata/media.json",
            "alpha: listings: tagmanifest-sha256.txt",
            "alpha: manifests: metadata/attempts.json",
            "alpha: manifests: metadata/attempts/alpha-new/media.json",
            "alpha: manifests: metadata/attempts/alpha-old/media.json",
            "alpha: manifests: metadata/media.json",
            "alpha: journal: metadata/attempts.json",
            "alpha: journal: metadata/attempts/alpha-new/media.json",
            "alpha: journal: metadata/attempts/alpha-old/media.json",
            "alpha: journal: metadata/media.json",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "a medium taken out of the record, the manifests and the payload",
        done: |archive| {
            take_out(&archive.bag(ALPHA));
            archive.bag(ALPHA).forge();
        },
        found: &[
            "alpha: listings: metadata/attempts/alpha-new/media.json",
            "alpha: listings: metadata/media.json",
            "alpha: journal: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "a medium taken out of the listings as well",
        done: |archive| {
            let bag = archive.bag(ALPHA);
            take_out(&bag);
            for listing in [LISTING, "metadata/attempts/alpha-new/media.json"] {
                let mut text: Value = serde_json::from_slice(&bag.read(listing)).expect("JSON");
                text["images"].as_array_mut().expect("pictures").retain(|entry| entry["id"] != "face-alpha");
                bag.write(listing, text.to_string());
            }
            bag.forge();
        },
        found: &[
            "alpha: journal: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: metadata/attempts/alpha-new/media.json",
            "alpha: journal: metadata/media.json",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "a medium whose file is said to be lost",
        done: |archive| {
            let bag = archive.bag(ALPHA);
            bag.remove(&face(ALPHA));
            bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["lost"] = json!("found missing; fetched again"));
            bag.forge();
        },
        found: &[
            "alpha: listings: archive.json",
            "alpha: listings: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "a medium that is said to be gone",
        done: |archive| {
            let bag = archive.bag(ALPHA);
            bag.remove(&face(ALPHA));
            bag.edit_record(|record| {
                let face = medium(record, "face-alpha");
                (face["state"], face["reason"], face["files"]) = (json!("gone"), json!({"code":"not-found","text":"HTTP 404"}), json!([]));
            });
            bag.forge();
        },
        found: &["alpha: journal: data/alpha-new/face_face-alpha.jpg", "alpha: journal: tagmanifest-sha256.txt"],
    },
    Deed {
        what: "a medium that the provider never had, added with everything that belongs to it",
        done: |archive| {
            let bag = archive.bag(ALPHA);
            bag.write("data/alpha-new/face_more-alpha.jpg", jpeg("more"));
            bag.edit_record(|record| {
                let mut more = medium(record, "face-alpha").clone();
                (more["id"], more["files"][0]["path"]) = (json!("more-alpha"), json!("data/alpha-new/face_more-alpha.jpg"));
                record["media"].as_array_mut().expect("media").push(more);
            });
            bag.forge();
        },
        found: &["alpha: journal: tagmanifest-sha256.txt"],
    },
    Deed {
        what: "another salt in the record",
        done: |archive| {
            archive.bag(ALPHA).edit_record(|record| record["salt"] = json!("00".repeat(32)));
            archive.bag(ALPHA).forge_manifests();
        },
        found: &[
            "alpha: journal: metadata/attempts.json",
            "alpha: journal: metadata/attempts/alpha-new/media.json",
            "alpha: journal: metadata/attempts/alpha-old/media.json",
            "alpha: journal: metadata/media.json",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "the salt taken out of the record",
        done: |archive| {
            archive.bag(ALPHA).edit_record(|record| {
                record.as_object_mut().expect("an object").remove("salt");
            });
            archive.bag(ALPHA).forge_manifests();
        },
        found: &["alpha: journal: tagmanifest-sha256.txt", "alpha: readable: archive.json"],
    },
    Deed {
        what: "a commitment changed, and the journal written anew from there",
        done: |archive| {
            archive.chain_all(|_, entries| {
                for entry in entries.iter_mut().filter(|entry| entry["entry"] == "archived" && entry["session"] == ALPHA) {
                    let files = entry["files"].as_array_mut().into_iter().flatten();
                    files.filter(|file| file["path"] == LISTING).for_each(|file| file["commitment"] = json!("00".repeat(32)));
                }
            });
        },
        found: &["alpha: journal: metadata/media.json"],
    },
    Deed {
        what: "a signature taken out of the record",
        done: |archive| {
            let bag = archive.bag(ALPHA);
            bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"] = json!({ "verdict": "absent" }));
            bag.forge_manifests();
        },
        found: &["alpha: journal: archive.json", "alpha: journal: tagmanifest-sha256.txt"],
    },
    Deed {
        what: "a session's folder deleted",
        done: |archive| std::fs::remove_dir_all(&archive.bag(ALPHA).0).expect("deleted"),
        found: &["alpha: listings: ."],
    },
    Deed {
        what: "a session's folder emptied",
        done: |archive| {
            std::fs::remove_dir_all(&archive.bag(ALPHA).0).expect("deleted");
            std::fs::create_dir(&archive.bag(ALPHA).0).expect("a folder");
        },
        found: &["alpha: listings: ."],
    },
    Deed {
        what: "a session's folder renamed",
        done: |archive| std::fs::rename(archive.file(ALPHA), archive.file("omega")).expect("renamed"),
        found: &["alpha: listings: .", "omega: journal: tagmanifest-sha256.txt"],
    },
    Deed {
        what: "two sessions' folders swapped",
        done: |archive| {
            std::fs::rename(archive.file(ALPHA), archive.file("other")).expect("renamed");
            std::fs::rename(archive.file(GAMMA), archive.file(ALPHA)).expect("renamed");
            std::fs::rename(archive.file("other"), archive.file(GAMMA)).expect("renamed");
        },
        // Each is without what the other has.
        found: &[
            "alpha: journal: data/alpha-new/document-front_back-alpha.jpg",
            "alpha: journal: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: data/alpha-new/nfc_nfc-alpha.json",
            "alpha: journal: data/alpha-new/selfid_video_video-alpha.mp4",
            "alpha: journal: data/alpha-old/document-front_old-alpha.jpg",
            "alpha: journal: metadata/attempts.json",
            "alpha: journal: metadata/attempts/alpha-new/media.json",
            "alpha: journal: metadata/attempts/alpha-old/media.json",
            "alpha: journal: metadata/media.json",
            "alpha: journal: tagmanifest-sha256.txt",
            "gamma: journal: data/gamma-new/document-front_back-gamma.jpg",
            "gamma: journal: data/gamma-new/face_face-gamma.jpg",
            "gamma: journal: data/gamma-new/nfc_nfc-gamma.json",
            "gamma: journal: data/gamma-new/selfid_video_video-gamma.mp4",
            "gamma: journal: data/gamma-old/document-front_old-gamma.jpg",
            "gamma: journal: metadata/attempts.json",
            "gamma: journal: metadata/attempts/gamma-new/media.json",
            "gamma: journal: metadata/attempts/gamma-old/media.json",
            "gamma: journal: metadata/media.json",
            "gamma: journal: tagmanifest-sha256.txt",
        ],
    },
    Deed {
        what: "a session's folder doubled under another name",
        done: |archive| copy(&archive.file(ALPHA), &archive.file("omega")),
        found: &["omega: journal: tagmanifest-sha256.txt"],
    },
    Deed {
        what: "a script added to the catalog's page",
        done: |archive| edit_page(archive, "</body>", "<script>alert(1)</script></body>"),
        found: &["journal: journal: index.html"],
    },
    Deed {
        what: "a page put into the place of the catalog's",
        done: |archive| std::fs::write(archive.file("index.html"), "<p>forged</p>").expect("written"),
        found: &["journal: journal: index.html"],
    },
    Deed {
        what: "the mark of an unfinished session added",
        done: |archive| archive.bag(ALPHA).write("unfinished.ndjson", ""),
        found: &["alpha: listings: unfinished.ndjson"],
    },
];

/// The catalog's page with other words in it.
fn edit_page(archive: &Archive, from: &str, to: &str) {
    let path = archive.file("index.html");
    let page = std::fs::read_to_string(&path).expect("a page");
    let altered = page.replacen(from, to, 1);
    assert_ne!(altered, page);
    std::fs::write(&path, altered).expect("written");
}

/// Two files change places.
fn exchange(one: (&Bag, &str), other: (&Bag, &str)) {
    let (first, second) = (one.0.read(one.1), other.0.read(other.1));
    assert_ne!(first, second, "the same bytes prove nothing");
    one.0.write(one.1, second);
    other.0.write(other.1, first);
}

/// The picture goes, and the record knows nothing of it.
fn take_out(bag: &Bag) {
    bag.remove(&face(ALPHA));
    bag.edit_record(|record| record["media"].as_array_mut().expect("media").retain(|medium| medium["id"] != "face-alpha"));
}

#[test]
fn whatever_is_done_to_the_files_is_found_where_it_was_done_and_nowhere_else() {
    let evidence = Evidence::new();
    evidence.world.run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    for Deed { what, done, found } in DEEDS {
        let archive = evidence.copy("tampered");
        done(&archive);
        let verdict = archive.finds(what, found);
        let touched: BTreeSet<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
        let untouched: Vec<&str> = [ALPHA, BETA, GAMMA].into_iter().filter(|session| !touched.contains(session)).collect();
        assert_eq!(verdict.sound(), untouched, "{what}");
    }
}

#[test]
fn a_page_of_the_catalog_is_one_that_the_journal_knows() {
    let evidence = Evidence::new();
    let page = evidence.archive().file("index.html");
    std::fs::write(&page, "<p>forged</p>").expect("written");
    evidence.archive().finds("a page before the first", &["journal: journal: index.html"]);
    let catalog = || evidence.world.run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    catalog();
    evidence.archive().is_sound("written over");
    // As a shell writes `archive/*`.
    let all: Vec<String> = [ALPHA, BETA, GAMMA, "_journal", "index.html"].map(|name| format!("./{name}")).to_vec();
    let all: Vec<&str> = all.iter().map(String::as_str).chain(["--read-only"]).collect();
    assert_eq!(super::verify(&evidence.archive().root, &all).code, 0);
    let first = std::fs::read(&page).expect("a page");
    evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
    let before = evidence.archive().head();
    // The page shows when it was made, to the second.
    crate::harness::until("another page", || {
        catalog();
        std::fs::read(&page).expect("a page") != first
    });
    let newest = evidence.archive().head();
    let uncovered = "index.html: no seal covers what the journal says of the catalog's page";
    let is_noted = |head: &str| {
        let notes = evidence.archive().verify(&["--expect-head", head]).notes();
        notes.iter().any(|note| note.starts_with(uncovered))
    };
    assert_eq!((is_noted(&before), is_noted(&newest)), (true, false));
    std::fs::write(&page, first).expect("written");
    let notes = evidence.archive().is_sound("an earlier one").notes();
    assert!(notes.iter().any(|note| note.starts_with("index.html: an earlier catalog, of ")), "{notes:?}");
    std::fs::remove_file(&page).expect("removed");
    let notes = evidence.archive().is_sound("none").notes();
    assert!(notes.iter().any(|note| note.starts_with("index.html: the catalog of ")), "{notes:?}");
}

#[test]
fn a_payload_without_its_list_is_found_as_a_whole() {
    let evidence = Evidence::new();
    let archive = evidence.copy("tampered");
    archive.is_sound("before");
    archive.bag(ALPHA).remove("manifest-sha256.txt");
    let verdict = archive.verify(&[]);
    assert_eq!((verdict.code, verdict.sound()), (8, vec![BETA.to_owned(), GAMMA.to_owned()]));
    let found = verdict.found();
    assert!(found.contains("alpha: listings: manifest-sha256.txt"), "{found:?}");
    assert!(found.contains(&format!("alpha: listings: {}", face(ALPHA))), "nothing vouches for it: {found:?}");
    assert!(found.contains(&format!("alpha: journal: {}", face(ALPHA))), "the journal did: {found:?}");
}
