//! The bucket that a download ships to while it archives. An unavailable bucket keeps nothing from being archived.

use super::Context;
use super::buckets::{bucket, for_layout, must_be_fit};
use super::closing::after;
use super::event_loop::beside;
use super::ship::{copy_rest, finished};
use crate::archive::{ShipOptions, Shipper};
use crate::cli::LayoutChoice;
use crate::config::{Resolver, Sourced};
use crate::engine::{Event, Services, ShipCounts, Shipping};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::report::Reporter;
use std::sync::Arc;
use vmedia_archive::objects::ObjectStore;

/// The bucket that a download ships to.
pub(super) struct Destination {
    place: String,
    /// The shipping; none if the bucket is unavailable.
    shipping: Option<Arc<Shipping>>,
    exit: Exit,
}

impl Destination {
    /// Opens the bucket for a run with these services, which ship from then on.
    pub(super) fn open(
        resolver: &Resolver<'_>,
        (place, layout, frees): (&Sourced<String>, LayoutChoice, bool),
        jobs: u16,
        services: &mut Services,
        reporter: &mut Reporter,
        context: &Context,
    ) -> Result<Self> {
        let (bucket, zips) = for_layout(bucket(resolver, (place, (None, None)), jobs, context)?, layout);
        let place = bucket.location(None);
        let opened = must_be_fit(&bucket, frees, reporter, context).and_then(|()| {
            let (store, journal) = (Arc::clone(&services.store), Arc::clone(&services.journal));
            beside(context, reporter, move |_| Shipper::open(store, bucket, journal, ShipOptions { zips, ..ShipOptions::default() }))?
                .transpose()
        });
        match opened {
            Ok(shipper) => {
                let (clock, cancel) = (Arc::clone(&context.clock), context.cancel.clone());
                let with = |shipper| Arc::new(Shipping::new(shipper, jobs.into(), clock, cancel).freeing(frees));
                services.shipping = shipper.map(with);
                Ok(Self { place, shipping: services.shipping.clone(), exit: Exit::Done })
            }
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                reporter.error(&later(&error));
                Ok(Self { place, shipping: None, exit: Exit::of(&error) })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the exit of a run with that of its shipping.
    pub(super) fn with_exit(&self, exit: Exit) -> Exit {
        if exit.is_interruption() {
            return exit;
        }
        Exit::merge([exit, self.shipping.as_ref().map_or(self.exit, |shipping| shipping.exit())])
    }

    /// Copies what is left of the journal after its end, and returns the exit of the run after that.
    pub(super) fn close(&self, exit: Exit, reporter: &mut Reporter, context: &Context) -> Exit {
        match &self.shipping {
            Some(shipping) if !exit.is_interruption() => after(copy_rest(shipping, reporter, context), exit, reporter),
            _ => exit,
        }
    }

    /// Returns the end of the shipping.
    pub(super) fn finished(&self, exit: Exit, reporter: &Reporter, context: &Context) -> Event {
        let counts = self.shipping.as_ref().map_or_else(ShipCounts::default, |shipping| shipping.totals());
        finished(exit, (self.place.clone(), false), counts, reporter, context)
    }
}

fn later(error: &Error) -> Error {
    let hint = "the sessions are archived here; ship them later with `vmedia ship`";
    Error::new(error.kind(), error.what(), hint)
}
