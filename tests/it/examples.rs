//! The files in `examples/`, each run as in use, with its paths turned to a test's folder. Tools that
//! are missing are said to be; `.ci/run` has them.

pub mod archive;
mod many_workers;
mod queue;
mod script;
mod systemd;
mod webhook;

#[cfg(unix)]
use crate::harness::{SESSION, World};
#[cfg(unix)]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
#[cfg(unix)]
use vmedia::cli::{Arguments, parse};

/// An example's text.
fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).replace("\r\n", "\n")
}

/// Where a tool is; says so when it is nowhere. Windows has none of these folders, and wine shows those of Linux, whose programs it
/// cannot start.
fn tool(name: &str) -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    let found = folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| cfg!(unix) && path.exists());
    if found.is_none() {
        crate::harness::lacks(name);
    }
    found
}

/// What a program that ends well says.
#[track_caller]
fn accepted(program: &Path, words: &[&str]) -> String {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output().expect("a run");
    let said = said(&output);
    assert!(output.status.success(), "{} {words:?}: {said}", program.display());
    said
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The folder of the program, to be looked for in.
#[cfg(unix)]
fn program_folder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_vmedia")).parent().expect("a folder")
}

/// The command line as this version reads it; a flag that it does not know fails the test.
#[cfg(unix)]
#[track_caller]
fn parsed(line: &[String]) -> Arguments {
    match parse(line.iter().map(Into::into)) {
        Ok(arguments) => arguments,
        Err(_) => panic!("this version does not take {line:?}"),
    }
}

/// A world with a list and a profile in its folder, as the examples have them in `/srv/vmedia`.
#[cfg(unix)]
fn prepared() -> World {
    let world = World::new();
    std::fs::write(world.folder().join("sessions.txt"), SESSION).expect("a list");
    let secret = world.folder().join("secret");
    std::fs::write(&secret, world.sandbox.api_secret()).expect("a secret");
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    let config = format!(
        "default_profile = \"here\"\n[profiles.here]\nbase_url = '{}'\napi_key = '{}'\nsecret_file = '{}'\n",
        world.sandbox.base_url(),
        world.sandbox.api_key(),
        secret.display()
    );
    std::fs::write(world.folder().join("config.toml"), config).expect("a configuration");
    world
}

#[cfg(unix)]
#[test]
fn the_lines_of_the_crontab_run_with_what_cron_gives_them() {
    let world = prepared();
    let text = example("crontab").replace("/srv/vmedia", &world.folder().display().to_string());
    let (mut variables, mut jobs) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.split_once('=') {
            Some((name, value)) if name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') => variables.push((name, value)),
            _ => jobs.push(line),
        }
    }
    let jobs: Vec<(&str, String)> =
        jobs.into_iter().map(|line| (line, line.split_whitespace().skip(5).collect::<Vec<_>>().join(" "))).collect();
    assert_eq!(jobs.len(), 2);
    let run = |command: &str| {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]).env_clear().current_dir("/").stdin(Stdio::null());
        shell.envs([("HOME", world.folder().to_str().expect("text")), ("LOGNAME", "vmedia"), ("SHELL", "/bin/sh")]);
        shell.envs(variables.iter().copied());
        let path = variables.iter().find(|(name, _)| *name == "PATH").expect("a PATH").1;
        shell.env("PATH", format!("{}:{path}", program_folder().display()));
        shell.output().expect("a shell")
    };
    for (line, command) in &jobs {
        assert!(!line.contains('%'), "cron ends a line there: {line}");
        let fields: Vec<&str> = line.split_whitespace().take(5).collect();
        assert!(fields.iter().all(|field| *field == "*" || field.parse::<u8>().is_ok_and(|number| number < 60)), "{fields:?}");
        let output = run(command);
        assert!(output.status.success() && said(&output).is_empty(), "cron would mail: {}", said(&output));
    }
    let archived = world.folder().join("archive").join(SESSION);
    assert!(archived.join("index.html").is_file());
    std::fs::remove_file(archived.join("archive.json")).expect("removed");
    let output = run(&jobs[1].1);
    assert_eq!(output.status.code(), Some(8));
    assert!(said(&output).contains(" damaged: 1 finding\n"), "{}", said(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn logrotate_takes_the_rules_and_rotates() {
    let Some(logrotate) = tool("logrotate") else { return };
    let world = World::new();
    let own = accepted(Path::new("/bin/sh"), &["-c", "echo $(id -un) $(id -gn)"]);
    let rules =
        example("vmedia.logrotate").replace("/srv/vmedia", &world.folder().display().to_string()).replace("vmedia vmedia", own.trim());
    let (path, state) = (world.folder().join("rules"), world.folder().join("state"));
    std::fs::write(&path, rules).expect("written");
    world.run(&["download", SESSION, "--log-file", "vmedia.log"]).ends_with(0);
    accepted(&logrotate, &["-f", "-s", state.to_str().expect("text"), path.to_str().expect("text")]);
    world.run(&["download", SESSION, "--log-file", "vmedia.log"]).ends_with(0);
    for name in ["vmedia.log", "vmedia.log.1"] {
        let text = std::fs::read_to_string(world.folder().join(name)).expect(name);
        assert_eq!(text.lines().filter(|line| line.contains("run-finished")).count(), 1, "{name}");
    }
}

#[test]
fn the_alerts_are_rules_about_numbers_that_there_are() {
    let text = example("prometheus-alerts.yml");
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/metrics.rs")).expect("the source");
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let expressions = text.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let names: Vec<&str> =
        expressions.flat_map(|line| line.split(|letter| !is_name(letter))).filter(|word| word.starts_with("vmedia_")).collect();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        assert!(source.contains(&format!("\"{name}\"")), "{name} is never written");
    }
    let Some(promtool) = tool("promtool") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/prometheus-alerts.yml");
    accepted(&promtool, &["check", "rules", path.to_str().expect("text")]);
    // It looks for the rules beside the file that it is given.
    let folder = tempfile::tempdir().expect("a folder");
    let beside = folder.path().join("prometheus-alerts.yml");
    std::fs::copy(&path, &beside).expect("copied");
    let cases = folder.path().join("alerts.yml");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/alerts.yml"), &cases).expect("copied");
    accepted(&promtool, &["test", "rules", cases.to_str().expect("text")]);
}

/// What a Python script prints of an example that is YAML, as JSON; nothing where Python cannot read YAML.
#[cfg(unix)]
fn of_yaml<T: serde::de::DeserializeOwned>(script: &str, name: &str) -> Option<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let output = Command::new("python3").args(["-c", script]).arg(path).output().ok().filter(|output| output.status.success());
    if output.is_none() {
        crate::harness::lacks("Python's yaml");
    }
    Some(serde_json::from_slice(&output?.stdout).expect("JSON"))
}

/// Prints the steps of the workflow's job as JSON.
#[cfg(unix)]
const STEPS: &str = "
import json, sys, yaml
with open(sys.argv[1], encoding='utf-8') as file:
    print(json.dumps(yaml.safe_load(file)['jobs']['smoke']['steps']))
";

#[cfg(unix)]
#[test]
fn the_steps_of_the_workflow_run() {
    let Some(steps) = of_yaml::<Vec<serde_json::Value>>(STEPS, "github-actions.yml") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut runs = 0;
    for step in &steps {
        let text = step["run"].as_str().expect("a command");
        if step["name"] == "install" {
            assert!(text.contains("--only-binary=:all: vmedia"), "{text}");
            continue;
        }
        let script = folder.path().join("step.sh");
        std::fs::write(&script, text).expect("written");
        // As GitHub's runner does it.
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script).current_dir(folder.path()).stdin(Stdio::null());
        bash.env_clear().env("HOME", folder.path()).env("PATH", format!("{}:/usr/bin:/bin", program_folder().display()));
        let output = bash.output().expect("bash");
        assert!(output.status.success(), "{}: {}", step["name"], said(&output));
        runs += 1;
    }
    assert_eq!(runs, 3);
}

/// Prints the arguments and the variables of the job's container as JSON.
#[cfg(unix)]
const CONTAINER: &str = "
import json, sys, yaml
with open(sys.argv[1], encoding='utf-8') as file:
    job = [part for part in yaml.safe_load_all(file) if part['kind'] == 'CronJob'][0]
pod = job['spec']['jobTemplate']['spec']['template']['spec']
container = pod['containers'][0]
mode = [volume['secret']['defaultMode'] for volume in pod['volumes'] if 'secret' in volume][0]
print(json.dumps([container['args'], {entry['name']: entry['value'] for entry in container['env']}, mode]))
";

#[cfg(unix)]
#[test]
fn the_container_of_the_cronjob_archives_with_the_mounted_secret() {
    use std::os::unix::fs::PermissionsExt;
    let job = of_yaml::<(Vec<String>, BTreeMap<String, String>, u32)>(CONTAINER, "kubernetes-cronjob.yaml");
    let Some((arguments, variables, mode)) = job else { return };
    let world = prepared();
    let (archive, secrets) = (world.folder().join("volume"), world.folder().join("secrets"));
    let here = |text: &str| {
        let text = text.replace("/run/secrets/vmedia", &secrets.display().to_string());
        text.replace("/etc/vmedia", &world.folder().display().to_string()).replace("/archive/", &format!("{}/", archive.display()))
    };
    std::fs::create_dir(&archive).expect("a folder");
    // As Kubernetes lays a secret: the name is a link.
    std::fs::create_dir_all(secrets.join("..data")).expect("a folder");
    let secret = secrets.join("..data/veriff-secret");
    std::fs::rename(world.folder().join("secret"), &secret).expect("moved");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).expect("its mode");
    std::os::unix::fs::symlink("..data/veriff-secret", secrets.join("veriff-secret")).expect("a link");
    let config = std::fs::read_to_string(world.folder().join("config.toml")).expect("a configuration");
    let lines = config.lines().map(|line| if line.starts_with("secret_file") { "secret_credential = \"veriff-secret\"" } else { line });
    std::fs::write(world.folder().join("config.toml"), lines.collect::<Vec<_>>().join("\n")).expect("written");

    let mut program = Command::new(env!("CARGO_BIN_EXE_vmedia"));
    program.args(arguments.iter().map(|argument| here(argument))).env_clear().current_dir("/").stdin(Stdio::null());
    program.envs(variables.iter().map(|(name, value)| (name, here(value))));
    let output = program.output().expect("a run");
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    assert!(archive.join("evidence").join(SESSION).join("index.html").is_file());
}

/// Prints what the task runs, and how, as JSON.
#[cfg(unix)]
const TASK: &str = "
import json, sys, xml.etree.ElementTree as tree
space = '{http://schemas.microsoft.com/windows/2004/02/mit/task}'
task = tree.parse(sys.argv[1]).getroot()
assert task.tag == space + 'Task' and task.get('version') == '1.2'
parts = [part.tag.removeprefix(space) for part in task]
execute = task.find(f'{space}Actions/{space}Exec')
print(json.dumps([parts, execute.findtext(space + 'Command'), execute.findtext(space + 'Arguments')]))
";

// Where python3 is what it says it is.
#[cfg(unix)]
#[test]
fn the_task_for_windows_is_one_and_its_command_line_is_ours() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/windows-task.xml");
    let Ok(output) = Command::new("python3").args(["-c", TASK]).arg(&path).output() else {
        crate::harness::lacks("python3");
        return;
    };
    assert!(output.status.success(), "{}", said(&output));
    let (parts, command, arguments): (Vec<String>, String, String) = serde_json::from_slice(&output.stdout).expect("JSON");
    // The order that the Task Scheduler's schema asks for.
    assert_eq!(parts, ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]);
    assert!(command.ends_with("\\vmedia.exe"), "{command}");
    // No backslash stands before a quote, so that quotes are all there is to it.
    assert!(!arguments.contains("\\\""), "{arguments}");
    let mut words = vec![command];
    for (number, part) in arguments.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    assert_eq!(parsed(&words).command_name(), "download");
}
