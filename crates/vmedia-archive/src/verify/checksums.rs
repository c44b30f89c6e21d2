//! The SHA-256 of objects that someone else computed, as a report lists them: 49 bytes of memory for each, so that millions of them fit.
//! Must not read files.

use crate::store::KeptObject;
use sha2::{Digest as _, Sha256};

/// What a report says of a version of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// The SHA-256 over all of its bytes.
    Sha256([u8; 32]),
    /// It could not be read.
    Failed,
    /// A checksum that is not the SHA-256 over all of its bytes.
    Other,
}

/// The reason why a report says nothing of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    Absent,
    Failed,
    Other,
}

/// Numbers of files of which a report has no SHA-256.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unreported {
    /// Those that it does not name, or not by the id of their version.
    pub absent: u64,
    /// Those that could not be read.
    pub failed: u64,
    /// Those with another checksum.
    pub other: u64,
}

impl Unreported {
    pub(super) fn add(&mut self, lack: Lack) {
        *match lack {
            Lack::Absent => &mut self.absent,
            Lack::Failed => &mut self.failed,
            Lack::Other => &mut self.other,
        } += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.absent += other.absent;
        self.failed += other.failed;
        self.other += other.other;
    }

    /// Returns the number of all of them.
    pub fn total(&self) -> u64 {
        self.absent + self.failed + self.other
    }
}

/// The beginning of the SHA-256 over an object's URL and the id of its version.
type Print = [u8; 16];

/// The rows of reports.
#[derive(Debug, Default)]
pub struct ChecksumReport(Vec<(Print, Reported)>);

impl ChecksumReport {
    /// Adds a row, by the URL of the object; `version` is the id of its version, if the report has it.
    pub fn add(&mut self, url: &str, version: Option<&str>, reported: Reported) {
        self.0.push((print(url, version), reported));
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.0.len()
    }

    /// Sorts the rows; before that, nothing is found.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.0.sort_unstable_by_key(|(print, _)| *print);
        self.0.shrink_to_fit();
        self
    }

    /// Returns the SHA-256 of an object. If rows disagree, one that is not `expected` counts; without the id of a version, a row counts for
    /// the only version of an object.
    pub(super) fn find(&self, object: &KeptObject, expected: [u8; 32]) -> Result<[u8; 32], Lack> {
        let of_version = self.rows_of(&object.url, object.version.as_deref());
        let unnamed = if object.is_only && object.version.is_some() { self.rows_of(&object.url, None) } else { &[] };
        let (mut found, mut lack) = (None, Lack::Absent);
        for (_, reported) in of_version.iter().chain(unnamed) {
            match reported {
                Reported::Sha256(sha256) if *sha256 != expected => return Ok(*sha256),
                Reported::Sha256(sha256) => found = Some(*sha256),
                Reported::Failed => lack = Lack::Failed,
                Reported::Other => lack = Lack::Other,
            }
        }
        found.ok_or(lack)
    }

    fn rows_of(&self, url: &str, version: Option<&str>) -> &[(Print, Reported)] {
        let wanted = print(url, version);
        let start = self.0.partition_point(|(print, _)| *print < wanted);
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.partition_point(|(print, _)| *print == wanted);
        rest.get(..count).unwrap_or_default()
    }
}

fn print(url: &str, version: Option<&str>) -> Print {
    let digest = Sha256::new().chain_update(url).chain_update([0]).chain_update(version.unwrap_or_default()).finalize();
    let mut print = Print::default();
    print.iter_mut().zip(digest).for_each(|(to, byte)| *to = byte);
    print
}

#[cfg(test)]
mod tests {
    use super::{ChecksumReport, Lack, Reported};
    use crate::store::KeptObject;

    fn object(version: Option<&str>, is_only: bool) -> KeptObject {
        KeptObject { url: "s3://kyc/a".to_owned(), version: version.map(str::to_owned), is_only }
    }

    #[test]
    fn a_row_counts_for_its_version_alone_and_the_one_that_differs_counts() {
        let [good, bad] = [[1; 32], [2; 32]];
        let mut report = ChecksumReport::default();
        report.add("s3://kyc/a", Some("v1"), Reported::Failed);
        report.add("s3://kyc/a", Some("v1"), Reported::Sha256(good));
        report.add("s3://kyc/a", Some("v2"), Reported::Sha256(bad));
        report.add("s3://kyc/a", Some("v3"), Reported::Sha256(good));
        report.add("s3://kyc/a", Some("v3"), Reported::Sha256(bad));
        report.add("s3://kyc/a", Some("v4"), Reported::Other);
        report.add("s3://kyc/a", None, Reported::Sha256(good));
        let report = report.finished();
        assert_eq!(std::mem::size_of_val(&report.0[0]), 49, "bytes of a row, which the manual names");
        for (version, is_only, found) in [
            (Some("v1"), false, Ok(good)),
            (Some("v2"), true, Ok(bad)),
            (Some("v3"), false, Ok(bad)),
            (Some("v4"), false, Err(Lack::Other)),
            (Some("v4"), true, Ok(good)),
            (Some("v5"), false, Err(Lack::Absent)),
            (Some("v5"), true, Ok(good)),
            (None, true, Ok(good)),
        ] {
            assert_eq!(report.find(&object(version, is_only), good), found, "{version:?} {is_only}");
        }
    }
}
