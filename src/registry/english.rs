//! English names of categories and resources, which the data files name in Indonesian.

/// English names of the 26 service need categories (Permensos 8/2012), by number.
pub const PPKS: &[(&str, &str)] = &[
    ("PPKS-01", "Neglected child under five"),
    ("PPKS-02", "Neglected child"),
    ("PPKS-03", "Child in conflict with the law"),
    ("PPKS-04", "Street child"),
    ("PPKS-05", "Child with disability"),
    ("PPKS-06", "Child victim of violence or mistreatment"),
    ("PPKS-07", "Child in need of special protection"),
    ("PPKS-08", "Neglected older person"),
    ("PPKS-09", "Person with disability"),
    ("PPKS-10", "Person in prostitution"),
    ("PPKS-11", "Homeless person"),
    ("PPKS-12", "Beggar"),
    ("PPKS-13", "Scavenger"),
    ("PPKS-14", "Minority group"),
    ("PPKS-15", "Former prisoner"),
    ("PPKS-16", "Person living with HIV/AIDS"),
    ("PPKS-17", "Victim of drug abuse"),
    ("PPKS-18", "Victim of trafficking"),
    ("PPKS-19", "Victim of violence"),
    ("PPKS-20", "Migrant worker with social problems"),
    ("PPKS-21", "Victim of natural disaster"),
    ("PPKS-22", "Victim of social disaster"),
    ("PPKS-23", "Woman in social and economic vulnerability"),
    ("PPKS-24", "Poor person"),
    ("PPKS-25", "Family with psychosocial problems"),
    ("PPKS-26", "Remote indigenous community"),
];

/// English names of the 12 kinds of welfare resource (Permensos 8/2012), by number.
pub const PSKS: &[(&str, &str)] = &[
    ("PSKS-01", "Professional social worker"),
    ("PSKS-02", "Community social worker"),
    ("PSKS-03", "Disaster preparedness cadet"),
    ("PSKS-04", "Social welfare institution"),
    ("PSKS-05", "Village youth organization"),
    ("PSKS-06", "Family welfare consultation institute"),
    ("PSKS-07", "Pioneer family"),
    ("PSKS-08", "Community-based family welfare forum"),
    ("PSKS-09", "Woman leader in social welfare"),
    ("PSKS-10", "Social educator"),
    ("PSKS-11", "District social welfare worker"),
    ("PSKS-12", "Business community"),
];
