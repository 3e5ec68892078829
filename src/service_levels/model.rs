//! The words of service levels.

crate::text_enum! {
    /// Why no deadline runs on a day.
    pub enum HolidayKind {
        PublicHoliday = "public_holiday": "Hari libur nasional" / "Public holiday",
        JointLeave = "joint_leave": "Cuti bersama" / "Joint leave",
        Regional = "regional": "Hari libur daerah" / "Regional holiday",
    }
}

crate::text_enum! {
    /// How sure a holiday is.
    pub enum HolidayConfidence {
        Listed = "listed": "Tercantum dalam daftar" / "Listed",
        Estimated = "estimated": "Perkiraan, menunggu keputusan" / "Estimated, its decree is awaited",
        Decreed = "decreed": "Ditetapkan dengan keputusan" / "Set by a decree",
    }
}

crate::text_enum! {
    /// What a deadline was counted on.
    pub enum CalendarBasis {
        Official = "official": "Kalender resmi" / "The official calendar",
        WeekendsOnly = "weekends_only": "Akhir pekan saja; kalender tahun itu belum ada" / "Weekends alone; that year's calendar is not known yet",
    }
}

crate::text_enum! {
    /// What kind of target it is, by known practice.
    pub enum ServiceLevelKind {
        Light = "light": "Ringan" / "Light",
        Information = "information": "Permintaan informasi" / "Information",
        Ordinary = "ordinary": "Biasa" / "Ordinary",
        Supervision = "supervision": "Berkadar pengawasan" / "Needs supervision",
    }
}

crate::text_enum! {
    /// Where a target comes from.
    pub enum TargetConfidence {
        Practice = "practice": "Praktik umum" / "Known practice",
        Assumption = "assumption": "Anggapan, perlu ditetapkan" / "Assumption, to be decided",
        Decreed = "decreed": "Ditetapkan" / "Decided",
    }
}

crate::text_enum! {
    /// How a complaint stands to its deadline.
    pub enum SlaState {
        OnTime = "on_time": "Tepat waktu" / "On time",
        DueSoon = "due_soon": "Segera jatuh tempo" / "Due soon",
        Breached = "breached": "Terlampaui" / "Breached",
        Paused = "paused": "Dijeda" / "Paused",
        Met = "met": "Terpenuhi" / "Met",
    }
}

crate::text_enum! {
    /// What an undecided complaint is asked for: one whose deadline has passed, comes soon, lies further off, or stands still.
    pub enum SlaFilter {
        OnTime = "on_time": "Tepat waktu" / "On time",
        DueSoon = "due_soon": "Segera jatuh tempo" / "Due soon",
        Breached = "breached": "Terlampaui" / "Breached",
        Paused = "paused": "Dijeda" / "Paused",
    }
}
