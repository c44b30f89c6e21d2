//! `many-workers/nats_worker.py` with a real server: a worker that is killed loses no session, and archives none twice.
#![cfg(unix)]

use crate::batch::sessions;
use crate::harness::{ADMIN, Keeps, ObjectServer, World, is_sound, lacks, until};
use crate::ship::bucket;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use vmedia::archive::objects::{ListedObject, ObjectStore};

/// Makes a work queue of these sessions, or prints the numbers of messages that it holds and that are delivered.
const QUEUE: &str = "
import asyncio, sys, nats
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy

async def main(url, *sessions):
    client = await nats.connect(url)
    stream = client.jetstream()
    if sessions:
        await stream.add_stream(name='SESSIONS', subjects=['sessions'], retention=RetentionPolicy.WORK_QUEUE)
        config = ConsumerConfig(durable_name='archive', ack_policy=AckPolicy.EXPLICIT, ack_wait=6)
        await stream.add_consumer('SESSIONS', config)
        for session in sessions:
            await stream.publish('sessions', session.encode())
    consumer = await stream.consumer_info('SESSIONS', 'archive')
    print((await stream.stream_info('SESSIONS')).state.messages, consumer.num_ack_pending)
    await client.close()

asyncio.run(main(*sys.argv[1:]))
";

/// A process with its children, which do not outlive the test.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Option<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).spawn().ok().map(Self)
    }

    fn signal(&self, name: &str, whole: bool) {
        let target = if whole { format!("-{}", self.0.id()) } else { self.0.id().to_string() };
        let _ = Command::new("sh").args(["-c", &format!("kill -s {name} -- {target} 2>/dev/null")]).status();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("KILL", true);
        let _ = self.0.wait();
    }
}

/// A server of its own and its URL.
fn server(world: &World) -> Option<(Group, String)> {
    let (store, ports) = (world.folder().join("jetstream"), world.folder().join("ports"));
    std::fs::create_dir(&ports).expect("a folder");
    let mut command = Command::new("nats-server");
    command.args(["-a", "127.0.0.1", "-p", "-1", "-js", "-sd"]).arg(&store).arg("--ports_file_dir").arg(&ports).stderr(Stdio::null());
    let Some(server) = Group::start(&mut command) else {
        lacks("nats-server");
        return None;
    };
    let url = || {
        let file = std::fs::read_dir(&ports).ok()?.next()?.ok()?.path();
        let ports: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        ports["nats"][0].as_str().map(str::to_owned)
    };
    until("the server listens", || url().is_some());
    Some((server, url()?))
}

/// The numbers of messages that the queue holds and that are delivered; none without the client.
fn queue(url: &str, sessions: &[String]) -> Option<(usize, usize)> {
    let output = Command::new("python3").args(["-c", QUEUE, url]).args(sessions).output().ok()?;
    let Some((held, out)) = std::str::from_utf8(&output.stdout).ok()?.trim().split_once(' ') else {
        assert!(String::from_utf8_lossy(&output.stderr).contains("No module named 'nats'"), "{output:?}");
        lacks("Python's nats");
        return None;
    };
    Some((held.parse().ok()?, out.parse().ok()?))
}

/// A worker with an archive of its own, which knows no server but those of the variables.
fn worker(world: &World, url: &str, words: &[&str], variables: &[(String, String)]) -> Group {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/many-workers/nats_worker.py");
    let run = world.process(&[&["download", "--stream", "--skip-complete", "--jobs=2", "--quiet"], words].concat());
    let mut command = Command::new("python3");
    command.arg(script).args(["SESSIONS", "archive"]).arg(run.get_program()).args(run.get_args()).current_dir(world.folder());
    command
        .envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .envs(variables.iter().cloned())
        .env("NATS_URL", url)
        .env("RETRY_AFTER", "1");
    Group::start(&mut command).expect("python3")
}

/// A provider with so many sessions, and a queue of them with two messages that hold no id.
fn filled(count: usize) -> Option<(World, Group, String)> {
    let world = sessions(count);
    let (server, url) = server(&world)?;
    let mut ids: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    ids.extend(["no id".to_owned(), "word".to_owned()]);
    assert_eq!(queue(&url, &ids)?, (count + 2, 0));
    Some((world, server, url))
}

#[test]
fn a_worker_that_is_killed_loses_no_session_and_none_is_archived_twice() {
    let count = 30;
    let Some((world, _server, url)) = filled(count) else { return };
    let is_bag = |entry: &std::fs::DirEntry| entry.path().join("bagit.txt").exists();
    let bags = || world.archive().read_dir().into_iter().flatten().flatten().filter(is_bag).count();
    let killed = worker(&world, &url, &[], &[]);
    until("some are archived", || bags() >= 5);
    killed.signal("KILL", true);
    drop(killed);
    let (held, _) = queue(&url, &[]).expect("a client");
    assert!(held >= count - bags() && held > 0, "{held} messages are left, and {} sessions are archived", bags());

    let mut second = worker(&world, &url, &[], &[]);
    until("all are acknowledged", || queue(&url, &[]) == Some((0, 0)));
    second.signal("TERM", false);
    assert_eq!(second.0.wait().expect("an end").code(), Some(143));
    assert_eq!(bags(), count);
    is_sound(&world);
    let rows = world.run(&["catalog", "vmedia-archive", "--format=csv"]).ends_with(0).stdout;
    assert_eq!(rows.lines().filter(|row| row.contains("complete")).count(), count, "{rows}");
    // What was whole before was not fetched again, but for what two runs had under way.
    assert!(world.media_requests() < count * 5 + 2 * 5 * 2, "{}", world.media_requests());
}

#[test]
fn workers_without_disks_of_their_own_lose_no_session_that_they_ship() {
    let count = 20;
    let Some(objects) = ObjectServer::shared() else { return };
    let Some((world, _server, url)) = filled(count) else { return };
    let place = format!("s3://{}/many", objects.bucket(Keeps::Versions));
    let variables: Vec<(String, String)> = objects.environment(ADMIN).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let shipped = || {
        let mut finished = Vec::new();
        let mut add = |object: ListedObject| {
            finished.extend(object.key.as_str().ends_with("/bagit.txt").then(|| object.key.as_str().to_owned()));
            Ok(())
        };
        bucket(objects, &place).list(None, &mut add).expect("a list");
        finished.sort_unstable();
        finished
    };
    let start = |name: &str| worker(&world, &url, &["-o", name, "--ship", &place], &variables);
    let killed = start("one");
    until("some are shipped", || !shipped().is_empty());
    killed.signal("KILL", true);
    drop(killed);
    std::fs::remove_dir_all(world.folder().join("one")).expect("its disk");

    let others = [start("two"), start("three")];
    until("all are acknowledged", || queue(&url, &[]) == Some((0, 0)));
    drop(others);
    let mut sessions: Vec<String> = shipped().iter().map(|key| key.split('/').next().unwrap_or_default().to_owned()).collect();
    sessions.dedup();
    assert_eq!(sessions.len(), count, "{:?}", shipped());
}
