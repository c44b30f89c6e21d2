//! `vmedia open`: opens the page of an archived session with the program that the desktop has for it.
//!
//! Must not check what it opens; `verify` does.

use super::Context;
use super::browser::has_opened;
use super::one_session::OneSession;
use super::opened::{show, unlock};
use super::services::identities;
use super::show::elsewhere_text;
use crate::archive::{PAGE, is_encrypted, payload_elsewhere};
use crate::cli::OpenArguments;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::store::ReadStore;
use crate::text::sanitize;

pub(super) fn run(arguments: &OpenArguments, context: &Context) -> Result<Exit> {
    let session = OneSession::of(&arguments.held, context)?;
    let note = |text: &str| context.console.message(&context.console.note_line(text));
    let away = payload_elsewhere(session.store.as_ref(), &session.folder)?;
    if !away.is_none() {
        note(&format!("the page shows no media: {}", elsewhere_text(&away)));
    }
    if let Some(identities) = identities(&arguments.identity.identity, context)?
        && let Some(opened) = unlock(&session, &identities)?
    {
        return show(opened, &session, arguments, context);
    }
    let page = session.location(PAGE);
    if session.store.length(&session.folder.join(PAGE))?.is_none() {
        let what = format!("there is no page at {}", page.display());
        return Err(Error::new(ErrorKind::Local, what, "run `vmedia download` for this session, which completes it"));
    }
    let page = std::path::absolute(&page).unwrap_or(page);
    context.console.answer(format!("{}\n", sanitize(&page.display().to_string())).as_bytes());
    if !arguments.print && !has_opened(&page, context) {
        note("there is no desktop that opens it; open this file in a browser");
    }
    if arguments.identity.identity.is_empty() && is_encrypted(session.store.as_ref(), &session.folder) {
        note("the files of the session are encrypted; --identity FILE also shows what they hold");
    }
    Ok(Exit::Done)
}
