//! The certificate of an erasure as a page.

use super::style::Style;
use super::untrusted::Text;
use crate::class::Class;
use crate::disposition::{plan_path, signature_path};
use crate::erasure::{Certificate, NotReached};
use crate::journal::{Approval, PlanEntry, ProviderDeletion, StoreRemoval};
use crate::terms::{ProviderOutcome, StoreOutcome};
use crate::text::{bytes, day, moment, plural};
use crate::word::Word;
use askama::Template;

/// The data of `certificate.html`.
#[derive(Template)]
#[template(path = "certificate.html")]
pub(super) struct CertificatePage {
    style: Style,
    session: Text,
    provider: Option<Text>,
    /// True once nothing of the session is left.
    is_done: bool,
    /// The class of media, if the rest of the session stays.
    class: Option<Text>,
    /// The media of it.
    media: Vec<Text>,
    begun: String,
    erased: Option<String>,
    destroyed: String,
    /// The number of keys that were destroyed first.
    keys: Option<String>,
    bag: Option<Text>,
    authority: Text,
    reason: Text,
    plan: Option<PlanView>,
    operator: Text,
    host: Text,
    tool: Text,
    journal: Text,
    not_reached: Vec<Text>,
    exports: Option<String>,
    grants: Option<String>,
    buckets: Vec<Text>,
    /// The deletion at the provider.
    deletion: Option<Text>,
    /// The removals from buckets.
    removals: Vec<Text>,
    /// The time and the reason of the order to archive it again.
    again: Option<(String, Text)>,
}

/// The plan that was followed, and where the archive keeps it.
struct PlanView {
    digest: Text,
    path: Text,
    approvals: Vec<ApprovalView>,
}

/// An approval of the plan.
struct ApprovalView {
    principal: Text,
    key: Text,
    path: Text,
}

impl PlanView {
    fn of(PlanEntry { sha256, approvals }: &PlanEntry) -> Self {
        let approval = |approval: &Approval| ApprovalView {
            principal: Text::of(&approval.principal),
            key: Text::of(&approval.key),
            path: Text::of(signature_path(sha256, &approval.sha256).as_str()),
        };
        Self { digest: Text::of(sha256), path: Text::of(plan_path(sha256).as_str()), approvals: approvals.iter().map(approval).collect() }
    }
}

impl CertificatePage {
    pub(super) fn of(certificate: &Certificate) -> Self {
        let facts = &certificate.facts;
        let place = |place: &Word<NotReached>| Text::of(place.as_str_with(NotReached::text));
        Self {
            style: Style::new(),
            session: Text::of(facts.session.as_str()),
            provider: facts.provider.as_deref().map(Text::title),
            is_done: certificate.erased.is_some(),
            class: facts.class.as_ref().map(|class| Text::of(class.as_str_with(Class::as_str))),
            media: facts.media.iter().map(|id| Text::of(id.as_str())).collect(),
            begun: moment(certificate.begun),
            erased: certificate.erased.map(moment),
            destroyed: format!("{}, {}", plural(facts.files, "file"), bytes(facts.bytes)),
            keys: (facts.keys > 0).then(|| plural(facts.keys, "key")),
            bag: facts.bag.as_deref().map(Text::of),
            authority: Text::of(&facts.authority),
            reason: Text::of(&facts.reason),
            plan: facts.plan.as_ref().map(PlanView::of),
            operator: Text::of(&certificate.identity.operator),
            host: Text::of(&certificate.identity.host),
            tool: Text::of(&certificate.identity.tool),
            journal: Text::of(&certificate.journal),
            not_reached: certificate.not_reached.iter().map(place).collect(),
            buckets: certificate.buckets.iter().map(|url| Text::of(url)).collect(),
            exports: (certificate.exports > 0).then(|| plural(certificate.exports, "export")),
            grants: (certificate.grants > 0).then(|| plural(certificate.grants, "grant")),
            again: certificate.again.as_ref().map(|again| (moment(again.at), Text::of(&again.reason))),
            deletion: certificate.at_provider.as_ref().map(|deletion| Text::of(&deletion_text(deletion))),
            removals: certificate.at_store.iter().map(|removal| Text::of(&removal_text(removal))).collect(),
        }
    }
}

fn deletion_text(deletion: &ProviderDeletion) -> String {
    let at = moment(deletion.at);
    match deletion.outcome.known() {
        Some(ProviderOutcome::Deleted) => format!("The provider deleted the session on {at}."),
        Some(ProviderOutcome::Absent) => format!("The provider had no such session when it was asked to delete it on {at}."),
        None => format!("The provider was asked to delete the session on {at}."),
    }
}

fn removal_text(StoreRemoval { place, outcome, until, at, .. }: &StoreRemoval) -> String {
    let at = moment(*at);
    match (outcome.known(), until) {
        (Some(StoreOutcome::Removed), _) => {
            format!("On {at} nothing of the session was left in {place}: all versions of its objects were removed.")
        }
        (Some(StoreOutcome::Kept), Some(until)) => {
            format!("Locks kept versions of the session in {place} on {at}, the last one until {}.", day(*until))
        }
        (Some(StoreOutcome::Kept), None) => format!("Locks or legal holds kept versions of the session in {place} on {at}."),
        (None, _) => format!("The session was to be removed from {place} on {at}."),
    }
}
