#![doc = include_str!("../README.md")]

pub mod env;
pub mod pg;
pub mod wait;

pub use pg::TestDb;
