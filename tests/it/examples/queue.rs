//! `many-workers/nats_worker.py` with a real server: a worker that is killed loses no session, and archives none twice.
#![cfg(unix)]

use crate::batch::sessions;
use crate::harness::{World, is_sound, lacks, until};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Makes a work queue of these sessions, or prints the numbers of messages that it holds and that are delivered.
const QUEUE: &str = "
import asyncio, sys, nats
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy

async def main(url, *sessions):
    client = await nats.connect(url)
    stream = client.jetstream()
    if sessions:
        await stream.add_stream(name='SESSIONS', subjects=['sessions'], retention=RetentionPolicy.WORK_QUEUE)
        config = ConsumerConfig(durable_name='archive', ack_policy=AckPolicy.EXPLICIT, ack_wait=1)
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

fn worker(world: &World, url: &str) -> Group {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/many-workers/nats_worker.py");
    let run = world.process(&["download", "--stream", "--skip-complete", "--jobs=2", "--quiet"]);
    let mut command = Command::new("python3");
    command.arg(script).args(["SESSIONS", "archive"]).arg(run.get_program()).args(run.get_args()).current_dir(world.folder());
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("NATS_URL", url);
    Group::start(&mut command).expect("python3")
}

#[test]
fn a_worker_that_is_killed_loses_no_session_and_none_is_archived_twice() {
    let count = 30;
    let world = sessions(count);
    let Some((_server, url)) = server(&world) else { return };
    let mut ids: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    ids.extend(["no id".to_owned(), "word".to_owned()]);
    let Some(begun) = queue(&url, &ids) else { return };
    assert_eq!(begun, (count + 2, 0));

    let bags =
        || world.archive().read_dir().into_iter().flatten().flatten().filter(|entry| entry.path().join("bagit.txt").exists()).count();
    let killed = worker(&world, &url);
    until("some are archived", || bags() >= 5);
    killed.signal("KILL", true);
    drop(killed);
    let (held, _) = queue(&url, &[]).expect("a client");
    assert!(held >= count - bags() && held > 0, "{held} messages are left, and {} sessions are archived", bags());

    let mut second = worker(&world, &url);
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
