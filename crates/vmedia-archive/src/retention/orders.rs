//! Records holds, releases and cutoffs. The sessions need not be in the archive: an order may come before them, and outlasts them.

use crate::erasure::Certificate;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::journal::{CutoffEntry, HoldEntry, Journal, ReleasedEntry, Retained, SessionCutoff};
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::store::Store;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Number of sessions that share a line.
const BATCH: usize = 500;

/// The order to hold sessions.
#[derive(Debug, Clone, Copy)]
pub struct HoldOrder<'a> {
    /// The name of the case.
    pub case: &'a str,
    /// The operator's reason.
    pub reason: &'a str,
    /// The day after which the operator wants to be reminded.
    pub until: Option<Date>,
}

/// What a hold found of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// The archive has it, and no run can erase it any more.
    Here,
    /// The archive does not have it; the hold counts once it has.
    Unknown,
    /// It was erased before, or is half erased; `None` if the erasure is not finished.
    Erased(Option<Timestamp>),
    /// Another run is changing it. If that is an erasure, it may not have seen the hold.
    Busy(String),
}

/// Holds sessions. Those that the case holds until the same day already get no further line. Returns the number of others, and what there
/// is of each session.
///
/// # Errors
/// The journal cannot be read or written.
pub fn hold(
    store: &dyn Store,
    journal: &Journal,
    order: &HoldOrder<'_>,
    sessions: &[SessionId],
    now: &dyn Fn() -> Timestamp,
) -> Result<(u64, Vec<Presence>)> {
    let retained = Retained::read(store)?;
    let is_known = |session: &SessionId| {
        let holds = retained.held(session_folder(session).as_str());
        holds.iter().any(|hold| hold.case == order.case && hold.until == order.until)
    };
    let mut seen = HashSet::new();
    let new: Vec<&SessionId> = sessions.iter().filter(|session| !is_known(session) && seen.insert(*session)).collect();
    for batch in new.chunks(BATCH) {
        let sessions = batch.iter().map(|session| (*session).clone()).collect();
        let entry = HoldEntry { case: order.case.to_owned(), reason: order.reason.to_owned(), until: order.until, sessions };
        journal.hold(entry, now())?;
    }
    // After the lines are on the disk: an erasure looks for holds under the session's lock.
    let presences = sessions.iter().map(|session| presence(store, session)).collect::<Result<_>>()?;
    Ok((new.len() as u64, presences))
}

fn presence(store: &dyn Store, session: &SessionId) -> Result<Presence> {
    let folder = session_folder(session);
    if let Some(holder) = store.holder(&folder)? {
        return Ok(Presence::Busy(holder));
    }
    match Certificate::of(store, session) {
        Ok(Some(certificate)) => Ok(Presence::Erased(certificate.erased)),
        Err(error) if error.kind() != ErrorKind::Damaged => Err(error),
        // A certificate that cannot be read is a finding of verification.
        _ => Ok(if store.stat(&folder)?.is_some() { Presence::Here } else { Presence::Unknown }),
    }
}

/// The holds that a release ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Number of their sessions.
    pub sessions: u64,
    /// Number of those that other cases still hold.
    pub held: u64,
}

/// Releases the holds of a case.
///
/// # Errors
/// The case has no hold, or the journal cannot be read or written.
pub fn release(store: &dyn Store, journal: &Journal, case: &str, reason: &str, now: Timestamp) -> Result<Release> {
    let retained = Retained::read(store)?;
    let (lines, sessions): (Vec<String>, Vec<&[SessionId]>) =
        retained.holds().filter(|hold| hold.case == case).map(|hold| (hold.line(), hold.sessions.as_slice())).unzip();
    if lines.is_empty() {
        let what = format!("no hold of case {:?} is in force", quote(case));
        return Err(Error::new(
            ErrorKind::NotFound,
            what,
            "`vmedia hold list` shows the cases, which are written exactly as they were added",
        ));
    }
    let sessions: HashSet<&SessionId> = sessions.into_iter().flatten().collect();
    let is_held = |session: &&&SessionId| retained.held(session_folder(session).as_str()).iter().any(|hold| hold.case != case);
    let held = sessions.iter().filter(is_held).count() as u64;
    let release = Release { sessions: sessions.len() as u64, held };
    journal.released(ReleasedEntry { case: case.to_owned(), reason: reason.to_owned(), lines }, now)?;
    Ok(release)
}

/// The day on which an event happened to a session, as an operator gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutoffRow {
    /// The session.
    pub session: SessionId,
    /// The event.
    pub event: String,
    /// The day; `None` withdraws the one that is recorded.
    pub date: Option<Date>,
}

/// Numbers of sessions whose cutoffs were recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CutoffTotals {
    /// That had none for the event.
    pub new: u64,
    /// That had another day.
    pub corrected: u64,
    /// Whose cutoff was withdrawn.
    pub withdrawn: u64,
    /// That had this day already, or none that could be withdrawn.
    pub unchanged: u64,
    /// Of all of these, that the archive does not have.
    pub unknown: u64,
}

/// Records cutoffs. Of several rows about the same session and event, the last counts. What the journal has already gets no further line.
///
/// # Errors
/// The journal cannot be read or written.
pub fn record_cutoffs(store: &dyn Store, journal: &Journal, rows: &[CutoffRow], now: &dyn Fn() -> Timestamp) -> Result<CutoffTotals> {
    let retained = Retained::read(store)?;
    let mut last: HashMap<(&SessionId, &str), usize> = HashMap::new();
    for (number, row) in rows.iter().enumerate() {
        last.insert((&row.session, row.event.as_str()), number);
    }
    let here: HashSet<String> = store.folders()?.into_iter().collect();
    let mut totals = CutoffTotals::default();
    let mut lines: BTreeMap<&str, Vec<SessionCutoff>> = BTreeMap::new();
    for (_, row) in rows.iter().enumerate().filter(|(number, row)| last.get(&(&row.session, row.event.as_str())) == Some(number)) {
        let folder = session_folder(&row.session);
        totals.unknown += u64::from(!here.contains(folder.as_str()));
        let known =
            retained.cutoffs(folder.as_str()).events.iter().find(|cutoff| *cutoff.event == *row.event).and_then(|cutoff| cutoff.date);
        match (known, row.date) {
            (known, date) if known == date => totals.unchanged += 1,
            (None, _) => totals.new += 1,
            (Some(_), Some(_)) => totals.corrected += 1,
            (Some(_), None) => totals.withdrawn += 1,
        }
        if known != row.date {
            lines.entry(&row.event).or_default().push(SessionCutoff { session: row.session.clone(), date: row.date });
        }
    }
    for (event, cutoffs) in lines {
        for batch in cutoffs.chunks(BATCH) {
            journal.cutoff(CutoffEntry { event: event.to_owned(), cutoffs: batch.to_vec() }, now())?;
        }
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::{CutoffRow, CutoffTotals, HoldOrder, Presence, Release, hold, record_cutoffs, release};
    use crate::error::ErrorKind;
    use crate::journal::{Chain, Identity, Journal, Retained, Scope};
    use crate::model::SessionId;
    use crate::retention::HoldCheck;
    use crate::store::{LocalStore, Store, StorePath};
    use jiff::Timestamp;
    use std::sync::Arc;

    fn id(text: &str) -> SessionId {
        SessionId::parse(text).expect("an id")
    }

    fn journal(store: &Arc<LocalStore>) -> Journal {
        let text = |text: &str| text.to_owned();
        let identity = Identity { tool: text("vmedia"), command: text("hold add"), operator: text("a test"), host: text("here") };
        Journal::new(Arc::clone(store) as Arc<dyn Store>, identity)
    }

    fn order<'a>(case: &'a str, until: Option<&str>) -> HoldOrder<'a> {
        HoldOrder { case, reason: "a claim", until: until.map(|day| day.parse().expect("a day")) }
    }

    fn cases(store: &LocalStore, folder: &str) -> Vec<String> {
        Retained::read(store).expect("holds").held(folder).iter().map(|hold| hold.case.clone()).collect()
    }

    #[test]
    fn a_hold_lasts_until_its_own_line_is_released_whatever_other_runs_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Arc::new(LocalStore::new(folder.path().to_owned(), "a test".to_owned()));
        let (first, second, now) = (journal(&store), journal(&store), || Timestamp::UNIX_EPOCH);
        let check = HoldCheck::default();
        check.refuse_held(store.as_ref(), &first, &id("s1")).expect("no hold");
        let sessions = [id("s1"), id("s2"), id("s1")];
        let (recorded, presences) = hold(store.as_ref(), &first, &order("A", None), &sessions, &now).expect("held");
        assert_eq!((recorded, presences), (2, vec![Presence::Unknown; 3]));
        assert_eq!(hold(store.as_ref(), &first, &order("A", None), &sessions, &now).expect("held").0, 0, "it is held already");
        hold(store.as_ref(), &first, &order("B", Some("2020-01-01")), &[id("s1")], &now).expect("held");
        // The journal of another run has grown since it was read.
        let error = check.refuse_held(store.as_ref(), &second, &id("s1")).expect_err("a hold");
        assert_eq!((error.kind(), error.what().contains("held for case \"A\"")), (ErrorKind::Held, true), "{error}");
        let released = release(store.as_ref(), &second, "A", "settled", now()).expect("released");
        assert_eq!(released, Release { sessions: 2, held: 1 });
        assert_eq!((cases(&store, "s1"), cases(&store, "s2")), (vec!["B".to_owned()], vec![]), "one that ran out is not ended");
        assert_eq!(release(store.as_ref(), &second, "A", "settled", now()).expect_err("none").kind(), ErrorKind::NotFound);
        hold(store.as_ref(), &first, &order("A", None), &[id("s2")], &now).expect("held");
        assert_eq!(cases(&store, "s2"), ["A"], "a hold that was added after the release");
        let lock = store.lock(&StorePath::name("s2")).expect("a lock");
        let (_, presences) = hold(store.as_ref(), &first, &order("A", None), &[id("s2")], &now).expect("held");
        assert!(matches!(&presences[..], [Presence::Busy(holder)] if holder.contains("a test")), "{presences:?}");
        drop(lock);
        first.close(None, now()).expect("closed");
        second.close(None, now()).expect("closed");
        let chain = Chain::read(store.as_ref(), &Scope::All, &[], &mut |_| Ok(())).expect("a journal");
        assert!(chain.findings.is_empty(), "{:?}", chain.findings);
        assert_eq!(chain.retained().holds().count(), 2);
    }

    #[test]
    fn of_several_cutoffs_the_last_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Arc::new(LocalStore::new(folder.path().to_owned(), "a test".to_owned()));
        let journal = journal(&store);
        let day = |seconds| move || Timestamp::from_second(seconds).expect("a time");
        let row = |session: &str, date: Option<&str>| CutoffRow {
            session: id(session),
            event: "end".to_owned(),
            date: date.map(|day| day.parse().expect("a day")),
        };
        let record = |rows: &[CutoffRow], seconds| record_cutoffs(store.as_ref(), &journal, rows, &day(seconds)).expect("recorded");
        let first = record(&[row("s1", Some("2021-01-01")), row("s2", Some("2021-01-01")), row("s1", Some("2021-02-02"))], 1);
        assert_eq!(first, CutoffTotals { new: 2, unknown: 2, ..CutoffTotals::default() });
        let second = record(&[row("s1", Some("2021-02-02")), row("s2", Some("2022-01-01")), row("s3", None)], 2);
        assert_eq!(second, CutoffTotals { corrected: 1, unchanged: 2, unknown: 3, ..CutoffTotals::default() });
        assert_eq!(record(&[row("s2", None)], 3), CutoffTotals { withdrawn: 1, unknown: 1, ..CutoffTotals::default() });
        let retained = Retained::read(store.as_ref()).expect("cutoffs");
        let dates =
            |folder: &str| retained.cutoffs(folder).events.iter().map(|cutoff| cutoff.date.map(|day| day.to_string())).collect::<Vec<_>>();
        assert_eq!((dates("s1"), dates("s2"), dates("s3")), (vec![Some("2021-02-02".to_owned())], vec![None], vec![]));
    }
}
