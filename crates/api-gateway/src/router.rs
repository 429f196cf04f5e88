//! Every route.

use crate::admin::Problem;
use crate::admin::{
    accounts, dead, demo, intents as admin_intents, keys, mailboxes, mails, merchants,
    parser_rules, webhook_endpoints,
};
use crate::checkout::{assets, events, page, status};
use crate::routes::{health, intents, not_found, wake};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig, delete, get, head, patch, post};
use actix_web::{Resource, Scope};
use domain::ErrorCode;

/// Adds every route to an application.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let path_errors = web::PathConfig::default().error_handler(|_, _| {
        // An id that is none names nothing.
        Problem::new(ErrorCode::NotFound, "there is no such thing").into()
    });
    config
        .app_data(path_errors)
        .service(
            at("/health")
                .route(get().to(health::get))
                .route(head().to(health::get)),
        )
        .service(at("/api/wake").route(get().to(wake::get)))
        .service(admin())
        .service(
            web::scope("/api/v1/intents")
                .service(at("/create-payment").route(post().to(intents::create::post)))
                .service(at("/{key}").route(get().to(intents::get::get)))
                .service(at("/{key}/cancel").route(post().to(intents::cancel::post))),
        )
        .service(at("/checkout/status").route(get().to(status::get)))
        .service(at("/checkout/events").route(get().to(events::get)))
        .service(
            web::resource("/checkout")
                .wrap(Compress::default())
                .route(get().to(page::get)),
        )
        .service(
            web::resource("/assets/{hash}/{name}")
                .wrap(Compress::default())
                .route(get().to(assets::get)),
        )
        .default_service(web::to(not_found::any));
}

/// Needs the admin key.
fn admin() -> Scope {
    web::scope("/api/v1/admin")
        .service(at("/demo").route(post().to(demo::post)))
        .service(
            web::scope("/merchants")
                .service(
                    at("")
                        .route(post().to(merchants::create::post))
                        .route(get().to(merchants::list::get)),
                )
                .service(
                    at("/{id}")
                        .route(get().to(merchants::show::get))
                        .route(patch().to(merchants::update::patch)),
                )
                .service(at("/{id}/disable").route(post().to(merchants::disable::post))),
        )
        .service(
            web::scope("/keys")
                .service(
                    at("")
                        .route(post().to(keys::create::post))
                        .route(get().to(keys::list::get)),
                )
                .service(at("/{key_id}").route(delete().to(keys::revoke::delete)))
                .service(at("/{key_id}/rotate").route(post().to(keys::rotate::post))),
        )
        .service(
            web::scope("/accounts")
                .service(
                    at("")
                        .route(post().to(accounts::create::post))
                        .route(get().to(accounts::list::get)),
                )
                .service(at("/proofs/{id}").route(get().to(accounts::proof::get)))
                .service(at("/{id}/prove").route(post().to(accounts::prove::post)))
                .service(at("/{id}/grants").route(post().to(accounts::grant::post))),
        )
        .service(at("/mails").route(get().to(mails::get)))
        .service(
            web::scope("/mailboxes")
                .service(
                    at("")
                        .route(post().to(mailboxes::create::post))
                        .route(get().to(mailboxes::list::get)),
                )
                .service(at("/{id}/test").route(post().to(mailboxes::test::post)))
                .service(at("/{id}/results").route(post().to(mailboxes::results::post)))
                .service(at("/{id}/state").route(post().to(mailboxes::state::post))),
        )
        .service(
            web::scope("/parser-rules")
                .service(
                    at("")
                        .route(get().to(parser_rules::list::get))
                        .route(post().to(parser_rules::save::post)),
                )
                .service(at("/dry-run").route(post().to(parser_rules::dry_run::post)))
                .service(at("/{id}").route(delete().to(parser_rules::remove::delete))),
        )
        .service(
            web::scope("/webhook-endpoints")
                .service(
                    at("")
                        .route(post().to(webhook_endpoints::create::post))
                        .route(get().to(webhook_endpoints::list::get)),
                )
                .service(at("/deliveries").route(get().to(webhook_endpoints::deliveries::get)))
                .service(
                    at("/deliveries/{id}/resend").route(post().to(webhook_endpoints::resend::post)),
                )
                .service(at("/{id}").route(delete().to(webhook_endpoints::disable::delete))),
        )
        .service(
            web::scope("/intents")
                .service(at("").route(get().to(admin_intents::list::get)))
                .service(at("/unmatched").route(get().to(admin_intents::unmatched::get)))
                .service(at("/{key}").route(get().to(admin_intents::explain::get)))
                .service(at("/{id}/cancel").route(post().to(admin_intents::cancel::post))),
        )
        .service(
            web::scope("/dead")
                .service(at("").route(get().to(dead::list::get)))
                .service(at("/replay").route(post().to(dead::replay::post))),
        )
}

/// A path that answers 405 to methods that it does not have.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(not_found::method))
}
