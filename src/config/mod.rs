//! What the program needs, from what was typed, the environment, a profile and the defaults, in this order.
//!
//! Must not ask anybody and must not print.

mod credentials;
mod environment;
mod file;
mod identifiers;
mod resolve;

pub use credentials::Secrets;
pub use environment::Environment;
pub use identifiers::{Identifiers, Rejected};
pub use resolve::{Network, ProviderAccess, ProviderSettings, Resolver, SealSettings, YotiAccess};
