//! Resolves the settings of scheduled runs.
//!
//! Must not connect to anything.

use super::{Resolver, Source};
use crate::error::Result;
use crate::http::Address;

impl Resolver<'_> {
    /// Returns the heartbeat service's address, of which every part may be a token; `flag` is the command's own, and `is_profiles`
    /// says whether the profile's is for this command.
    pub(crate) fn ping_address(&self, flag: Option<&str>, is_profiles: bool) -> Result<Option<Address>> {
        let found = self.ping_url(flag.map(str::to_owned)).filter(|found| is_profiles || !matches!(found.source, Source::Profile(_)));
        let Some(found) = found else { return Ok(None) };
        // The address itself is never repeated.
        Address::parse_private(&found.value, self.insecure_http().value).map(Some).map_err(|reason| {
            let what = format!("the address for --ping-url cannot be used: {reason}");
            found.source.error(what, "it is the URL that the heartbeat service shows, such as https://hc-ping.com/<id>")
        })
    }
}
