use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataMap, MetadataValue},
};
use uuid::Uuid;

/// The names of the metadata that internal calls carry, beside the trace context's.
pub mod keys {
    /// `Bearer` and the internal token.
    pub const AUTHORIZATION: &str = "authorization";
    /// The calling process, such as `api-gateway`.
    pub const CALLER: &str = "x-noxpay-caller";
    /// The merchant that the work is done for, as a UUID.
    pub const MERCHANT: &str = "x-noxpay-merchant";
    /// `true` in live mode, `false` in test mode.
    pub const LIVE: &str = "x-noxpay-live";
    /// Who asked: `key:<id>`, `user:<id>`, `admin`, `public`, `system`.
    pub const ACTOR: &str = "x-noxpay-actor";
    /// One id for everything that one request from outside caused.
    pub const REQUEST_ID: &str = "x-noxpay-request-id";
}

/// Longer actors and request ids are cut: they come from outside and go into logs.
const LONGEST: usize = 128;

/// For whom, in which mode and on whose word a call is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// `None` for work that belongs to no merchant.
    pub merchant: Option<Uuid>,
    /// Live or test mode; `None` where there is no merchant.
    pub live: Option<bool>,
    /// See [`keys::ACTOR`].
    pub actor: String,
    /// See [`keys::REQUEST_ID`].
    pub request_id: String,
}

/// The process that made a call, as the guard verified it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub &'static str);

impl CallContext {
    /// Work that nobody outside asked for.
    #[must_use]
    pub fn system(request_id: impl Into<String>) -> Self {
        Self {
            merchant: None,
            live: None,
            actor: "system".to_owned(),
            request_id: request_id.into(),
        }
    }

    /// Wraps a message in a request that carries this context.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        self.to_metadata(request.metadata_mut());
        request
    }

    pub fn to_metadata(&self, metadata: &mut MetadataMap) {
        let pairs = [
            (keys::MERCHANT, self.merchant.map(|m| m.to_string())),
            (keys::LIVE, self.live.map(|l| l.to_string())),
            (keys::ACTOR, Some(printable(&self.actor))),
            (keys::REQUEST_ID, Some(printable(&self.request_id))),
        ];
        for (key, value) in pairs {
            let value: Option<MetadataValue<Ascii>> = value.and_then(|v| v.parse().ok());
            match value {
                Some(value) => drop(metadata.insert(key, value)),
                None => drop(metadata.remove(key)),
            }
        }
    }

    /// # Errors
    /// `INVALID_ARGUMENT` that names the key whose value is malformed. Nothing is taken for granted: a malformed mode
    /// is an error, not test mode.
    pub fn from_metadata(metadata: &MetadataMap) -> Result<Self, Status> {
        let text = |key| match metadata.get(key).map(MetadataValue::to_str) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(_)) => Err(malformed(key)),
        };
        let merchant = text(keys::MERCHANT)?
            .map(|m| Uuid::try_parse(m).map_err(|_| malformed(keys::MERCHANT)))
            .transpose()?;
        let live = text(keys::LIVE)?
            .map(|l| l.parse().map_err(|_| malformed(keys::LIVE)))
            .transpose()?;
        Ok(Self {
            merchant,
            live,
            actor: printable(text(keys::ACTOR)?.unwrap_or_default()),
            request_id: printable(text(keys::REQUEST_ID)?.unwrap_or_default()),
        })
    }

    /// The context of a call that the guard let through.
    ///
    /// # Errors
    /// `INTERNAL` if the server runs without the guard.
    pub fn of<T>(request: &Request<T>) -> Result<&Self, Status> {
        let found = request.extensions().get();
        found.ok_or_else(|| Status::internal("the call has no context"))
    }

    /// The merchant and mode of a call that must have both.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if one is missing.
    pub fn tenant(&self) -> Result<(Uuid, bool), Status> {
        let merchant = self.merchant.ok_or_else(|| malformed(keys::MERCHANT))?;
        let live = self.live.ok_or_else(|| malformed(keys::LIVE))?;
        Ok((merchant, live))
    }
}

fn malformed(key: &str) -> Status {
    Status::invalid_argument(format!("{key}: missing or malformed"))
}

/// Visible ASCII only, at most [`LONGEST`] characters: what metadata can carry and a log may show.
fn printable(text: &str) -> String {
    let visible = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    text.chars().take(LONGEST).map(visible).collect()
}
