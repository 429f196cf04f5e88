//! `GET /assets/{hash}/{name}`: what pages load. The hash of the content is in the URL, so that it may be kept for a year.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// A file that is part of the program.
pub(crate) struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
    hash: LazyLock<String>,
}

pub(crate) static CSS: Asset = Asset {
    name: "checkout.css",
    kind: "text/css; charset=utf-8",
    content: include_bytes!("../../assets/checkout.css"),
    hash: LazyLock::new(|| hash(include_bytes!("../../assets/checkout.css"))),
};

pub(crate) static JS: Asset = Asset {
    name: "checkout.js",
    kind: "text/javascript; charset=utf-8",
    content: include_bytes!("../../assets/checkout.js"),
    hash: LazyLock::new(|| hash(include_bytes!("../../assets/checkout.js"))),
};

const A_YEAR: &str = "public, max-age=31536000, immutable";

impl Asset {
    /// Where it is served.
    pub(crate) fn url(&self) -> String {
        format!("/assets/{}/{}", *self.hash, self.name)
    }
}

fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    hex::encode(digest.get(..10).unwrap_or(&digest))
}

pub(crate) async fn get(path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(asset) = [&CSS, &JS].into_iter().find(|a| a.name == name) else {
        return HttpResponse::NotFound().finish();
    };
    // During an upgrade another version's page may ask: better this one than none, but not to be kept.
    let keep = if hash == *asset.hash {
        A_YEAR
    } else {
        "no-store"
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.kind))
        .insert_header((header::CACHE_CONTROL, keep))
        .body(asset.content)
}
