//! Bodies of bounded size, read in bounded time.

use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt as _;
use std::time::Duration;

/// For the whole body: nobody needs longer for what is allowed.
const TIME: Duration = Duration::from_secs(10);
/// A body that is too large is read on up to here, and thrown away: a client that still sends does not see the answer.
const DRAIN: usize = 16 * 1024 * 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body took too long")]
    TooSlow,
    #[error("the body is broken off or badly coded")]
    Broken,
}

/// The whole body, if it has at most `limit` bytes.
///
/// # Errors
/// [`BodyError`].
pub(crate) async fn read(payload: Payload, limit: usize) -> Result<Bytes, BodyError> {
    tokio::time::timeout(TIME, collect(payload, limit))
        .await
        .unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, BodyError> {
    let mut body = BytesMut::new();
    let mut length = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        length += chunk.len();
        if length > DRAIN {
            break;
        }
        if length <= limit {
            body.extend_from_slice(&chunk);
        }
    }
    if length > limit {
        return Err(BodyError::TooLarge(limit));
    }
    Ok(body.freeze())
}
