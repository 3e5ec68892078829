//! The tables. Generated from the migrations in the format of `diesel print-schema`; a test compares it with the database.
//!
//! A crate of its own: the macro of a table writes more than half of the functions of the service, and no change of a slice has
//! to compile them again.

diesel::table! {
    clients (id) {
        id -> Text,
        label -> Text,
        organization_id -> Nullable<Uuid>,
        regions -> Array<Text>,
        permissions -> Array<Text>,
        roles -> Array<Text>,
        secret_hash -> Bytea,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    staff (id) {
        id -> Text,
        organization_id -> Uuid,
        name -> Text,
        regions -> Array<Text>,
        roles -> Array<Text>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
        record_id -> Uuid,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    audit_records (id) {
        id -> Uuid,
        at -> Timestamptz,
        client_id -> Text,
        actor -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Nullable<Uuid>,
        region_code -> Nullable<Text>,
        organization_id -> Nullable<Uuid>,
        purpose -> Nullable<Text>,
        trace_id -> Text,
    }
}

diesel::table! {
    outbox (recorded_at, change_id, stream) {
        recorded_at -> Timestamptz,
        change_id -> Uuid,
        stream -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    changes (stream, position) {
        stream -> Text,
        position -> Int8,
        change_id -> Uuid,
        at -> Timestamptz,
        sequenced_at -> Timestamptz,
    }
}

diesel::table! {
    sequencer (id) {
        id -> Int2,
        epoch -> Int4,
        server -> Text,
        epoch_after -> Int8,
        last_position -> Int8,
        last_sequenced_at -> Timestamptz,
        oldest_position -> Int8,
        holder -> Nullable<Uuid>,
        fence -> Int8,
        lease_until -> Timestamptz,
    }
}

diesel::table! {
    events (id) {
        id -> Uuid,
        #[sql_name = "type"]
        type_ -> Text,
        subject_kind -> Text,
        subject_id -> Uuid,
        region_code -> Text,
        organization_id -> Nullable<Uuid>,
        data -> Jsonb,
        occurred_at -> Timestamptz,
        change_id -> Uuid,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        status -> Text,
        region_code -> Text,
        region_codes -> Array<Text>,
        client_id -> Text,
        actor -> Text,
        organization_id -> Nullable<Uuid>,
        permissions -> Array<Text>,
        params -> Jsonb,
        done -> Int8,
        total -> Nullable<Int8>,
        counts -> Jsonb,
        position -> Jsonb,
        problems -> Int8,
        result_type -> Nullable<Text>,
        failure_code -> Nullable<Text>,
        attempts -> Int2,
        lease_owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        progress_from -> Int8,
        progress_since -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    job_files (job_id, file, seq) {
        job_id -> Uuid,
        file -> Text,
        seq -> Int4,
        content -> Bytea,
        created_at -> Timestamptz,
        packed -> Bool,
    }
}

diesel::table! {
    idempotency_keys (client_id, operation, key) {
        client_id -> Text,
        operation -> Text,
        key -> Text,
        fingerprint -> Bytea,
        status -> Int2,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    timeline_entries (subject_id, id) {
        subject_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        action -> Text,
        from_status -> Nullable<Text>,
        to_status -> Text,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    families (id) {
        id -> Uuid,
        region_code -> Text,
        family_card_sealed -> Nullable<Bytea>,
        address -> Nullable<Text>,
        latitude -> Nullable<Float8>,
        longitude -> Nullable<Float8>,
        attributes -> Jsonb,
        submission_hash -> Nullable<Bytea>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        standing -> Text,
        merged_into -> Nullable<Uuid>,
        assets -> Jsonb,
    }
}

diesel::table! {
    persons (family_id, id) {
        family_id -> Uuid,
        id -> Uuid,
        region_code -> Text,
        nik_sealed -> Nullable<Bytea>,
        identity_status -> Text,
        full_name -> Text,
        birth_date -> Nullable<Date>,
        sex -> Text,
        relation_to_head -> Text,
        marital_status -> Nullable<Text>,
        school_level -> Nullable<Text>,
        school_enrolled -> Nullable<Bool>,
        occupation_class -> Nullable<Text>,
        disability_type -> Nullable<Text>,
        disability_severity -> Nullable<Text>,
        chronic_illness -> Nullable<Bool>,
        pregnant_or_postpartum -> Nullable<Bool>,
        jkn_status -> Nullable<Text>,
        has_kip -> Nullable<Bool>,
        orphan -> Nullable<Bool>,
        ppks_codes -> Array<Text>,
        limited_purposes -> Array<Text>,
        attributes -> Jsonb,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        standing -> Text,
        ended_on -> Nullable<Date>,
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    person_names (family_id, person_id, word) {
        family_id -> Uuid,
        person_id -> Uuid,
        word -> Int2,
        region_code -> Text,
        key -> Text,
        sound -> Text,
        key_shared -> Int2,
        sound_shared -> Int2,
    }
}

diesel::table! {
    search_facets (family_id, person_id, facet) {
        family_id -> Uuid,
        person_id -> Uuid,
        facet -> Text,
        region_code -> Text,
    }
}

diesel::table! {
    person_merges (merged_person_id, id) {
        merged_person_id -> Uuid,
        id -> Uuid,
        merged_family_id -> Uuid,
        kept_person_id -> Uuid,
        kept_family_id -> Uuid,
        taken -> Array<Text>,
        participation_ids -> Array<Uuid>,
        identity_moved -> Bool,
        family_closed -> Bool,
        actor -> Text,
        merged_at -> Timestamptz,
        undone_at -> Nullable<Timestamptz>,
        residence_ids -> Array<Uuid>,
    }
}

diesel::table! {
    person_residences (person_id, id) {
        person_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        facility_id -> Nullable<Uuid>,
        facility_name -> Nullable<Text>,
        region_code -> Text,
        since -> Date,
        until -> Nullable<Date>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    family_shocks (family_id, id) {
        family_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        happened_on -> Date,
        until -> Nullable<Date>,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    registry_changes (subject_id, id) {
        subject_id -> Uuid,
        id -> Uuid,
        subject_kind -> Text,
        family_id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        client_id -> Text,
        action -> Text,
        fields -> Array<Text>,
        values_sealed -> Nullable<Bytea>,
        happened_on -> Nullable<Date>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    registry_loads (at, import_id) {
        at -> Timestamptz,
        import_id -> Uuid,
        actor -> Text,
        client_id -> Text,
    }
}

diesel::table! {
    dwellings (family_id) {
        family_id -> Uuid,
        tenure -> Nullable<Text>,
        floor_material -> Nullable<Text>,
        wall_material -> Nullable<Text>,
        roof_material -> Nullable<Text>,
        water_source -> Nullable<Text>,
        lighting_source -> Nullable<Text>,
        power_va -> Nullable<Int4>,
        pln_customer_id -> Nullable<Text>,
        cooking_fuel -> Nullable<Text>,
        toilet -> Nullable<Text>,
        floor_area_m2 -> Nullable<Float8>,
        land_title -> Nullable<Bool>,
        habitable -> Nullable<Bool>,
        wall_or_roof_dangerous -> Nullable<Bool>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    welfare_snapshot_counts (region_code, source, snapshot_version, as_of) {
        region_code -> Text,
        source -> Text,
        snapshot_version -> Text,
        as_of -> Date,
        families -> Int8,
    }
}

diesel::table! {
    welfare_statuses (family_id, id) {
        family_id -> Uuid,
        id -> Uuid,
        source -> Text,
        snapshot_version -> Text,
        as_of -> Date,
        decile -> Int2,
        percentile -> Nullable<Int2>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    program_participations (family_id, id) {
        family_id -> Uuid,
        id -> Uuid,
        person_id -> Nullable<Uuid>,
        program_code -> Text,
        since -> Nullable<Date>,
        until -> Nullable<Date>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    identities (blind_index) {
        blind_index -> Bytea,
        kind -> Text,
        family_id -> Uuid,
        person_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    consents (id) {
        id -> Uuid,
        region_code -> Text,
        family_id -> Uuid,
        person_id -> Nullable<Uuid>,
        purpose -> Text,
        lawful_basis -> Text,
        giver -> Nullable<Jsonb>,
        method -> Nullable<Text>,
        given_on -> Date,
        expires_on -> Nullable<Date>,
        legal_reference -> Nullable<Text>,
        note -> Nullable<Text>,
        referral_id -> Nullable<Uuid>,
        withdrawal -> Nullable<Jsonb>,
        withdrawn_at -> Nullable<Timestamptz>,
        submission_hash -> Bytea,
        created_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    subject_requests (id) {
        id -> Uuid,
        region_code -> Text,
        person_id -> Uuid,
        family_id -> Uuid,
        kind -> Text,
        status -> Text,
        requested_by -> Nullable<Jsonb>,
        detail -> Nullable<Text>,
        received_at -> Timestamptz,
        due_at -> Timestamptz,
        answer -> Nullable<Text>,
        refusal_reason -> Nullable<Text>,
        proposal_id -> Nullable<Uuid>,
        submission_hash -> Bytea,
        created_by -> Text,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    processing_restrictions (id) {
        id -> Uuid,
        region_code -> Text,
        person_id -> Uuid,
        family_id -> Uuid,
        reason -> Text,
        note -> Nullable<Text>,
        request_id -> Nullable<Uuid>,
        set_by -> Text,
        set_at -> Timestamptz,
        lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    registry_proposals (id) {
        id -> Uuid,
        region_code -> Text,
        organization_id -> Nullable<Uuid>,
        kind -> Text,
        status -> Text,
        period -> Text,
        nik_index -> Bytea,
        nik_sealed -> Bytea,
        content_sealed -> Bytea,
        person_id -> Nullable<Uuid>,
        family_id -> Nullable<Uuid>,
        program_code -> Nullable<Text>,
        statement -> Nullable<Text>,
        evidence -> Jsonb,
        village -> Nullable<Jsonb>,
        agency -> Nullable<Jsonb>,
        forwarding -> Nullable<Jsonb>,
        outcome -> Nullable<Jsonb>,
        replaces_id -> Nullable<Uuid>,
        submission_hash -> Bytea,
        created_by -> Text,
        captured_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    open_registry_proposals (nik_index, kind) {
        nik_index -> Bytea,
        kind -> Text,
        proposal_id -> Uuid,
    }
}

diesel::table! {
    registry_proposal_windows (period) {
        period -> Text,
        submit_from -> Int2,
        submit_until -> Int2,
        village_until -> Int2,
        agency_until -> Int2,
        source -> Text,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    programs (code) {
        code -> Text,
        name -> Text,
        recipient_unit -> Text,
        owner -> Text,
        legal_basis -> Text,
        confidence -> Text,
        notes -> Text,
        region_code -> Nullable<Text>,
        components -> Jsonb,
        created_at -> Timestamptz,
        id -> Uuid,
        instance_of -> Nullable<Text>,
        submission_hash -> Nullable<Bytea>,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    program_rules (program_code, version) {
        program_code -> Text,
        version -> Int4,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        rule -> Jsonb,
        limits -> Nullable<Jsonb>,
        confidence -> Text,
        source -> Nullable<Text>,
        created_at -> Timestamptz,
        components -> Nullable<Jsonb>,
        created_by -> Nullable<Text>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    eligibility_objections (complaint_id) {
        complaint_id -> Uuid,
        kind -> Text,
        program_code -> Text,
        family_id -> Uuid,
        person_id -> Nullable<Uuid>,
        evidence -> Jsonb,
        submission_hash -> Bytea,
        created_by -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    program_revision (only_row) {
        only_row -> Bool,
        revision -> Int8,
    }
}

diesel::table! {
    organizations (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        region_code -> Text,
        program_code -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        address -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        active -> Bool,
        confidential_location -> Bool,
    }
}

diesel::table! {
    services (id) {
        id -> Uuid,
        organization_id -> Uuid,
        region_code -> Text,
        name -> Text,
        description -> Nullable<Text>,
        program_code -> Nullable<Text>,
        sectors -> Array<Text>,
        area_codes -> Array<Text>,
        capacity -> Nullable<Int4>,
        in_use -> Int4,
        opening_hours -> Nullable<Text>,
        requirements -> Nullable<Text>,
        active -> Bool,
        answer_days -> Int2,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        reserved -> Int4,
        closures -> Jsonb,
    }
}

diesel::table! {
    routing_defaults (region_code, sector) {
        region_code -> Text,
        sector -> Text,
        service_id -> Uuid,
        note -> Nullable<Text>,
        set_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    place_reservations (service_id, referral_id) {
        service_id -> Uuid,
        referral_id -> Uuid,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    desks (id) {
        id -> Uuid,
        kind -> Text,
        organization_id -> Uuid,
        name -> Text,
        region_code -> Text,
        address -> Nullable<Text>,
        phone -> Nullable<Text>,
        opening_hours -> Nullable<Text>,
        active -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    desk_villages (desk_id, region_code) {
        desk_id -> Uuid,
        region_code -> Text,
    }
}

diesel::table! {
    facilitator_assignments (id) {
        id -> Uuid,
        staff_id -> Text,
        duty -> Text,
        region_code -> Text,
        desk_id -> Nullable<Uuid>,
        since -> Date,
        until -> Nullable<Date>,
        assignment_order -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    complaints (id) {
        id -> Uuid,
        region_code -> Text,
        organization_id -> Nullable<Uuid>,
        class -> Nullable<Text>,
        sector -> Text,
        description -> Text,
        anonymous -> Bool,
        complainant -> Nullable<Jsonb>,
        subject_person_id -> Nullable<Uuid>,
        subject_family_id -> Nullable<Uuid>,
        program_code -> Nullable<Text>,
        external_refs -> Jsonb,
        status -> Text,
        priority -> Nullable<Text>,
        assignee -> Nullable<Text>,
        recommendation -> Nullable<Jsonb>,
        resolution -> Nullable<Jsonb>,
        closure -> Nullable<Jsonb>,
        submission_hash -> Bytea,
        created_by -> Text,
        captured_at -> Nullable<Timestamptz>,
        verified_at -> Nullable<Timestamptz>,
        resolved_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        reference_no -> Nullable<Text>,
        previous_status -> Nullable<Text>,
        duplicate_of -> Nullable<Uuid>,
        appeal_of -> Nullable<Uuid>,
        reopen_count -> Int4,
    }
}

diesel::table! {
    complaint_references (reference_no) {
        reference_no -> Text,
        complaint_id -> Uuid,
    }
}

diesel::table! {
    complaint_trails (complaint_id, id) {
        complaint_id -> Uuid,
        id -> Uuid,
        region_code -> Text,
        organization_id -> Nullable<Uuid>,
        left_at -> Timestamptz,
    }
}

diesel::table! {
    complaint_exchanges (complaint_id, id) {
        complaint_id -> Uuid,
        id -> Uuid,
        question -> Text,
        asked_by -> Text,
        asked_at -> Timestamptz,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    complaint_notes (complaint_id, id) {
        complaint_id -> Uuid,
        id -> Uuid,
        visibility -> Text,
        text -> Text,
        written_by -> Text,
        written_at -> Timestamptz,
    }
}

diesel::table! {
    complaint_subjects (complaint_id, id) {
        complaint_id -> Uuid,
        id -> Uuid,
        person_id -> Nullable<Uuid>,
        family_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    complaint_circumstances (complaint_id) {
        complaint_id -> Uuid,
        vulnerabilities -> Array<Text>,
        suggested_priority -> Text,
    }
}

diesel::table! {
    complaint_timers (complaint_id) {
        complaint_id -> Uuid,
        action -> Text,
        due_at -> Timestamptz,
    }
}

diesel::table! {
    complaint_tallies (regency, id) {
        regency -> Text,
        id -> Uuid,
        organization_id -> Nullable<Uuid>,
        status -> Text,
        assignee -> Nullable<Text>,
        escalation_level -> Int2,
        due_at -> Nullable<Timestamptz>,
        due_soon_at -> Nullable<Timestamptz>,
        stopped -> Bool,
        complaints -> Int4,
        folded -> Bool,
    }
}

diesel::table! {
    complaint_follow_ups (complaint_id) {
        complaint_id -> Uuid,
        issue -> Int4,
    }
}

diesel::table! {
    complaint_terms (region_code) {
        region_code -> Text,
        answer_working_days -> Int2,
        confirm_working_days -> Int2,
        reopen_days -> Int2,
        version -> Int4,
        updated_at -> Timestamptz,
        source -> Text,
        set_by -> Text,
    }
}

diesel::table! {
    devices (id) {
        id -> Uuid,
        label -> Text,
        staff_id -> Text,
        organization_id -> Nullable<Uuid>,
        region_code -> Text,
        village_codes -> Array<Text>,
        last_seen_at -> Nullable<Timestamptz>,
        last_skew_ms -> Nullable<Int8>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Text>,
        created_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sync_operations (device_id, operation_id) {
        device_id -> Uuid,
        operation_id -> Uuid,
        kind -> Text,
        fingerprint -> Bytea,
        status -> Int4,
        resource_id -> Uuid,
        resource_version -> Int4,
        captured_at -> Timestamptz,
        corrected_at -> Timestamptz,
        skew_ms -> Int8,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    device_holdings (device_id, subject_id) {
        device_id -> Uuid,
        subject_id -> Uuid,
        kind -> Text,
    }
}

diesel::table! {
    visits (id) {
        id -> Uuid,
        region_code -> Text,
        family_id -> Nullable<Uuid>,
        complaint_id -> Nullable<Uuid>,
        visited_at -> Timestamptz,
        visited_by -> Text,
        result -> Text,
        note -> Nullable<Text>,
        submission_hash -> Bytea,
        created_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    message_templates (event, channel, region_code) {
        event -> Text,
        channel -> Text,
        region_code -> Text,
        text -> Text,
        enabled -> Bool,
        version -> Int4,
        updated_by -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    messages (id) {
        id -> Uuid,
        complaint_id -> Uuid,
        region_code -> Text,
        event -> Text,
        recipient -> Nullable<Text>,
        words -> Jsonb,
        channel -> Nullable<Text>,
        text -> Nullable<Text>,
        status -> Text,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        claimed_until -> Nullable<Timestamptz>,
        gateway_reference -> Nullable<Text>,
        sent_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    message_attempts (message_id, id) {
        message_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        outcome -> Text,
        http_status -> Nullable<Int4>,
    }
}

diesel::table! {
    message_receipts (message_id, id) {
        message_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        status -> Text,
        reason -> Nullable<Text>,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    attachments (id) {
        id -> Uuid,
        parent_kind -> Text,
        parent_id -> Uuid,
        kind -> Text,
        media_type -> Text,
        size -> Int4,
        sha256 -> Bytea,
        caption -> Nullable<Text>,
        captured_at -> Nullable<Timestamptz>,
        status -> Text,
        reason -> Nullable<Text>,
        received -> Int4,
        stored_size -> Nullable<Int4>,
        stored_sha256 -> Nullable<Bytea>,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        submission_hash -> Bytea,
        client_id -> Text,
        created_by -> Text,
        expires_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        parent_seen_at -> Timestamptz,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    attachment_parts (attachment_id, part_offset) {
        attachment_id -> Uuid,
        part_offset -> Int4,
        length -> Int4,
        object_key -> Text,
    }
}

diesel::table! {
    referrals (id) {
        id -> Uuid,
        region_code -> Text,
        source_organization_id -> Nullable<Uuid>,
        target_organization_id -> Uuid,
        service_id -> Uuid,
        complaint_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        family_id -> Nullable<Uuid>,
        subject_name -> Nullable<Text>,
        program_code -> Nullable<Text>,
        need -> Text,
        lawful_basis -> Text,
        consent_given_on -> Nullable<Date>,
        status -> Text,
        reason -> Nullable<Jsonb>,
        eligibility -> Nullable<Jsonb>,
        outcome -> Nullable<Jsonb>,
        closure -> Nullable<Jsonb>,
        submission_hash -> Bytea,
        created_by -> Text,
        requested_at -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>,
        acknowledged_at -> Nullable<Timestamptz>,
        answered_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        loop_closed_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        waits_for -> Nullable<Text>,
        waits_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recommendation_letters (code) {
        code -> Text,
        referral_id -> Uuid,
        region_code -> Text,
        number -> Text,
        issuer_id -> Nullable<Uuid>,
        issuer_name -> Text,
        issued_by -> Text,
        officer_name -> Nullable<Text>,
        issued_on -> Date,
        valid_until_on -> Date,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    referral_details (referral_id) {
        referral_id -> Uuid,
        need_id -> Nullable<Uuid>,
        part_of_id -> Nullable<Uuid>,
        replaces_id -> Nullable<Uuid>,
        replaced_by_id -> Nullable<Uuid>,
        review_at -> Nullable<Timestamptz>,
        review_told_at -> Nullable<Timestamptz>,
        reminders -> Int2,
        reminded_at -> Nullable<Timestamptz>,
        overdue_at -> Nullable<Timestamptz>,
        escalation_level -> Int2,
        client_phone -> Nullable<Text>,
        match_attempts -> Int2,
        subject_birth_year -> Nullable<Int2>,
        check_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    holidays (id) {
        id -> Uuid,
        region_code -> Text,
        day -> Date,
        kind -> Text,
        name -> Text,
        name_en -> Nullable<Text>,
        confidence -> Text,
        source -> Text,
        version -> Int4,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    service_level_targets (id) {
        id -> Uuid,
        region_code -> Text,
        sector -> Nullable<Text>,
        class -> Nullable<Text>,
        priority -> Nullable<Text>,
        kind -> Text,
        first_response_days -> Int2,
        resolution_days -> Int2,
        province_after_days -> Int2,
        ministry_after_days -> Int2,
        confidence -> Text,
        source -> Text,
        version -> Int4,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    complaints_without_clock (complaint_id) {
        complaint_id -> Uuid,
    }
}

diesel::table! {
    complaint_clocks (complaint_id, round) {
        complaint_id -> Uuid,
        round -> Int2,
        region_code -> Text,
        organization_id -> Nullable<Uuid>,
        status -> Text,
        assignee -> Nullable<Text>,
        open -> Bool,
        target_id -> Uuid,
        target_kind -> Text,
        target_region -> Text,
        first_response_days -> Nullable<Int2>,
        resolution_days -> Int2,
        province_after_days -> Int2,
        ministry_after_days -> Int2,
        started_at -> Timestamptz,
        first_responded_at -> Nullable<Timestamptz>,
        stopped_at -> Nullable<Timestamptz>,
        paused_at -> Nullable<Timestamptz>,
        pauses -> Jsonb,
        first_response_due_at -> Nullable<Timestamptz>,
        resolution_due_at -> Timestamptz,
        basis -> Text,
        due_at -> Timestamptz,
        due_soon_at -> Timestamptz,
        first_response_breached_at -> Nullable<Timestamptz>,
        resolution_breached_at -> Nullable<Timestamptz>,
        escalation_level -> Int2,
        check_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    calendar_changes (id) {
        id -> Uuid,
        region_code -> Text,
        day -> Date,
        after_complaint_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    service_level_revision (only_row) {
        only_row -> Bool,
        revision -> Int8,
    }
}

diesel::table! {
    complaint_open_referrals (complaint_id) {
        complaint_id -> Uuid,
        open -> Int4,
    }
}

// Tables that one query joins or compares. Each pair costs compile time, so only those that are used.
diesel::allow_tables_to_appear_in_same_query!(attachment_parts, attachments);
diesel::allow_tables_to_appear_in_same_query!(complaint_clocks, complaints);
diesel::allow_tables_to_appear_in_same_query!(complaint_subjects, complaints);
diesel::allow_tables_to_appear_in_same_query!(complaint_timers, complaints);
diesel::allow_tables_to_appear_in_same_query!(complaint_trails, complaints);
diesel::allow_tables_to_appear_in_same_query!(complaints, complaints_without_clock);
diesel::allow_tables_to_appear_in_same_query!(desk_villages, desks);
diesel::allow_tables_to_appear_in_same_query!(dwellings, families, persons);
diesel::allow_tables_to_appear_in_same_query!(device_holdings, events);
diesel::allow_tables_to_appear_in_same_query!(facilitator_assignments, staff);
diesel::allow_tables_to_appear_in_same_query!(job_files, jobs);
diesel::allow_tables_to_appear_in_same_query!(message_receipts, messages);
diesel::allow_tables_to_appear_in_same_query!(organizations, services);
diesel::allow_tables_to_appear_in_same_query!(organizations, staff);
diesel::allow_tables_to_appear_in_same_query!(person_names, persons);
diesel::allow_tables_to_appear_in_same_query!(person_residences, persons);
diesel::allow_tables_to_appear_in_same_query!(persons, search_facets);
diesel::allow_tables_to_appear_in_same_query!(referral_details, referrals);
diesel::allow_tables_to_appear_in_same_query!(registry_changes, registry_loads);
