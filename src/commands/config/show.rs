//! `vmedia config show`: every setting, its value and its source.
//!
//! Must not resolve anything and must not know any setting: `config` lists them.

use super::Context;
use crate::cli::{SettingsFormat, ShowSettingsArguments, TableFormat};
use crate::config::{Resolver, Setting, Source};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Column, Table};
use serde_json::json;

const COLUMNS: [Column; 3] = [
    Column { name: "name", title: "SETTING", is_number: false, rank: 0 },
    Column { name: "value", title: "VALUE", is_number: false, rank: 0 },
    Column { name: "source", title: "SOURCE", is_number: false, rank: 0 },
];

/// Shows the settings, then their errors. An invalid configuration file ends it: nothing would run.
pub(super) fn run(arguments: &ShowSettingsArguments, context: &Context) -> Result<Exit> {
    let resolver = Resolver::new(&context.flags, &context.environment)?;
    let settings = resolver.settings();
    let format = match arguments.format {
        SettingsFormat::Table => TableFormat::Table,
        SettingsFormat::Json => TableFormat::Json,
    };
    let mut table = Table::new(&COLUMNS, format).within(context.console.answer_width());
    for setting in settings.iter().filter(|setting| format == TableFormat::Json || matters(setting)) {
        let source = setting.source.as_ref().map(Source::to_string);
        table.row(&[
            (json!(setting.name), None),
            (setting.value.clone(), Some(shown(setting))),
            (json!(source), source.is_none().then(|| "not set".to_owned())),
        ])?;
    }
    context.console.answer(table.text()?.as_bytes());
    for (name, meant) in resolver.unknown_vars() {
        context.console.message(&context.console.note_line(&format!("{name} is not used; did you mean {meant}?")));
    }
    let problems: Vec<&Error> = settings.iter().filter_map(|setting| setting.problem.as_ref()).collect();
    for problem in &problems {
        context.console.error(problem.what(), problem.hint());
    }
    Ok(problems.first().map_or(Exit::Done, |problem| Exit::of(problem)))
}

/// Returns true if a setting is shown to people: it is used, or it was set.
fn matters(setting: &Setting) -> bool {
    setting.unused.is_none() || setting.source.is_some() || setting.problem.is_some()
}

fn shown(setting: &Setting) -> String {
    if setting.problem.is_some() {
        return "cannot be used, see below".to_owned();
    }
    let value = match (&setting.text, &setting.value) {
        (Some(text), _) => text.clone(),
        (None, serde_json::Value::Null) => "-".to_owned(),
        (None, serde_json::Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    };
    setting.unused.map_or(value.clone(), |reason| format!("{value} ({reason})"))
}
