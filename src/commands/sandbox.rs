//! `vmedia sandbox`: a small provider on this machine, for trying and for CI.
//!
//! With a command it runs that command against the sandbox and ends with its status; without one it prints the
//! settings and serves until it is stopped. Must not know how a provider works.

use super::Context;
use crate::archive::must_be_outside;
use crate::cli::{ProviderChoice, SandboxArguments};
use crate::clock::Stop;
use crate::config::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::report::{Console, Style};
use crate::sandbox::{Exchange, Options, SAMPLE_SESSION, SAMPLE_YOTI, Sandbox, parse_faults};
use crate::text::sanitize;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

/// The command that runs shell syntax.
const SHELL: &str = if cfg!(windows) { "powershell -Command \"...\"" } else { "sh -c '...'" };
/// The window in which the settings can be pasted, and a command that uses them.
const WINDOW: &str = if cfg!(windows) {
    "another PowerShell window"
} else if cfg!(target_os = "macos") {
    "another Terminal window (Cmd-N)"
} else {
    "another terminal"
};
const NEXT: &str = if cfg!(windows) { "vmedia download $env:VMEDIA_SESSION_ID" } else { "vmedia download \"$VMEDIA_SESSION_ID\"" };

/// Starts the sandbox, and returns the exit status.
pub(super) fn run(arguments: SandboxArguments, context: &Context) -> Result<u8> {
    let faults = parse_faults(&arguments.faults.join(","))
        .map_err(|error| Error::usage(format!("--faults: {error}"), "vmedia sandbox --help lists targets and faults"))?;
    arguments.data.as_deref().map_or(Ok(()), check_data)?;
    let console = context.console.clone();
    let quiet = context.flags.verbosity.quiet;
    // A command's own output is not mixed with the sandbox's, unless a flag asks for it.
    let is_shown = if arguments.command.is_empty() { !quiet } else { context.flags.verbosity.verbose > 0 };
    let observer = move |exchange: &Exchange| {
        if is_shown {
            console.message(&line(exchange, &console));
        }
    };
    let options =
        Options { listen: arguments.listen, data: arguments.data, faults, observer: Some(Arc::new(observer)), ..Options::default() };
    let listen = options.listen;
    let sandbox = Sandbox::start(options).map_err(|error| {
        let kind = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        not_started(kind, &error, listen).caused_by(error)
    })?;
    let settings = settings(&sandbox, arguments.provider.unwrap_or(ProviderChoice::Veriff))?;
    match arguments.command.split_first() {
        Some((program, words)) => run_command(program, words, &settings, context),
        None => Ok(context.console.exit(serve(&settings, context)).code()),
    }
}

/// Fails if `--data` names no folder, or one within an archive's session.
fn check_data(data: &Path) -> Result<()> {
    must_be_outside("--data", data)?;
    if data.is_dir() {
        return Ok(());
    }
    let what = if data.exists() { "is not a folder" } else { "does not exist" };
    Err(Error::usage(format!("--data: {} {what}", data.display()), "create a folder of that name, or name another with --data"))
}

/// Returns the error of a sandbox that could not be started.
fn not_started(kind: Option<io::ErrorKind>, error: &dyn std::fmt::Display, listen: SocketAddr) -> Error {
    let (what, hint) = match kind {
        Some(io::ErrorKind::AddrInUse) => (
            format!("another program listens on {listen} already"),
            "end that program, choose another port with --listen, or leave --listen out for a free one",
        ),
        Some(io::ErrorKind::PermissionDenied) if listen.port() < 1024 => {
            (format!("the sandbox may not listen on {listen}"), "choose a port above 1023 with --listen, or leave it out for a free one")
        }
        _ => (format!("the sandbox cannot start: {error}"), "choose another address with --listen, or another folder with --data"),
    };
    Error::usage(what, hint)
}

/// Returns the settings of a client as environment variables.
fn settings(sandbox: &Sandbox, provider: ProviderChoice) -> Result<Vec<(&'static str, String)>> {
    let config = sandbox.config_file().map_err(|error| {
        let hint = "check the folder for temporary files (TMPDIR)";
        Error::new(ErrorKind::Local, format!("the sandbox cannot keep an empty configuration: {error}"), hint).caused_by(error)
    })?;
    let mut settings = match provider {
        ProviderChoice::Veriff => vec![
            ("VMEDIA_PROVIDER", "veriff".to_owned()),
            ("VMEDIA_BASE_URL", sandbox.base_url()),
            ("VMEDIA_API_KEY", sandbox.api_key().to_owned()),
            ("VMEDIA_API_SECRET", sandbox.api_secret().to_owned()),
            ("VMEDIA_SESSION_ID", SAMPLE_SESSION.to_owned()),
        ],
        ProviderChoice::Yoti => vec![
            ("VMEDIA_PROVIDER", "yoti".to_owned()),
            ("VMEDIA_BASE_URL", sandbox.yoti_base_url()),
            ("VMEDIA_YOTI_SDK_ID", sandbox.yoti_sdk_id().to_owned()),
            ("VMEDIA_YOTI_KEY_FILE", key_file(sandbox)?.display().to_string()),
            ("VMEDIA_SESSION_ID", SAMPLE_YOTI.to_owned()),
        ],
    };
    // A trial must not use the archive or the heartbeat of a default profile.
    settings.push(("VMEDIA_CONFIG", config.display().to_string()));
    Ok(settings)
}

/// Returns the file with the key that the sandbox made for its clients.
pub(super) fn key_file(sandbox: &Sandbox) -> Result<std::path::PathBuf> {
    sandbox.yoti_key_file().map_err(|error| {
        let hint = "check the folder for temporary files (TMPDIR)";
        Error::new(ErrorKind::Local, format!("the sandbox cannot keep its key: {error}"), hint).caused_by(error)
    })
}

/// Runs the command with the sandbox's settings in place of all others, and without other secrets.
fn run_command(program: &OsString, words: &[OsString], settings: &[(&'static str, String)], context: &Context) -> Result<u8> {
    let failed = |error: std::io::Error| {
        Error::usage(
            format!("cannot run {}: {error}", program.display()),
            format!("what follows -- is a command and its arguments; wrap shell syntax in: {SHELL}"),
        )
    };
    let mut command = Command::new(program);
    command.args(words);
    let secrets = context.resolver()?.secret_variables();
    for name in Environment::setting_names().map(str::to_owned).chain(secrets) {
        command.env_remove(name);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command.status().map(status_number).map_err(failed)
}

/// Returns the number that a shell would give: 128 and the signal for a command that a signal ended.
fn status_number(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn serve(settings: &[(&'static str, String)], context: &Context) -> Exit {
    let text: String = settings.iter().map(|(name, value)| format!("{}\n", assignment(name, value))).collect();
    context.console.answer(text.as_bytes());
    if !context.flags.verbosity.quiet {
        let console = &context.console;
        let line = format!("The sandbox serves until Ctrl-C. Paste the lines above into {WINDOW}; then: {NEXT}");
        console.message(&console.paint(Style::Dim, &line));
    }
    while context.cancel.requested().is_none() {
        context.clock.sleep(Duration::from_millis(100));
    }
    context.cancel.requested().map_or(Exit::from(ErrorKind::Interrupted), Stop::exit)
}

/// Returns the line that sets a variable, to be pasted into a shell of this system.
fn assignment(name: &str, value: &str) -> String {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    if cfg!(windows) {
        format!("$env:{name} = '{}'", value.replace('\'', "''"))
    } else if is_plain {
        format!("export {name}={value}")
    } else {
        format!("export {name}='{}'", value.replace('\'', "'\\''"))
    }
}

fn line(exchange: &Exchange, console: &Console) -> String {
    let status = match exchange.status {
        0 => "no answer".to_owned(),
        status => status.to_string(),
    };
    let style = if exchange.status == 200 { Style::Good } else { Style::Note };
    let fault = exchange.fault.as_deref().map(|fault| format!("  fault {fault}")).unwrap_or_default();
    let signed = if exchange.signed { "" } else { "  not signed" };
    format!(
        "{} {} {}{}",
        console.paint(style, &status),
        exchange.method,
        sanitize(&exchange.path),
        console.paint(Style::Dim, &format!("{signed}{fault}"))
    )
}
