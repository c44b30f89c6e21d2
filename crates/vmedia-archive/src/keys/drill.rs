//! Chooses the sessions of a recovery drill. Must not open them: verification does.

use crate::store::{Digest, StorePath};

/// The sessions that a drill opens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DrillSample {
    /// A share of the encrypted sessions in percent, and one at least.
    Percent(f64),
    /// A number of them.
    Count(u64),
}

impl DrillSample {
    fn of(self, all: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a count")]
        match self {
            Self::Percent(percent) => ((all as f64 * percent / 100.0).ceil() as usize).max(1),
            Self::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
        }
    }
}

/// Chooses sessions by chance, and returns them sorted: those for which the SHA-256 of `seed/folder` is smallest. Who knows the seed can
/// choose them again.
pub fn choose_for_drill(folders: Vec<StorePath>, sample: DrillSample, seed: &str) -> Vec<StorePath> {
    let count = sample.of(folders.len());
    let mut by_digest: Vec<(String, StorePath)> =
        folders.into_iter().map(|folder| (Digest::of(format!("{seed}/{folder}").as_bytes()).sha256, folder)).collect();
    by_digest.sort_unstable();
    let mut chosen: Vec<StorePath> = by_digest.into_iter().take(count).map(|(_, folder)| folder).collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::{DrillSample, choose_for_drill};
    use crate::store::StorePath;

    #[test]
    fn the_seed_alone_decides_which_sessions_are_chosen() {
        let all: Vec<StorePath> = (0..250).map(|number| StorePath::name(&format!("s{number}"))).collect();
        let choose = |sample, seed: &str| choose_for_drill(all.clone(), sample, seed);
        let first = choose(DrillSample::Percent(1.0), "a");
        assert_eq!((first.len(), &first), (3, &choose(DrillSample::Count(3), "a")));
        assert_ne!(first, choose(DrillSample::Count(3), "b"));
        assert_eq!((choose(DrillSample::Percent(0.001), "a").len(), choose(DrillSample::Count(900), "a").len()), (1, 250));
        assert!(choose_for_drill(Vec::new(), DrillSample::Percent(1.0), "a").is_empty());
    }
}
