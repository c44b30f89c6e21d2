//! Every kind of page, judged by axe-core in a real browser: in both schemes, as wide as a screen and as a phone.

use super::browser::{DARK, LIGHT, chromium, open, serve};
use crate::harness::{Run, SESSION, World, bare, session, session_named};
use std::path::Path;
use std::process::Command;

/// Widths of a screen and a phone, in CSS pixels.
const WIDTHS: [u16; 2] = [1280, 400];

/// Judges the page in which it stands, by all rules or by those that its address names, and hands the result to the page around it.
const JUDGE: &str = "<script src=\"/axe.js\"></script><script>
axe.run(document, location.hash ? { runOnly: location.hash.slice(1).split(',') } : {}).then(found => {
  const violations = found.violations.map(one => one.id + ' at ' + one.nodes.map(node => node.target.join(' ')).join(', '));
  parent.postMessage(['judged', location.pathname, innerWidth, found.passes.length, ...violations].join(' | '), '*');
});</script>";

/// Returns the script of axe-core, where Node.js finds it.
fn axe() -> Option<String> {
    let found = Command::new("node").args(["-p", "require.resolve('axe-core/axe.min.js')"]).output();
    let path = found.ok().filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok());
    if path.is_none() {
        crate::harness::lacks("axe-core (npm)");
    }
    path.map(|path| path.trim().to_owned())
}

/// Writes a page beside the one at a path, without the policy that forbids scripts and with the judge, and returns its address.
fn judged(root: &Path, path: &Path, change: impl Fn(String) -> String) -> String {
    let page = std::fs::read_to_string(path).expect("a page");
    let (head, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
    let (_, rest) = rest.split_once('>').expect("its end");
    let beside = path.with_extension("judged.html");
    std::fs::write(&beside, change(format!("{head}{rest}")).replace("</body>", &format!("{JUDGE}</body>"))).expect("written");
    format!("/{}", beside.strip_prefix(root).expect("below").display())
}

/// Every kind of page: of sessions that are complete, incomplete and without attempts, of a catalog, and a certificate.
fn pages(world: &World) -> Vec<String> {
    let root = world.folder();
    let run = |words: &[&str]| Run::of(&bare(root).args(words).output().expect("a run")).ends_with(0);
    world.faults("media:face-begin-1=404");
    world.run(&["download", SESSION, "begin-1", "erased-1", "--with", "all"]).ends_with(7);
    run(&["erase", "erased-1", "--archive", "vmedia-archive", "--authority", "GDPR art. 17", "--reason", "request 118"]);
    for (provider, folder) in [("veriff", "demo"), ("yoti", "yoti")] {
        run(&["demo", "--provider", provider, "-o", folder]);
    }
    run(&["catalog", "vmedia-archive", "--html"]);
    let folders = ["vmedia-archive", "demo", "yoti"].map(|archive| root.join(archive));
    let sessions = folders.iter().flat_map(|archive| std::fs::read_dir(archive).expect("an archive"));
    let sessions = sessions.map(|entry| entry.expect("an entry").path().join("index.html")).filter(|page| page.is_file());
    let others = ["vmedia-archive/index.html", "vmedia-archive/_erased/erased-1.html"].map(|page| root.join(page));
    sessions.chain(others).map(|page| judged(root, &page, |page| page)).collect()
}

#[test]
fn no_page_has_what_axe_calls_a_violation() {
    let (Some(chromium), Some(axe)) = (chromium(), axe()) else { return };
    let world = World::with(vec![session(), session_named("begin-1", "b-new", "b-old"), session_named("erased-1", "e-new", "e-old")]);
    let root = world.folder();
    std::fs::copy(axe, root.join("axe.js")).expect("copied");
    let mut pages = pages(&world);
    assert_eq!(pages.len(), 6, "{pages:?}");
    // A judge that finds nothing may not have looked.
    let without_name = |page: String| page.replacen("<main id=\"content\">", "<main id=\"content\"><img src=\"axe.js\">", 1);
    std::fs::copy(root.join("vmedia-archive/index.html"), root.join("bad.html")).expect("copied");
    let bad = judged(root, &root.join("bad.html"), without_name);
    pages.push(bad.clone());
    let (server, _) = serve(root.to_owned());
    // Nothing but colours depends on the scheme.
    for (scheme, rules, pages, least) in [(LIGHT, "", &pages[..], 15), (DARK, "#color-contrast,link-in-text-block", &pages[..6], 1)] {
        let frame = |page: &String, width: u16| format!("<iframe src=\"{page}{rules}\" style=\"width:{width}px;height:900px\"></iframe>");
        let frames: String = pages.iter().flat_map(|page| WIDTHS.map(|width| frame(page, width))).collect();
        let around = format!("<!doctype html>{frames}<script>onmessage = message => console.log(message.data)</script>");
        std::fs::write(root.join("around.html"), around).expect("written");
        let settings = format!("--blink-settings=preferredColorScheme={scheme}");
        let said = open(chromium, &["--virtual-time-budget=60000", "--dump-dom", &settings], &format!("{server}/around.html"));
        let results: Vec<&str> = said.lines().filter_map(|line| line.split_once("judged | ")?.1.split("\", source").next()).collect();
        assert_eq!(results.len(), pages.len() * WIDTHS.len(), "{said}");
        for result in results {
            let parts: Vec<&str> = result.split(" | ").collect();
            assert!(parts[2].parse::<u32>().is_ok_and(|passed| passed >= least), "{result}");
            let is_bad = parts[0] == bad;
            assert_eq!(is_bad, result.contains("image-alt"), "{result}");
            assert!(is_bad || !result.contains(" at "), "{result}");
        }
    }
}
