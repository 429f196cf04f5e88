//! The tables of the schema `gateway`; the pool's `search_path` finds them.

diesel::table! {
    merchants (merchant_id) {
        merchant_id -> Uuid,
        name -> Text,
        active -> Bool,
        rate_limit_rpm -> Nullable<Integer>,
        sequence -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    credentials (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        family -> Text,
        key_id -> Text,
        secret_hmac -> Binary,
        secret_argon2 -> Text,
        created_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        merchant_id -> Nullable<Uuid>,
        live -> Nullable<Bool>,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Nullable<Json>,
        request_id -> Text,
        at -> Timestamptz,
    }
}

diesel::joinable!(credentials -> merchants (merchant_id));
diesel::allow_tables_to_appear_in_same_query!(merchants, credentials);
