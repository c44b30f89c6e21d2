//! What Windows sends to a console program besides Ctrl-C. Of these, another program can send Ctrl-Break.

use super::{Process, completes};
use crate::harness::{SESSION, World, all_but, cannot, is_sound, lacks, until};
use std::os::windows::process::CommandExt;
use std::process::{Command, Stdio};

/// `CREATE_NEW_PROCESS_GROUP`: Ctrl-Break is sent to a group.
const GROUP: u32 = 0x200;
/// Sends it; with status 3 where there is no console to send it through.
const BREAK: &str = "
import os, signal, sys
try:
    os.kill(int(sys.argv[1]), signal.CTRL_BREAK_EVENT)
except OSError:
    sys.exit(3)
";

#[test]
fn ctrl_break_terminates_in_order() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=slow:4"));
    let mut command = world.process(&["download", SESSION]);
    command.creation_flags(GROUP).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process(Some(command.spawn().expect("a process")));
    until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
    match Command::new("python3").args(["-c", BREAK, &process.child().id().to_string()]).status() {
        Err(_) => return lacks("python3"),
        Ok(status) if status.code() == Some(3) => return cannot("there is no console"),
        Ok(status) => assert!(status.success(), "{status}"),
    }
    process.wait().ends_with(143).complains("terminated", "run the same command again");
    is_sound(&world);
    completes(&world, &all_but("video"));
}
