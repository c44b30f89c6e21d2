//! The facts in Veriff's companion documents (devdocs.veriff.com: decision, person, watchlist screening).

use crate::provider::{Fact, Topic, facts_at};

/// The facts of the decision. Its code and reasons are about the attempt that it names, and are stated of that, too.
const DECISION: [Topic; 40] = [
    Topic::at("decision", "/verification/status"),
    Topic::at("decision-code", "/verification/code"),
    Topic::at("decision-reason", "/verification/reason"),
    Topic::at("decision-reason-code", "/verification/reasonCode"),
    Topic::at("comment", "/verification/comments/*"),
    Topic::at("comment", "/verification/comments/*/comment"),
    Topic::at("risk-label", "/verification/riskLabels/*/label"),
    Topic::at("risk-score", "/verification/riskScore/score"),
    Topic::at("accepted", "/verification/acceptanceTime"),
    Topic::at("submitted", "/verification/submissionTime"),
    Topic::at("decided", "/verification/decisionTime"),
    Topic::at("given-name", "/verification/person/firstName"),
    Topic::at("family-name", "/verification/person/lastName"),
    Topic::at("full-name", "/verification/person/fullName"),
    Topic::at("born", "/verification/person/dateOfBirth"),
    Topic::at("gender", "/verification/person/gender"),
    Topic::at("nationality", "/verification/person/nationality"),
    Topic::at("citizenship", "/verification/person/citizenship"),
    Topic::at("place-of-birth", "/verification/person/placeOfBirth"),
    Topic::at("id-number", "/verification/person/idNumber"),
    Topic::at("address", "/verification/person/addresses/*/fullAddress"),
    Topic::at("pep-sanction-match", "/verification/person/pepSanctionMatch"),
    Topic::at("document-type", "/verification/document/type"),
    Topic::at("document-country", "/verification/document/country"),
    Topic::at("document-state", "/verification/document/state"),
    Topic::at("document-number", "/verification/document/number"),
    Topic::at("document-issuer", "/verification/document/issuedBy"),
    Topic::at("document-place-of-issue", "/verification/document/placeOfIssue"),
    Topic::at("document-first-issued", "/verification/document/firstIssue"),
    Topic::at("document-valid-from", "/verification/document/validFrom"),
    Topic::at("document-valid-until", "/verification/document/validUntil"),
    Topic::at("document-chip-validated", "/verification/document/nfcValidated"),
    Topic::at("document-specimen", "/verification/document/specimen"),
    Topic::at("reference", "/verification/vendorData"),
    Topic::at("end-user", "/verification/endUserId"),
    Topic::at("ip-address", "/technicalData/ip"),
    Topic::of("attempt-code", "/verification/code", ATTEMPT),
    Topic::of("attempt-reason", "/verification/reason", ATTEMPT),
    Topic::of("attempt-reason-code", "/verification/reasonCode", ATTEMPT),
    Topic::of("attempt-decided", "/verification/decisionTime", ATTEMPT),
];
const ATTEMPT: &str = "/verification/attemptId";

/// The facts of the person document.
const PERSON: [Topic; 10] = [
    Topic::at("given-name", "/person/firstName"),
    Topic::at("family-name", "/person/lastName"),
    Topic::at("born", "/person/dateOfBirth"),
    Topic::at("gender", "/person/gender"),
    Topic::at("nationality", "/person/nationality"),
    Topic::at("citizenship", "/person/citizenships/*"),
    Topic::at("place-of-birth", "/person/placeOfBirth"),
    Topic::at("id-number", "/person/idCode"),
    Topic::of("list-matches", "/person/pepSanctionMatches/*/numberOfMatches", "/provider"),
    Topic::of("list-searched", "/person/pepSanctionMatches/*/date", "/provider"),
];

/// The facts of the watchlist screening.
const SCREENING: [Topic; 7] = [
    Topic::at("watchlist-match", "/data/matchStatus"),
    Topic::at("watchlist-hits", "/data/totalHits"),
    Topic::at("watchlist-name", "/data/searchTerm/name"),
    Topic::at("watchlist-year", "/data/searchTerm/year"),
    Topic::at("watchlist-check", "/data/checkType"),
    Topic::at("watchlist-monitoring", "/data/monitorStatus"),
    Topic::at("watchlist-screened", "/data/createdAt"),
];

/// Returns the facts of a document.
pub(super) fn facts(document: &str, bytes: &[u8]) -> Vec<Fact> {
    match document {
        "decision" => facts_at(bytes, &DECISION),
        "person" => facts_at(bytes, &PERSON),
        "watchlist-screening" => facts_at(bytes, &SCREENING),
        _ => Vec::new(),
    }
}
