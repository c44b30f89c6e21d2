//! Requests that delete a session, with the documented refusals and limits.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::response_json;
use crate::session_store::SessionStore;

/// The statuses in which a session can be deleted.
const DELETABLE: [&str; 9] =
    ["created", "started", "approved", "declined", "resubmission_requested", "expired", "abandoned", "inflow_completed", "review"];

/// Answers `DELETE /v1/sessions/{id}`. The files of a data folder stay where they are.
pub(crate) fn delete(store: &mut SessionStore, session: &str) -> Answer {
    let Some(known) = store.session(session) else { return Answer::failure(404) };
    let status = known.attempts.first().map_or("created", |attempt| attempt.status.as_str());
    if !DELETABLE.contains(&status) {
        return Answer::json(400, response_json::failure("1305", "Session is not in a completed status."));
    }
    if !store.may_delete(crate::now()) {
        return Answer::failure(429);
    }
    store.remove(session);
    Answer::json(200, json!({ "status": "success", "verification": { "id": session } }).to_string())
}

/// Returns whether the checks of a session of Yoti, by its document, are not finished.
pub(crate) fn is_locked(document: &str) -> bool {
    let document: Option<Value> = serde_json::from_str(document).ok();
    document.as_ref().and_then(|document| document.get("state")).and_then(Value::as_str) == Some("ONGOING")
}
