//! The commands of a document, run from top to bottom as its reader would, with what the reader has: an account (the
//! sandbox's), a home, an archive.

use super::document::{Block, Document, all, root};
use super::shown::missing;
use super::text::claimed_statuses;
use crate::harness::{ADMIN, Keeps, ObjectServer, SESSION, World, session};
use crate::seal::authority::{Office, Server, stamped};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use vmedia::sandbox::{Options, SAMPLE_EVERYTHING, SAMPLE_SESSION, SAMPLE_YOTI};

/// Commands that a document may use and a machine may lack, with what says that they are there.
const OPTIONAL: [(&str, &str); 8] = [
    ("ssh-keygen", "ssh-keygen -? || test $? = 1"),
    ("python3 -m bagit", "python3 -c 'import bagit'"),
    ("python3 check_archive.py", "python3 --version"),
    ("sha256sum", "sha256sum --version | grep GNU"),
    ("rsync ", "rsync --version"),
    ("jq ", "jq --version"),
    ("man -l", "printf '.TH a 1\\n' | man -l -"),
    ("stat -c", "stat -c %a /"),
];

/// Folders of the machine that become folders of the test.
const PLACES: [&str; 4] = ["/srv/", "/etc/vmedia", "/mnt/", "/var/lib/"];

/// The time-stamping authority of the documents.
const AUTHORITY: &str = "https://tsa.example";

/// The bucket of the documents.
const BUCKET: &str = "s3://evidence";

/// A document's world.
struct Stage {
    world: World,
    key_file: PathBuf,
    printed: String,
    head: String,
    statuses: BTreeSet<u8>,
    authority: Option<Authority>,
    bucket: OnceLock<Option<(&'static ObjectServer, String)>>,
}

/// A time-stamping authority; the first field runs until the value is dropped.
struct Authority(Server, Vec<u8>);

impl Authority {
    fn open() -> Option<Self> {
        let office = Office::open()?;
        let certificate = std::fs::read(office.folder().join("ca.pem")).expect("a certificate");
        Some(Self(Server::start(move |_, query| stamped(&office.reply("usual", query))), certificate))
    }

    fn url(&self) -> String {
        self.0.url()
    }
}

impl Stage {
    fn new(is_stamped: bool) -> Self {
        let world = World::start(Options { sessions: vec![session()], ..Options::default() });
        let key_file = world.sandbox.yoti_key_file().expect("a key");
        let authority = if is_stamped { Authority::open() } else { None };
        let stage = Self {
            world,
            key_file,
            printed: String::new(),
            head: String::new(),
            statuses: BTreeSet::new(),
            authority,
            bucket: OnceLock::new(),
        };
        for place in PLACES.into_iter().chain(["home/.config/vmedia", "home/.ssh", "home/.zfunc", "work"]) {
            std::fs::create_dir_all(stage.folder().join(place.trim_start_matches('/'))).expect("a folder");
        }
        std::fs::write(stage.folder().join("work/ids.txt"), format!("{SAMPLE_SESSION}\n{SESSION}\n")).expect("written");
        std::fs::write(stage.folder().join("work/ids.csv"), format!("session_id,name\n{SAMPLE_SESSION},x\n")).expect("written");
        std::fs::copy(root().join("examples/check_archive.py"), stage.folder().join("work/check_archive.py")).expect("copied");
        if let Some(authority) = &stage.authority {
            std::fs::write(stage.folder().join("work/tsa-ca.pem"), &authority.1).expect("written");
        }
        stage
    }

    /// The object store, and the bucket in it, which is made when a command names it; none where the store is missing.
    fn bucket(&self, text: &str) -> Option<&(&'static ObjectServer, String)> {
        let made = || ObjectServer::shared().map(|server| (server, server.bucket(Keeps::Versions)));
        text.contains(BUCKET).then(|| self.bucket.get_or_init(made).as_ref()).flatten()
    }

    fn folder(&self) -> &Path {
        self.world.folder()
    }

    /// What a reader puts in the place of what stands in the text.
    fn filled_in(&self, text: &str, is_yoti: bool) -> String {
        let sandbox = &self.world.sandbox;
        let base_url = if is_yoti { sandbox.yoti_base_url() } else { sandbox.base_url() };
        let key = self.key_file.display().to_string();
        let mut filled = text.to_owned();
        for (placeholder, value) in [
            ("<session-id>", if is_yoti { SAMPLE_YOTI } else { SAMPLE_SESSION }),
            ("<another-session-id>", SAMPLE_EVERYTHING),
            ("<head>", &self.head),
            (AUTHORITY, &self.authority.as_ref().map(Authority::url).unwrap_or_default()),
            ("BASE_URL=https://...", &format!("BASE_URL={base_url}")),
            ("base_url = \"https://...\"", &format!("base_url = \"{base_url}\"")),
            ("API_KEY=...", &format!("API_KEY={}", sandbox.api_key())),
            ("api_key = \"...\"", &format!("api_key = \"{}\"", sandbox.api_key())),
            ("API_SECRET=...", &format!("API_SECRET={}", sandbox.api_secret())),
            ("SDK_ID=...", &format!("SDK_ID={}", sandbox.yoti_sdk_id())),
            ("sdk_id = \"...\"", &format!("sdk_id = \"{}\"", sandbox.yoti_sdk_id())),
            ("KEY_FILE=...", &format!("KEY_FILE={key}")),
            ("$YOTI_KEY", &key),
            ("<shared-secret>", sandbox.api_secret()),
        ] {
            filled = filled.replace(placeholder, value);
        }
        if let Some((_, name)) = self.bucket(text) {
            filled = filled.replace(BUCKET, &format!("s3://{name}"));
        }
        for place in PLACES {
            filled = filled.replace(place, &format!("{}{place}", self.folder().display()));
        }
        filled
    }

    /// Runs a block in the shell that the blocks before it left; gives the status of its last command.
    fn run(&mut self, block: &Block) -> i32 {
        let script = self.filled_in(&block.text, block.text.contains("yoti") || block.mark("aside").is_some_and(|name| name == "yoti"));
        let state = self.folder().join("state");
        let keeps = if block.mark("aside").is_some() { "" } else { "trap 'export -p > \"$STATE\"; pwd >> \"$STATE.place\"' EXIT\n" };
        let before = "if test -e \"$STATE\"; then . \"$STATE\"; cd \"$(tail -n 1 \"$STATE.place\")\"; fi\n";
        let program = Path::new(env!("CARGO_BIN_EXE_vmedia")).parent().expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([program.to_owned()].into_iter().chain(std::env::split_paths(&path))).expect("a path");
        let home = self.folder().join("home");
        let mut child = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &format!("exec 2>&1\n{before}{keeps}{script}")])
            .current_dir(self.folder().join("work"))
            .env_clear()
            .envs([("PATH", path.as_os_str()), ("HOME", home.as_os_str()), ("STATE", state.as_os_str())])
            .env("MANPAGER", "cat")
            .envs(self.bucket(&block.text).into_iter().flat_map(|(server, _)| server.environment(ADMIN)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash");
        let typed = block.mark("stdin:").map(|text| format!("{}\n", self.filled_in(text, false))).unwrap_or_default();
        // A block that reads nothing may be gone already.
        let _ = child.stdin.take().expect("its input").write_all(typed.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        self.printed = String::from_utf8_lossy(&output.stdout).replace(&self.folder().display().to_string(), "");
        if let Some((_, name)) = self.bucket(&block.text) {
            self.printed = self.printed.replace(&format!("s3://{name}"), BUCKET);
        }
        if let Some((_, rest)) = self.printed.rsplit_once("; head ") {
            self.head = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        }
        output.status.code().unwrap_or(-1)
    }

    /// What is said of a configuration that cannot be read.
    fn misread(&mut self, block: &Block) -> Option<String> {
        std::fs::write(self.folder().join("home/shown.toml"), self.filled_in(&block.text, false)).expect("written");
        let ask = "vmedia list <session-id> --config ~/shown.toml --base-url https://127.0.0.1:9 --retries 0 || true";
        let asking = Block { language: "sh".to_owned(), text: ask.to_owned(), marks: vec!["aside".to_owned()], line: block.line };
        self.run(&asking);
        let said = std::mem::take(&mut self.printed);
        said.contains("shown.toml").then_some(said)
    }

    /// Returns true if a block needs an object store and there is none.
    fn lacks_bucket(&self, text: &str) -> bool {
        text.contains(BUCKET) && self.bucket(text).is_none()
    }

    /// Returns true if a block needs stamps and there is no authority.
    fn lacks_authority(&self, text: &str) -> bool {
        self.authority.is_none() && (text.contains(AUTHORITY) || text.contains("openssl ") || text.contains("tsa-ca"))
    }

    /// Runs a document; every mistake in it is a line of the answer.
    fn play(&mut self, document: &Document) -> Vec<String> {
        let mut mistakes = Vec::new();
        for block in &document.blocks {
            let place = format!("{}:{}", document.name, block.line);
            match block.language.as_str() {
                "sh" if block.mark("not run:").is_some() => self.printed.clear(),
                "sh" if self.lacks_bucket(&block.text) => self.printed.clear(),
                "sh" if missing_tool(&block.text).is_some() || self.lacks_authority(&block.text) => {
                    self.printed.clear();
                    crate::harness::lacks(missing_tool(&block.text).unwrap_or("openssl"));
                }
                "sh" => {
                    let expected = block.mark("ends with").map_or(0, |number| number.parse().expect("a number"));
                    let status = self.run(block);
                    self.statuses.extend(u8::try_from(status));
                    if status != expected {
                        mistakes.push(format!("{place}: ends with {status}, not {expected}:\n{}\n{}", block.text, self.printed));
                    }
                }
                "toml" => mistakes.extend(self.misread(block).map(|said| format!("{place}: no configuration:\n{said}"))),
                // What precedes it may not have been run.
                "text" if block.marks.is_empty() && !self.printed.is_empty() => {
                    if let Some(line) = missing(&block.text, &self.printed) {
                        mistakes.push(format!("{place}: shows {line:?}, which is not what was printed:\n{}", self.printed));
                    }
                }
                _ => {}
            }
        }
        mistakes
    }
}

/// What a block needs besides `vmedia` and is not on this machine.
fn missing_tool(text: &str) -> Option<&'static str> {
    let runs = |probe: &str| Command::new("sh").args(["-c", probe]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let mut needed = OPTIONAL.iter().filter(|(tool, _)| text.contains(tool));
    needed.find(|(_, probe)| !runs(probe).is_ok_and(|status| status.success())).map(|(tool, _)| *tool)
}

/// Plays a document in a world of its own; every mistake in it is a line of the answer.
fn mistakes_of(document: &Document) -> Vec<String> {
    let mut stage = Stage::new(document.blocks.iter().any(|block| block.text.contains(AUTHORITY)));
    let mut mistakes = stage.play(document);
    let unseen: Vec<u8> = claimed_statuses(document).into_iter().filter(|number| !stage.statuses.contains(number)).collect();
    if !unseen.is_empty() {
        mistakes.push(format!("{}: no command ended with the exit statuses {unseen:?} that it names", document.name));
    }
    mistakes
}

#[test]
fn every_command_of_every_document_does_what_the_document_says() {
    let documents = all();
    // Some wait for a provider that asks them to; side by side they wait together.
    let mistakes: Vec<String> = std::thread::scope(|scope| {
        let plays: Vec<_> = documents.iter().map(|document| scope.spawn(|| mistakes_of(document))).collect();
        plays.into_iter().flat_map(|play| play.join().expect("a document that was played")).collect()
    });
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
    let run = documents.iter().flat_map(|document| &document.blocks);
    let run = run.filter(|block| block.language == "sh" && block.mark("not run:").is_none()).count();
    assert!(run > 50, "{run}");
}

#[test]
fn a_document_that_is_wrong_is_found_out() {
    for (text, words) in [
        ("```sh\nvmedia downlaod x\n```\n", "ends with 2, not 0"),
        ("<!-- ends with 9 -->\n```sh\nvmedia --version\n```\n", "ends with 0, not 9"),
        ("```sh\nvmedia --version\n```\n\n```text\nvmedia 99.0.0\n```\n", "not what was printed"),
        ("```sh\nexport A=1\ncd ..\n```\n\n```sh\ntest \"$A\" = 2\n```\n", "ends with 1, not 0"),
        ("```toml\n[profiles.a]\nbase_ulr = \"x\"\n```\n", "no configuration"),
        ("<!-- aside -->\n```sh\nexport A=1\n```\n\n```sh\ntest \"$A\" = 1\n```\n", "ends with 1, not 0"),
    ] {
        let mistakes = Stage::new(false).play(&super::document::parse("wrong.md".to_owned(), text));
        assert!(matches!(&mistakes[..], [one] if one.contains(words)), "{text}: {mistakes:?}");
    }
    let kept = "```sh\nexport A=1\nmkdir b\ncd b\n```\n\n```sh\ntest \"$A\" = 1\ntest -d ../b\n```\n";
    assert_eq!(Stage::new(false).play(&super::document::parse("right.md".to_owned(), kept)), Vec::<String>::new());
}

/// The examples below a command's help, without what is said about them beside them.
fn examples(command: &clap::Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples = text.split_once("Examples:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or_default());
    examples.lines().map(|line| line.trim().split("  ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_example_of_the_help_runs() {
    use clap::CommandFactory;
    let mut program = vmedia::cli::Arguments::command();
    program.build();
    let verbs = program.get_subcommands().flat_map(|verb| verb.get_subcommands().chain([verb])).filter(|verb| verb.get_name() != "help");
    let mut run = 0;
    for command in verbs.chain([&program]) {
        let lines = examples(command);
        let mut stage = Stage::new(false);
        let prepare = "export VMEDIA_BASE_URL=https://... VMEDIA_API_KEY=... VMEDIA_API_SECRET=...\nvmedia download <session-id> -q --with decision\n\
                       vmedia download <session-id> -q --with decision -o /srv/evidence\n\
                       config=\"$(vmedia config path -q)\"; mkdir -p \"$(dirname \"$config\")\"\n\
                       printf '[profiles.live]\napi_key = \"...\"\n[retention.aml]\nauthority = \"x\"\nevent = \"end\"\nkeep = \"5y\"\n' > \"$config\"\n\
                       printf 'session,date\n<session-id>,2026-11-30\n' > events.csv\n\
                       vmedia retention plan <session-id> --authority 'order 4 O 118/26' -o plan.json\n\
                       if command -v ssh-keygen; then ssh-keygen -q -t ed25519 -N '' -f KEY\n\
                       ssh-keygen -q -Y sign -n vmedia-disposition -f KEY < plan.json > plan.json.anna.sig\n\
                       echo \"anna $(cat KEY.pub)\" > allowed_signers; cp KEY a.key; fi\n\
                       echo age1xshnp9a48z6l0d9z472flnduzyyvj490kav8uvt83a7ljawcg9hs6ughxq > a.pub\n\
                       echo age15duk59m2k7glna94twa6hjwesqqvw7tpseyfyrt46aekdluwtq2qspusv5 > b.pub\n\
                       mkdir -p ~/.local/share/bash-completion/completions ~/.config/fish/completions ~/.local/share/man/man1\n";
        let block = |text: &str| Block { language: "sh".to_owned(), text: text.to_owned(), marks: Vec::new(), line: 0 };
        assert_eq!(stage.run(&block(prepare)), 0, "{}", stage.printed);
        if command.get_name() == "release" {
            assert_eq!(stage.run(&block("vmedia hold add 2026-118 --reason 'a claim' <session-id>")), 0, "{}", stage.printed);
        }
        if ["keys", "grant", "rewrap", "drill"].contains(&command.get_name()) {
            let encrypted = "ssh-keygen -q -t ed25519 -N '' -f auditor; mv KEY.pub a.pub; cp auditor.pub b.pub; rm -r vmedia-archive\n\
                             vmedia download <session-id> -q --recipient \"$(cat a.pub)\" --recipient \"$(cat b.pub)\"";
            assert_eq!(stage.run(&block(encrypted)), 0, "{}", stage.printed);
        }
        for line in &lines {
            if let Some(tool) = missing_tool(line) {
                crate::harness::lacks(tool);
                continue;
            }
            if stage.lacks_bucket(line) {
                continue;
            }
            // The one serves until it is stopped, the other asks a person.
            if line == "vmedia sandbox" || line.starts_with("vmedia config init") {
                continue;
            }
            let status = stage.run(&block(line));
            assert_eq!(status, 0, "the help of {}: {line}\n{}", command.get_name(), stage.printed);
            run += 1;
        }
    }
    assert!(run > 25, "{run}");
}
