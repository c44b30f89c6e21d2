//! `vmedia` keeps the evidence behind an identity check: it asks the provider what a session holds, fetches every image,
//! video and data file, proves that each arrived whole, and files it so that anyone can check it years later.
//!
//! A value walks through the rooms in one direction: what was typed → settings → plan → transfer → store → events → what

pub mod archive;
pub mod clock;
pub mod engine;
pub mod error;
pub mod exit;
pub mod http;
pub mod media;
pub mod provider;
pub mod sandbox;
pub mod secret;
pub mod store;
