//! Every route.

use crate::admin::Problem;
use crate::admin::{
    accounts, audit, dead, demo, intents as admin_intents, keys, mailboxes, mails, merchants,
    observations as admin_observations, parser_rules,
};
use crate::checkout::{assets, events, hints, page, status};
use crate::routes::{alerts, health, intents, not_found, observations, wake, webhooks};
use crate::webhooks::{Merchant, Operator, Side, contacts, deliveries, endpoints, events as feed};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig, delete, get, head, patch, post, put};
use actix_web::{Resource, Scope};
use domain::ErrorCode;

/// What a person may decide about an intent.
const INTENT_DECISION: &str = "/{key}/{decision:approve|reject|refund-due|reverse}";
/// What a person may decide about evidence.
const OBSERVATION_DECISION: &str = "/{id}/{decision:match|dismiss|refund-due|restore}";

/// What takes no more than an endpoint.
const ENDPOINT_STATE: &str = "/{id}/{word:enable|disable|accept-secret}";

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
                .service(at("/{key}/cancel").route(post().to(intents::cancel::post)))
                .service(at("/{id}/claim").route(post().to(hints::claim)))
                .service(at("/{id}/payer").route(post().to(hints::payer)))
                .service(at("/{key}/proof").route(get().to(intents::proof::get)))
                .service(at(INTENT_DECISION).route(post().to(intents::decide::post))),
        )
        .service(
            web::scope("/api/v1/observations")
                .service(at("").route(get().to(observations::list::get)))
                .service(at(OBSERVATION_DECISION).route(post().to(observations::decide::post))),
        )
        .service(web::scope("/api/v1/webhooks").configure(dialect_webhooks))
        .service(at("/v1/webhook-events/failed").route(get().to(webhooks::failed::get)))
        .service(pushed())
        // The last of this prefix: it has the merchants' webhook routes.
        .service(web::scope("/api/v1").configure(webhook_routes::<Merchant>))
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

/// What sources push: the token of one of them opens each, in a header or in the path.
fn pushed() -> Scope {
    web::scope("/api/v1/alerts")
        .service(at("/mail").route(post().to(alerts::mail::post)))
        .service(at("/mail/{token}").route(post().to(alerts::mail::post)))
        .service(at("/sms").route(post().to(alerts::sms::post)))
        .service(at("/sms/{token}").route(post().to(alerts::sms::post)))
        .service(at("/heartbeat").route(post().to(alerts::heartbeat::post)))
        .service(at("/heartbeat/{token}").route(post().to(alerts::heartbeat::post)))
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
                .service(at("/{id}/test-channels").route(post().to(accounts::channels::post)))
                .service(at("/{id}/channels").route(get().to(accounts::channels::get)))
                .service(at("/{id}/grants").route(post().to(accounts::grant::post)))
                .service(
                    at("/{id}/restore-dedication")
                        .route(post().to(accounts::restore_dedication::post)),
                ),
        )
        .service(at("/mails").route(get().to(mails::get)))
        .service(
            web::scope("/mailboxes")
                .service(
                    at("")
                        .route(post().to(mailboxes::create::post))
                        .route(get().to(mailboxes::list::get)),
                )
                .service(at("/{id}/bindings").route(post().to(mailboxes::bind::post)))
                .service(at("/{id}/limits").route(post().to(mailboxes::limits::post)))
                .service(
                    at("/{id}/trusted-headers").route(post().to(mailboxes::trust_header::post)),
                )
                .service(at("/{id}/rotate-token").route(post().to(mailboxes::rotate_token::post)))
                .service(at("/{id}/login").route(post().to(mailboxes::login::post)))
                .service(at("/{id}/test").route(post().to(mailboxes::test::post)))
                .service(at("/{id}/results").route(post().to(mailboxes::results::post)))
                .service(at("/{id}/revoke").route(post().to(mailboxes::revoke::post)))
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
            at("/webhook-endpoints/deliveries").route(get().to(deliveries::list::get::<Operator>)),
        )
        .service(
            at("/webhook-endpoints/deliveries/{id}/resend")
                .route(post().to(deliveries::resend::post::<Operator>)),
        )
        .configure(webhook_routes::<Operator>)
        .service(
            web::scope("/intents")
                .service(at("").route(get().to(admin_intents::list::get)))
                .service(at("/unmatched").route(get().to(admin_intents::unmatched::get)))
                .service(at("/{key}").route(get().to(admin_intents::explain::get)))
                .service(at("/{id}/cancel").route(post().to(admin_intents::cancel::post)))
                .service(at(INTENT_DECISION).route(post().to(admin_intents::decide::post))),
        )
        .service(
            web::scope("/observations")
                .service(at("").route(get().to(admin_observations::list::get)))
                .service(
                    at(OBSERVATION_DECISION).route(post().to(admin_observations::decide::post)),
                ),
        )
        .service(at("/audit").route(get().to(audit::get)))
        .service(
            web::scope("/dead")
                .service(at("").route(get().to(dead::list::get)))
                .service(at("/replay").route(post().to(dead::replay::post))),
        )
}

/// Endpoints, deliveries and events, for either side.
fn webhook_routes<S: Side>(config: &mut ServiceConfig) {
    config
        .service(
            web::scope("/webhook-endpoints")
                .service(
                    at("")
                        .route(post().to(endpoints::create::post::<S>))
                        .route(get().to(endpoints::list::get::<S>)),
                )
                .service(
                    at("/{id}")
                        .route(get().to(endpoints::show::get::<S>))
                        .route(patch().to(endpoints::update::patch::<S>))
                        .route(delete().to(endpoints::state::delete::<S>)),
                )
                .service(at("/{id}/rotate-secret").route(post().to(endpoints::rotate::post::<S>)))
                .service(at("/{id}/test").route(post().to(endpoints::test::post::<S>)))
                .service(at("/{id}/ping").route(post().to(endpoints::ping::post::<S>)))
                .service(at(ENDPOINT_STATE).route(post().to(endpoints::state::post::<S>))),
        )
        .service(
            web::scope("/webhook-deliveries")
                .service(at("").route(get().to(deliveries::list::get::<S>)))
                .service(
                    at("/resend-failed").route(post().to(deliveries::resend_failed::post::<S>)),
                )
                .service(at("/{id}").route(get().to(deliveries::show::get::<S>)))
                .service(at("/{id}/resend").route(post().to(deliveries::resend::post::<S>))),
        )
        .service(at("/webhook-resends/{id}").route(get().to(deliveries::progress::get::<S>)))
        .service(
            at("/webhook-contacts")
                .route(get().to(contacts::get::<S>))
                .route(post().to(contacts::post::<S>))
                .route(delete().to(contacts::delete::<S>)),
        )
        .service(at("/events").route(get().to(feed::get::<S>)));
}

/// What clients of other gateways call.
fn dialect_webhooks(config: &mut ServiceConfig) {
    config
        .service(at("").route(get().to(webhooks::list::get)))
        .service(at("/test").route(post().to(webhooks::test::post)))
        .service(at("/logs").route(get().to(webhooks::logs::get)))
        .service(
            at("/config")
                .route(get().to(webhooks::config::get))
                .route(put().to(webhooks::config::put))
                .route(post().to(webhooks::config::put)),
        )
        .service(at("/regenerate-secret").route(post().to(webhooks::regenerate::post)))
        .service(at("/{id}/retry").route(post().to(webhooks::retry::post)));
}

/// A path that answers 405 to methods that it does not have.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(not_found::method))
}
