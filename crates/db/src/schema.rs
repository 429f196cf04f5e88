//! The tables that every service's schema has. Unqualified: the pool's `search_path` chooses whose.

diesel::table! {
    outbox (id) {
        id -> BigInt,
        event_id -> Uuid,
        event_type -> Text,
        envelope -> Text,
        trace -> Json,
        queued_at -> Timestamptz,
    }
}

diesel::table! {
    inbox (slot, event_id) {
        slot -> SmallInt,
        event_id -> Uuid,
        handled_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency (merchant_id, live, credential_class, route, key) {
        merchant_id -> Uuid,
        live -> Bool,
        credential_class -> Text,
        route -> Text,
        key -> Text,
        fingerprint -> Binary,
        reply -> Binary,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    noxpay.noxpay_clock (only_row) {
        only_row -> Bool,
        offset_us -> BigInt,
        production -> Bool,
    }
}
