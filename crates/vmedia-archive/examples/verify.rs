//! Verifies an archive with this library alone: every session, the journal and its seals. Writes nothing to the archive.
//!
//!     cargo run -p vmedia-archive --example verify -- ARCHIVE [ALLOWED_SIGNERS]
//!
//! `ALLOWED_SIGNERS` lists the keys that may have signed the journal, in the format of `ssh-keygen`. Exit status: 0 when
//! nothing was found, 1 when something was, 2 when the archive cannot be verified.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use vmedia_archive::error::{Error, ErrorKind, Result};
use vmedia_archive::seal::ssh::Signers;
use vmedia_archive::store::LocalStore;
use vmedia_archive::verify::{Finding, NoProvider, Observer, Options, Report, Target, verify};

/// Prints results as they come. An output that is closed does not end the verification.
struct Printer<W>(Mutex<W>);

impl<W: Write> Printer<W> {
    fn print(&self, place: &str, summary: &str, findings: &[Finding], notes: &[String]) {
        let Ok(mut output) = self.0.lock() else { return };
        let _ = writeln!(output, "{place}: {summary}");
        for Finding { aspect, path, what, .. } in findings {
            let _ = writeln!(output, "  {}: {path}: {what}", aspect.differs());
        }
        for note in notes {
            let _ = writeln!(output, "  note: {note}");
        }
    }
}

impl<W: Write + Send> Observer for Printer<W> {
    #[expect(clippy::disallowed_methods, reason = "the example is a program, and has no other clock")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn report(&self, report: Report) {
        match report {
            Report::Started { bags, bytes, .. } => self.print("archive", &format!("{bags} sessions, {bytes} bytes"), &[], &[]),
            Report::Journal(report) => {
                let summary = format!("{} runs, {} lines, signed by [{}]", report.runs, report.lines, report.signed_by.join(", "));
                self.print("journal", &summary, &report.findings, &report.notes);
            }
            Report::Session(report) => {
                let summary = format!("{:?}, {} files read", report.outcome, report.files);
                self.print(&report.folder, &summary, &report.findings, &report.notes);
            }
            Report::JournalMissing(report) => self.print("journal", "a part is missing", &[report.finding], &[]),
        }
    }
}

/// Verifies an archive; returns whether nothing was found.
pub(crate) fn run(archive: &Path, signers: Option<&Path>, output: impl Write + Send) -> Result<bool> {
    let store = LocalStore::new(archive.to_owned(), "an example".to_owned());
    let target = Target::whole(Arc::new(store))?;
    if target.sessions.is_empty() {
        let what = format!("no archived session in {}", archive.display());
        return Err(Error::new(ErrorKind::Local, what, "name the folder that holds the sessions' folders"));
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { workers, signers: signers.map(Signers::read).transpose()?, ..Options::default() };
    let (totals, _) = verify(&[target], &options, &NoProvider, &Printer(Mutex::new(output)))?;
    Ok(totals.damaged + totals.journals == 0)
}

#[allow(dead_code, reason = "a test includes this file as a module")]
fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(|path: OsString| path.into()).collect();
    let outcome = match &paths[..] {
        [archive] => run(archive, None, std::io::stdout()),
        [archive, signers] => run(archive, Some(signers), std::io::stdout()),
        _ => Err(Error::new(ErrorKind::Usage, "no archive given", "run: verify ARCHIVE [ALLOWED_SIGNERS]")),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}\nhint: {}", error.what(), error.hint());
            ExitCode::from(2)
        }
    }
}
