//! Completions in the shells themselves, as after a press of Tab.

use std::path::PathBuf;
use std::process::Command;
use vmedia::cli::generate::completions;

/// What is asked: the words so far, what must be offered, and what must not.
const ASKED: [(&str, &str, &str); 9] = [
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
];

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

/// What a shell prints for a script in a folder with a list and a folder in it.
fn say(shell: &str, words: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ids-of-today.txt"), "").expect("written");
    std::fs::create_dir(folder.path().join("evidence")).expect("a folder");
    let mut command = Command::new(shell);
    command.args(words).current_dir(folder.path()).env("HOME", folder.path()).env("TERM", "dumb").env_remove("XDG_CONFIG_HOME");
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

#[test]
fn every_value_is_a_file_a_folder_or_nothing_that_a_shell_could_know() {
    let bash = std::fs::read_to_string(Made::new().file("vmedia.bash")).expect("the completions").replace("\r\n", "\n");
    // After `--output)` the shell looks for folders, after `--from)` for files, after `--attempt)` for nothing.
    for (flag, wanted) in [("--output)", "plusdirs"), ("--log-file)", "filenames"), ("--ca-cert)", "filenames")] {
        let (_, rest) = bash.split_once(flag).expect(flag);
        let answer = rest.split(";;").next().unwrap_or_default();
        assert!(answer.contains(wanted), "{flag} {answer}");
    }
}
