//! Settings from flags, the environment, a profile and the defaults, in this order.
//!
//! Must not prompt and must not print.

pub(crate) mod answers;
mod aws;
mod credentials;
mod diagnostics;
mod edit;
mod environment;
mod file;
mod identifiers;
pub(crate) mod keyring;
mod keys;
mod profile;
mod reference;
mod resolve;
mod retention;
mod secret_guard;
mod secret_store;
mod sourced;
mod suggest;

pub use aws::{BucketAccess, Surroundings, bucket_access};
pub use credentials::Secrets;
pub use environment::Environment;
pub use identifiers::{CutoffLine, CutoffList, FAILED_HEADER, Identifiers, ListError, Rejected, read_stream};
pub use resolve::Resolver;
pub use sourced::{Source, Sourced};

pub(crate) use edit::{Draft, Edit};
pub(crate) use file::{profile_names, required_location};
pub(crate) use resolve::{
    DEFAULT_JOBS, LockFlags, Network, ProviderAccess, ProviderSettings, SealSettings, Setting, YotiAccess, default_provider_days, no_place,
    operator,
};
pub(crate) use retention::{contradictions, schedule_text};
pub(crate) use secret_store::{SecretStore, rotated};

/// A configuration file with every key explained.
pub(crate) const EXAMPLE: &str = include_str!("config/example.toml");

#[cfg(test)]
mod tests;
