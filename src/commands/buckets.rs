//! Opens places in buckets from settings, and probes them. Must not resolve settings.

use super::Context;
use super::event_loop::beside;
use super::services::{holder, wire};
use crate::archive::{Journal, ShippedArchive, ShippedRun, is_version};
use crate::cli::LayoutChoice;
use crate::config::{BucketAccess, LockFlags, Network, Resolver, Source, Sourced, Surroundings, bucket_access};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Limits, RetryClient};
use crate::objects::{Bucket, BucketOptions, ConnectService, Versioning};
use crate::report::Reporter;
use jiff::tz::TimeZone;
use std::sync::Arc;
use vmedia_archive::objects::ObjectStore;

/// Number of files that are read from a bucket in parallel.
pub(super) const READERS: u16 = 16;

/// Returns a place in a bucket, to which that many requests may be sent at once. Connects to nothing.
pub(super) fn bucket(
    resolver: &Resolver<'_>,
    (place, lock): (&Sourced<String>, LockFlags),
    connections: u16,
    context: &Context,
) -> Result<Bucket> {
    let options = resolver.bucket(place, lock, context.clock.now().to_zoned(TimeZone::UTC).date())?;
    // The limits are the provider's.
    let network = Network { limits: Limits::default(), ..resolver.network() };
    let (clock, cancel) = (Arc::clone(&context.clock), context.cancel.clone());
    let connect = move |url: String| -> Result<RetryClient> { wire(url, &network, connections.into(), cancel.clone(), &clock) };
    let service: ConnectService = Arc::new(connect.clone());
    let (clock, cancel) = (Arc::clone(&context.clock), context.cancel.clone());
    let surroundings = Surroundings { connect: service, clock, cancel, hidden: resolver.secret_variables() };
    let BucketAccess { source, region, endpoint } = bucket_access(&context.environment, surroundings)?;
    let options = BucketOptions { region: options.region.or(region), endpoint: options.endpoint.or(endpoint), ..options };
    Bucket::new(options, source, Box::new(connect))
}

/// Returns a bucket as small objects are created in it, and as ZIP files are, if sessions are shipped so: the storage class is theirs alone then.
pub(super) fn for_layout(bucket: Bucket, layout: LayoutChoice) -> (Arc<Bucket>, Option<Arc<dyn ObjectStore>>) {
    match layout {
        LayoutChoice::Bag => (Arc::new(bucket), None),
        LayoutChoice::Zip => (Arc::new(bucket.without_storage_class()), Some(Arc::new(bucket))),
    }
}

/// Fails if payload is to be removed here that a bucket has in ZIP files alone, from which a single file is not confirmed.
pub(super) fn must_have_files(frees: bool, layout: LayoutChoice) -> Result<()> {
    if frees && layout == LayoutChoice::Zip {
        let what =
            "--release-local does not go with the layout zip: a bucket states the SHA-256 of a ZIP file, and of none of the files in it";
        return Err(Error::usage(what, "ship with --layout bag, or without --release-local"));
    }
    Ok(())
}

/// Fails unless a bucket keeps the promises that an archive relies on; a note says if it keeps no versions. With `frees`, it must keep them: it
/// will have what nothing else has.
pub(super) fn must_be_fit(bucket: &Arc<Bucket>, frees: bool, reporter: &mut Reporter, context: &Context) -> Result<()> {
    let probed = Arc::clone(bucket);
    let Some(report) = beside(context, reporter, move |_| probed.probe())? else { return Ok(()) };
    let keeps_none = matches!(report?.versioning, Versioning::Off | Versioning::Suspended);
    if keeps_none && frees {
        let what = format!("{} keeps no versions, so another program could replace or remove what is nowhere else", bucket.location(None));
        return Err(Error::configuration(what, "turn on versions for the bucket, or ship without --release-local"));
    }
    if keeps_none {
        reporter.note("the bucket keeps no versions: what another program replaces or removes there is lost");
    }
    Ok(())
}

/// Returns an archive in a bucket that a run reads, and whose journal has the run's lines.
pub(super) fn shipped_run(resolver: &Resolver<'_>, place: &Sourced<String>, context: &Context) -> Result<ShippedRun> {
    // A class for archived objects would keep others from reading the journal.
    let bucket = bucket(resolver, (place, (None, None)), READERS, context)?.without_storage_class();
    let archive = ShippedArchive::open(Arc::new(bucket))?;
    if !Journal::exists(&archive)? {
        let what = format!("there is no archive in {}: it has no journal", place.value);
        return Err(Error::new(ErrorKind::NotFound, what, "name the place that vmedia ship --to was given"));
    }
    ShippedRun::new(archive, holder(context))
}

/// Returns a place that sessions were shipped to, and the session's folder if the URL names one.
pub(super) fn shipped_place(url: &str, context: &Context) -> Result<(Arc<dyn ObjectStore>, Option<String>)> {
    let resolver = context.resolver()?;
    let named = |url: &str| Sourced { value: url.to_owned(), source: Source::Flag("PATH") };
    let open = |url: &str| bucket(&resolver, (&named(url), (None, None)), READERS, context);
    let place = open(url)?;
    let is_session = |names: &[String]| !names.is_empty() && names.iter().all(|name| is_version(name));
    let parent = url.trim_end_matches('/').rsplit_once('/').filter(|(parent, _)| parent.len() > "s3://".len());
    match parent {
        Some((parent, session)) if is_session(&place.folders(None)?) => Ok((Arc::new(open(parent)?), Some(session.to_owned()))),
        _ => Ok((Arc::new(place), None)),
    }
}
