//! `vmedia config check`: checks that a run would work. Sends the provider one request that changes and shows nothing, and leaves
//! nothing behind but the small object by which a bucket is probed.
//!
//! Must not judge the provider's answer: `probe_report.rs` does.

use super::Context;
use super::encryption::encryption;
use super::probe_report::{Asked, judge};
use crate::archive::must_be_outside;
use crate::cli::{EventFormat, Flags, ProviderChoice, SealArguments};
use crate::clock::Stop;
use crate::commands::buckets::bucket as open_bucket;
use crate::commands::services::{provider, wire};
use crate::config::{Network, ProviderAccess, Resolver, Sourced, YotiAccess, contradictions, schedule_text};
use crate::engine::probe;
use crate::error::Result;
use crate::exit::Exit;
use crate::http::{Limits, Policy};
use crate::objects::Versioning;
use crate::report::{Checklist, check_log};
use crate::store::free_space;
use crate::text::bytes;
use std::path::Path;

/// Free bytes below which a folder is nearly full: some hundred sessions.
const LITTLE_SPACE: u64 = 1_000_000_000;

/// Most retries: a person waits for the answer.
const MOST_RETRIES: u32 = 2;

/// Checks everything that can be checked, also after an error.
pub(super) fn run(flags: &Flags, format: EventFormat, context: &Context) -> Result<Exit> {
    let mut checklist = Checklist::default();
    match Resolver::new(flags, &context.environment).map(|resolver| resolver.until(&context.cancel, &context.clock)) {
        Ok(resolver) => check(&resolver, &mut checklist, context),
        Err(error) => {
            checklist.wrong("configuration", &error);
            checklist.skipped("everything else", "depends on the configuration");
        }
    }
    if let Some(exit) = context.cancel.requested().map(Stop::exit) {
        return Ok(exit);
    }
    checklist.print(&context.console, format, flags.verbosity.quiet)?;
    Ok(checklist.exit())
}

fn check(resolver: &Resolver<'_>, checklist: &mut Checklist, context: &Context) {
    configuration(resolver, checklist);
    match resolver.provider() {
        Ok(asked) => {
            checklist.fine("provider", format!("{} ({})", asked.value.name(), asked.source));
            ask(asked.value, resolver, checklist, context);
        }
        Err(error) => checklist.wrong("provider", &error),
    }
    folder(&resolver.output(None).value, checklist);
    encryption(resolver, checklist, context);
    seals(resolver, checklist);
    retention(resolver, checklist);
    notifications(resolver, checklist, context);
    bucket(resolver, checklist, context);
}

/// Probes the bucket that sessions are shipped to.
fn bucket(resolver: &Resolver<'_>, checklist: &mut Checklist, context: &Context) {
    let Some(place) = resolver.ship("--to", None) else { return };
    let url = place.value.clone();
    match open_bucket(resolver, (&place, (None, None)), 1, context).and_then(|bucket| bucket.probe()) {
        Ok(report) => {
            let what = format!("{url} creates nothing twice, and compares and keeps SHA-256");
            match report.versioning {
                Versioning::Enabled => checklist.fine("bucket", format!("{what}; it keeps versions")),
                Versioning::Unknown => checklist.fine("bucket", what),
                Versioning::Off | Versioning::Suspended => {
                    let hint = "enable versioning: without it, what another program replaces or removes there is lost";
                    checklist.warning("bucket", format!("{what}; it keeps no versions"), hint);
                }
            }
        }
        Err(error) => checklist.wrong("bucket", &error),
    }
}

fn ask(choice: ProviderChoice, resolver: &Resolver<'_>, checklist: &mut Checklist, context: &Context) {
    let access = resolver.access(choice);
    match &access {
        Ok((_, credentials)) => checklist.fine("credentials", credentials.as_str()),
        Err(error) => checklist.wrong("credentials", error),
    }
    let base_url = resolver.base_url(choice);
    match &base_url {
        Ok(base_url) => checklist.fine("base URL", base_url.as_str()),
        Err(error) => checklist.wrong("base URL", error),
    }
    let (Ok((access, credentials)), Ok(base_url)) = (access, base_url) else {
        checklist.skipped("connection", "needs credentials and a base URL");
        return;
    };
    let is_token = matches!(access, ProviderAccess::Yoti(YotiAccess::Bearer(_)));
    let provider = provider(access, context);
    match wire(base_url.clone(), &hurried(resolver.network()), 1, context.cancel.clone(), &context.clock) {
        Ok(wire) => {
            let asked = Asked { provider: provider.as_ref(), base_url: &base_url, credentials: &credentials, is_token };
            judge(probe(provider.as_ref(), &wire), &asked, checklist);
        }
        Err(error) => checklist.wrong("connection", &error),
    }
}

fn configuration(resolver: &Resolver<'_>, checklist: &mut Checklist) {
    match resolver.location() {
        Some(location) if location.value.is_file() => checklist.fine("configuration", location.value.display().to_string()),
        Some(location) => checklist.skipped("configuration", format!("there is no {}", location.value.display())),
        None => checklist.skipped("configuration", "this system has no place for it"),
    }
    match resolver.profile_name() {
        Some(Sourced { value, source }) => checklist.fine("profile", format!("{value} ({source})")),
        None => checklist.skipped("profile", "none is chosen; flags and the environment are used"),
    }
}

/// Returns the network's settings with few retries, because a person waits for the answer.
fn hurried(network: Network) -> Network {
    let policy = Policy { retries: network.policy.retries.min(MOST_RETRIES), ..network.policy };
    Network { policy, limits: Limits::default(), ..network }
}

fn folder(output: &Path, checklist: &mut Checklist) {
    let shown = output.display();
    match must_be_outside("the archive", output).and_then(|()| free_space(output)) {
        Ok(space) => {
            let state = if space.exists { "is there" } else { "can be made" };
            let what = format!("{shown} {state} and can be written; {} are free", bytes(space.available));
            if space.available < LITTLE_SPACE {
                checklist.warning(
                    "archive",
                    what,
                    "a session with a video takes some ten megabytes; make room, or choose another folder with output or -o",
                );
            } else {
                checklist.fine("archive", what);
            }
        }
        Err(error) => checklist.wrong("archive", &error),
    }
}

fn seals(resolver: &Resolver<'_>, checklist: &mut Checklist) {
    match resolver.seal_settings(&SealArguments::default()) {
        Ok(settings) => {
            if let Some(key) = settings.key {
                checklist.fine("sign key", key.fingerprint());
            }
            if let Some(authority) = settings.timestamp {
                // The path may hold a customer's token.
                checklist.fine("time stamps", format!("{}, not asked now", authority.base_url));
            }
        }
        Err(error) => checklist.wrong("seals", &error),
    }
}

fn retention(resolver: &Resolver<'_>, checklist: &mut Checklist) {
    match resolver.schedules() {
        Ok(schedules) => {
            schedules.iter().for_each(|schedule| checklist.fine("retention", schedule_text(schedule)));
            for what in contradictions(&schedules) {
                checklist.warning(
                    "retention",
                    what,
                    "no erasure can satisfy both; change a period, or give biometric media one of their own",
                );
            }
        }
        Err(error) => checklist.wrong("retention", &error),
    }
}

fn notifications(resolver: &Resolver<'_>, checklist: &mut Checklist, context: &Context) {
    match resolver.ping_address(None, true) {
        Ok(None) => {}
        // The address is a secret: with it, anyone can send the heartbeat.
        Ok(Some(_)) => checklist.fine("heartbeat", "there is an address to send it to, not used now"),
        Err(error) => checklist.wrong("heartbeat", &error),
    }
    if let Some(path) = &context.flags.log.log_file {
        match check_log(path) {
            Ok(()) => checklist.fine("log", format!("{} can be written", path.display())),
            Err(error) => checklist.wrong("log", &error),
        }
    }
}
