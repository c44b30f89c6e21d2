//! One session with every documented context and every documented mimetype.

use super::{FACE_FIRST, FACE_NFC, HEIC, HEIF, MP4, NFC, PDF, PNG, SAMPLE_EVERYTHING, WEBM, WEBP, day};
use crate::fixture::{Attempt, Media, Session};
use crate::id;

const IMAGES: [&str; 25] = [
    "address-front",
    "document-and-face",
    "document-and-face-pre",
    "document-back",
    "document-back-barcode",
    "document-back-barcode-pre",
    "document-back-pre",
    "document-back-qrcode",
    "document-back-qrcode-pre",
    "document-front",
    "document-front-face-cropped",
    "document-front-pre",
    "document-front-qrcode",
    "document-front-qrcode-pre",
    "face",
    "face-cropped",
    "face-nfc",
    "face-pre",
    "face-reference",
    "registry-face",
    // In some of the vendor's pages only.
    "document-front-with-signature",
    "document-front-with-signature-pre",
    "generic-document-back",
    "generic-document-front",
    "selfie",
];

const VIDEOS: [&str; 6] = [
    "document-front-pre-video",
    "document-back-pre-video",
    "document-and-face-pre-video",
    "document-back-barcode-pre-video",
    "face-pre-video",
    "selfid_video",
];

/// PDF first, because the first context is the one that PDFs are uploaded for.
const IMAGE_TYPES: [(&str, &[u8]); 8] = [
    ("application/pdf", PDF),
    ("image/jpeg", FACE_FIRST),
    ("image/jpg", FACE_NFC),
    ("image/png", PNG),
    ("image/heic", HEIC),
    ("image/heif", HEIF),
    ("image/webp", WEBP),
    ("image/pdf", PDF),
];

const VIDEO_TYPES: [(&str, &[u8], u32); 2] = [("video/mp4", MP4, 5), ("video/webm", WEBM, 3)];

/// Returns the session.
pub(super) fn session() -> Session {
    let mut attempt = Attempt::new(id::of("everything"), "approved").created(format!("{}T11:00:00.000Z", day(2)));
    for (context, (mimetype, bytes)) in IMAGES.iter().zip(IMAGE_TYPES.iter().cycle()) {
        attempt = attempt.media(Media::image(id::of(&format!("everything/{context}")), *context, *mimetype, bytes));
    }
    for (context, (mimetype, bytes, seconds)) in VIDEOS.iter().zip(VIDEO_TYPES.iter().cycle()) {
        let video = Media::video(id::of(&format!("everything/{context}")), *context, *mimetype, bytes);
        attempt = attempt.media(video.duration(*seconds));
    }
    Session::new(SAMPLE_EVERYTHING).attempt(attempt.media(Media::nfc(id::of("everything/nfc"), NFC)))
}
