//! webhook-dispatcher's side of the wire, played: it answers one sample of everything, and notes what it was asked for whom.
//! What the real one does is told by its own tests and by the stories over the whole stack.

use crate::tests::{Answer, Gateway};
use actix_web::test::TestRequest;
use domain::ErrorCode;
use proto::Fault;
use proto::common::{ListDeadRequest, ListDeadResponse, ReplayDeadRequest, ReplayDeadResponse};
use proto::webhook::webhook_service_server::{WebhookService, WebhookServiceServer};
use proto::webhook::*;
use runtime::internal::{self, CallContext, Callers, InternalSettings};
use runtime::{Environment, Shutdown};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// Somebody else's: of everything that has this id there is none.
pub(super) const ANOTHERS: &str = "00000000-0000-0000-0000-000000000000";
pub(super) const ID: &str = "01930000-0000-7000-8000-000000000007";
/// Of what came after the event of this number, some was dropped.
pub(super) const LONG_AGO: i64 = 12;
const TOKEN: &str = "a token for tests, long enough for all";

/// What was asked, in order.
#[derive(Clone, Default)]
pub(super) struct Played {
    pub(super) calls: Arc<Mutex<Vec<(CallContext, String)>>>,
    /// What a ping finds.
    pub(super) pinged: Arc<Mutex<PingResponse>>,
    /// No endpoint is there.
    pub(super) bare: Arc<Mutex<bool>>,
    /// Nor is one, until somebody else adds it just before the next call does.
    pub(super) raced: Arc<Mutex<bool>>,
}

impl Played {
    /// A gateway before it.
    pub(super) async fn gateway(&self) -> Gateway {
        let shutdown = Shutdown::new();
        let routes = Routes::new(WebhookServiceServer::new(self.clone()));
        let address = "127.0.0.1:0".parse().unwrap();
        let settings = InternalSettings::plain(TOKEN);
        let bound = internal::serve(
            address,
            routes,
            CALLERS,
            &settings,
            Environment::Development,
            &shutdown,
        );
        let url = format!("http://{}", bound.unwrap());
        Gateway::with(&[("NOXPAY_WEBHOOK_GRPC_URL", &url)]).await
    }

    pub(super) fn last(&self) -> String {
        let calls = self.calls.lock().unwrap();
        calls
            .last()
            .map(|(_, call)| call.clone())
            .unwrap_or_default()
    }

    fn note<T: Debug>(&self, method: &str, request: &Request<T>) -> Result<(), Status> {
        let call = format!("{method} {:?}", request.get_ref());
        let context = CallContext::of(request)?.clone();
        let none = call.contains(ANOTHERS);
        self.calls.lock().unwrap().push((context, call));
        match none {
            true => Err(Fault::new(ErrorCode::NotFound, "there is no such endpoint").into()),
            false => Ok(()),
        }
    }
}

/// A request of a merchant's server, by these headers.
pub(super) async fn call(
    gateway: &Gateway,
    headers: &[(&'static str, String)],
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let request = TestRequest::default()
        .method(method.parse().unwrap())
        .uri(path)
        .set_payload(body.to_owned());
    let request = headers.iter().fold(request, |request, header| {
        request.insert_header((header.0, header.1.as_str()))
    });
    gateway.call(request).await
}

/// The headers of a new key of this family, in test mode.
pub(super) async fn key(
    gateway: &Gateway,
    merchant: &str,
    family: &str,
) -> Vec<(&'static str, String)> {
    let body = serde_json::json!({ "merchant_id": merchant, "mode": "test", "family": family });
    let made = gateway.admin("POST", "/api/v1/admin/keys", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (id, secret) = (text(&made["key_id"]), text(&made["secret"]));
    match family {
        "bearer" => vec![("authorization", format!("Bearer {secret}"))],
        "api_key" => vec![("x-api-key", id), ("x-api-secret", secret)],
        _ => vec![("x-client-id", id), ("x-client-secret", secret)],
    }
}

fn at(second: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp {
        seconds: 1_795_255_200 + second,
        nanos: 0,
    })
}

fn endpoint() -> Endpoint {
    Endpoint {
        id: ID.to_owned(),
        url: "https://shop.example/hook".to_owned(),
        event_types: vec!["payment.success".to_owned()],
        active: true,
        created_at: at(0),
        description: "the shop".to_owned(),
        profile: Profile::PaymentGateway.into(),
        retry: Some(Retry {
            name: "custom".to_owned(),
            pauses_s: vec![0, 60],
        }),
        state: "active".to_owned(),
        failing_since: at(60),
        previous_until: at(86_400),
        single_signs_with_previous: true,
        waiting: 3,
        ..Endpoint::default()
    }
}

fn deliveries(asked: &ListDeliveriesRequest) -> Vec<Delivery> {
    let states = ["pending", "failed", "delivered"];
    let fits = states
        .into_iter()
        .filter(|s| asked.state.is_empty() || asked.state == *s);
    fits.map(|state| delivery(state, false)).collect()
}

fn delivery(state: &str, whole: bool) -> Delivery {
    let attempt = |attempt_no, outcome: &str, response_code| Attempt {
        attempt_no,
        started_at: at(i64::from(attempt_no) * 60),
        duration_ms: 12,
        outcome: outcome.to_owned(),
        response_code,
        response_excerpt: "oh \"no\"".to_owned(),
        url: "https://shop.example/hook".to_owned(),
        response_headers: match whole {
            true => HashMap::from([("content-type".to_owned(), "text/plain".to_owned())]),
            false => HashMap::new(),
        },
    };
    Delivery {
        id: ID.to_owned(),
        event_id: "01930000-0000-7000-8000-000000000008".to_owned(),
        event_type: "payment.expired".to_owned(),
        object_id: "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c".to_owned(),
        endpoint_id: ID.to_owned(),
        url: "https://shop.example/hook".to_owned(),
        state: state.to_owned(),
        next_attempt_at: (state == "pending").then(|| at(600)).flatten(),
        attempts: match state {
            "pending" => vec![attempt(1, "timeout", 0)],
            "failed" => vec![attempt(1, "timeout", 0), attempt(2, "refused", 500)],
            _ => vec![attempt(1, "delivered", 200)],
        },
        sequence: 2,
        created_at: at(0),
        body: match whole {
            true => r#"{"z": 1.50, "a": "é"}"#.to_owned(),
            false => String::new(),
        },
        request_headers: HashMap::from([("webhook-id".to_owned(), "01930000".to_owned())]),
        held: state == "pending",
    }
}

fn job() -> ResendJob {
    ResendJob {
        id: ID.to_owned(),
        since: at(0),
        total: 7,
        done: 2,
        created_at: at(60),
        ..ResendJob::default()
    }
}

fn events() -> ListEventsResponse {
    ListEventsResponse {
        events: vec![MerchantEvent {
            seq: 41,
            id: "01930000-0000-7000-8000-000000000008".to_owned(),
            event_type: "payment.success".to_owned(),
            object_id: "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c".to_owned(),
            sequence: 2,
            occurred_at: at(0),
            body: r#"{"z": 1.50, "a": "é"}"#.to_owned(),
            headers: HashMap::from([("webhook-id".to_owned(), "01930000".to_owned())]),
            ..MerchantEvent::default()
        }],
        next_after: 41,
        more: true,
        expired: false,
    }
}

fn contacts() -> ListContactsResponse {
    ListContactsResponse {
        addresses: vec!["ops@shop.example".to_owned()],
    }
}

const SECRET: &str = "whsec_c2hvd24gdGhpcyBvbmNl";

macro_rules! plays {
    ($($method:ident($request:ty) -> $answer:ty = $make:expr;)*) => {
        #[tonic::async_trait]
        impl WebhookService for Played {
            $(async fn $method(&self, request: Request<$request>) -> Result<Response<$answer>, Status> {
                self.note(stringify!($method), &request)?;
                let make: fn(&Self, &$request) -> $answer = $make;
                Ok(Response::new(make(self, request.get_ref())))
            })*

            /// A long poll hears nothing, for ever.
            async fn list_events(&self, request: Request<ListEventsRequest>) -> Result<Response<ListEventsResponse>, Status> {
                self.note("list_events", &request)?;
                if request.get_ref().wait_ms > 0 {
                    std::future::pending::<()>().await;
                }
                Ok(Response::new(match request.get_ref().after {
                    LONG_AGO => ListEventsResponse { next_after: 40, expired: true, ..ListEventsResponse::default() },
                    _ => events(),
                }))
            }

            async fn add_endpoint(&self, request: Request<AddEndpointRequest>) -> Result<Response<AddEndpointResponse>, Status> {
                self.note("add_endpoint", &request)?;
                let raced = std::mem::take(&mut *self.raced.lock().unwrap());
                match raced && request.get_ref().only_of_profile {
                    true => Err(Fault::new(ErrorCode::Conflict, "there is one already").into()),
                    false => Ok(Response::new(AddEndpointResponse { endpoint: Some(endpoint()), secret: SECRET.to_owned() })),
                }
            }

            async fn ping(&self, request: Request<PingRequest>) -> Result<Response<PingResponse>, Status> {
                self.note("ping", &request)?;
                match *self.bare.lock().unwrap() {
                    true => Err(Fault::new(ErrorCode::NotFound, "there is no such endpoint").into()),
                    false => Ok(Response::new(self.pinged.lock().unwrap().clone())),
                }
            }
        }

        const CALLERS: Callers = &[("api-gateway", &METHODS)];
    };
}

plays! {
    list_endpoints(ListEndpointsRequest) -> ListEndpointsResponse = |played, _| ListEndpointsResponse {
        endpoints: if *played.bare.lock().unwrap() || *played.raced.lock().unwrap() { Vec::new() } else { vec![endpoint()] },
    };
    get_endpoint(EndpointRequest) -> Endpoint = |_, _| endpoint();
    update_endpoint(UpdateEndpointRequest) -> Endpoint = |_, _| endpoint();
    enable_endpoint(EndpointRequest) -> Endpoint = |_, _| endpoint();
    disable_endpoint(EndpointRequest) -> Endpoint = |_, _| Endpoint {
        active: false, state: "disabled".to_owned(), state_reason: "merchant".to_owned(), state_since: at(90), ..endpoint()
    };
    delete_endpoint(EndpointRequest) -> Endpoint = |_, _| Endpoint { active: false, state: "deleted".to_owned(), ..endpoint() };
    rotate_secret(RotateSecretRequest) -> RotateSecretResponse = |_, _| RotateSecretResponse { endpoint: Some(endpoint()), secret: SECRET.to_owned() };
    accept_secret(EndpointRequest) -> Endpoint = |_, _| endpoint();
    send_test(SendTestRequest) -> Delivery = |_, _| Delivery { attempts: Vec::new(), ..delivery("pending", false) };
    list_deliveries(ListDeliveriesRequest) -> ListDeliveriesResponse = |_, asked| ListDeliveriesResponse { deliveries: deliveries(asked), total: 3 };
    get_delivery(DeliveryRequest) -> Delivery = |_, _| delivery("failed", true);
    resend(DeliveryRequest) -> Delivery = |_, _| delivery("pending", false);
    resend_failed(ResendFailedRequest) -> ResendJob = |_, _| job();
    get_resend(ResendRequest) -> ResendJob = |_, _| ResendJob { done: 7, finished_at: at(120), endpoint_id: ID.to_owned(), ..job() };
    list_contacts(ListContactsRequest) -> ListContactsResponse = |_, _| contacts();
    add_contact(ContactRequest) -> ListContactsResponse = |_, _| contacts();
    remove_contact(ContactRequest) -> ListContactsResponse = |_, _| ListContactsResponse::default();
    list_dead(ListDeadRequest) -> ListDeadResponse = |_, _| ListDeadResponse::default();
    replay_dead(ReplayDeadRequest) -> ReplayDeadResponse = |_, _| ReplayDeadResponse::default();
}

const METHODS: [&str; 20] = [
    "webhook.v1.WebhookService/AddEndpoint",
    "webhook.v1.WebhookService/ListEndpoints",
    "webhook.v1.WebhookService/GetEndpoint",
    "webhook.v1.WebhookService/UpdateEndpoint",
    "webhook.v1.WebhookService/EnableEndpoint",
    "webhook.v1.WebhookService/DisableEndpoint",
    "webhook.v1.WebhookService/DeleteEndpoint",
    "webhook.v1.WebhookService/RotateSecret",
    "webhook.v1.WebhookService/AcceptSecret",
    "webhook.v1.WebhookService/SendTest",
    "webhook.v1.WebhookService/Ping",
    "webhook.v1.WebhookService/ListDeliveries",
    "webhook.v1.WebhookService/GetDelivery",
    "webhook.v1.WebhookService/Resend",
    "webhook.v1.WebhookService/ResendFailed",
    "webhook.v1.WebhookService/GetResend",
    "webhook.v1.WebhookService/ListEvents",
    "webhook.v1.WebhookService/ListContacts",
    "webhook.v1.WebhookService/AddContact",
    "webhook.v1.WebhookService/RemoveContact",
];
