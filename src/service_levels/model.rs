//! Enumerations of service levels.

crate::text_enum! {
    /// Kind of holiday.
    pub enum HolidayKind {
        PublicHoliday = "public_holiday": "Hari libur nasional" / "Public holiday",
        JointLeave = "joint_leave": "Cuti bersama" / "Joint leave",
        Regional = "regional": "Hari libur daerah" / "Regional holiday",
    }
}

crate::text_enum! {
    /// How certain a holiday is.
    pub enum HolidayConfidence {
        Listed = "listed": "Tercantum dalam daftar" / "Listed",
        Estimated = "estimated": "Perkiraan, menunggu keputusan" / "Estimated, the decree is pending",
        Decreed = "decreed": "Ditetapkan dengan keputusan" / "Set by a decree",
    }
}

crate::text_enum! {
    /// Calendar used to count a deadline.
    pub enum CalendarBasis {
        Official = "official": "Kalender resmi" / "The official calendar",
        WeekendsOnly = "weekends_only": "Akhir pekan saja; kalender tahun itu belum ada" / "Weekends only; the calendar of that year is not known yet",
    }
}

crate::text_enum! {
    /// Kind of target, by known practice.
    pub enum ServiceLevelKind {
        Light = "light": "Ringan" / "Light",
        Information = "information": "Permintaan informasi" / "Information",
        Ordinary = "ordinary": "Biasa" / "Ordinary",
        Supervision = "supervision": "Berkadar pengawasan" / "Needs supervision",
    }
}

crate::text_enum! {
    /// How certain the figures of a target are.
    pub enum TargetConfidence {
        Practice = "practice": "Praktik umum" / "Known practice",
        Assumption = "assumption": "Anggapan, perlu ditetapkan" / "Assumption, to be decided",
        Decreed = "decreed": "Ditetapkan" / "Decided",
    }
}

crate::text_enum! {
    /// State of a complaint relative to its deadline.
    pub enum SlaState {
        OnTime = "on_time": "Tepat waktu" / "On time",
        DueSoon = "due_soon": "Segera jatuh tempo" / "Due soon",
        Breached = "breached": "Terlambat" / "Breached",
        Paused = "paused": "Dijeda" / "Paused",
        Met = "met": "Terpenuhi" / "Met",
    }
}

crate::text_enum! {
    /// Filter for undecided complaints: deadline passed, deadline soon, deadline later, or clock paused.
    pub enum SlaFilter {
        OnTime = "on_time": "Tepat waktu" / "On time",
        DueSoon = "due_soon": "Segera jatuh tempo" / "Due soon",
        Breached = "breached": "Terlambat" / "Breached",
        Paused = "paused": "Dijeda" / "Paused",
    }
}
