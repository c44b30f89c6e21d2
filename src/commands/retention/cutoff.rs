//! `vmedia retention cutoff`: records events of sessions from a CSV file.

use super::{events, schedules};
use crate::archive::retention::{CutoffRow, CutoffTotals, record_cutoffs};
use crate::cli::CutoffArguments;
use crate::commands::Context;
use crate::commands::closing::close_journal;
use crate::commands::lists::read_list;
use crate::commands::services::{archive, journal, sealer};
use crate::config::{CutoffLine, CutoffList};
use crate::engine::Event;
use crate::error::{Error, Result};
use crate::exit::Exit;

pub(in crate::commands) fn run(arguments: &CutoffArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let schedules = schedules(&resolver)?;
    let events = events(&schedules);
    let from = &arguments.from;
    let columns = |is_several| {
        let what = if is_several { "has several columns of sessions, dates or events" } else { "does not say which columns are which" };
        let hint = "let its first line be session,date or session,date,event, above the columns that are meant; nothing was recorded";
        Error::usage(format!("the list {from} {what}"), hint)
    };
    let list = read_list(from, |input| CutoffList::read(input), columns)?;
    let store = archive(&resolver, arguments.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let mut reporter = context.reporter(arguments.archive.format, false)?;
    let (mut rows, mut rejected) =
        (Vec::new(), list.rejected.iter().map(|(line, reason)| (*line, (*reason).to_owned())).collect::<Vec<_>>());
    for (line, row) in list.rows {
        match with_event(row, &events) {
            Ok(row) => rows.push(row),
            Err(reason) => rejected.push((line, reason)),
        }
    }
    rejected.sort_unstable_by_key(|(line, _)| *line);
    let exit = if rejected.is_empty() { Exit::Done } else { Exit::PARTIAL };
    rejected.into_iter().for_each(|(line, reason)| reporter.event(Event::RowRejected { line, reason }));
    let CutoffTotals { new, corrected, withdrawn, unchanged, unknown } =
        record_cutoffs(store.as_ref(), &journal, &rows, &|| context.clock.now())?;
    reporter.event(Event::CutoffsRecorded { new, corrected, withdrawn, unchanged, unknown });
    Ok(close_journal(&journal, &sealer, &store, exit, &mut reporter, context))
}

/// Returns the row with its event, which must be one of the schedules': another would never make a session due.
fn with_event(row: CutoffLine, events: &[&str]) -> std::result::Result<CutoffRow, String> {
    let event = match (&row.event, events) {
        (Some(named), _) if events.contains(&named.as_str()) => named.clone(),
        (Some(_), _) => return Err(format!("no schedule has its event; they have {}", events.join(", "))),
        (None, [only]) => (*only).to_owned(),
        (None, _) => return Err(format!("it names no event, and the schedules have several: {}", events.join(", "))),
    };
    Ok(CutoffRow { session: row.session, event, date: row.date })
}
