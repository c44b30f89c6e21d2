//! Shows the events of a run, on the one thread that owns the terminal.
//!
//! Must not do any work of the run; it gets events.

use super::bars::Bars;
use super::console::{Console, Style};
use super::failure::event_line;
use super::human::Human;
use super::log::Log;
use super::run_summary::RunSummary;
use crate::cli::{EventFormat, Flags, Verbosity};
use crate::clock::Clock;
use crate::engine::{Details, Event, Ledger, Message, OUT_OF_TIME};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::text::sanitize;
use std::sync::Arc;

pub(crate) struct Reporter {
    console: Console,
    human: Human,
    bars: Option<Bars>,
    format: EventFormat,
    log: Option<Log>,
    ledger: Ledger,
    run_summary: RunSummary,
    clock: Arc<dyn Clock>,
}

impl Reporter {
    /// Opens the log, if there is one, and shows the bars, if the command has them and there is a terminal.
    pub(crate) fn new(
        console: &Console,
        flags: &Flags,
        run_summary: &RunSummary,
        clock: &Arc<dyn Clock>,
        format: EventFormat,
        has_bars: bool,
    ) -> Result<Self> {
        let verbosity = flags.verbosity.level();
        let draws = has_bars && console.is_terminal && verbosity > Verbosity::Quiet && !flags.progress.no_progress;
        Ok(Self {
            console: console.clone(),
            human: Human::new(verbosity, draws),
            bars: draws.then(|| Bars::new(console)),
            format,
            log: flags.log.log_file.as_deref().map(Log::open).transpose()?,
            ledger: Ledger::default(),
            run_summary: run_summary.clone(),
            clock: Arc::clone(clock),
        })
    }

    /// Prints the heads of journals.
    #[must_use]
    pub(crate) fn with_heads(mut self, is_wanted: bool) -> Self {
        self.human.prints_heads = is_wanted;
        self
    }

    /// Sets the number of tries that a request gets, for the bars.
    #[must_use]
    pub(crate) fn with_tries(mut self, tries: u32) -> Self {
        if let Some(bars) = &mut self.bars {
            bars.set_tries(tries);
        }
        self
    }

    /// Returns whether a person watches and wants to see more than errors.
    pub(crate) fn is_watched(&self) -> bool {
        self.console.is_terminal && self.format == EventFormat::Text && self.human.verbosity > Verbosity::Quiet
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the messages that are used.
    pub(crate) fn details(&self) -> Details {
        let (is_logged, has_bars) = (self.log.is_some(), self.bars.is_some());
        Details {
            answers: is_logged || self.human.verbosity >= Verbosity::Requests,
            transfers: is_logged || has_bars || self.format == EventFormat::Json,
            progress: has_bars,
        }
    }

    /// Takes messages from the work.
    pub(crate) fn messages(&mut self, messages: &[Message]) {
        for message in messages {
            match (message, &mut self.bars) {
                (Message::Asked { running }, _) => self.show(&self.ledger.status(*running, self.clock.elapsed())),
                (Message::Event { transfer, event }, _) => self.take(*transfer, event),
                (Message::Progress { transfer, bytes }, Some(bars)) => bars.progress(*transfer, *bytes, self.clock.elapsed()),
                (Message::Ended { transfer }, Some(bars)) => bars.end(*transfer),
                (Message::Progress { .. } | Message::Ended { .. }, None) => {}
            }
        }
        if let Some(bars) = &mut self.bars {
            bars.show(self.clock.elapsed());
        }
    }

    /// Takes an event that is not part of the work.
    pub(crate) fn event(&mut self, event: Event) {
        self.messages(&[Message::Event { transfer: None, event: Box::new(event) }]);
    }

    fn take(&mut self, transfer: Option<u64>, event: &Event) {
        self.ledger.apply(event, self.clock.elapsed());
        if let Some(bars) = &mut self.bars {
            bars.event(transfer, event, &self.ledger, self.clock.elapsed());
        }
        self.show(event);
    }

    fn show(&mut self, event: &Event) {
        self.run_summary.event(event);
        let is_request = matches!(event, Event::Answered { .. });
        if self.log.is_some() || self.format == EventFormat::Json {
            let text = event_line(event, self.clock.now());
            if let Some(error) = self.log.as_mut().and_then(|log| log.line(&text)) {
                self.error(&error);
            }
            if self.format == EventFormat::Json && (!is_request || self.human.verbosity >= Verbosity::Requests) {
                self.answer(&format!("{text}\n"));
            }
        }
        if self.format == EventFormat::Text {
            if let Some(lines) = self.human.answer(event, &self.console) {
                self.print(|console| console.answer_lines(&lines));
            }
            if let Some(lines) = self.human.lines(event, &self.ledger, &self.console) {
                self.print(|console| console.message(&lines));
            }
        }
    }

    /// Shows an error that ends a command, and its causes with `-v`.
    pub(crate) fn error(&mut self, error: &Error) {
        self.run_summary.error(error);
        let lines = self.console.error_lines(error.what(), error.hint());
        let causes = if self.human.verbosity >= Verbosity::Files { error.causes() } else { Vec::new() };
        self.print(|console| {
            console.message(&lines);
            for cause in causes {
                console.message(&console.paint(Style::Dim, &format!("  because: {}", sanitize(&cause))));
            }
        });
    }

    /// Writes text that is no event to standard output.
    pub(crate) fn answer(&self, text: &str) {
        self.print(|console| console.answer(text.as_bytes()));
    }

    /// Prints a line that is no event.
    pub(crate) fn say(&mut self, line: &str) {
        if self.human.verbosity > Verbosity::Quiet {
            self.print(|console| console.message(line));
        }
    }

    /// Prints lines that are no event as they are.
    pub(crate) fn say_as_is(&mut self, lines: &str) {
        self.print(|console| console.message_as_is(lines));
    }

    /// Prints a note that is no event.
    pub(crate) fn note(&mut self, text: &str) {
        self.say(&self.console.note_line(text));
    }

    pub(crate) fn finish(&mut self) {
        if let Some(mut bars) = self.bars.take() {
            bars.clear();
        }
    }

    pub(crate) fn interrupted(&mut self, exit: Exit) {
        self.finish();
        let what = if exit == ErrorKind::Terminated { "terminated" } else { "interrupted" };
        self.print(|console| console.error(what, "what is finished is kept; run the same command again and it goes on from there"));
    }

    /// Reports that the run's time is over with `left` of its `sessions` not done.
    pub(crate) fn out_of_time(&mut self, left: u64, sessions: u64) {
        self.finish();
        let left = if sessions == 1 { "its session is not done".to_owned() } else { format!("{left} of {sessions} sessions are left") };
        let hint =
            "what is finished is kept; run the same command again and it goes on from there, or give it more time with --max-duration";
        self.print(|console| console.error(&format!("{OUT_OF_TIME}: {left}"), hint));
    }

    fn print(&self, print: impl FnOnce(&Console)) {
        match &self.bars {
            Some(bars) => bars.suspend(|| print(&self.console)),
            None => print(&self.console),
        }
    }
}
