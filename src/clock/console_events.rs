//! What Windows sends to a console program besides Ctrl-C: Ctrl-Break, a closed window, a log-off, a shutdown.
//!
//! Must not know what follows.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_logoff, ctrl_shutdown};

/// Calls `heard` at each of them on a thread of its own, with true for Ctrl-Break. After the others Windows ends the process within
/// some seconds.
pub(super) fn listen(heard: impl Fn(bool) + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut again, mut closed, mut left, mut off) = (ctrl_break()?, ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
    let events = poll_fn(move |context| {
        loop {
            let is_break = again.poll_recv(context).is_ready();
            let is_end = [closed.poll_recv(context), left.poll_recv(context), off.poll_recv(context)].iter().any(Poll::is_ready);
            if !is_break && !is_end {
                return Poll::<()>::Pending;
            }
            heard(is_break);
        }
    });
    std::thread::Builder::new().name("console".to_owned()).spawn(move || runtime.block_on(events))?;
    Ok(())
}
