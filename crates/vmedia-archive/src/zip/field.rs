//! The fields of headers: numbers with their lowest byte first.

/// Fields that are written one behind the other.
#[derive(Default)]
pub(super) struct Fields(pub(super) Vec<u8>);

impl Fields {
    pub(super) fn short(&mut self, number: u16) -> &mut Self {
        self.add(&number.to_le_bytes())
    }

    pub(super) fn long(&mut self, number: u32) -> &mut Self {
        self.add(&number.to_le_bytes())
    }

    pub(super) fn quad(&mut self, number: u64) -> &mut Self {
        self.add(&number.to_le_bytes())
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.add(text.as_bytes())
    }

    fn add(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Returns a number of up to eight bytes.
pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Takes so many bytes from the beginning; `None` if there are fewer.
pub(super) fn take<'a>(left: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    let (taken, rest) = left.split_at_checked(usize::try_from(count).ok()?)?;
    *left = rest;
    Some(taken)
}
