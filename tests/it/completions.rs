//! The completions as somebody who presses Tab meets them, in the shells themselves. A shell that is missing is said and skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What is asked: the words so far, what must be offered, and what must not.
const ASKED: [(&str, &str, &str); 7] = [
    ("vmedia do", "download", "verify"),
    ("vmedia download --on", "--only", "--output"),
    ("vmedia download --only im", "image", "video"),
    ("vmedia list --provider yo", "yoti", "veriff"),
    ("vmedia verify --expect-h", "--expect-head", "--format"),
    // Files for a file, and nothing of this folder for an id.
    ("vmedia download --from ids-of-t", "ids-of-today.txt", "evidence"),
    ("vmedia download --attempt ids-of-t", "", "ids-of-today.txt"),
];

/// Whether the shell is there.
fn has(shell: &str) -> bool {
    let is_there = Command::new(shell).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("skipped: {shell} is missing");
    }
    is_there
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(name)
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
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(wanted.is_empty() || words.contains(&wanted), "{typed}: no {wanted} in {text:?}");
        assert!(!words.contains(&unwanted), "{typed}: {unwanted} in {text:?}");
    }
}

#[test]
fn bash_completes() {
    if !has("bash") {
        return;
    }
    let file = file("vmedia.bash");
    offers(|typed| {
        let words = format!("COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))");
        // `compopt` works while somebody presses Tab, and complains here.
        let ask = "_vmedia vmedia \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\" 2> /dev/null";
        let script = format!("source '{}'; {words}; {ask}; printf '%s\\n' \"${{COMPREPLY[@]}}\"", file.display());
        let said = say("bash", &["--norc", "--noprofile", "-c", &script]);
        // Where it has nothing to offer it gives back what was typed.
        said.lines().filter(|line| !typed.ends_with(line)).collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn fish_completes() {
    if !has("fish") {
        return;
    }
    let file = file("vmedia.fish");
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
    let folder = file("");
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
    let bash = std::fs::read_to_string(file("vmedia.bash")).expect("the completions").replace("\r\n", "\n");
    // After `--output)` the shell looks for folders, after `--from)` for files, after `--attempt)` for nothing.
    for (flag, wanted) in [("--output)", "plusdirs"), ("--log-file)", "filenames"), ("--ca-cert)", "filenames")] {
        let (_, rest) = bash.split_once(flag).expect(flag);
        let answer = rest.split(";;").next().unwrap_or_default();
        assert!(answer.contains(wanted), "{flag} {answer}");
    }
}
