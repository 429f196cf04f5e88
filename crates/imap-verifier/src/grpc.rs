//! `mail.v1.MailService`: wire ↔ commands.

mod rules;
mod service;
mod wire;

use crate::app::Shared;
use proto::mail::mail_service_server::MailServiceServer;
use runtime::internal::Callers;

/// Who may call what.
pub(crate) const CALLERS: Callers = &[(
    "api-gateway",
    &[
        "mail.v1.MailService/AddMailbox",
        "mail.v1.MailService/AddPushSource",
        "mail.v1.MailService/RotateToken",
        "mail.v1.MailService/TrustHeader",
        "mail.v1.MailService/SetLimits",
        "mail.v1.MailService/TakeMail",
        "mail.v1.MailService/TakeSms",
        "mail.v1.MailService/Heartbeat",
        "mail.v1.MailService/TestMailbox",
        "mail.v1.MailService/ListMailboxes",
        "mail.v1.MailService/SetMailboxState",
        "mail.v1.MailService/RevokeDevice",
        "mail.v1.MailService/SetLogin",
        "mail.v1.MailService/TrustResults",
        "mail.v1.MailService/Bind",
        "mail.v1.MailService/ListMessages",
        "mail.v1.MailService/ListParserRules",
        "mail.v1.MailService/SaveParserRule",
        "mail.v1.MailService/RemoveParserRule",
        "mail.v1.MailService/CheckParserRule",
        "mail.v1.MailService/ListDead",
        "mail.v1.MailService/ReplayDead",
    ],
)];

pub(crate) fn server(app: Shared) -> MailServiceServer<service::Service> {
    MailServiceServer::new(service::Service::new(app))
}
