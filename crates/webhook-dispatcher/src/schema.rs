//! Tables of schema `webhooks`. Columns that only SQL of its own reads (`xid`) are not listed.

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
        description -> Text,
        retry -> Text,
        pauses_s -> Nullable<Array<Int4>>,
        state_reason -> Nullable<Text>,
        state_since -> Nullable<Timestamptz>,
        failing_since -> Nullable<Timestamptz>,
        sealed_signing_key -> Nullable<Bytea>,
        sealed_previous -> Nullable<Bytea>,
        previous_until -> Nullable<Timestamptz>,
        single_signs_with_previous -> Bool,
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
        object_kind -> Text,
        part -> Int2,
        seq -> Int8,
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
        object_id -> Uuid,
        sequence -> Int8,
        part -> Int2,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
        blocks_until -> Timestamptz,
        held -> Bool,
        attempts_before -> Int4,
        round -> Int4,
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
        url -> Nullable<Text>,
        response_headers -> Nullable<Json>,
    }
}

diesel::table! {
    resends (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        endpoint_id -> Nullable<Uuid>,
        since -> Timestamptz,
        until -> Timestamptz,
        total -> Int8,
        done -> Int8,
        after_finished_at -> Nullable<Timestamptz>,
        after_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    contacts (merchant_id, live, address) {
        merchant_id -> Uuid,
        live -> Bool,
        address -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    mails (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        state -> Text,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(deliveries -> events (event_id));
diesel::joinable!(deliveries -> endpoints (endpoint_id));
diesel::allow_tables_to_appear_in_same_query!(endpoints, events, deliveries, attempts);
