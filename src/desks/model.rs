//! The words of desks.

crate::text_enum! {
    /// What kind of desk it is.
    pub enum DeskKind {
        Slrt = "slrt": "Sekretariat SLRT" / "SLRT secretariat",
        Puskesos = "puskesos": "Puskesos" / "Village desk (Puskesos)",
    }
}

crate::text_enum! {
    /// What somebody does in a village.
    pub enum FieldDuty {
        Facilitator = "facilitator": "Fasilitator" / "Facilitator",
        Volunteer = "volunteer": "Relawan Puskesos" / "Volunteer of a Puskesos",
    }
}

crate::text_enum! {
    /// What a village lacks.
    pub enum CoverageGap {
        Desk = "desk": "Belum dilayani meja layanan" / "No desk serves it",
        Facilitator = "facilitator": "Belum ada fasilitator" / "No facilitator covers it",
        Volunteers = "volunteers": "Relawan kurang dari dua" / "Fewer than two volunteers",
    }
}
