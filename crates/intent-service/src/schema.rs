//! The tables of the schema `intents`. Unqualified: the pool's `search_path` chooses the schema.

diesel::table! {
    accounts (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        rail -> Text,
        vpa -> Text,
        payee_name -> Text,
        kind -> Text,
        mcc -> Nullable<Text>,
        static_qr -> Nullable<Text>,
        dedicated -> Bool,
        reference_only -> Bool,
        bank -> Text,
        account_tail -> Nullable<Text>,
        status -> Text,
        alert_delay_s -> Nullable<Integer>,
        created_at -> Timestamptz,
        dedication_suspended_at -> Nullable<Timestamptz>,
        dedication_unfitting -> Nullable<Integer>,
        dedication_credits -> Nullable<Integer>,
        dedication_restored_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    dedication_changes (account_id, change_no) {
        account_id -> Uuid,
        change_no -> Integer,
        merchant_id -> Uuid,
        live -> Bool,
        kind -> Text,
        observation_id -> Nullable<Uuid>,
        unfitting -> Nullable<Integer>,
        credits -> Nullable<Integer>,
        actor -> Nullable<Text>,
        reason -> Nullable<Text>,
        request_id -> Nullable<Text>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    account_grants (account_id, merchant_id) {
        account_id -> Uuid,
        live -> Bool,
        merchant_id -> Uuid,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    account_identifiers (live, kind, keyed_hash) {
        live -> Bool,
        kind -> Text,
        keyed_hash -> Binary,
        merchant_id -> Uuid,
        account_id -> Uuid,
    }
}

diesel::table! {
    account_sources (account_id, source_id) {
        account_id -> Uuid,
        source_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        counting -> Bool,
        since -> Timestamptz,
        source_seq -> BigInt,
    }
}

diesel::table! {
    sources (source_id) {
        source_id -> Uuid,
        stored_seq -> BigInt,
        up_to -> Nullable<Timestamptz>,
        heard_up_to -> Nullable<Timestamptz>,
        heard_last_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    source_gaps (source_id, seq) {
        source_id -> Uuid,
        seq -> BigInt,
    }
}

// Without `currency`, which is rupees by its default and its check: diesel counts to 32 columns, and takes many minutes to compile
// where it counts to 64.
diesel::table! {
    intents (merchant_id, live, id) {
        merchant_id -> Uuid,
        live -> Bool,
        id -> Uuid,
        order_id -> Text,
        amount_minor -> BigInt,
        amount_trusted -> Bool,
        status -> Text,
        review_reason -> Nullable<Text>,
        received -> Numeric,
        excess -> Numeric,
        late -> Bool,
        sequence -> BigInt,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        grace_s -> Integer,
        settled_at -> Nullable<Timestamptz>,
        paid_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        policy -> Json,
        metadata -> Nullable<Json>,
        redirect_url -> Nullable<Text>,
        fingerprint -> Binary,
        trace -> Json,
        check_at -> Nullable<Timestamptz>,
        matched_at -> Nullable<Timestamptz>,
        matched_received -> Nullable<Numeric>,
        approved_at -> Nullable<Timestamptz>,
        rejected_at -> Nullable<Timestamptz>,
        rejected_received -> Nullable<Numeric>,
        taken_back_at -> Nullable<Timestamptz>,
        reversed_at -> Nullable<Timestamptz>,
        doubted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    options (merchant_id, live, intent_id, option_no) {
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        option_no -> SmallInt,
        method -> Text,
        account_id -> Uuid,
        asset -> Text,
        payable -> Numeric,
        reserved -> Bool,
        target -> Text,
        code -> Text,
    }
}

diesel::table! {
    proofs (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        account_id -> Uuid,
        payable -> Numeric,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        proved_at -> Nullable<Timestamptz>,
        observation_id -> Nullable<Uuid>,
        test_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    channel_tests (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        account_id -> Uuid,
        started_at -> Timestamptz,
        expires_at -> Timestamptz,
        measured_delay_s -> Nullable<Integer>,
    }
}

diesel::table! {
    channel_sightings (proof_id, source_id) {
        proof_id -> Uuid,
        source_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        method -> Text,
        seen_at -> Timestamptz,
        paid_from -> Timestamptz,
        time_precision -> Text,
        fields -> Array<Text>,
    }
}

diesel::table! {
    // It has no primary key: its exclusion constraint tells rows apart.
    reservations (account_id, payable, hold) {
        account_id -> Uuid,
        payable -> Numeric,
        hold -> Range<Timestamptz>,
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Nullable<Uuid>,
        option_no -> Nullable<SmallInt>,
        proof_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    observations (id) {
        id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        account_id -> Uuid,
        source_id -> Uuid,
        source_seq -> BigInt,
        rail_class -> Text,
        reference -> Text,
        reference_printed -> Text,
        strength -> Text,
        direction -> Text,
        mode -> Text,
        amount -> Numeric,
        currency -> Text,
        paid_from -> Timestamptz,
        paid_to -> Timestamptz,
        time_precision -> Text,
        payer_vpa -> Nullable<Text>,
        payer_name -> Nullable<Text>,
        note -> Nullable<Text>,
        seen_at -> Timestamptz,
        proof -> Json,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    sightings (id) {
        id -> Uuid,
        observation_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        source_id -> Uuid,
        source_seq -> BigInt,
        amount -> Numeric,
        contradicts -> Bool,
        recorded_at -> Timestamptz,
        paid_from -> Nullable<Timestamptz>,
        paid_to -> Nullable<Timestamptz>,
        time_precision -> Nullable<Text>,
        mode -> Nullable<Text>,
        payer_vpa -> Nullable<Text>,
        payer_name -> Nullable<Text>,
        note -> Nullable<Text>,
        seen_at -> Nullable<Timestamptz>,
        proof -> Nullable<Json>,
    }
}

diesel::table! {
    doubts (observation_id) {
        observation_id -> Uuid,
        merchant_id -> Uuid,
        live -> Bool,
        source_id -> Uuid,
        reason -> Nullable<Text>,
        doubted_at -> Timestamptz,
    }
}

diesel::table! {
    claims (merchant_id, live, intent_id, claim_no) {
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        claim_no -> SmallInt,
        account_id -> Uuid,
        rail_class -> Text,
        reference -> Text,
        reference_typed -> Text,
        claimed_at -> Timestamptz,
    }
}

diesel::table! {
    declarations (merchant_id, live, intent_id, declaration_no) {
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        declaration_no -> SmallInt,
        account_id -> Uuid,
        payable -> Numeric,
        payer_vpa -> Text,
        declared_at -> Timestamptz,
    }
}

diesel::table! {
    findings (observation_id, finding_no) {
        observation_id -> Uuid,
        finding_no -> SmallInt,
        merchant_id -> Uuid,
        live -> Bool,
        outcome -> Text,
        rung -> Nullable<Text>,
        reason -> Nullable<Text>,
        intent_id -> Nullable<Uuid>,
        candidates -> Array<Uuid>,
        decided_at -> Timestamptz,
        joined_to -> Nullable<Uuid>,
    }
}

diesel::table! {
    allocations (id) {
        id -> BigInt,
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        option_no -> SmallInt,
        observation_id -> Uuid,
        kind -> Text,
        amount -> Numeric,
        rung -> Text,
        allocated_at -> Timestamptz,
    }
}

diesel::table! {
    decisions (merchant_id, live, intent_id, decision_no) {
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        decision_no -> SmallInt,
        kind -> Text,
        actor -> Text,
        reason -> Nullable<Text>,
        decided_at -> Timestamptz,
        request_id -> Nullable<Text>,
        observation_id -> Nullable<Uuid>,
        accepted -> Array<Text>,
    }
}

diesel::table! {
    rulings (observation_id, finding_no) {
        observation_id -> Uuid,
        finding_no -> SmallInt,
        merchant_id -> Uuid,
        live -> Bool,
        kind -> Text,
        actor -> Text,
        reason -> Text,
        request_id -> Text,
        accepted -> Array<Text>,
        decided_at -> Timestamptz,
    }
}

diesel::table! {
    transitions (merchant_id, live, intent_id, sequence) {
        merchant_id -> Uuid,
        live -> Bool,
        intent_id -> Uuid,
        sequence -> BigInt,
        event_id -> Uuid,
        event_type -> Text,
        previous_status -> Nullable<Text>,
        status -> Text,
        review_reason -> Nullable<Text>,
        observation_id -> Nullable<Uuid>,
        at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    account_grants,
    account_sources,
    sources,
    intents,
    options,
    reservations,
    observations,
    sightings,
    doubts,
    findings,
    rulings,
    allocations,
    transitions,
    claims,
    declarations,
);
