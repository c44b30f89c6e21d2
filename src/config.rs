//! Settings from flags, the environment, a profile and the defaults, in this order.
//!
//! Must not prompt and must not print.

pub mod answers;
mod credentials;
mod diagnostics;
mod edit;
mod environment;
mod file;
mod identifiers;
pub mod keyring;
mod keys;
mod profile;
mod reference;
mod resolve;
mod secret_guard;
mod secret_store;
mod sourced;
mod suggest;

pub use credentials::Secrets;
pub use edit::{Draft, Edit};
pub use environment::Environment;
pub use file::required_location;
pub use identifiers::{Identifiers, ListError, Rejected};
pub use resolve::{
    Network, ProviderAccess, ProviderSettings, Resolver, SealSettings, Setting, YotiAccess, default_provider_days, operator,
};
pub use secret_store::{SecretStore, rotated};
pub use sourced::{Source, Sourced};

/// A configuration file with every key explained.
pub const EXAMPLE: &str = include_str!("config/example.toml");

#[cfg(test)]
mod tests;
