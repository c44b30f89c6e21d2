//! The event loop of a command: passes messages from the work to the report until the work is over, and leaves work that hangs
//! once the run has been asked to stop.

use super::Context;
use crate::engine::{Emit, Message, Messages};
use crate::error::{Result, cannot_start};
use crate::report::Reporter;
use std::time::Duration;

/// Interval between two checks for a request to stop.
const LOOK: Duration = Duration::from_millis(100);
/// Time that running transfers have to stop. One that hangs on a silent connection is left; its file has no final name yet.
const GRACE: Duration = Duration::from_secs(2);

/// Receives messages until the work is over, or until [`GRACE`] after a request to stop; returns whether it is over. `running`
/// returns the number of running transfers.
pub(super) fn receive(context: &Context, messages: &Messages, running: &dyn Fn() -> u64, show: &mut dyn FnMut(&[Message])) -> bool {
    let (mut asked, mut batch) = (None, Vec::new());
    loop {
        let goes_on = messages.receive(&mut batch, LOOK);
        // Without messages too: what the run waits for changes with the time.
        show(&batch);
        batch.clear();
        if !goes_on {
            return true;
        }
        if context.status_request.take() {
            show(&[Message::Asked { running: running() }]);
        }
        if context.cancel.requested().is_some() {
            let now = context.clock.elapsed();
            if now.saturating_sub(*asked.get_or_insert(now)) > GRACE {
                return false;
            }
        }
    }
}

/// Runs `work` on its own thread while this one shows its events; returns `None` when it did not stop in time.
pub(super) fn beside<T: Send + 'static>(
    context: &Context,
    reporter: &mut Reporter,
    work: impl FnOnce(&Emit) -> T + Send + 'static,
) -> Result<Option<T>> {
    let (emit, messages) = Emit::new(reporter.details());
    let thread = std::thread::Builder::new().name("work".to_owned()).spawn(move || work(&emit)).map_err(|error| cannot_start(&error))?;
    let over = receive(context, &messages, &|| 0, &mut |batch| reporter.messages(batch));
    Ok(if over { thread.join().ok() } else { None })
}
