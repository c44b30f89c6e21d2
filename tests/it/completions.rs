//! Completions in the shells themselves, as after a press of Tab.

use std::path::PathBuf;
use std::process::Command;
use vmedia::cli::generate::completions;

/// What is asked: the words so far, what must be offered, and what must not.
const ASKED: [(&str, &str, &str); 14] = [
    ("vmedia do", "download", "verify"),
    ("vmedia download --on", "--only", "--output"),
    ("vmedia download --only im", "image", "video"),
    ("vmedia list --provider yo", "yoti", "veriff"),
    ("vmedia verify --expect-h", "--expect-head", "--format"),
    // Files for a file, and nothing of this folder for an id.
    ("vmedia download --from ids-of-t", "ids-of-today.txt", "evidence"),
    ("vmedia download --attempt ids-of-t", "", "ids-of-today.txt"),
    ("vmedia download ids-of-t", "", "ids-of-today.txt"),
    ("vmedia catalog evi", "evidence", "ids-of-today.txt"),
    // What this machine has.
    ("vmedia list --profile li", "live", "test"),
    ("vmedia show 7f6", FIRST, SECOND),
    ("vmedia erase --archive evidence a1", SECOND, FIRST),
    ("vmedia download --with per", "person", "decision"),
    ("vmedia catalog --where state=inc", "state=incomplete", "state=complete"),
];

/// Sessions: in the default archive and in another.
const FIRST: &str = "7f6a3b1c-52d0-4a8e-9c41-0d5be8f2a610";
const SECOND: &str = "a1b2c3d4-0000-4a8e-9c41-0d5be8f2a610";

const CONFIG: &str = "[profiles.live]\noutput = \"evidence\"\n[profiles.test]\n[profiles.\"li ve\"]\n";

/// Whether the shell is there.
fn has(shell: &str) -> bool {
    let is_there = Command::new(shell).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        crate::harness::lacks(shell);
    }
    is_there
}

/// The completions as this program makes them, in files.
struct Made(tempfile::TempDir);

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in completions() {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A folder with a list, a configuration and two archives in it.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ids-of-today.txt"), "").expect("written");
    std::fs::write(folder.path().join("config.toml"), CONFIG).expect("written");
    for below in [format!("vmedia-archive/{FIRST}"), format!("evidence/{SECOND}"), "vmedia-archive/7f6 $(x)".to_owned()] {
        std::fs::create_dir_all(folder.path().join(below)).expect("a folder");
    }
    folder
}

/// What a shell prints for a script in such a folder.
fn say(shell: &str, words: &[&str]) -> String {
    let folder = place();
    let ours = std::path::Path::new(env!("CARGO_BIN_EXE_vmedia")).parent().map(PathBuf::from);
    let paths = std::env::var_os("PATH").map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>()).unwrap_or_default();
    let mut command = Command::new(shell);
    command.args(words).current_dir(folder.path()).env("HOME", folder.path()).env("TERM", "dumb").env_remove("XDG_CONFIG_HOME");
    command.env("VMEDIA_CONFIG", folder.path().join("config.toml"));
    command.env("PATH", std::env::join_paths(ours.into_iter().chain(paths)).expect("a path"));
    let output = command.output().unwrap_or_else(|error| panic!("{shell}: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is offered for what was typed, by a shell's own way of telling.
#[track_caller]
fn offers(offered: impl Fn(&str) -> String) {
    for (typed, wanted, unwanted) in ASKED {
        let text = offered(typed);
        // Folders may come with their slash.
        let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches('/')).collect();
        assert!(wanted.is_empty() || words.contains(&wanted), "{typed}: no {wanted} in {text:?}");
        assert!(!words.contains(&unwanted), "{typed}: {unwanted} in {text:?}");
    }
}

/// Types into a bash on a terminal, presses Tab, and prints what is then on the screen and in the line. Each answer is waited for.
#[cfg(unix)]
const TYPIST: &str = r#"
import os, pty, signal, sys
signal.alarm(60)
process, terminal = pty.fork()
if process == 0:
    os.execvp("bash", ["bash", "--noprofile", "--rcfile", sys.argv[1], "-i"])
said = b""
def wait_for(words):
    global said
    while words not in said:
        said += os.read(terminal, 65536)
wait_for(b"ready> ")
said = b""
os.write(terminal, sys.argv[2].encode() + b"\t\x14")
wait_for(b">line")
sys.stdout.buffer.write(said)
sys.stdout.flush()
os.kill(process, signal.SIGKILL)
"#;

/// What stands in the line, or is listed below it, after Tab.
#[cfg(unix)]
fn bash_offers(made: &Made, typed: &str) -> String {
    let rules = made.file("rules");
    let text = format!(
        "bind 'set show-all-if-ambiguous on'\nbind 'set completion-query-items 0'\nbind 'set page-completions off'\n\
         bind -x '\"\\C-t\": printf \"line< %s >line\" \"$READLINE_LINE\"'\nsource '{}'\nPS1='ready> '\n",
        made.file("vmedia.bash").display()
    );
    std::fs::write(&rules, text).expect("written");
    let said = say("python3", &["-c", TYPIST, rules.to_str().expect("text"), typed]);
    assert!(said.contains(">line"), "{typed}: {said:?}");
    said
}

#[cfg(unix)]
#[test]
fn bash_completes_typed_words() {
    // Older ones cannot be configured per word, and offer files where nothing else is known.
    let is_new = Command::new("bash").args(["-c", "(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 ))"]).status();
    if !has("python3") || !is_new.is_ok_and(|status| status.success()) {
        crate::harness::lacks("bash 4.4 or later");
        return;
    }
    let made = Made::new();
    offers(|typed| bash_offers(&made, typed));
    for (typed, wanted) in [
        ("vmedia download --from=ids-of-t", "--from=ids-of-today.txt"),
        ("vmedia list --config ids-of-t", "ids-of-today.txt"),
        ("vmedia verify --signers ids-of-t", "ids-of-today.txt"),
        ("vmedia download --output evi", "evidence/"),
        ("vmedia verify --read-only evi", "evidence/"),
        ("vmedia download --only=im", "--only=image"),
        ("vmedia sandbox -- ids-of-t", "ids-of-today.txt"),
    ] {
        let said = bash_offers(&made, typed);
        assert!(said.split_whitespace().any(|word| word == wanted), "{typed}: {said:?}");
    }
    let said = bash_offers(&made, "vmedia verify ids-of-t");
    assert!(!said.contains("ids-of-today.txt"), "a list is no folder: {said:?}");
}

#[test]
fn fish_completes() {
    if !has("fish") {
        return;
    }
    let made = Made::new();
    let file = made.file("vmedia.fish");
    offers(|typed| {
        let script = format!("source '{}'; complete -C '{typed}'", file.display());
        let said = say("fish", &["--no-config", "-c", &script]);
        said.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn zsh_completes() {
    if !has("zsh") {
        return;
    }
    let made = Made::new();
    let folder = made.file("");
    offers(|typed| {
        // What is offered goes through `compadd`, whose answer is taken instead of being drawn.
        let script = format!(
            r#"
fpath=('{}' $fpath)
autoload -U compinit && compinit -u -D
zmodload zsh/zpty
zpty shell zsh -f -i
tell() {{ zpty -w shell "$1" }}
tell "fpath=('{0}' \$fpath) PROMPT=; stty -echo; autoload -U compinit; compinit -u -D"
tell 'compadd () {{ local -a found; builtin compadd -O found "$@"; print -rl -- "offer:"$^found }}'
tell "show () {{ zle -I; _main_complete }}; zle -C show complete-word show; bindkey '^I' show; bindkey '^X' quit; print re''ady"
zpty -r shell seen '*ready*'
zpty -w -n shell "{typed}"$'\t'
repeat 60; do
  while zpty -r -t shell part; do said+=$part; done
  [[ $said == *offer:* ]] && break
  sleep 0.05
done
print -r -- $said
zpty -d shell
"#,
            folder.display()
        );
        let said = say("zsh", &["-f", "-c", &script]);
        said.split("offer:").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect::<Vec<_>>().join("\n")
    });
}

/// The lines that the program answers a script in a folder.
#[track_caller]
fn answer(folder: &std::path::Path, shell: &str, words: &[&str]) -> Vec<String> {
    let mut command = crate::harness::bare(folder);
    let output = command.args(["__complete", shell, "--", "vmedia"]).args(words).output().expect("an answer");
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn the_program_answers_with_what_the_command_line_means() {
    let folder = place();
    let asked = |words: &[&str]| answer(folder.path(), "bash", words);
    // The first line says which paths the shell adds.
    assert_eq!(asked(&["list", "--log-file", ""]), ["files"]);
    assert_eq!(asked(&["verify", "--signers=x"]), ["files"]);
    assert_eq!(asked(&["verify", "evi"]), ["folders"]);
    assert_eq!(asked(&["sandbox", "--", "sh"]), ["commands"]);
    // Flags stand behind values, until a dash is typed.
    assert_eq!(asked(&["show", ""]), ["", FIRST]);
    assert!(asked(&["show", "-"]).contains(&"--archive".to_owned()));
    assert_eq!(asked(&["show", "--archive=evidence", ""]), ["", SECOND]);
    assert_eq!(asked(&["show", "--config", "config.toml", "-p", "live", ""]), ["", SECOND]);
    assert_eq!(asked(&["show", "--config=config.toml", "-p", ""]), ["", "live", "test"]);
    assert_eq!(asked(&["download", "-o", "evidence", "--only", "image,vi"]), ["", "image,video"]);
    let powershell = answer(folder.path(), "powershell", &["list", "--provider", "=yo"]);
    assert_eq!(powershell, ["yoti\tYoti's Identity Verification API (idverify/v1)"]);
    // A configuration that cannot be read is no reason to disturb a prompt.
    std::fs::write(folder.path().join("config.toml"), "[profiles").expect("written");
    assert_eq!(asked(&["show", "--config=config.toml", "-p", ""]), [""]);
    assert_eq!(asked(&["show", "--config=config.toml", ""]), ["", FIRST]);
}

#[test]
fn of_many_sessions_those_are_offered_that_begin_with_what_is_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..1001 {
        std::fs::create_dir_all(folder.path().join(format!("vmedia-archive/{number:04}"))).expect("a folder");
    }
    let asked = |typed: &str| answer(folder.path(), "fish", &["open", typed]).len();
    assert_eq!((asked("0"), asked("04")), (1000, 100));
    assert!(!answer(folder.path(), "fish", &["open", ""]).iter().any(|line| line.starts_with(char::is_numeric)));
}
