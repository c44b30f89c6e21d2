//! `vmedia retention due`: lists the sessions whose retention has ended, and counts the others.

use super::schedules;
use crate::archive::retention::{DispositionScope, Due, DueState, Hold, Retained, Schedule, day_of, due, session_name};
use crate::cli::{DueArguments, EventFormat, TableFormat};
use crate::commands::Context;
use crate::commands::archives::find;
use crate::commands::headings::{is_short, short_id};
use crate::commands::services::archive;
use crate::engine::{Event, RetentionCounts};
use crate::error::Result;
use crate::exit::Exit;
use crate::report::{Cell, Column, Table};
use crate::store::StorePath;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

const COLUMNS: [Column; 10] = [
    Column::new("session", "SESSION", false, 0),
    Column::new("class", "CLASS", false, 0),
    Column::new("state", "STATE", false, 0),
    Column::new("due", "DUE", false, 0),
    Column::new("maximum", "AT MOST", false, 3),
    Column::new("holds", "HELD FOR", false, 1),
    Column::new("schedule", "SCHEDULE", false, 2),
    Column::new("authority", "AUTHORITY", false, 6),
    Column::new("event", "EVENT", false, 5),
    Column::new("cutoff", "CUTOFF", false, 4),
];

/// The state of a session or of its biometric media as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Overdue,
    Due,
    Held,
    Kept,
    WithoutCutoff,
}

impl State {
    /// Returns the stable code.
    fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Held => "held",
            Self::Kept => "kept",
            Self::WithoutCutoff => "without-cutoff",
        }
    }

    fn of(due: &Due, is_held: bool, by: Date) -> Self {
        match due.state(by) {
            DueState::Overdue | DueState::Due if is_held => Self::Held,
            DueState::Overdue => Self::Overdue,
            DueState::Due => Self::Due,
            DueState::Kept => Self::Kept,
        }
    }
}

pub(in crate::commands) fn run(arguments: &DueArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let schedules = schedules(&resolver)?;
    let store = archive(&resolver, arguments.archive.clone(), context)?;
    let root = resolver.output(arguments.archive.clone()).value;
    let sessions = find(std::slice::from_ref(&root), context)?.into_iter().find(|archive| archive.root == root);
    let sessions = sessions.map(|archive| archive.sessions).unwrap_or_default();
    let retained = Retained::read(store.as_ref())?;
    let today = day_of(context.clock.now());
    let by = arguments.by.unwrap_or(today);
    let mut reporter = context.reporter(EventFormat::Text, false)?;
    let width = context.console.answer_width().filter(|_| !arguments.rows.wide);
    let mut table = Table::new(&COLUMNS, arguments.rows.format).within(width);
    let (mut counts, mut rows) = (RetentionCounts::default(), Vec::new());
    for folder in sessions.iter() {
        let found = look(&retained, &schedules, folder, by);
        count(&mut counts, &found);
        rows.extend(found.into_rows(arguments.all));
    }
    rows.sort_by(|one, other| one.order().cmp(&other.order()));
    for name in hidden(&rows) {
        table.hide_from_people(name);
    }
    let is_short = is_short(width, arguments.rows.format);
    rows.iter().try_for_each(|row| table.row(&row.cells(is_short)))?;
    if !rows.is_empty() || arguments.rows.format != TableFormat::Table {
        table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    }
    reporter.event(Event::RetentionCounted { archive: store.root(), by, counts });
    for text in run_out(&retained, today) {
        reporter.event(Event::Remark { text });
    }
    Ok(if arguments.check && counts.overdue > 0 { Exit::PARTIAL } else { Exit::Done })
}

/// What the journal and the schedules say of a session.
struct Found<'a> {
    session: String,
    holds: Vec<&'a Hold>,
    dues: Vec<(Due, State)>,
}

fn look<'a>(retained: &'a Retained, schedules: &[Schedule], folder: &StorePath, by: Date) -> Found<'a> {
    let holds = retained.held(folder.as_str());
    let with_state = |due: Due| {
        let state = State::of(&due, !holds.is_empty(), by);
        (due, state)
    };
    let dues = due(retained.cutoffs(folder.as_str()), schedules).into_iter().map(with_state).collect();
    let session = retained.session(folder.as_str()).map_or_else(|| session_name(folder), ToString::to_string);
    Found { session, holds, dues }
}

/// Adds a session to the one count that it belongs to.
fn count(counts: &mut RetentionCounts, found: &Found<'_>) {
    let state = found.dues.iter().map(|(_, state)| *state).min().unwrap_or(State::WithoutCutoff);
    *match state {
        _ if !found.holds.is_empty() => &mut counts.held,
        State::Overdue => &mut counts.overdue,
        State::Due => &mut counts.due,
        State::Held => &mut counts.held,
        State::Kept => &mut counts.kept,
        State::WithoutCutoff => &mut counts.without_cutoff,
    } += 1;
}

/// A row of the list.
struct Row {
    session: String,
    state: State,
    due: Option<Due>,
    cases: Vec<String>,
}

impl Found<'_> {
    /// Returns the rows of those parts that are due, or of all.
    fn into_rows(self, all: bool) -> Vec<Row> {
        let Self { session, holds, dues } = self;
        let cases: Vec<String> = holds.iter().map(|hold| hold.case.clone()).collect();
        let row = |state, due| Row { session: session.clone(), state, due, cases: cases.clone() };
        let mut rows: Vec<Row> = dues.into_iter().map(|(due, state)| row(state, Some(due))).collect();
        if rows.is_empty() {
            rows.push(row(State::WithoutCutoff, None));
        }
        rows.retain(|row| all || matches!(row.state, State::Overdue | State::Due | State::Held));
        rows
    }
}

impl Row {
    /// Returns its place in the list: overdue ones first, each the longest due first.
    fn order(&self) -> (State, Option<Date>, &str, Option<DispositionScope>) {
        (self.state, self.due.as_ref().map(|due| due.due), &self.session, self.due.as_ref().map(|due| due.class))
    }

    fn cells(&self, is_short: bool) -> Vec<Cell> {
        let due = self.due.as_ref();
        vec![
            (json!(self.session), is_short.then(|| short_id(&self.session))),
            (json!(due.map(|due| due.class.as_str())), None),
            (json!(self.state.as_str()), None),
            (json!(due.map(|due| due.due)), None),
            (json!(due.and_then(|due| due.maximum)), None),
            (json!(self.cases), Some(self.cases.join("; "))),
            (json!(due.map(|due| &due.schedule)), None),
            (json!(due.map(|due| &due.authority)), None),
            (json!(due.map(|due| &due.event)), None),
            (json!(due.map(|due| due.cutoff)), None),
        ]
    }
}

/// Returns the columns that no row fills, or in which all are alike.
fn hidden(rows: &[Row]) -> Vec<&'static str> {
    let any = |has: fn(&Row) -> bool| rows.iter().any(has);
    let fills = [
        ("class", any(|row| row.due.as_ref().is_some_and(|due| due.class != DispositionScope::Session))),
        ("maximum", any(|row| row.due.as_ref().is_some_and(|due| due.maximum.is_some()))),
        ("holds", any(|row| !row.cases.is_empty())),
    ];
    fills.into_iter().filter(|(_, is_filled)| !is_filled).map(|(name, _)| name).collect()
}

/// Returns a line for each case whose hold has run out.
fn run_out(retained: &Retained, today: Date) -> Vec<String> {
    let mut cases: BTreeMap<&str, Date> = BTreeMap::new();
    for hold in retained.in_force().map(|(_, hold)| hold).filter(|hold| hold.has_run_out(today)) {
        cases.extend(hold.until.map(|until| (hold.case.as_str(), until)));
    }
    let line = |(case, until): (&str, Date)| format!("the hold of case {case} ran out on {until}, and goes on until it is released");
    cases.into_iter().map(line).collect()
}
