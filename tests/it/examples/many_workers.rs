//! `many-workers/`: each form of array job runs all parts of a list once, is what its scheduler takes, and follows the exit statuses.
#![cfg(unix)]

use super::{accepted, example, program_folder, said, tool};
use crate::batch::{list, sessions};
use crate::harness::{World, is_sound, lacks};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const COUNT: usize = 12;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/many-workers")
}

/// A world with a list of sessions, of which the provider does not know the last.
fn prepared() -> World {
    let world = sessions(COUNT);
    let ids: Vec<String> = (0..COUNT).map(|number| format!("s{number}")).chain(["unknown-1".to_owned()]).collect();
    list(&world, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    world
}

/// A program in the world's folder, which finds `vmedia` in this folder.
fn command(world: &World, program: &Path, vmedia: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(world.folder()).env_clear().env("HOME", world.folder()).envs(world.environment()).stdin(Stdio::null());
    command.env("PATH", format!("{}:/usr/bin:/bin", vmedia.display())).env("SHARD_PAUSE", "0");
    command
}

/// Fails the test unless every session is archived, each file was fetched once, and the lists of what failed name the rest.
#[track_caller]
fn all_is_archived_once(world: &World, archive: &str) {
    assert_eq!(world.media_requests(), COUNT * 5);
    let run = world.run(&["catalog", archive, "--format=csv"]).ends_with(0);
    assert_eq!(run.stdout.lines().count(), COUNT + 1, "{}", run.stdout);
    let lists =
        world.folder().read_dir().expect("a folder").flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("again-"));
    let failed: String = lists.map(|entry| std::fs::read_to_string(entry.path()).expect("a list")).collect();
    assert_eq!(failed, "session_id,reason,runs\nunknown-1,not-found,1\n");
}

#[test]
fn gnu_parallel_and_a_loop_run_every_part_once() {
    if let Some(shellcheck) = tool("shellcheck") {
        for script in ["shard.sh", "slurm.sh"] {
            accepted(&shellcheck, &[folder().join(script).to_str().expect("text")]);
        }
    }
    let world = prepared();
    let Some(parallel) = tool("parallel") else { return };
    let mut jobs = command(&world, &parallel, program_folder());
    jobs.args(["--jobs", "3", "--halt", "now,fail=1"]).arg(folder().join("shard.sh"));
    jobs.args(["{}", "5", "ids.txt", "vmedia-archive", "--max-rate", "1000/s", "--share-of", "3", ":::", "1", "2", "3", "4", "5"]);
    let output = jobs.output().expect("a run");
    // A part with a session that is not found has done its work.
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    all_is_archived_once(&world, "vmedia-archive");
    is_sound(&world);
}

#[test]
fn a_part_is_tried_again_only_where_that_may_help() {
    let world = prepared();
    let (stub, calls) = (world.folder().join("vmedia"), world.folder().join("calls"));
    for (status, tries, expected) in [(0, 1, 0), (7, 1, 0), (9, 1, 0), (5, 3, 5), (3, 1, 3), (4, 1, 4), (6, 1, 6), (143, 1, 143)] {
        std::fs::write(&stub, format!("#!/bin/sh\necho \"$*\" >> calls\nexit {status}\n")).expect("written");
        std::fs::set_permissions(&stub, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("its mode");
        let _ = std::fs::remove_file(&calls);
        let output = command(&world, &folder().join("shard.sh"), world.folder())
            .args(["2", "5", "ids.txt", "a", "--jobs=1"])
            .output()
            .expect("a run");
        assert_eq!(output.status.code(), Some(expected), "{status}: {}", said(&output));
        let line = "download --from ids.txt --shard 2/5 -o a --skip-complete --failed-to again-2.csv --quiet --jobs=1\n";
        assert_eq!(std::fs::read_to_string(&calls).expect("calls"), line.repeat(tries), "{status}");
    }
}

#[test]
fn the_tasks_of_slurm_divide_the_list() {
    let world = prepared();
    let text = example("many-workers/slurm.sh");
    assert!(text.contains("\n#SBATCH --array=0-49%8\n") && text.contains(" 50 ids.txt ") && text.contains("--share-of 8 "));
    let here = text.replace("/srv/vmedia/evidence", "vmedia-archive").replace("/srv/vmedia", &world.folder().display().to_string());
    std::fs::write(world.folder().join("slurm.sh"), here.replace(" 50 ", " 2 ").replace("20/s", "1000/s")).expect("written");
    std::fs::write(world.folder().join("vmedia.toml"), "").expect("written");
    std::fs::copy(folder().join("shard.sh"), world.folder().join("shard.sh")).expect("copied");
    for task in ["0", "1"] {
        // SLURM runs a copy of the script from another folder.
        let mut job = command(&world, Path::new("/bin/sh"), program_folder());
        let output = job.arg(world.folder().join("slurm.sh")).current_dir("/").env("SLURM_ARRAY_TASK_ID", task).output().expect("a run");
        assert!(output.status.success(), "{}", said(&output));
    }
    all_is_archived_once(&world, "vmedia-archive");
}

/// Prints the documents of YAML files as JSON, after the schemas of Kubernetes have accepted them with nothing unknown in them.
const OF_KUBERNETES: &str = "
import json, sys, yaml, kubernetes_validate
documents = [document for name in sys.argv[1:] for document in yaml.safe_load_all(open(name, encoding='utf-8'))]
for document in documents:
    kubernetes_validate.validate(document, '1.33', strict=True)
broken = json.loads(json.dumps(documents[-1]) .replace('completions', 'completion'))
try:
    kubernetes_validate.validate(broken, '1.33', strict=True)
    sys.exit('it accepts what is no Job')
except kubernetes_validate.ValidationError:
    print(json.dumps(documents))
";

/// Prints JSON files in an array, after the service's published model has accepted each as the input of its operation.
const OF_BATCH: &str = "
import json, sys
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
model = ServiceModel(Loader().load_service_model('batch', 'service-2'))
files = [json.load(open(name, encoding='utf-8')) for name in sys.argv[1:]]
for operation, given in zip(['RegisterJobDefinition', 'SubmitJob'], files):
    shape = model.operation_model(operation).input_shape
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()
    assert ParamValidator().validate({**given, 'unknown': 1}, shape).has_errors()
print(json.dumps(files))
";

/// What a Python script prints of these files, as JSON; nothing without the module that it needs.
fn judged(script: &str, module: &str, files: &[&str]) -> Option<Vec<Value>> {
    let paths = files.iter().map(|name| folder().join(name));
    let output = Command::new("python3").args(["-c", script]).args(paths).output().ok()?;
    if !output.status.success() {
        assert!(said(&output).contains(&format!("No module named '{module}'")), "{}", said(&output));
        lacks(&format!("Python's {module}"));
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("an array").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn kubernetes_takes_the_jobs_and_each_status_has_one_rule() {
    let files = ["../kubernetes-cronjob.yaml", "kubernetes-indexed-job.yaml"];
    let Some(documents) = judged(OF_KUBERNETES, "kubernetes_validate", &files) else { return };
    let job = &documents.iter().find(|document| document["kind"] == "Job").expect("a job")["spec"];
    let mut actions: Vec<(u64, String)> = Vec::new();
    for rule in job["podFailurePolicy"]["rules"].as_array().expect("rules") {
        for status in rule["onExitCodes"]["values"].as_array().into_iter().flatten() {
            actions.push((status.as_u64().expect("a status"), rule["action"].as_str().expect("an action").to_owned()));
        }
    }
    actions.sort_unstable();
    let expected = [1, 2, 3, 4].map(|status| (status, "FailJob")).into_iter().chain([(5, "Count")]);
    let expected = expected.chain([6, 7, 9].map(|status| (status, "FailIndex"))).chain([130, 143].map(|status| (status, "Count")));
    assert_eq!(actions, expected.map(|(status, action)| (status, action.to_owned())).collect::<Vec<_>>(), "8 is of verify alone");

    let (parts, at_once) = (job["completions"].as_u64().expect("a number"), job["parallelism"].as_u64().expect("a number"));
    let container = &job["template"]["spec"]["containers"][0];
    let arguments = texts(&container["args"]);
    assert!(
        arguments.contains(&format!("--shard=$(JOB_COMPLETION_INDEX)/{parts}")) && arguments.contains(&format!("--share-of={at_once}"))
    );
    let world = prepared();
    for index in ["0", "1"] {
        let here = |text: &str| {
            let text = text.replace("$(JOB_COMPLETION_INDEX)", index).replace(&format!("/{parts}"), "/2").replace("20/s", "1000/s");
            text.replace("/etc/vmedia/sessions.txt", "ids.txt").replace("/archive/", "")
        };
        let mut pod = command(&world, Path::new(env!("CARGO_BIN_EXE_vmedia")), program_folder());
        let output = pod.args(arguments.iter().map(|argument| here(argument))).output().expect("a run");
        assert!(matches!(output.status.code(), Some(0 | 7)), "{}", said(&output));
    }
    all_is_archived_once(&world, "vmedia-archive");
}

#[test]
fn aws_batch_takes_the_job_and_its_command_divides_the_list() {
    let files = ["aws-batch-job-definition.json", "aws-batch-job.json"];
    let Some(documents) = judged(OF_BATCH, "botocore", &files) else { return };
    let [definition, job] = &documents[..] else { panic!("{documents:?}") };
    let rules = definition["retryStrategy"]["evaluateOnExit"].as_array().expect("rules");
    let retried: Vec<&str> = rules.iter().filter(|rule| rule["action"] == "RETRY").filter_map(|rule| rule["onExitCode"].as_str()).collect();
    assert_eq!(retried, ["5", "130", "143"]);
    let [command_line] = &texts(&definition["containerProperties"]["command"])[..] else { panic!("{definition}") };
    let parts = job["arrayProperties"]["size"].as_u64().expect("a number");
    assert!(command_line.contains(&format!("--shard $AWS_BATCH_JOB_ARRAY_INDEX/{parts} ")), "{command_line}");
    let world = prepared();
    let here = command_line.replace(&format!("/{parts} "), "/2 ").replace("cd /archive", "cd .").replace("20/s", "1000/s");
    for index in ["0", "1"] {
        let mut task = command(&world, Path::new("/bin/sh"), program_folder());
        let output = task.args(["-c", &here]).env("AWS_BATCH_JOB_ARRAY_INDEX", index).output().expect("a run");
        assert!(matches!(output.status.code(), Some(0 | 7)), "{}", said(&output));
    }
    all_is_archived_once(&world, "evidence");
}
