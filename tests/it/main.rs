//! The service as its callers see it: every test has a database of its own and talks HTTP to a real server, and every
//! answer is held against the contract.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect has failed"
)]

mod access;
mod architecture;
mod attachments;
mod audit;
mod authz;
mod callers;
mod commands;
mod complaint_actions;
mod complaint_machine;
mod complaint_terms;
mod complaints;
mod consents;
mod contract;
mod conventions;
mod cors;
mod data_migrations;
mod data_model;
mod database_errors;
mod demo;
mod desks;
mod directory;
mod eligibility;
mod eligibility_many;
mod eligibility_objections;
mod events;
mod exports;
mod floors;
mod flow;
mod idempotency;
mod import_concurrency;
mod import_subjects;
mod imports;
mod jobs;
mod letters;
mod lists;
mod log;
mod messages;
mod monitoring;
mod programs;
mod proposals;
mod queues;
mod reference;
mod referral_edges;
mod referral_escalation;
mod referral_needs;
mod referrals;
mod registry;
mod registry_changes;
mod registry_history;
mod registry_mergers;
mod registry_search;
mod rights;
mod roles;
mod routing;
mod schema;
mod sealing;
mod service_levels;
mod stored_json;
mod support;
mod sync;
mod trusted_issuers;
