//! Logging in by OAuth2 (RFC 6749): an access token is fetched with a refresh token, and shown to the mail server by SASL
//! XOAUTH2. The client is the merchant's own: there is no application of ours that a provider would have to trust.

mod login;
mod provider;
mod refresh;
#[cfg(test)]
mod tests;

pub(crate) use login::{AccessToken, login};
pub(crate) use provider::Provider;
pub(crate) use refresh::TokenEndpoint;
