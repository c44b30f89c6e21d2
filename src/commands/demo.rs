//! `vmedia demo`: starts a sandbox, runs the same download and the same check as `download` and `verify`, and shows the archive.
//!
//! Must not do anything that the real commands would not do.

use super::Context;
use super::archives::find;
use super::download::{archive, single};
use super::query::session_id;
use super::sandbox::key_file;
use super::services::{offline_providers, services};
use super::verify::verify_all;
use crate::cli::{DemoArguments, EventFormat, ProviderChoice, VerifyArguments};
use crate::config::{DEFAULT_JOBS, ProviderAccess, ProviderSettings, Resolver, YotiAccess};
use crate::engine::StoredRules;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::Style;
use crate::sandbox::{Options, Pace, SAMPLE_SESSION, SAMPLE_YOTI, Sandbox};
use crate::seal::rsa::RequestKey;
use crate::secret::Secret;
use crate::store::{ReadStore, StorePath};
use crate::text::bytes;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// Tried first, so that a second demonstration gets the same answers and keeps no second copy of them.
const PORT: u16 = 38_417;
/// The companion documents that the sample has.
const WITH: [&str; 3] = ["decision", "person", "watchlist-screening"];
/// The pace of a far provider over a modest line, so that the bars can be seen.
const PACE: Pace = Pace { latency: Duration::from_millis(120), bytes_per_second: Some(90_000) };

/// The command that checks the payload without vmedia.
const CHECK: &str = if cfg!(windows) {
    "  gc manifest-sha256.txt | % { $sum, $path = $_ -split '  ', 2; \"$path $((Get-FileHash -LiteralPath $path).Hash -eq $sum)\" }"
} else {
    "  sha256sum -c manifest-sha256.txt"
};

pub(super) fn run(arguments: &DemoArguments, context: &Context) -> Result<Exit> {
    crate::archive::must_be_outside("-o", &arguments.output)?;
    let sandbox = start(context)?;
    let (settings, sample, with, credentials): (_, _, &[&str], _) = match arguments.provider.unwrap_or(ProviderChoice::Veriff) {
        ProviderChoice::Veriff => (veriff(&sandbox), SAMPLE_SESSION, &WITH, "VMEDIA_BASE_URL=... VMEDIA_API_KEY=... VMEDIA_API_SECRET=..."),
        ProviderChoice::Yoti => (yoti(&sandbox)?, SAMPLE_YOTI, &[], "VMEDIA_PROVIDER=yoti VMEDIA_YOTI_SDK_ID=... VMEDIA_YOTI_KEY_FILE=..."),
    };
    let session = session_id(sample, 1)?;
    let services = services(
        settings,
        &Resolver::without_file(&context.flags, &context.environment).network(),
        arguments.output.clone(),
        DEFAULT_JOBS,
        context,
    )?;
    let (options, identifiers) = single(session.clone(), with);
    let mut reporter = context.reporter(EventFormat::Text, true)?;
    let dim = |text: &str| context.console.paint(Style::Dim, text);
    reporter.say("A sandbox on this machine plays the provider. The person it shows does not exist,");
    reporter.say("and nothing leaves this machine.");
    let flag = if with.is_empty() { String::new() } else { format!(" --with {}", with.join(",")) };
    reporter.say(&dim(&format!("$ vmedia download {session}{flag} -o {}", arguments.output.display())));
    let folder = crate::archive::SessionArchive::folder_of(&session);
    let store = std::sync::Arc::clone(&services.store);
    let exit = archive(services, options, identifiers, None, &mut reporter, context)?;
    if exit != Exit::Done {
        return Ok(exit);
    }
    let location = store.location(&folder);
    reporter.say(&dim(&format!("$ vmedia verify {location}")));
    let archives = find(&[Path::new(&location).to_owned()], context)?;
    let rules = StoredRules::new(offline_providers(None), false);
    let exit = verify_all(&archives, rules, &VerifyArguments::default(), false, &mut reporter, context)?.exit;
    for line in tour(store.as_ref(), &folder, &location, credentials)? {
        reporter.say(&line);
    }
    Ok(exit)
}

/// Returns the line of PowerShell that sets variables, which are given as in a POSIX shell.
fn for_powershell(variables: &str) -> String {
    let assign = |(name, value): (&str, &str)| format!("$env:{name} = \"{value}\"");
    let assigned: Vec<String> = variables.split(' ').filter_map(|variable| variable.split_once('=').map(assign)).collect();
    format!("  {}", assigned.join("; "))
}

fn veriff(sandbox: &Sandbox) -> ProviderSettings {
    let access = ProviderAccess::Veriff {
        api_key: sandbox.api_key().to_owned(),
        signing: Secret::new(sandbox.api_secret().to_owned()),
        others: Vec::new(),
        integration_id: None,
    };
    ProviderSettings { base_url: sandbox.base_url(), access, credentials: "the sandbox's own".to_owned() }
}

fn yoti(sandbox: &Sandbox) -> Result<ProviderSettings> {
    let path = key_file(sandbox)?;
    let key = sandbox.yoti_key().map_err(|error| Error::unexpected("the sandbox cannot make a key").caused_by(error))?;
    let key = Box::new(RequestKey::parse(&path, key.as_bytes())?);
    let access = ProviderAccess::Yoti(YotiAccess::Signed { sdk_id: sandbox.yoti_sdk_id().to_owned(), key });
    Ok(ProviderSettings { base_url: sandbox.yoti_base_url(), access, credentials: "the sandbox's own".to_owned() })
}

fn start(context: &Context) -> Result<Sandbox> {
    let pace = if context.console.is_terminal { PACE } else { Pace::default() };
    let options = Options { pace, ..Options::default() };
    let preferred = Options { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)), ..options.clone() };
    Sandbox::start(preferred)
        .or_else(|_| Sandbox::start(options))
        .map_err(|error| Error::unexpected(format!("the sandbox cannot start: {error}")).caused_by(error))
}

/// Returns the list of the archive's files, and the next commands.
fn tour(store: &dyn ReadStore, folder: &StorePath, location: &str, credentials: &str) -> Result<Vec<String>> {
    let mut lines = vec![String::new(), format!("{location}/")];
    let mut shown = String::new();
    let listed = store.list(folder)?;
    let here = listed.iter().filter_map(|listed| Some((listed.path.below(folder)?, listed.length())));
    let mut files: Vec<_> = here.map(|(below, length)| (below.rsplit_once('/').unwrap_or(("", below)), length)).collect();
    // Folder by folder, the session's own folder first.
    files.sort();
    for ((parent, name), length) in files {
        if parent != shown {
            parent.clone_into(&mut shown);
            lines.push(format!("  {parent}/"));
        }
        let indent = if parent.is_empty() { "  " } else { "    " };
        lines.push(format!("{indent}{name}  {}", bytes(length)));
    }
    let export = if cfg!(windows) { for_powershell(credentials) } else { format!("  export {credentials}") };
    lines.extend(
        [
            "",
            "Open index.html: whom it is about, every picture, every video. archive.json says where each came from.",
            if cfg!(windows) {
                "Check it without vmedia, in that folder, in PowerShell:"
            } else {
                "Check it without vmedia, in that folder:"
            },
            CHECK,
            "Archive a session of your own, with the credentials of your integration:",
            export.as_str(),
            "  vmedia download <session-id>",
        ]
        .map(str::to_owned),
    );
    Ok(lines)
}
