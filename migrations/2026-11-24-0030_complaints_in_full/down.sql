drop table complaint_terms, complaint_follow_ups, complaint_timers, complaint_circumstances, complaint_subjects,
    complaint_notes, complaint_exchanges, complaint_trails, complaint_references;
drop index complaints_by_place, complaints_by_person, complaints_by_family, complaints_by_root, complaints_by_appealed,
    complaints_unnumbered;
alter table complaints
    drop column reference_no,
    drop column previous_status,
    drop column duplicate_of,
    drop column appeal_of,
    drop column reopen_count;
