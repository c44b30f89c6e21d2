//! Buckets of S3 and of stores that speak its protocol: the implementation of [`ObjectStore`](vmedia_archive::objects::ObjectStore).
//!
//! An object is created once, under a condition and with its SHA-256, and never replaced. Answers of the store are hostile until they
//! are checked. Must not know what an object is for.

mod bucket;
mod checksum_report;
mod connection;
mod credentials;
mod download;
mod failure;
mod headers;
mod listing;
mod place;
mod probe;
mod site;
mod upload;
mod xml;

pub use bucket::{Bucket, BucketOptions, WriteOptions};
pub use checksum_report::read_report;
pub use connection::Connect;
pub use credentials::{ConnectService, Container, CredentialSource, Credentials, Fixed, Instance, Token, WebIdentity};
pub use place::Place;
pub(crate) use place::is_region;
pub use probe::{ProbeReport, Versioning};
