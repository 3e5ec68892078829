//! SLRT Referral API: complaints, eligibility and closed-loop referrals for Indonesia's integrated social service and
//! referral system. Read docs/ARCHITECTURE.md first.

pub mod app;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod complaints;
pub mod config;
pub mod db;
pub mod demo;
pub mod desks;
pub mod directory;
pub mod eligibility;
pub mod error;
pub mod events;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod messages;
pub mod metrics;
pub mod middleware;
pub mod proposals;
pub mod reference;
pub mod letters;
pub mod referrals;
pub mod regions;
pub mod registry;
pub mod service_levels;
pub mod state_machine;
pub mod telemetry;
pub mod timeline;
pub mod transaction;
pub mod worker;
