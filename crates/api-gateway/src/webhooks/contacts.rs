//! `/webhook-contacts`: whom e-mail about endpoints goes to. `GET`; `POST` `{address}`; `DELETE` `?address=` or `{address}`. Each
//! answers who is on the list.

use crate::admin::{Input, query};
use crate::app::App;
use crate::decisions::Wrong;
use crate::peers::repeatable;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{ContactRequest, ListContactsRequest, ListContactsResponse};
use serde::Serialize;

#[derive(Serialize)]
struct ContactsBody {
    contacts: Vec<String>,
}

pub(crate) async fn get<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        list(&app, asked).await
    })
    .await
}

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        add(&app, asked).await
    })
    .await
}

pub(crate) async fn delete<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        remove(&app, asked).await
    })
    .await
}

async fn list(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    asking.reads(app, "webhook_contact.list", "").await?;
    let reply = repeatable(async || {
        let request = asking.context.request(ListContactsRequest {});
        app.peers.webhooks().list_contacts(request).await
    })
    .await?;
    Ok(told(reply))
}

async fn add(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let address = input.text("address")?;
    asking.changes(app, "webhook_contact.add", "").await?;
    // Again changes nothing.
    let reply = repeatable(async || {
        let request = asking.context.request(contact(&address));
        app.peers.webhooks().add_contact(request).await
    })
    .await?;
    Ok(told(reply))
}

async fn remove(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let address = named(asked, &input)?;
    asking.changes(app, "webhook_contact.remove", "").await?;
    let call = asking.context.request(contact(&address));
    let reply = app.peers.webhooks().remove_contact(call).await?;
    Ok(told(reply.into_inner()))
}

fn named(asked: &Asked<'_>, input: &Input<'_>) -> Result<String, Wrong> {
    match query(asked.request, "address") {
        Some(address) => Ok(address),
        None => input.text("address"),
    }
}

fn contact(address: &str) -> ContactRequest {
    ContactRequest {
        address: address.to_owned(),
    }
}

fn told(reply: ListContactsResponse) -> HttpResponse {
    HttpResponse::Ok().json(ContactsBody {
        contacts: reply.addresses,
    })
}
