//! The plan of `vmedia erase --plan` and its approvals: the signature files beside it.
//!
//! Must not erase anything.

use crate::archive::{ApprovalRules, ApprovedPlan, Judgement, LARGEST_PLAN, LARGEST_SEAL, Plan, SignatureFile, judge_approvals};
use crate::cli::EraseArguments;
use crate::commands::Context;
use crate::engine::{Event, Sealer};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::report::Reporter;
use crate::seal::ssh::{DISPOSITION, Signers};
use crate::store::Digest;
use crate::text::plural;
use std::path::Path;

/// Most signature files that are read.
const MOST: usize = 100;

/// Reads a plan, judges its approvals and reports them. Fails unless enough persons approved it.
pub(super) fn read(
    path: &Path,
    arguments: &EraseArguments,
    needed: Option<u32>,
    sealer: &Sealer,
    reporter: &mut Reporter,
    context: &Context,
) -> Result<ApprovedPlan> {
    let shown = path.display().to_string();
    let bytes = crate::input::read(path, LARGEST_PLAN).map_err(|error| {
        let what = format!("cannot read the plan {shown}: {}", plain(&error));
        Error::new(ErrorKind::Local, what, "name a file that `vmedia retention plan` wrote").caused_by(error)
    })?;
    let plan = Plan::read(&bytes, &shown)?;
    let judgement = match &arguments.approvals {
        None if arguments.dry_run => None,
        None => return Err(no_list()),
        Some(list) => {
            let signers = Signers::read_for(DISPOSITION, list)?;
            let operator = crate::config::operator(&context.environment).value;
            let own_key = sealer.key.as_ref().map(|key| key.public());
            let rules = ApprovalRules { signers: &signers, operator: &operator, own_key };
            Some(judge_approvals(&bytes, &signatures(path)?, &rules, context.clock.now()))
        }
    };
    let needed = u64::from(needed.unwrap_or(1));
    if let Some(judgement) = &judgement {
        reporter.event(event(&shown, &plan, &bytes, judgement, needed));
        if (judgement.approvals.len() as u64) < needed && !arguments.dry_run {
            return Err(not_approved(&shown, judgement, needed));
        }
    }
    Ok(ApprovedPlan::new(plan, bytes, &judgement.unwrap_or_default(), context.resolver()?.schedules()?))
}

fn no_list() -> Error {
    let hint = "--approvals names a list of signers, as ssh-keygen reads it; --dry-run needs none";
    Error::usage("--plan needs --approvals, the list of the persons who may approve it", hint)
}

fn not_approved(shown: &str, judgement: &Judgement, needed: u64) -> Error {
    let given = judgement.approvals.len();
    let hint = format!("have it signed beside the plan: ssh-keygen -Y sign -n {DISPOSITION} -f KEY {shown}");
    Error::new(ErrorKind::Unapproved, format!("{shown} has {given} of {}; nothing was erased", plural(needed, "approval")), hint)
}

fn event(shown: &str, plan: &Plan, bytes: &[u8], judgement: &Judgement, needed: u64) -> Event {
    Event::PlanJudged {
        plan: shown.to_owned(),
        sha256: Digest::of(bytes).sha256,
        sessions: plan.sessions.len() as u64,
        needed,
        approvals: judgement.approvals.iter().map(|(approval, _)| approval.clone()).collect(),
        refused: judgement.refused.clone(),
    }
}

/// Returns the signature files beside a plan: those whose name is the plan's, a full stop, any text and `sig` at the end.
fn signatures(path: &Path) -> Result<Vec<SignatureFile>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Some(plan) = path.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let what = format!("cannot look for signatures in {}: {}", folder.display(), plain(&error));
        Error::new(ErrorKind::Local, what, "move the plan and its signatures into a folder that you may read").caused_by(error)
    })?;
    let is_signature = |name: &str| name.strip_prefix(plan).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".sig"));
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| is_signature(name));
    names.sort();
    names.truncate(MOST);
    let read = |name: String| {
        let bytes = crate::input::read(&folder.join(&name), LARGEST_SEAL).map_err(|error| format!("it cannot be read: {}", plain(&error)));
        SignatureFile { name, bytes }
    };
    Ok(names.into_iter().map(read).collect())
}
