//! Shows an encrypted session that was opened with a private key: serves its page and its files to a browser of this machine until it is
//! asked to stop, or nothing is requested any more.
//!
//! Other users of the machine see the arguments of a browser, so that it is given a file that leads to the address and that its owner
//! alone may read. Must not log the address, and must not write anything of the session.

use super::Context;
use super::browser::has_opened;
use super::one_session::OneSession;
use super::services::offline_providers;
use crate::archive::{Identities, OpenedFile, OpenedSession, Opening, opened_policy};
use crate::cli::OpenArguments;
use crate::clock::Stop;
use crate::engine::StoredRules;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use crate::report::Style;
use crate::store::ReadStore;
use crate::text::plural;
use crate::viewer::{Content, Viewer};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempPath;

/// Interval between two looks at what happened.
const LOOK: Duration = Duration::from_millis(100);

/// Opens a session; `None` if it is not encrypted.
///
/// # Errors
/// It is encrypted to none of the identities, or cannot be read.
pub(super) fn unlock(session: &OneSession, identities: &Arc<Identities>) -> Result<Option<OpenedSession>> {
    let rules = StoredRules::new(offline_providers(None), false);
    match OpenedSession::open(session.store.as_ref(), &session.folder, identities, &rules)? {
        Opening::Plain => Ok(None),
        Opening::Opened(opened) => Ok(Some(*opened)),
        Opening::NoIdentity => {
            let what = format!("session {} is encrypted to none of these identities", session.folder);
            Err(Error::configuration(what, "name the private key of one of its recipients, or the opened key of the session"))
        }
    }
}

/// What the browser is shown.
struct Unlocked {
    session: OpenedSession,
    store: Arc<dyn ReadStore>,
    page: String,
}

impl Content for Unlocked {
    fn policy(&self) -> String {
        opened_policy()
    }

    fn open(&self, path: &str) -> Result<Option<OpenedFile>> {
        if path.is_empty() {
            return Ok(Some(OpenedFile::of("text/html; charset=utf-8", self.page.clone().into_bytes())));
        }
        self.session.file(&self.store, path)
    }
}

/// Shows a session until it is closed, and returns the exit: damage, if anything of it did not open.
pub(super) fn show(mut session: OpenedSession, of: &OneSession, arguments: &OpenArguments, context: &Context) -> Result<Exit> {
    let console = &context.console;
    let store = Arc::clone(&of.store) as Arc<dyn ReadStore>;
    let (page, unopened) = (session.page(store.as_ref())?, session.unopened());
    let viewer = Viewer::start(Arc::new(Unlocked { session, store, page }))?;
    let url = viewer.url();
    console.answer(format!("{url}\n").as_bytes());
    if unopened > 0 {
        let (files, open) = (plural(unopened, "file"), if unopened == 1 { "does" } else { "do" });
        console.message(&console.note_line(&format!("{files} of it {open} not open; vmedia verify --identity says why")));
    }
    let closes = format!("Open until Ctrl-C, or until nothing is requested for {}.", span(arguments.idle));
    console.message(&console.paint(Style::Dim, &closes));
    let leading = (!arguments.print).then(|| leading_file(&url).map_err(|error| cannot_lead(&error))).transpose()?;
    if leading.as_ref().is_some_and(|file| !has_opened(file, context)) {
        console.message(&console.note_line("there is no desktop that opens it; open this address in a browser of this machine"));
    }
    let exit = wait(&viewer, leading, arguments.idle, context);
    Ok(if unopened > 0 && exit == Exit::Done { Exit::from(ErrorKind::Damaged) } else { exit })
}

/// Waits until the session is to be closed, and reports what does not open.
fn wait(viewer: &Viewer, mut leading: Option<TempPath>, idle: Duration, context: &Context) -> Exit {
    // A quick browser has asked already.
    let (mut activity, mut since, mut exit) = (0, context.clock.elapsed(), Exit::Done);
    loop {
        for failure in viewer.take_failures() {
            context.console.error(failure.what(), failure.hint());
            exit = Exit::of(&failure);
        }
        match context.cancel.requested() {
            // This is how it ends.
            Some(Stop::Interrupted) => return exit,
            Some(stop) => return stop.exit(),
            None => {}
        }
        if viewer.activity() != activity {
            (activity, since) = (viewer.activity(), context.clock.elapsed());
            // The browser has read it.
            leading = None;
        }
        if context.clock.elapsed().saturating_sub(since) >= idle {
            context.console.message(&context.console.note_line("nothing was requested any more, so the session is closed"));
            drop(leading);
            return exit;
        }
        context.clock.sleep(LOOK);
    }
}

/// Makes a file of this user alone that leads a browser to an address. It is removed when it is dropped.
fn leading_file(url: &str) -> std::io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("vmedia-").suffix(".html").tempfile()?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0;url={url}\"><title>vmedia</title><a href=\"{url}\">Open the session</a></html>\n"
    );
    file.write_all(page.as_bytes())?;
    file.flush()?;
    Ok(file.into_temp_path())
}

fn cannot_lead(error: &std::io::Error) -> Error {
    let what = format!("cannot write a temporary file for the browser: {}", plain(error));
    Error::new(ErrorKind::Local, what, "check the folder for temporary files (TMPDIR), or use --print")
}

/// Returns a time in its largest whole unit.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        _ if seconds > 0 && seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds > 0 && seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds.max(1), "second"),
    };
    plural(count, unit)
}
