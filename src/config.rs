//! What the program needs, from what was typed, the environment, a profile and the defaults, in this order.
//!
//! Must not ask anybody and must not print.

pub mod answers;
mod credentials;
mod edit;
mod environment;
mod file;
mod identifiers;
pub mod keyring;
mod keys;
mod lookalike;
mod mistakes;
mod nearest;
mod profile;
mod reference;
mod resolve;
mod sourced;
mod vault;

pub use credentials::Secrets;
pub use edit::{Draft, Edit};
pub use environment::Environment;
pub use file::place;
pub use identifiers::{Identifiers, ListError, Rejected};
pub use resolve::{Network, ProviderAccess, ProviderSettings, Resolver, SealSettings, Setting, YotiAccess, usual_provider_days};
pub use sourced::{Source, Sourced};
pub use vault::{Vault, rotated};

/// A configuration file with every key explained.
pub const EXAMPLE: &str = include_str!("config/example.toml");

#[cfg(test)]
mod tests;
