/// What is known of a provider: nobody need look it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) host: &'static str,
    pub(crate) token_url: &'static str,
    pub(crate) scope: &'static str,
}

impl Provider {
    /// `google` or `microsoft`. Every other is described by the merchant.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            // https://developers.google.com/identity/protocols/oauth2/native-app
            "google" => Some(Self {
                host: "imap.gmail.com",
                token_url: "https://oauth2.googleapis.com/token",
                scope: "https://mail.google.com/",
            }),
            // https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
            // A client of one tenant alone names its own URL, with the tenant in the place of `common`.
            "microsoft" => Some(Self {
                host: "outlook.office365.com",
                token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                scope: "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
            }),
            _ => None,
        }
    }
}
