//! What changes something because somebody asked, one use case per file.

pub mod cancel_intent;
pub mod claim_reference;
pub mod create_account;
pub mod create_intent;
pub mod decide;
pub mod declare_payer;
pub mod grant_account;
pub mod restore_dedication;
pub mod start_channel_test;
pub mod start_proof;
