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
