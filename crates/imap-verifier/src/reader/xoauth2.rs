use imap::Authenticator;
use secrecy::{ExposeSecret as _, SecretString};

/// SASL XOAUTH2, <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>.
pub(super) struct XOAuth2 {
    /// `user=…^Aauth=Bearer …^A^A`
    initial: SecretString,
}

impl XOAuth2 {
    /// Neither may hold a control character: the first is checked when a mailbox is added, the other when it is fetched.
    pub(super) fn new(username: &str, token: &SecretString) -> Self {
        let token = token.expose_secret();
        Self {
            initial: format!("user={username}\u{1}auth=Bearer {token}\u{1}\u{1}").into(),
        }
    }
}

impl Authenticator for XOAuth2 {
    type Response = Vec<u8>;

    /// The first challenge is empty. A refusal comes as a second one that says why; an empty answer lets the server end it.
    fn process(&self, challenge: &[u8]) -> Vec<u8> {
        match challenge {
            [] => self.initial.expose_secret().as_bytes().to_vec(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_answered_with_nothing() {
        let login = XOAuth2::new("a@shop.test", &SecretString::from("ya29.x"));
        assert_eq!(
            login.process(b""),
            b"user=a@shop.test\x01auth=Bearer ya29.x\x01\x01"
        );
        assert_eq!(login.process(br#"{"status":"401"}"#), b"");
    }
}
