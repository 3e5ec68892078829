//! Code lists of desks.

crate::text_enum! {
    /// Kind of desk.
    pub enum DeskKind {
        Slrt = "slrt": "Sekretariat SLRT" / "SLRT secretariat",
        Puskesos = "puskesos": "Puskesos" / "Village desk (Puskesos)",
    }
}

crate::text_enum! {
    /// Duty of an officer in a village.
    pub enum FieldDuty {
        Facilitator = "facilitator": "Fasilitator" / "Facilitator",
        Volunteer = "volunteer": "Relawan Puskesos" / "Puskesos volunteer",
    }
}

crate::text_enum! {
    /// Gap in the coverage of a village.
    pub enum CoverageGap {
        Desk = "desk": "Belum dilayani sekretariat/Puskesos" / "No desk serves it",
        Facilitator = "facilitator": "Belum ada fasilitator" / "No facilitator covers it",
        Volunteers = "volunteers": "Relawan kurang dari dua" / "Fewer than two volunteers",
    }
}
