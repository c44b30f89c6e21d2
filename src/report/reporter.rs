//! Takes the events of a run on the one thread that owns the terminal, and shows them as was wanted.
//!
//! Must not do any work of the run; it gets events.

use super::bars::Bars;
use super::console::{Console, Style};
use super::human::{Human, Verbosity};
use super::log::Log;
use super::run_summary::RunSummary;
use crate::cli::{EventFormat, Flags};
use crate::clock::Clock;
use crate::engine::{Event, EventLine, Ledger, Message, TIME_IS_UP};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::text::{json, sanitize};

/// How a run is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct ReporterOptions {
    /// For people or for scripts.
    pub format: EventFormat,
    /// Whether bars are of use for this command.
    pub bars: bool,
}

/// Shows a run.
pub struct Reporter {
    console: Console,
    human: Human,
    bars: Option<Bars>,
    format: EventFormat,
    log: Option<Log>,
    causes: bool,
    ledger: Ledger,
    run_summary: RunSummary,
}

impl Reporter {
    /// Opens the log, if one is wanted, and puts up the bars, if there is a terminal for them.
    pub fn new(console: &Console, flags: &Flags, options: ReporterOptions) -> Result<Self> {
        let verbosity = match (flags.verbosity.quiet, flags.verbosity.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Files,
            (false, _) => Verbosity::Requests,
        };
        let log = flags.log.log_file.as_deref().map(Log::open).transpose()?;
        let draws = options.bars && console.is_terminal && !flags.verbosity.quiet && !flags.progress.no_progress;
        let bars = draws.then(|| Bars::new(console.width));
        Ok(Self {
            console: console.clone(),
            human: Human::new(verbosity),
            bars,
            format: options.format,
            log,
            causes: flags.verbosity.verbose > 0,
            ledger: Ledger::default(),
            run_summary: RunSummary::default(),
        })
    }

    /// Adds the events to a summary.
    #[must_use]
    pub fn summarized(self, run_summary: &RunSummary) -> Self {
        Self { run_summary: run_summary.clone(), ..self }
    }

    /// Returns the counts of the run.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Takes a message from the work.
    pub fn message(&mut self, message: &Message, clock: &dyn Clock) {
        self.ledger.receive(message, clock.elapsed());
        match message {
            Message::Asked => self.show(&self.ledger.status(clock.elapsed()), clock),
            Message::Progress { transfer, bytes } => {
                if let Some(bars) = &mut self.bars {
                    bars.progress(*transfer, *bytes);
                }
            }
            Message::Ended { transfer } => {
                if let Some(bars) = &mut self.bars {
                    bars.end(*transfer);
                }
            }
            Message::Event { transfer, event } => {
                if let Some(bars) = &mut self.bars {
                    bars.event(*transfer, event, &self.ledger);
                }
                self.show(event, clock);
            }
        }
    }

    /// Shows an event that is not part of the work.
    pub fn event(&mut self, event: &Event, clock: &dyn Clock) {
        self.ledger.apply(event, clock.elapsed());
        if let Some(bars) = &mut self.bars {
            bars.event(None, event, &self.ledger);
        }
        self.show(event, clock);
    }

    fn show(&mut self, event: &Event, clock: &dyn Clock) {
        self.run_summary.event(event);
        let is_request = matches!(event, Event::Answered { .. });
        if self.log.is_some() || self.format == EventFormat::Json {
            let line = EventLine { v: crate::engine::EVENT_VERSION, at: clock.now(), event: event.clone() };
            // Events are plain data; they always serialise.
            let text = json(serde_json::to_string(&line).unwrap_or_default());
            if let Some(error) = self.log.as_mut().and_then(|log| log.line(&text)) {
                self.error(&error);
            }
            if self.format == EventFormat::Json && (!is_request || self.human.verbosity >= Verbosity::Requests) {
                self.print(|console| {
                    console.answer(format!("{text}\n").as_bytes());
                });
            }
        }
        if self.format == EventFormat::Text {
            if let Some(lines) = self.human.answer(event, &self.console) {
                self.print(|console| {
                    console.answer(format!("{lines}\n").as_bytes());
                });
            }
            if let Some(lines) = self.human.lines(event, &self.ledger, &self.console) {
                self.print(|console| console.message(&lines));
            }
        }
    }

    /// Shows an error that ends a command, and its causes with `-v`.
    pub fn error(&mut self, error: &Error) {
        self.run_summary.error(error);
        let lines = self.console.error_lines(error.what(), error.hint());
        let causes = if self.causes { error.causes() } else { Vec::new() };
        self.print(|console| {
            console.message(&lines);
            for cause in causes {
                console.message(&console.paint(Style::Dim, &format!("  because: {}", sanitize(&cause))));
            }
        });
    }

    /// Writes text to standard output that is no event.
    pub fn answer(&self, text: &str) {
        self.print(|console| console.answer(text.as_bytes()));
    }

    /// Says a sentence that is no event.
    pub fn say(&mut self, line: &str) {
        if self.human.verbosity > Verbosity::Quiet {
            self.print(|console| console.message(line));
        }
    }

    /// Says something that a person should know, and that is neither an event nor a failure.
    pub fn note(&mut self, text: &str) {
        self.say(&self.console.note_line(text));
    }

    /// Takes the bars down; what follows is printed below nothing.
    pub fn finish(&mut self) {
        if let Some(mut bars) = self.bars.take() {
            bars.clear();
        }
    }

    /// Tells of an interruption.
    pub fn interrupted(&mut self, exit: Exit) {
        self.finish();
        let what = if exit == ErrorKind::Terminated { "terminated" } else { "interrupted" };
        self.print(|console| console.error(what, "what is finished is kept; run the same command again and it goes on from there"));
    }

    /// Tells that the run's time was over when so many of so many sessions were not done.
    pub fn out_of_time(&mut self, left: u64, sessions: u64) {
        self.finish();
        let left = if sessions == 1 { "its session is not done".to_owned() } else { format!("{left} of {sessions} sessions are left") };
        self.print(|console| {
            console.error(
                &format!("{TIME_IS_UP}: {left}"),
                "what is finished is kept; run the same command again and it goes on from there, or give it more time with --max-duration",
            );
        });
    }

    fn print(&self, print: impl FnOnce(&Console)) {
        match &self.bars {
            Some(bars) => bars.suspend(|| print(&self.console)),
            None => print(&self.console),
        }
    }
}
