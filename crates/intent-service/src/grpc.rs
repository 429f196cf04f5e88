//! The contract's edge: parse, run the use case, reply.

mod parse;
mod parse_account;
mod parse_decision;
mod service;

pub(crate) use service::Grpc;

use runtime::internal::Callers;

/// Who may call what. Everything comes through the gateway, which authenticates.
pub(crate) const CALLERS: Callers = &[(
    "api-gateway",
    &[
        "intent.v1.IntentService/CreateAccount",
        "intent.v1.IntentService/ListAccounts",
        "intent.v1.IntentService/GrantAccount",
        "intent.v1.IntentService/RestoreDedication",
        "intent.v1.IntentService/StartProof",
        "intent.v1.IntentService/GetProof",
        "intent.v1.IntentService/StartChannelTest",
        "intent.v1.IntentService/GetChannels",
        "intent.v1.IntentService/CreateIntent",
        "intent.v1.IntentService/GetIntent",
        "intent.v1.IntentService/ListIntents",
        "intent.v1.IntentService/CancelIntent",
        "intent.v1.IntentService/ExplainIntent",
        "intent.v1.IntentService/DecideIntent",
        "intent.v1.IntentService/DecideObservation",
        "intent.v1.IntentService/ListUnmatched",
        "intent.v1.IntentService/FindByObservations",
        "intent.v1.IntentService/GetCheckout",
        "intent.v1.IntentService/ClaimReference",
        "intent.v1.IntentService/DeclarePayer",
        "intent.v1.IntentService/ListDead",
        "intent.v1.IntentService/ReplayDead",
    ],
)];
