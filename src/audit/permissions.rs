//! Permissions of this slice.

crate::permissions! {
    24: AuditRead / AUDIT_READ = "audit:read": "Membaca jejak audit" / "Read the audit trail", roles: [Auditor];
}
