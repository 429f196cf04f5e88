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
        host -> Text,
        port -> Integer,
        username -> Text,
        sealed_password -> Nullable<Binary>,
        folder -> Text,
        state -> Text,
        auth_failures -> Integer,
        last_error -> Nullable<Text>,
        last_read_at -> Nullable<Timestamptz>,
        source_seq -> BigInt,
        created_at -> Timestamptz,
        chosen_folder -> Nullable<Text>,
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
