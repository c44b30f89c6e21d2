//! Objects read one after the other, as one stream.

use super::object::Object;
use crate::objects::ObjectStore;
use std::io::{self, Read};
use std::sync::Arc;

/// The parts of a file that several objects hold.
pub(super) struct Parts {
    pub(super) place: Arc<dyn ObjectStore>,
    /// The parts that are left, the next one last; each with its first byte and its length.
    pub(super) left: Vec<(Object, u64, u64)>,
    pub(super) current: Option<Box<dyn Read + Send>>,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(current) = &mut self.current {
                let count = current.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
            }
            let Some((object, offset, length)) = self.left.pop() else { return Ok(0) };
            let range = (length < object.bytes).then_some((offset, length));
            let opened = match &object.inside {
                Some(inside) => inside.open(self.place.as_ref(), &object, (offset, length)),
                None => self.place.open(&object.key, object.version.as_deref(), range),
            };
            let opened = opened.map_err(io::Error::other)?;
            let gone = || io::Error::new(io::ErrorKind::NotFound, format!("{} is no longer there", object.key));
            self.current = Some(opened.ok_or_else(gone)?);
        }
    }
}
