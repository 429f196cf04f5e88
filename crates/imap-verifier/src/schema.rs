//! The tables of schema `mail`. Unqualified: the pools' `search_path` chooses the schema.

diesel::table! {
    merchants (merchant_id) {
        merchant_id -> Uuid,
        sequence -> BigInt,
        active -> Bool,
    }
}

diesel::table! {
    mailboxes (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        host -> Nullable<Text>,
        port -> Nullable<Integer>,
        username -> Nullable<Text>,
        sealed_password -> Nullable<Binary>,
        folder -> Nullable<Text>,
        state -> Text,
        auth_failures -> Integer,
        last_error -> Nullable<Text>,
        last_read_at -> Nullable<Timestamptz>,
        source_seq -> BigInt,
        created_at -> Timestamptz,
        kind -> Text,
        name -> Nullable<Text>,
        trusts_results -> Bool,
        chosen_folder -> Nullable<Text>,
        failing_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mailbox_tokens (mailbox_id) {
        mailbox_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        token_url -> Text,
        client_id -> Text,
        scope -> Nullable<Text>,
        sealed_client_secret -> Nullable<Binary>,
        sealed_refresh_token -> Binary,
    }
}

diesel::table! {
    cursors (mailbox_id) {
        mailbox_id -> Uuid,
        uidvalidity -> BigInt,
        last_uid -> BigInt,
        watermark -> Nullable<Timestamptz>,
        fence -> BigInt,
    }
}

diesel::table! {
    bindings (mailbox_id, account_id) {
        mailbox_id -> Uuid,
        account_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        bank -> Text,
        account_tail -> Nullable<Text>,
        payee_vpa -> Nullable<Text>,
        registered_addresses -> Array<Text>,
        updated_at -> Timestamptz,
        apps -> Array<Text>,
        alert_delay_s -> Nullable<Integer>,
        alert_delay_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    messages (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        mailbox_id -> Uuid,
        uidvalidity -> BigInt,
        uid -> BigInt,
        digest -> Text,
        message_id -> Nullable<Text>,
        sender -> Nullable<Text>,
        subject -> Nullable<Text>,
        received_at -> Nullable<Timestamptz>,
        read_at -> Timestamptz,
        verdict -> Text,
        reason -> Nullable<Text>,
        bank -> Nullable<Text>,
        rule_id -> Nullable<Text>,
        facts -> Nullable<Json>,
        account_id -> Nullable<Uuid>,
        observation_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    push_sources (mailbox_id) {
        mailbox_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        token_hash -> Binary,
        scheme -> Text,
        sealed_key -> Nullable<Binary>,
        per_payment_minor -> Nullable<BigInt>,
        per_day_minor -> Nullable<BigInt>,
    }
}

diesel::table! {
    trusted_headers (mailbox_id, header) {
        mailbox_id -> Uuid,
        header -> Text,
        merchant_id -> Uuid,
        live -> Bool,
        bank -> Text,
        trusted_at -> Timestamptz,
    }
}

diesel::table! {
    delivery_keys (mailbox_id, key) {
        mailbox_id -> Uuid,
        key -> Binary,
        message_id -> Uuid,
    }
}

diesel::table! {
    arrivals (id) {
        id -> Uuid,
        mailbox_id -> Uuid,
        arrived_at -> Timestamptz,
    }
}

diesel::table! {
    waiting_messages (message_id) {
        message_id -> Uuid,
        mailbox_id -> Uuid,
        header -> Text,
        sealed_message -> Binary,
        arrived_at -> Timestamptz,
    }
}

diesel::table! {
    parser_rules (merchant_id, live, rule_id, version) {
        merchant_id -> Uuid,
        live -> Bool,
        rule_id -> Uuid,
        version -> Integer,
        bank_name -> Text,
        detect_keyword -> Text,
        amount_regex -> Text,
        utr_regex -> Text,
        sender_regex -> Nullable<Text>,
        remark_regex -> Nullable<Text>,
        removed -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    bodies (message_id) {
        message_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        sealed -> Binary,
        kept_at -> Timestamptz,
    }
}

diesel::table! {
    dkim_keys (domain, selector, digest) {
        domain -> Text,
        selector -> Text,
        digest -> Binary,
        record -> Text,
        first_seen -> Timestamptz,
        last_seen_in_dns -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(push_sources -> mailboxes (mailbox_id));
diesel::allow_tables_to_appear_in_same_query!(push_sources, mailboxes, merchants);
