//! Kinds of objections.

crate::text_enum! {
    /// Kind of objection.
    pub enum ObjectionKind {
        WronglyExcluded = "wrongly_excluded": "Seharusnya menerima" / "Should be in the programme",
        WronglyIncluded = "wrongly_included": "Seharusnya tidak menerima" / "Should not be in the programme",
    }
}
