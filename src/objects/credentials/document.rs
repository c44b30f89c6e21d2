//! Parses the JSON by which metadata services and programs hand out credentials.

use super::Credentials;
use crate::error::{Error, ErrorKind, quote};
use crate::secret::Secret;
use jiff::Timestamp;
use serde::Deserialize;

/// The members that count. The texts are wiped once they are secrets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    #[serde(alias = "SessionToken")]
    token: Option<String>,
    expiration: Option<Timestamp>,
    message: Option<String>,
}

impl Credentials {
    /// Parses a document; `from` names its source in errors.
    ///
    /// # Errors
    /// It holds no credentials.
    pub fn parse(bytes: &[u8], from: &str) -> Result<Self, Error> {
        let refused = |why: String| {
            Error::new(ErrorKind::Configuration, format!("{from} gives no credentials: {why}"), "check the role that it is set up with")
        };
        // The reason that serde gives may quote a secret.
        let document: Document = serde_json::from_slice(bytes).map_err(|_| refused("the answer is not the expected JSON".to_owned()))?;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty()).map(Secret::new);
        let message = document.message.map_or_else(|| "it has no access key".to_owned(), |message| quote(&message));
        let pair = given(document.access_key_id).zip(given(document.secret_access_key));
        let (access_key, secret_key) = pair.ok_or_else(|| refused(message))?;
        Ok(Self { access_key, secret_key, token: given(document.token), expires: document.expiration })
    }
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    #[test]
    fn documents_of_each_source_are_parsed_and_errors_hold_no_secret() {
        let of_metadata =
            br#"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"s3cr3t","Token":"T","Expiration":"2027-01-01T00:00:00Z"}"#;
        let of_program = br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s3cr3t","SessionToken":"T"}"#;
        for (bytes, expires) in [(&of_metadata[..], true), (of_program, false)] {
            let credentials = Credentials::parse(bytes, "it").expect("credentials");
            assert_eq!(
                (credentials.access_key.expose(), credentials.token.map(|token| token.expose().to_vec())),
                (&b"A"[..], Some(b"T".to_vec()))
            );
            assert_eq!(credentials.expires.is_some(), expires);
        }
        for (bad, why) in [
            (r#"{"AccessKeyId":"A","SecretAccessKey":"s3cr3t","Expiration":"never"}"#, "not the expected JSON"),
            (r#"{"AccessKeyId":["s3cr3t"]}"#, "not the expected JSON"),
            (r#"{"AccessKeyId":"A","SecretAccessKey":""}"#, "no access key"),
            (r#"{"Message":"no role\u001b"}"#, "no role "),
        ] {
            let error = Credentials::parse(bad.as_bytes(), "it").expect_err(bad);
            assert!(error.what().contains(why) && !error.what().contains("s3cr3t"), "{error}");
        }
    }
}
