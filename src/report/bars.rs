//! Progress bars: one for the whole run, and below it a few rows for running transfers. The only module that names `indicatif`.
//!
//! The rows are created once and reused: adding and removing a bar for each small file was measured to cost four times the wall
//! time of the transfers. Must not be used where standard error is no terminal.

mod screen;

use super::console::Console;
use crate::archive::State;
use crate::engine::{Event, Ledger};
use crate::text::{bytes, duration, plural, sanitize};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::time::Duration;

/// Most rows of running files.
const ROWS: usize = 8;
/// Pictures per second.
const FRAMES: u8 = 12;
/// Time without data after which a transfer counts as stalled.
const STALLED: Duration = Duration::from_secs(3);
/// Width from which long names, totals and rates fit.
const WIDE: u16 = 100;
/// Width below which a row would take several lines, so that only the bar of the whole run is shown.
const NARROW: u16 = 50;

const ASKING: &str = "{spinner:.green} {prefix}";
const TOTAL: &str = "{prefix:.bold} {wide_bar:.green/dim} {msg}";
const SIZED: &str = "  {prefix:40!.dim} {wide_bar:.cyan/dim} {decimal_bytes:>9} of {decimal_total_bytes:>9} {decimal_bytes_per_sec:>11}";
const SIZED_NARROW: &str = "  {prefix:20!.dim} {wide_bar:.cyan/dim} {decimal_bytes:>9} {decimal_bytes_per_sec:>11}";
const UNSIZED: &str = "  {prefix:40!.dim} {decimal_bytes:>9} {decimal_bytes_per_sec:>11}";
const UNSIZED_NARROW: &str = "  {prefix:20!.dim} {decimal_bytes:>9} {decimal_bytes_per_sec:>11}";
const BLANK: &str = "";
const STATUS: &str = "  {wide_msg:.yellow}";

struct Running {
    name: String,
    size: Option<u64>,
    bytes: u64,
    /// True if its bytes are part of the total; those of files that are read again are not.
    counts: bool,
    bar: Option<ProgressBar>,
}

impl Running {
    /// Creates the count of a thread that reads, which has no row of its own.
    fn reader() -> Self {
        Self { name: String::new(), size: None, bytes: 0, counts: true, bar: None }
    }

    fn take(&mut self, bar: ProgressBar, is_wide: bool) {
        let template = match (self.size.is_some(), is_wide) {
            (true, true) => SIZED,
            (true, false) => SIZED_NARROW,
            (false, true) => UNSIZED,
            (false, false) => UNSIZED_NARROW,
        };
        bar.reset();
        bar.set_style(style(template));
        bar.set_length(self.size.unwrap_or(0));
        bar.set_prefix(self.name.clone());
        bar.set_position(self.bytes);
        self.bar = Some(bar);
    }
}

/// A request that waits for its next try.
struct Wait {
    /// The moment of that try.
    until: Duration,
    /// Number of failed tries.
    failed: u32,
    reason: String,
}

pub(super) struct Bars {
    console: Console,
    screen: MultiProgress,
    total: ProgressBar,
    /// Says what the run waits for.
    status: ProgressBar,
    is_wide: bool,
    /// The waits, by session and request.
    waits: BTreeMap<String, Wait>,
    /// Number of tries that a request gets.
    tries: Option<u32>,
    /// The last moment at which a transfer moved.
    moved: Duration,
    free: Vec<ProgressBar>,
    running: BTreeMap<u64, Running>,
    /// The counted unit: files of a download, sessions of a verification.
    noun: &'static str,
    files: u64,
    files_done: u64,
    settled_bytes: u64,
    expected_bytes: u64,
    /// True if progress is counted in bytes, false if in the noun.
    counts_bytes: bool,
    /// Number of done sessions of a batch, and of all, which is 0 for a stream; the number of their files is unknown.
    batch: Option<(u64, u64)>,
}

fn is_wide(width: Option<u16>) -> bool {
    width.is_none_or(|columns| columns >= WIDE)
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants; an unknown key would fall back to the plain bar.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─")
}

impl Bars {
    pub(super) fn new(console: &Console) -> Self {
        let width = console.width();
        let screen = MultiProgress::with_draw_target(screen::target(FRAMES));
        let total = screen.add(ProgressBar::new(0).with_style(style(ASKING)).with_prefix("asking what there is"));
        let status = screen.add(ProgressBar::new(0).with_style(style(BLANK)));
        let rows = if width.is_some_and(|columns| columns < NARROW) { 0 } else { ROWS };
        let rows = (0..rows).map(|_| screen.add(ProgressBar::new(0).with_style(style(BLANK)))).rev().collect();
        Self {
            console: console.clone(),
            screen,
            total,
            status,
            is_wide: is_wide(width),
            waits: BTreeMap::new(),
            tries: None,
            moved: Duration::ZERO,
            free: rows,
            running: BTreeMap::new(),
            noun: "file",
            files: 0,
            files_done: 0,
            settled_bytes: 0,
            expected_bytes: 0,
            counts_bytes: true,
            batch: None,
        }
    }

    pub(super) fn set_tries(&mut self, tries: u32) {
        self.tries = Some(tries);
    }

    /// Runs `print` with the bars out of the way.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.screen.suspend(print);
    }

    /// Takes the bars off the screen.
    pub(super) fn clear(&mut self) {
        for running in std::mem::take(&mut self.running).into_values() {
            self.free.extend(running.bar);
        }
        for row in &self.free {
            row.finish_and_clear();
        }
        self.status.finish_and_clear();
        self.total.finish_and_clear();
        // Without a terminal there is nothing to clear.
        let _ = self.screen.clear();
    }

    pub(super) fn event(&mut self, transfer: Option<u64>, event: &Event, ledger: &Ledger, now: Duration) {
        match (event, transfer) {
            (Event::Retrying { session, request, failed, wait, reason }, _) => {
                let until = now.saturating_add(Duration::from_millis(*wait));
                let reason = sanitize(&reason.text()).into_owned();
                self.waits.insert(format!("{session} {request}"), Wait { until, failed: *failed, reason });
            }
            (Event::RunStarted { .. }, _) if ledger.is_batch() => {
                self.batch = Some((0, ledger.total));
                self.total.set_style(style(if ledger.is_stream { ASKING } else { TOTAL }));
            }
            (Event::SessionFinished { .. }, _) => self.batch = self.batch.map(|(_, total)| (ledger.done, total)),
            (Event::SessionListed { to_fetch, bytes, .. }, _) => {
                if self.files == 0 && *to_fetch > 0 && !ledger.is_stream {
                    self.total.set_style(style(TOTAL));
                }
                self.files += to_fetch;
                self.expected_bytes += bytes;
            }
            (Event::CatalogStarted { sessions }, _) => {
                (self.noun, self.files, self.counts_bytes) = ("session", *sessions, false);
                self.total.set_style(style(TOTAL));
            }
            (Event::VerifyStarted { bags, bytes, workers }, _) => {
                self.noun = "session";
                (self.files, self.expected_bytes) = (*bags, *bytes);
                self.running.extend((0..*workers).map(|number| (number, Running::reader())));
                self.total.set_style(style(TOTAL));
            }
            (Event::ShipStarted { sessions, workers, .. }, _) => {
                self.batch = Some((0, *sessions));
                self.running.extend((0..*workers).map(|number| (number, Running::reader())));
                self.total.set_style(style(TOTAL));
            }
            (Event::SessionShipped(shipped), _) if ledger.is_shipping => {
                self.batch = self.batch.map(|(_, total)| (ledger.done, total));
                self.files_done += shipped.sent;
            }
            (Event::EncryptStarted { sessions, bytes, .. }, _) => {
                self.noun = "session";
                (self.files, self.expected_bytes) = (*sessions, *bytes);
                self.running.insert(0, Running::reader());
                self.total.set_style(style(TOTAL));
            }
            (Event::BagVerified(_) | Event::SessionEncrypted(_), _) => self.files_done = (self.files_done + 1).min(self.files),
            (Event::MediaStarted { media, context, size, .. }, Some(transfer)) => {
                let name = format!("{} {media}", context.as_deref().unwrap_or("media"));
                self.begin(transfer, &name, *size, true);
            }
            (Event::SessionReread { session, bytes }, Some(transfer)) => {
                self.begin(transfer, &format!("re-reading {session}"), Some(*bytes), false);
            }
            (Event::MediaFinished { fetched, state, .. }, _) if *fetched || !matches!(state, State::Archived | State::Excluded) => {
                self.files_done = (self.files_done + 1).min(self.files);
            }
            _ => {}
        }
    }

    fn begin(&mut self, transfer: u64, name: &str, size: Option<u64>, counts: bool) {
        let mut running = Running { name: sanitize(name).into_owned(), size, bytes: 0, counts, bar: None };
        if let Some(bar) = self.free.pop() {
            running.take(bar, self.is_wide);
        }
        self.running.insert(transfer, running);
    }

    /// Takes the number of received bytes of a transfer.
    pub(super) fn progress(&mut self, transfer: u64, count: u64, now: Duration) {
        self.moved = now;
        if !self.counts_bytes {
            self.running.entry(transfer).or_insert_with(Running::reader).bytes = count;
        } else if let Some(running) = self.running.get_mut(&transfer) {
            running.bytes = count;
            if let Some(bar) = &running.bar {
                bar.set_position(count);
            }
        }
    }

    /// Frees the row of a transfer that ended; the file that waits longest without one gets it.
    pub(super) fn end(&mut self, transfer: u64) {
        let Some(running) = self.running.remove(&transfer) else { return };
        if running.counts {
            self.settled_bytes += running.bytes;
            // The declared size may be wrong or missing; the received bytes count.
            self.expected_bytes = self.expected_bytes.saturating_sub(running.size.unwrap_or(0)) + running.bytes;
        }
        let Some(bar) = running.bar else { return };
        match self.running.values_mut().find(|waiting| waiting.bar.is_none()) {
            Some(waiting) => waiting.take(bar, self.is_wide),
            None => {
                bar.set_style(style(BLANK));
                self.free.push(bar);
            }
        }
    }

    /// Draws the bar of the whole run and what it waits for, several times a second. The terminal may have another width by now.
    pub(super) fn show(&mut self, now: Duration) {
        let is_wide = is_wide(self.console.width());
        if std::mem::replace(&mut self.is_wide, is_wide) != is_wide {
            for running in self.running.values_mut() {
                if let Some(bar) = running.bar.take() {
                    running.take(bar, is_wide);
                }
            }
        }
        self.waits.retain(|_, wait| wait.until > now);
        match self.waiting(now) {
            Some(text) => {
                self.status.set_style(style(STATUS));
                self.status.set_message(text);
            }
            None => self.status.set_style(style(BLANK)),
        }
        self.show_total();
    }

    /// Returns what the run waits for: the next try of a request, or data.
    fn waiting(&mut self, now: Duration) -> Option<String> {
        if let Some(Wait { until, failed, reason }) = self.waits.values().min_by_key(|wait| wait.until) {
            let left = until.saturating_sub(now).as_secs() + 1;
            let tries = self.tries.map_or_else(String::new, |tries| format!(" of {tries}"));
            let others = if self.waits.len() > 1 { format!(" ({} requests wait)", self.waits.len()) } else { String::new() };
            return Some(format!("waiting {left} s, try {}{tries}: {reason}{others}", failed + 1));
        }
        if !self.counts_bytes || !self.running.values().any(|running| running.counts && !running.name.is_empty()) {
            self.moved = now;
        }
        let idle = now.saturating_sub(self.moved);
        (idle >= STALLED).then(|| format!("no data for {} s", idle.as_secs()))
    }

    fn show_total(&self) {
        let running: u64 = self.running.values().filter(|running| running.counts).map(|running| running.bytes).sum();
        let done = self.settled_bytes + running;
        if let Some((sessions, 0)) = self.batch {
            self.total.set_prefix(format!("{} done, {}, {}", plural(sessions, "session"), plural(self.files_done, "file"), bytes(done)));
            self.total.tick();
            return;
        }
        if let Some((sessions, all)) = self.batch {
            self.total.set_length(all);
            self.total.set_position(sessions);
            self.total.set_prefix(format!("{sessions} of {}", plural(all, "session")));
            let left = self.left(sessions);
            self.total.set_message(format!("{}, {}{left}", plural(self.files_done, "file"), bytes(done)));
            return;
        }
        if self.files == 0 {
            self.total.tick();
            return;
        }
        if !self.counts_bytes {
            self.total.set_length(self.files);
            self.total.set_position(done);
            self.total.set_prefix(format!("{done} of {}", plural(self.files, self.noun)));
            return;
        }
        self.total.set_length(self.expected_bytes.max(done).max(1));
        self.total.set_position(done);
        self.total.set_prefix(format!("{} of {}", self.files_done, plural(self.files, self.noun)));
        let left = self.left(done);
        self.total.set_message(format!("{} of {}{left}", bytes(done), bytes(self.expected_bytes.max(done))));
    }

    /// Returns the estimated time that is left, if there is an estimate.
    fn left(&self, done: u64) -> String {
        let left = self.total.eta().as_secs();
        match left {
            _ if done == 0 || left == 0 => String::new(),
            1..60 => format!(", {left} s left"),
            _ => format!(", {} left", duration(Duration::from_secs(left))),
        }
    }
}
