//! The endpoint that a request path means. Ids arrive percent-encoded and leave decoded: signatures are over decoded ids.

use percent_encoding::percent_decode_str;

/// An endpoint of the provider, with the ids of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /v1/sessions`
    Create,
    /// `POST /v1/sessions/{id}/media`
    Upload(String),
    /// `PATCH /v1/sessions/{id}`
    Update(String),
    /// `DELETE /v1/sessions/{id}`
    Delete(String),
    /// `GET /v1/sessions/{id}/attempts`
    Attempts(String),
    /// `GET /v1/sessions/{id}/media`
    SessionMedia(String),
    /// `GET /v1/attempts/{id}/media`
    AttemptMedia(String),
    /// `GET /v1/media/{id}`
    Media(String),
    /// `GET /v1/sessions/{id}/decision`, `.../decision/fullauto`, `.../person`, ...
    Companion {
        /// Session id.
        session: String,
        /// Path below the session.
        name: String,
    },
    /// Yoti's `GET /idverify/v1/sessions/{id}`
    YotiSession(String),
    /// Yoti's `GET /idverify/v1/sessions/{id}/media/{id}/content`
    YotiMedia {
        /// Session id.
        session: String,
        /// Media id.
        media: String,
    },
    /// Yoti's `DELETE /idverify/v1/sessions/{id}`
    YotiDelete(String),
    /// Nothing that Yoti has.
    YotiUnknown,
    /// Nothing that the provider has.
    Unknown,
}

impl Route {
    /// Reads a method and a raw request path (without the query).
    pub(crate) fn of(method: &str, path: &str) -> Self {
        // A segment that is not UTF-8 is like an empty one: nothing has such an id.
        let words: Vec<String> = path.split('/').skip(1).map(|word| decoded(word).unwrap_or_default()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (method, words.as_slice()) {
            ("GET", ["idverify", "v1", "sessions", id]) => Self::YotiSession((*id).to_owned()),
            ("DELETE", ["idverify", "v1", "sessions", id]) => Self::YotiDelete((*id).to_owned()),
            ("GET", ["idverify", "v1", "sessions", session, "media", media, "content"]) => {
                Self::YotiMedia { session: (*session).to_owned(), media: (*media).to_owned() }
            }
            (_, ["idverify", ..]) => Self::YotiUnknown,
            (_, words) if words.contains(&"") => Self::Unknown,
            ("POST", ["v1", "sessions"]) => Self::Create,
            ("POST", ["v1", "sessions", id, "media"]) => Self::Upload((*id).to_owned()),
            ("PATCH", ["v1", "sessions", id]) => Self::Update((*id).to_owned()),
            ("DELETE", ["v1", "sessions", id]) => Self::Delete((*id).to_owned()),
            ("GET", ["v1", "sessions", id, "attempts"]) => Self::Attempts((*id).to_owned()),
            ("GET", ["v1", "sessions", id, "media"]) => Self::SessionMedia((*id).to_owned()),
            ("GET", ["v1", "attempts", id, "media"]) => Self::AttemptMedia((*id).to_owned()),
            ("GET", ["v1", "media", id]) => Self::Media((*id).to_owned()),
            ("GET", ["v1", "sessions", id, name @ ..]) if !name.is_empty() => {
                Self::Companion { session: (*id).to_owned(), name: name.join("/") }
            }
            _ => Self::Unknown,
        }
    }

    /// Returns whether it is Yoti's.
    pub(crate) fn is_yoti(&self) -> bool {
        matches!(self, Self::YotiSession(_) | Self::YotiMedia { .. } | Self::YotiDelete(_) | Self::YotiUnknown)
    }

    /// Returns the id that a request without a body signs.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Upload(id)
            | Self::Update(id)
            | Self::Delete(id)
            | Self::Attempts(id)
            | Self::SessionMedia(id)
            | Self::AttemptMedia(id)
            | Self::Media(id)
            | Self::Companion { session: id, .. } => Some(id),
            Self::Create | Self::Unknown | Self::YotiSession(_) | Self::YotiMedia { .. } | Self::YotiDelete(_) | Self::YotiUnknown => None,
        }
    }
}

fn decoded(word: &str) -> Option<String> {
    percent_decode_str(word).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_decoded_once() {
        assert_eq!(Route::of("GET", "/v1/media/a%2Fb%2520"), Route::Media("a/b%20".to_owned()));
        assert_eq!(Route::of("GET", "/v1/sessions/s/media"), Route::SessionMedia("s".to_owned()));
        let fullauto = Route::Companion { session: "s".to_owned(), name: "decision/fullauto".to_owned() };
        assert_eq!(Route::of("GET", "/v1/sessions/s/decision/fullauto"), fullauto);
        assert_eq!(Route::of("GET", "/v1/v1/media/x"), Route::Unknown);
        assert_eq!(Route::of("GET", "/v1/sessions//media"), Route::Unknown);
        assert_eq!(Route::of("GET", "/v1/media/%ff"), Route::Unknown);
        assert_eq!(Route::of("DELETE", "/v1/sessions/s"), Route::Delete("s".to_owned()));
        assert_eq!(Route::of("DELETE", "/v1/media/x"), Route::Unknown);
    }
}
