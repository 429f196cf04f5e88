//! Every id is its own type, so that an account can never be passed where a merchant is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! decl_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id that was made by its owner.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for the database and the wire.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

decl_id!(
    /// A merchant (tenant). It holds credentials in several dialects; none of them is its id.
    MerchantId
);
decl_id!(
    /// An intent: one request for money. `UUIDv4` from the OS (122 random bits): payers see it, so it is a capability.
    IntentId
);
decl_id!(
    /// Money that a merchant gives back, all or some of an intent's.
    RefundId
);
decl_id!(
    /// A person who signs in for a merchant.
    UserId
);
decl_id!(
    /// One sign-in. Like an intent's, its id is a capability.
    SessionId
);
decl_id!(
    /// A *physical* receiving account, unique over the installation.
    AccountId
);
decl_id!(
    /// A mailbox that receives bank alerts.
    MailboxId
);
decl_id!(
    /// A source of observations with a gapless sequence: a mailbox, a chain shard, a device.
    SourceId
);
decl_id!(
    /// One observed movement of money, as its observer named it.
    ObservationId
);
decl_id!(
    /// A proving payment of a receiving account.
    ProofId
);
decl_id!(
    /// A merchant's webhook endpoint.
    EndpointId
);
decl_id!(
    /// An event on the bus (`id` of its `CloudEvents` envelope).
    EventId
);

macro_rules! random_id {
    ($($name:ident),*) => {$(
        impl $name {
            /// A new capability id from the OS's random numbers.
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }
    )*};
}

random_id!(IntentId, SessionId);

macro_rules! ordered_id {
    ($($name:ident),*) => {$(
        impl $name {
            /// A new id that sorts by the time it was made (`UUIDv7`). No payer ever sees it.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    )*};
}

ordered_id!(
    MerchantId,
    AccountId,
    MailboxId,
    ObservationId,
    ProofId,
    RefundId,
    UserId,
    EndpointId,
    EventId
);

impl From<MailboxId> for SourceId {
    /// A mailbox is a source of evidence under its own id.
    fn from(id: MailboxId) -> Self {
        Self(id.0)
    }
}
