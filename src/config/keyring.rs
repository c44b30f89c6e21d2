//! The system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. The only file that names their crates.
//!
//! An entry's service is `vmedia` and its user the name of a profile, so that other programs can put it there:
//! `secret-tool store --label vmedia service vmedia username live`. Must not know what a secret is for.

use crate::error::{Error, Result};
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;

/// Hint for machines without a keyring.
const ALTERNATIVE: &str = "on a server use secret_file, or secret_credential under systemd";

pub(super) use native::{has, keep, read};

pub(crate) use native::check_available;

#[cfg(not(feature = "keyring"))]
mod native {
    use super::{ALTERNATIVE, Error, Result, Secret, Zeroizing};

    fn absent() -> Error {
        let hint = format!("install a build with the feature keyring; {ALTERNATIVE}");
        Error::configuration("this build of vmedia cannot use the system's keyring", hint)
    }

    pub(in crate::config) fn read(_: &str) -> Result<Zeroizing<Vec<u8>>> {
        Err(absent())
    }

    pub(in crate::config) fn has(_: &str) -> Result<bool> {
        Err(absent())
    }

    pub(in crate::config) fn keep(_: &str, _: &Secret) -> Result<()> {
        Err(absent())
    }

    pub(crate) fn check_available() -> Result<()> {
        Err(absent())
    }
}

#[cfg(feature = "keyring")]
mod native {
    use super::{ALTERNATIVE, Error, Result, Secret, Zeroizing};
    use crate::error::{plain, quote};
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::{Entry, Error as Reason};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    #[cfg(not(any(target_os = "macos", windows)))]
    use dbus_secret_service_keyring_store::Store;
    #[cfg(windows)]
    use windows_native_keyring_store::Store;

    const SERVICE: &str = "vmedia";

    /// Longest wait for the keyring to be unlocked. The library would wait for a year.
    const TIMEOUT: Duration = Duration::from_secs(120);

    /// Reads the secret of a profile. Waits at most two minutes for the keyring to be unlocked.
    pub(in crate::config) fn read(profile: &str) -> Result<Zeroizing<Vec<u8>>> {
        in_time(profile, |entry| entry.get_password().map(|text| Zeroizing::new(text.into_bytes())))
    }

    /// Returns whether it has a secret of that profile.
    pub(in crate::config) fn has(profile: &str) -> Result<bool> {
        in_time(profile, |entry| match entry.get_password().map(Zeroizing::new) {
            Err(Reason::NoEntry) => Ok(false),
            Ok(_) | Err(Reason::Ambiguous(_) | Reason::BadEncoding(_) | Reason::BadDataFormat(..)) => Ok(true),
            Err(reason) => Err(reason),
        })
    }

    /// Keeps a secret for a profile, in place of one that is there.
    pub(in crate::config) fn keep(profile: &str, secret: &Secret) -> Result<()> {
        let secret = secret.clone();
        in_time(profile, move |entry| entry.set_password(secret.expose_text()))
    }

    /// Fails if no keyring is available.
    pub(crate) fn check_available() -> Result<()> {
        Store::new().map(|_| ()).map_err(|reason| no_service(&reason))
    }

    fn in_time<T: Send + 'static>(profile: &str, work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static) -> Result<T> {
        let (sender, receiver) = channel();
        let user = profile.to_owned();
        std::thread::spawn(move || {
            let answer = match Store::new() {
                Ok(store) => Ok(store.build(SERVICE, &user, None).and_then(|entry| work(&entry))),
                Err(reason) => Err(reason),
            };
            // The receiver is gone after the time-out.
            let _ = sender.send(answer);
        });
        match receiver.recv_timeout(TIMEOUT) {
            Ok(Ok(Ok(found))) => Ok(found),
            Ok(Ok(Err(reason))) => Err(error_of(profile, &reason)),
            Ok(Err(reason)) => Err(no_service(&reason)),
            Err(_) => Err(locked("it was not unlocked within two minutes")),
        }
    }

    fn no_service(reason: &Reason) -> Error {
        let what = format!("cannot open the keyring: {}", quote(&innermost(reason)));
        Error::configuration(
            what,
            format!("start one (on Linux a Secret Service such as gnome-keyring on the session's D-Bus); {ALTERNATIVE}"),
        )
    }

    fn locked(reason: &str) -> Error {
        Error::configuration(format!("the keyring is locked: {reason}"), format!("unlock it and run the command again; {ALTERNATIVE}"))
    }

    fn error_of(profile: &str, reason: &Reason) -> Error {
        match reason {
            Reason::NoEntry => Error::configuration(
                format!("the keyring has no secret for profile {profile} (service {SERVICE}, user {profile})"),
                format!("put it there: vmedia config init --profile {profile}"),
            ),
            Reason::NoStorageAccess(reason) => locked(&quote(&plain(reason.as_ref()))),
            Reason::Ambiguous(entries) => Error::configuration(
                format!("the keyring has {} secrets for profile {profile} (service {SERVICE}, user {profile})", entries.len()),
                "remove all but one of them in the keyring's own program",
            ),
            // The bytes stand in the reason, and are not shown.
            Reason::BadEncoding(_) | Reason::BadDataFormat(..) => Error::configuration(
                format!("what the keyring has for profile {profile} is not text"),
                format!("put the secret there: vmedia config init --profile {profile}"),
            ),
            other => Error::configuration(
                format!("the keyring refuses: {}", quote(&innermost(other))),
                format!("look at it in the keyring's own program; {ALTERNATIVE}"),
            ),
        }
    }

    /// Returns the last cause: the outer ones repeat that something failed.
    fn innermost(reason: &Reason) -> String {
        let mut current: &dyn std::error::Error = reason;
        while let Some(source) = current.source() {
            current = source;
        }
        plain(current)
    }
}
