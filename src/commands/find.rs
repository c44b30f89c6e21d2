//! `vmedia find`: lists the archived sessions whose reference, names or ids have the words that were typed. Needs no network.
//!
//! Must not quote those words: they may be a name.

use super::Context;
use super::archives::find_or_default;
use super::catalog::{List, list};
use super::matching::Matching;
use super::services::identities;
use crate::cli::FindArguments;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;

pub(super) fn run(arguments: &FindArguments, context: &Context) -> Result<Exit> {
    let archives = find_or_default(arguments.archive.as_slice(), context)?;
    let matching = Matching::anywhere(&arguments.text);
    let identities = identities(&arguments.identity.identity, context)?;
    let wanted = List { matching, shard: None, sort: None, has_page: false, identities, rows: &arguments.rows };
    let (exit, found) = list(&wanted, &archives, context)?;
    if found == 0 && exit == Exit::Done {
        let hint = "names and references are known where a download kept the decision or the person (--with)";
        return Err(Error::new(ErrorKind::NotFound, "no archived session matches", hint));
    }
    Ok(exit)
}
