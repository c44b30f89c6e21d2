//! Carries messages from the work to the report until the work is over, and leaves work that hangs when somebody asked
//! to stop.
//!
//! Must not know what the work is.

use super::Context;
use crate::engine::{Emit, Message};
use crate::error::{Result, cannot_start};
use crate::report::Reporter;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How often the wish to stop is looked for.
const LOOK: Duration = Duration::from_millis(100);
/// How long running transfers may take to notice that they are to stop. One that hangs on a silent connection does
/// not notice; its file has no final name, so leaving it behind harms nothing.
const GRACE: Duration = Duration::from_secs(2);

/// Pumps until the work is over, or until patience after a wish to stop ends; says whether it is over.
pub(super) fn pump(context: &Context, messages: &Receiver<Message>, show: &mut dyn FnMut(&Message)) -> bool {
    let mut asked = None;
    loop {
        match messages.recv_timeout(LOOK) {
            Ok(message) => show(&message),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return true,
        }
        if context.inquiry.take() {
            show(&Message::Asked);
        }
        if context.cancel.requested().is_some() {
            let now = context.clock.elapsed();
            if now.saturating_sub(*asked.get_or_insert(now)) > GRACE {
                return false;
            }
        }
    }
}

/// Runs `work` on a thread of its own while this one shows what it tells; `None` when it was left behind.
pub(super) fn beside<T: Send + 'static>(
    context: &Context,
    reporter: &mut Reporter,
    work: impl FnOnce(&Emit) -> T + Send + 'static,
) -> Result<Option<T>> {
    let (sender, receiver) = sync_channel(1024);
    let thread = std::thread::Builder::new()
        .name("work".to_owned())
        .spawn(move || work(&Emit::new(sender)))
        .map_err(|error| cannot_start(&error))?;
    let clock = context.clock.as_ref();
    let over = pump(context, &receiver, &mut |message| reporter.message(message, clock));
    Ok(if over { thread.join().ok() } else { None })
}
