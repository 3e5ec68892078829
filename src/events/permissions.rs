//! Permissions of this slice.

crate::permissions! {
    20: EventsRead / EVENTS_READ = "events:read": "Membaca peristiwa" / "Read events", roles: [Facilitator, FrontOffice, BackOffice, Supervisor, Manager, ProgramOfficer, RegistryKeeper, Overseer, Administrator];
    21: WebhooksManage / WEBHOOKS_MANAGE = "webhooks:manage": "Mengatur webhook" / "Manage webhooks", roles: [MessageGateway];
}
