//! Tables of schema `webhooks` as the migration `create_webhooks` makes them.

diesel::table! {
    endpoints (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        url -> Text,
        sealed_secret -> Bytea,
        event_types -> Nullable<Array<Text>>,
        profile -> Text,
        state -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    events (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        bus_event_id -> Uuid,
        event_type -> Text,
        object_id -> Uuid,
        sequence -> Int8,
        body -> Text,
        trace -> Json,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        event_id -> Uuid,
        endpoint_id -> Uuid,
        state -> Text,
        attempts -> Int4,
        next_attempt_at -> Nullable<Timestamptz>,
        claimed_until -> Nullable<Timestamptz>,
        claim -> Nullable<Uuid>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    attempts (delivery_id, attempt_no) {
        delivery_id -> Uuid,
        attempt_no -> Int4,
        merchant_id -> Uuid,
        live -> Bool,
        started_at -> Timestamptz,
        duration_ms -> Int4,
        outcome -> Text,
        response_code -> Nullable<Int4>,
        response_excerpt -> Nullable<Text>,
    }
}

diesel::joinable!(deliveries -> events (event_id));
diesel::joinable!(deliveries -> endpoints (endpoint_id));
diesel::allow_tables_to_appear_in_same_query!(endpoints, events, deliveries, attempts);
