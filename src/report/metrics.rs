//! The summary of a run as metrics, in the text format of Prometheus' textfile collector.
//!
//! Without a library: the format is a handful of lines, while `prometheus-client` brings a registry, a derive macro and the
//! `OpenMetrics` dialect, which that collector does not read. Must not touch files.

use super::summary::Summary;
use crate::error::ErrorKind;
use crate::exit::Exit;
use jiff::Timestamp;
use std::fmt::{Display, Write};

/// The metric that a failed run keeps from the file.
const LAST_SUCCESS: &str = "vmedia_last_success_timestamp_seconds";
/// The metric that only a verification of everything makes smaller.
const UNRESOLVED: &str = "vmedia_verify_unresolved_findings";

/// Returns the metrics of a run. `before` is the text of the file: failed runs keep the time of the last success, and partial
/// verifications the number of findings.
pub(crate) fn exposition(summary: &Summary, before: &str) -> String {
    let label = |value: &Option<String>| escaped(value.as_deref().unwrap_or_default());
    let labels = format!(
        "command=\"{}\",provider=\"{}\",profile=\"{}\"",
        escaped(&summary.command),
        label(&summary.provider),
        label(&summary.profile)
    );
    let mut page = Page { text: String::new(), labels };
    page.gauge("vmedia_run_timestamp_seconds", "When the last run ended.", seconds(summary.finished));
    page.gauge("vmedia_run_duration_seconds", "How long the last run took.", thousandths(i128::from(summary.milliseconds)));
    page.gauge("vmedia_run_exit_code", "The number that the last run ended with; 0 is well.", summary.code);
    let success = if summary.exit == Exit::Done { Some(seconds(summary.finished)) } else { kept(before, LAST_SUCCESS, &summary.command) };
    if let Some(success) = success {
        page.gauge(LAST_SUCCESS, "When a run last ended with 0.", success);
    }
    if let Some(counts) = summary.sessions {
        let outcomes = [
            ("complete", counts.complete),
            ("skipped", counts.skipped),
            ("empty", counts.empty),
            ("erased", counts.erased),
            ("incomplete", counts.incomplete),
            ("not-started", counts.not_started),
        ];
        page.gauges("vmedia_run_sessions", "Sessions of the last run by outcome.", "outcome", &outcomes);
    }
    if let Some(tally) = summary.media {
        let states = [
            ("fetched", tally.fetched),
            ("kept", tally.kept),
            ("withheld", tally.withheld),
            ("gone", tally.gone),
            ("failed", tally.failed),
            ("excluded", tally.excluded),
        ];
        page.gauges("vmedia_run_media", "Media of the last run by what became of them.", "state", &states);
        page.gauge("vmedia_run_fetched_bytes", "Bytes that the last run fetched.", tally.bytes);
    }
    if let Some(counts) = summary.retention {
        let states = [
            ("overdue", counts.overdue),
            ("due", counts.due),
            ("held", counts.held),
            ("kept", counts.kept),
            ("without-cutoff", counts.without_cutoff),
        ];
        page.gauges("vmedia_retention_sessions", "Sessions of the archive by their retention.", "state", &states);
    }
    page.shipped(summary);
    if let Some(findings) = unresolved(summary, before) {
        page.gauge(UNRESOLVED, "What verifications found since one of everything found nothing.", findings);
    }
    if let Some(counts) = &summary.verification {
        page.gauge("vmedia_verify_bags", "Bags that the last verification checked to their end.", counts.bags);
        page.gauge("vmedia_verify_damaged", "Bags and journals in which the last verification found something.", counts.damaged);
        page.gauge("vmedia_verify_findings", "What the last run found and did not repair.", counts.findings);
        page.gauge("vmedia_verify_files", "Payload files that the last verification read.", counts.files);
        page.gauge("vmedia_verify_bytes", "Bytes that the last verification read.", counts.bytes);
    }
    page.text
}

struct Page {
    text: String,
    labels: String,
}

impl Page {
    fn shipped(&mut self, summary: &Summary) {
        let Some(counts) = summary.shipped else { return };
        let outcomes =
            [("shipped", counts.shipped), ("unchanged", counts.unchanged), ("failed", counts.failed), ("not-started", counts.not_started)];
        self.gauges("vmedia_ship_sessions", "Sessions that the last run was to ship, by outcome.", "outcome", &outcomes);
        self.gauge("vmedia_ship_objects", "Objects that the last run created in the bucket.", counts.sent);
        self.gauge("vmedia_ship_bytes", "Bytes that the last run sent to the bucket.", counts.bytes);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help);
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{name}{{{}}} {value}", self.labels);
    }

    fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(name, help);
        for (word, value) in values {
            let _ = writeln!(self.text, "{name}{{{},{label}=\"{word}\"}} {value}", self.labels);
        }
    }

    fn head(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
    }
}

/// Returns the number of findings that may still be there. A partial verification without findings proves nothing about the rest.
fn unresolved(summary: &Summary, before: &str) -> Option<u64> {
    let before = kept(before, UNRESOLVED, &summary.command).and_then(|number| number.parse().ok());
    match &summary.verification {
        Some(counts) if counts.partial.is_none() && (summary.exit == Exit::Done || summary.exit == ErrorKind::Damaged) => {
            Some(counts.findings)
        }
        Some(counts) => Some(counts.findings.max(before.unwrap_or_default())),
        None => before,
    }
}

/// Returns the value of a metric of this command in the text of a metrics file, if it is a number.
fn kept(text: &str, name: &str, command: &str) -> Option<String> {
    let begin = format!("{name}{{command=\"{}\",", escaped(command));
    let line = text.lines().find(|line| line.starts_with(&begin))?;
    let (_, value) = line.rsplit_once("} ")?;
    let is_number = value.parse::<f64>().is_ok_and(|number| number.is_finite() && number >= 0.0);
    is_number.then(|| value.to_owned())
}

/// Returns the value of a label with the format's escapes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(at: Timestamp) -> String {
    thousandths(i128::from(at.as_millisecond()))
}

fn thousandths(count: i128) -> String {
    format!("{}.{:03}", count / 1000, count % 1000)
}
