//! `vmedia demo`: starts a sandbox, runs the same download and the same check as `download` and `verify`, and shows the archive.
//!
//! Must not do anything that the real commands would not do.

use super::Context;
use super::archives::find;
use super::download::{archive, single};
use super::headings::short_id;
use super::query::session_id;
use super::sandbox::key_file;
use super::services::{offline_providers, services};
use super::verify::{Occasion, verify_all};
use crate::archive::PAGE;
use crate::cli::{DemoArguments, EventFormat, ProviderChoice, VerifyArguments};
use crate::config::{DEFAULT_JOBS, ProviderAccess, ProviderSettings, Resolver, YotiAccess};
use crate::engine::StoredRules;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::Style;
use crate::sandbox::{Options, Pace, SAMPLE_SESSION, SAMPLE_YOTI, Sandbox};
use crate::seal::rsa::RequestKey;
use crate::secret::Secret;
use crate::text::sanitize;
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
    let (settings, sample, with): (_, _, &[&str]) = match arguments.provider.unwrap_or(ProviderChoice::Veriff) {
        ProviderChoice::Veriff => (veriff(&sandbox), SAMPLE_SESSION, &WITH),
        ProviderChoice::Yoti => (yoti(&sandbox)?, SAMPLE_YOTI, &[]),
    };
    let session = session_id(sample, 1)?;
    let services = services(
        settings,
        &Resolver::without_file(&context.flags, &context.environment).network(),
        arguments.output.clone(),
        DEFAULT_JOBS,
        context,
    )?;
    let (options, batch) = single(session.clone(), with);
    let mut reporter = context.reporter(EventFormat::Text, true)?;
    let dim = |text: &str| context.console.paint(Style::Dim, text);
    reporter.say("A sandbox on this machine plays the provider, and nothing leaves this machine.");
    reporter.say("The person on the pictures does not exist.");
    let flag = if with.is_empty() { String::new() } else { format!(" --with {}", with.join(",")) };
    reporter.say(&dim(&format!("$ vmedia download {session}{flag} -o {}", arguments.output.display())));
    let folder = crate::archive::SessionArchive::folder_of(&session);
    let store = std::sync::Arc::clone(&services.store);
    let exit = archive(services, options, batch, &mut reporter, context)?;
    if exit != Exit::Done {
        return Ok(exit);
    }
    let location = store.location(&folder);
    reporter.say(&dim(&format!("$ vmedia verify {location}")));
    let archives = find(&[Path::new(&location).to_owned()], context)?;
    let rules = StoredRules::new(offline_providers(None), false);
    let exit = verify_all(&archives, rules, &VerifyArguments::default(), Occasion::Routine, &mut reporter, context)?.exit;
    if context.flags.verbosity.quiet {
        return Ok(exit);
    }
    let (id, output) = (short_id(sample), sanitize(&arguments.output.display().to_string()).into_owned());
    for line in [
        "",
        "Look at it, and check it without vmedia, in the folder of its page:",
        &format!("  vmedia show {id} --archive {output}"),
        &format!("  vmedia open {id} --archive {output}"),
        CHECK,
        "Archive sessions of your own:",
        "  vmedia config init",
    ] {
        reporter.say(line);
    }
    let page = store.location(&folder.join(PAGE));
    reporter.say_as_is(&format!("The page of this session: {}", context.console.link(Path::new(&page))));
    Ok(exit)
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
