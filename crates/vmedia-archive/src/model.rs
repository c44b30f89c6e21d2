//! The data model: sessions, attempts, media files, formats and safe names.
//!
//! Pure values and pure functions. Must not know providers, HTTP, or the store.

mod encoding;
mod fact;
mod id;
mod item;
mod json;
mod limits;
mod mimetype;
mod name;
mod pasted;
mod value;

pub use fact::Fact;
pub use id::{AttemptId, MediaId, SessionId};
pub use item::{Attempt, Group, Kind, MediaItem, Place, TypeHint, pointer_step};
pub use json::{Member, Outline, outline, readable};
pub use limits::{Excess, MOST_ATTEMPTS, MOST_ENTRIES, MOST_MEDIA, check_shape};
pub(crate) use mimetype::media_type;
pub use mimetype::{Format, HEAD_LENGTH, answered_extension, extension, is_text_type};
pub use name::context_name;
pub(crate) use name::{group_name, id_name, id_of_name, is_device};
pub use pasted::{WRAPPED, id_within, is_uuid, is_wrapped_id};
pub use value::{AnyValue, ReadValue, skip_list, skip_object};
