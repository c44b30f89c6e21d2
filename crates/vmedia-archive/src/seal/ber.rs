//! Reads the elements of BER that several structures share.

use bcder::decode::{Constructed, DecodeError, SliceSource, Source};
use bcder::{Mode, Oid, Tag};
use std::convert::Infallible;

pub(crate) type Reader<'a, 'b, 'c> = Constructed<'a, &'b mut SliceSource<'c>>;
pub(crate) type Read<T> = Result<T, DecodeError<Infallible>>;

/// Reads a sequence after which nothing follows.
pub(crate) fn whole<T>(bytes: &[u8], read: impl FnOnce(&mut Reader<'_, '_, '_>) -> Read<T>) -> Read<T> {
    tagged(bytes, Tag::SEQUENCE, read)
}

/// Reads a constructed value with this tag after which nothing follows.
pub(crate) fn tagged<T>(bytes: &[u8], tag: Tag, read: impl FnOnce(&mut Reader<'_, '_, '_>) -> Read<T>) -> Read<T> {
    let mut source = SliceSource::new(bytes);
    let value = Constructed::decode(&mut source, Mode::Ber, |reader| reader.take_constructed_if(tag, read))?;
    if source.is_empty() { Ok(value) } else { Err(source.content_err("something follows it")) }
}

/// Passes over whatever else there is. (The library's own `skip_all` wants one value more where a length is left open.)
pub(crate) fn skip_rest<S: Source>(reader: &mut Constructed<'_, S>) -> Result<(), DecodeError<S::Error>> {
    while reader.skip_opt(|_, _, _| Ok(()))?.is_some() {}
    Ok(())
}

/// Reads the name in an `AlgorithmIdentifier`.
pub(crate) fn algorithm<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Oid, DecodeError<S::Error>> {
    let name = Oid::take_from(reader)?;
    skip_rest(reader)?;
    Ok(name)
}

/// Returns the bytes of an integer: a number that DER would write shorter is a number still.
pub(crate) fn integer<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Vec<u8>, DecodeError<S::Error>> {
    reader.take_primitive_if(Tag::INTEGER, |number| number.take_all()).map(|bytes| bytes.to_vec())
}
