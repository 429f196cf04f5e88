#![doc = include_str!("../README.md")]

pub mod convert;
pub mod fault;

pub use fault::Fault;

#[expect(
    clippy::all,
    clippy::doc_markdown,
    clippy::as_conversions,
    clippy::allow_attributes,
    unreachable_pub,
    missing_docs,
    reason = "generated"
)]
mod generated {
    pub mod common {
        pub mod v1 {
            tonic::include_proto!("common.v1");
        }
    }
    pub mod intent {
        pub mod v1 {
            tonic::include_proto!("intent.v1");
        }
    }
    pub mod mail {
        pub mod v1 {
            tonic::include_proto!("mail.v1");
        }
    }
    pub mod webhook {
        pub mod v1 {
            tonic::include_proto!("webhook.v1");
        }
    }
}

/// Contract of intent-service, and what all share.
pub use generated::{
    common::v1 as common, intent::v1 as intent, mail::v1 as mail, webhook::v1 as webhook,
};
