//! The page in a real browser, where Chromium is installed: pictures are painted, both schemes and paper work, and the
//! policy of the page forbids nothing that the page needs and everything else.

use super::{page, tags};
use crate::encrypted::opened::Opened;
use crate::encrypted::{ALICE, BOB};
use crate::harness::{NEWEST, SESSION, World, nfc};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::sandbox::{SAMPLE_SESSION, samples};

/// Two colours that occur nowhere in the style of the page.
const PICTURES: [(&str, [u8; 3]); 2] = [("document-front", [200, 30, 90]), ("face", [20, 160, 200])];
/// A browser needs more memory and time than all else here.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(super) const DARK: u8 = 0;
pub(super) const LIGHT: u8 = 1;

/// Returns the browser of this machine.
pub(super) fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    // On Windows a browser that is asked for its version opens a window.
    let found = if cfg!(windows) { None } else { names.into_iter().find(runs) };
    if found.is_none() {
        crate::harness::lacks("a browser (chromium)");
    }
    found
}

/// Opens an address, does what `what` says and gives what the page and the policy had to say on the console.
#[track_caller]
pub(super) fn open(chromium: &str, what: &[&str], address: &str) -> String {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let profile = tempfile::tempdir().expect("a folder");
    let log = profile.path().join("log");
    let mut browser = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--v=0"])
        .arg("--force-color-profile=srgb")
        .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
        .args(what)
        .arg(address)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).expect("a log"))
        .spawn()
        .expect("a browser");
    let begun = Instant::now();
    let status = loop {
        match browser.try_wait().expect("a status") {
            Some(status) => break status,
            None if begun.elapsed() > Duration::from_secs(120) => {
                browser.kill().expect("an end");
                panic!("{chromium} did not end: {}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let said = String::from_utf8_lossy(&std::fs::read(&log).expect("a log")).into_owned();
    assert!(status.success(), "{said}");
    said.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n")
}

/// What was painted: width, height, and three bytes a pixel.
struct Painted(usize, usize, Vec<[u8; 3]>);

impl Painted {
    fn read(path: &Path) -> Self {
        let decoder = png::Decoder::new(BufReader::new(std::fs::File::open(path).expect("a screenshot")));
        let mut reader = decoder.read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("a picture");
        let samples = info.color_type.samples();
        let pixels = bytes[..info.buffer_size()].chunks(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self(info.width as usize, info.height as usize, pixels)
    }

    /// How many pixels have a colour, give or take what a colour profile changes.
    fn count(&self, colour: [u8; 3]) -> usize {
        self.2.iter().filter(|pixel| pixel.iter().zip(colour).all(|(one, other)| one.abs_diff(other) <= 6)).count()
    }

    /// How light the margin of the page is, from 0 to 255.
    fn ground(&self) -> u8 {
        let Self(width, height, pixels) = self;
        pixels[width * (height * 3 / 4) + 2][1]
    }
}

/// A picture of one colour.
fn picture(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 320, 240);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&colour.repeat(320 * 240)).expect("a picture");
    writer.finish().expect("a file");
    bytes
}

/// Two pictures, a video that plays, NFC data, and a name that wants encoding.
fn archive() -> World {
    archive_with(&[])
}

/// The same, downloaded with further flags.
fn archive_with(flags: &[&str]) -> World {
    let of_sample = samples().into_iter().find(|session| session.id == SAMPLE_SESSION).expect("the sample");
    let video = of_sample.attempts[0].media.iter().find(|media| media.mimetype == "video/mp4").expect("a video").clone();
    let attempt = PICTURES.iter().fold(Attempt::new(NEWEST, "approved"), |attempt, (context, colour)| {
        attempt.media(Media::image(format!("{}-{SESSION}", context.to_uppercase()), *context, "image/png", picture(*colour)))
    });
    let session = Session::new(SESSION).attempt(attempt.media(video).media(Media::nfc(format!("nfc-{SESSION}"), nfc("nfc"))));
    let world = World::with(vec![session]);
    world.run(&[&["download", SESSION], flags].concat()).ends_with(0);
    world
}

fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Serves a folder on loopback and remembers what was asked for.
pub(super) fn serve(folder: PathBuf) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let kind = match path.rsplit('.').next() {
                Some("html") => "text/html",
                Some("png") => "image/png",
                Some("js") => "text/javascript",
                _ => "video/mp4",
            };
            let answer = match std::fs::read(folder.join(&path)) {
                Ok(body) => {
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                    [head.as_bytes(), &body].concat()
                }
                Err(_) => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
            };
            log.lock().expect("the log").push(path);
            // A browser that has seen enough of a video hangs up.
            let _ = stream.write_all(&answer);
        }
    });
    (address, asked)
}

/// Takes a screenshot in one scheme and gives it with what the console said.
fn screenshot(world: &World, chromium: &str, address: &str, scheme: u8) -> (Painted, String) {
    let path = world.folder().join("painted.png");
    let [screenshot, settings] = [format!("--screenshot={}", path.display()), format!("--blink-settings=preferredColorScheme={scheme}")];
    let said = open(chromium, &[&screenshot, &settings, "--window-size=1280,2400"], address);
    (Painted::read(&path), said)
}

/// Fails the test unless both pictures are painted as large as in a contact sheet.
#[track_caller]
fn shows_the_pictures(painted: &Painted) {
    for (context, colour) in PICTURES {
        let count = painted.count(colour);
        assert!((30_000..120_000).contains(&count), "{count} pixels of {context}");
    }
}

#[test]
fn a_browser_paints_every_picture_in_both_schemes_from_a_disk_and_from_a_server() {
    let Some(chromium) = chromium() else { return };
    let world = archive();
    let disk = address(&world.file("index.html"));
    let (server, asked) = serve(world.file(""));
    for origin in [disk, format!("{server}/index.html")] {
        let (light, said) = screenshot(&world, chromium, &origin, LIGHT);
        assert_eq!(said, "", "nothing is forbidden and nothing is wrong");
        shows_the_pictures(&light);
        let (dark, said) = screenshot(&world, chromium, &origin, DARK);
        assert_eq!(said, "");
        shows_the_pictures(&dark);
        assert!(light.ground() > 220 && dark.ground() < 60, "light {} and dark {}", light.ground(), dark.ground());
    }
    let mut allowed: BTreeSet<String> = tags(&page(&world.file(""))).iter().filter_map(|tag| tag.get("src").map(str::to_owned)).collect();
    assert_eq!(allowed.len(), 3, "two pictures and a video");
    assert!(allowed.iter().any(|source| source.contains('~')), "{allowed:?}");
    allowed.insert("index.html".to_owned());
    let asked: BTreeSet<String> = asked.lock().expect("the log").iter().filter(|path| *path != "favicon.ico").cloned().collect();
    assert_eq!(asked, allowed, "the page asks for what it shows and for nothing else");
}

#[test]
fn a_browser_paints_an_encrypted_session_that_is_opened_for_it() {
    let Some(chromium) = chromium() else { return };
    let world = archive_with(&["--recipient", ALICE.0, "--recipient", BOB.0]);
    std::fs::write(world.folder().join("alice.key"), ALICE.1).expect("written");
    let opened = Opened::start(world.process(&["open", SESSION, "--identity", "alice.key", "--print"]));
    let (painted, said) = screenshot(&world, chromium, &opened.url, LIGHT);
    assert_eq!(said, "", "neither the page nor the head of an answer forbids what is needed");
    shows_the_pictures(&painted);
}

#[test]
fn a_browser_fits_the_page_on_a_small_screen_and_on_paper() {
    let Some(chromium) = chromium() else { return };
    let world = archive();
    let disk = address(&world.file("index.html"));
    let pdf = world.folder().join("page.pdf");
    let said = open(chromium, &["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display())], &disk);
    assert_eq!(said, "");
    let pdf = String::from_utf8_lossy(&std::fs::read(&pdf).expect("a PDF")).into_owned();
    assert!(pdf.starts_with("%PDF-"));
    let pages = pdf.matches("/Type /Page\n").count();
    assert!((2..5).contains(&pages), "{pages} pages");
    assert!(pdf.matches("/Subtype /Image").count() >= PICTURES.len(), "the pictures are printed");

    let path = world.folder().join("small.png");
    open(chromium, &[&format!("--screenshot={}", path.display()), "--window-size=500,3000"], &disk);
    let Painted(width, height, pixels) = Painted::read(&path);
    // Nothing sticks out: the margin on the right is one colour from the notice downwards.
    let margin: BTreeSet<[u8; 3]> = (height / 4..height).map(|row| pixels[row * width + width - 3]).collect();
    assert_eq!((width, margin.len()), (500, 1), "{margin:?}");
}

#[test]
fn the_policy_forbids_scripts_styles_and_whatever_is_elsewhere() {
    let Some(chromium) = chromium() else { return };
    let world = archive();
    let (server, asked) = serve(world.file(""));
    let html = page(&world.file(""));
    let intruders = [
        ("script-src", "<script>document.body.style.background='#00ff00'</script>".to_owned()),
        ("style-src", "<p style=\"background:#00ff00\">x</p>".to_owned()),
        ("style-src", "<style>body{background:#00ff00}</style>".to_owned()),
        ("style-src", format!("<link rel=\"stylesheet\" href=\"{server}/elsewhere.css\">")),
        ("img-src", format!("<img src=\"{server}/elsewhere.png\" alt=\"x\">")),
        ("frame-src", format!("<iframe src=\"{server}/elsewhere.html\"></iframe>")),
    ];
    let all: String = intruders.iter().map(|(_, intruder)| intruder.as_str()).collect();
    let bad = world.file("bad.html");
    std::fs::write(&bad, html.replace("<main id=\"content\">", &format!("<main id=\"content\">{all}"))).expect("written");
    let (painted, said) = screenshot(&world, chromium, &address(&bad), LIGHT);
    for (directive, _) in &intruders {
        let expected = intruders.iter().filter(|(other, _)| other == directive).count();
        let forbidden = said.lines().filter(|line| line.contains("violates") && line.contains(&format!("{directive} "))).count();
        let by_default = said.lines().filter(|line| line.contains("violates") && line.contains(&format!("'{directive}' was not"))).count();
        assert_eq!(forbidden + by_default, expected, "{directive}: {said}");
    }
    assert_eq!(painted.count([0, 255, 0]), 0, "what is forbidden is not obeyed");
    shows_the_pictures(&painted);
    assert_eq!(asked.lock().expect("the log").clone(), Vec::<String>::new(), "no other host was asked");
}
