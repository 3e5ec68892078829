//! Organizations at the command line: a new installation has none, and every client and officer belongs to one.

use clap::Subcommand;
use serde_json::json;

use super::import::with_session;
use super::{Failure, codes, region_or_country, say};
use crate::config::DataArgs;
use crate::directory::actions;
use crate::directory::api::CreateOrganization;
use crate::directory::model::OrganizationKind;
use crate::directory::permissions::DIRECTORY_WRITE;
use crate::error::Error;
use crate::error::field_codes;
use crate::http::json::parse_value;
use crate::transaction;

#[derive(Debug, Subcommand)]
pub(super) enum OrganizationCommand {
    /// Make an organization; prints it with its id, as JSON.
    Create {
        /// Kind of organization.
        #[arg(long, value_parser = codes::<OrganizationKind>())]
        kind: OrganizationKind,
        /// Its name.
        #[arg(long)]
        name: String,
        /// Code of the region it belongs to.
        #[arg(long, value_parser = region_or_country)]
        region: String,
        /// Code of the programme that it carries out.
        #[arg(long)]
        program: Option<String>,
        /// Telephone for the public.
        #[arg(long)]
        phone: Option<String>,
        /// E-mail for the public.
        #[arg(long)]
        email: Option<String>,
        /// Address.
        #[arg(long)]
        address: Option<String>,
        /// Keep its location from the public, as for a safe house.
        #[arg(long)]
        confidential_location: bool,
    },
}

pub(super) fn organization(data: &DataArgs, command: OrganizationCommand) -> Result<(), Failure> {
    let OrganizationCommand::Create { kind, name, region, program, phone, email, address, confidential_location } =
        command;
    let body = json!({
        "kind": kind, "name": name, "region_code": region, "program_code": program, "phone": phone, "email": email,
        "address": address, "confidential_location": confidential_location,
    });
    let input: CreateOrganization = parse_value(body).map_err(|error| Failure::Configuration(faults(&error)))?;
    let country = ["ID".to_owned()];
    with_session(data, &country, &[DIRECTORY_WRITE], async |session| {
        let made = transaction::run(&session.context.db, session.tx_context(), async move |tx| {
            actions::create_organization(tx, input).await
        });
        let made = made.await.map_err(|error| Failure::Run(faults(&error)))?.into_record();
        say(&serde_json::to_string(&made).map_err(Failure::run)?);
        Ok(())
    })
}

/// The faults of the fields, each with the flag that gave it.
fn faults(error: &Error) -> String {
    if error.fields.is_empty() {
        return error.to_string();
    }
    let flag = |pointer: &str| format!("--{}", pointer.trim_start_matches('/').trim_end_matches("_code"));
    let sentence =
        |field: &crate::error::FieldError| format!("{}: {}", flag(&field.pointer), field_codes::texts(field.code).en);
    error.fields.iter().map(sentence).collect::<Vec<_>>().join("; ")
}
