//! Organizations, officers and clients of the demo. Names of offices follow the usual pattern; addresses and numbers are
//! fictitious.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::auth::Permission as P;
use crate::auth::roles::Role;
use crate::directory::actions::{SeedOrganization, SeedService, insert_seed};
use crate::directory::model::{OrganizationKind as Kind, Sector};
use crate::error::Error;
use crate::http::json::sha256;

pub struct DemoOrganization {
    pub key: &'static str,
    pub kind: Kind,
    pub name: &'static str,
    pub region: &'static str,
    pub program: Option<&'static str>,
    pub services: &'static [DemoService],
}

pub struct DemoService {
    pub name: &'static str,
    pub program: Option<&'static str>,
    pub sectors: &'static [Sector],
    pub areas: &'static [&'static str],
    pub capacity: Option<i32>,
    pub answer_days: i16,
}

const fn service(
    name: &'static str,
    program: Option<&'static str>,
    sectors: &'static [Sector],
    areas: &'static [&'static str],
    capacity: Option<i32>,
    answer_days: i16,
) -> DemoService {
    DemoService { name, program, sectors, areas, capacity, answer_days }
}

/// The same id in every demo, so that examples stay valid.
pub fn organization_id(key: &str) -> Uuid {
    stable_id("organization", key)
}

/// From the organization's key and the service's name, separated by a slash.
pub fn service_id(path: &str) -> Uuid {
    stable_id("service", path)
}

fn stable_id(kind: &str, key: &str) -> Uuid {
    let digest = sha256(format!("slrt-demo/{kind}/{key}").as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(digest.get(..10).unwrap_or(&[0; 10]));
    // 2026-01-01T00:00:00Z in a UUIDv7.
    uuid::Builder::from_unix_timestamp_millis(1_767_225_600_000, &random).into_uuid()
}

const BANDUNG: &[&str] = &["32.04"];
const SLEMAN: &[&str] = &["34.04"];
const COUNTRY: &[&str] = &["ID"];

pub const ORGANIZATIONS: &[DemoOrganization] = &[
    DemoOrganization {
        key: "slrt-bandung",
        kind: Kind::SlrtDesk,
        name: "Sekretariat SLRT Kabupaten Bandung",
        region: "32.04",
        program: None,
        services: &[],
    },
    DemoOrganization {
        key: "puskesos-cileunyi-kulon",
        kind: Kind::PuskesosDesk,
        name: "Puskesos Desa Cileunyi Kulon",
        region: "32.04.05.2001",
        program: None,
        services: &[],
    },
    DemoOrganization {
        key: "slrt-sleman",
        kind: Kind::SlrtDesk,
        name: "Sekretariat SLRT Kabupaten Sleman",
        region: "34.04",
        program: None,
        services: &[],
    },
    DemoOrganization {
        key: "pkh",
        kind: Kind::Program,
        name: "Pelaksana Program Keluarga Harapan",
        region: "31",
        program: Some("PKH"),
        services: &[
            service("Verifikasi kepesertaan PKH", Some("PKH"), &[Sector::SocioEconomic], COUNTRY, None, 14),
            service(
                "Pendampingan PKH Kabupaten Bandung",
                Some("PKH"),
                &[Sector::SocioEconomic, Sector::Education],
                BANDUNG,
                Some(40),
                7,
            ),
        ],
    },
    DemoOrganization {
        key: "kks",
        kind: Kind::Program,
        name: "Pelaksana Program Sembako (KKS)",
        region: "31",
        program: Some("KKS"),
        services: &[service("Usulan penerima Sembako", Some("KKS"), &[Sector::Food], COUNTRY, None, 14)],
    },
    DemoOrganization {
        key: "kis",
        kind: Kind::Program,
        name: "Layanan PBI Jaminan Kesehatan (KIS)",
        region: "31",
        program: Some("KIS"),
        services: &[service("Reaktivasi dan usulan PBI-JKN", Some("KIS"), &[Sector::Health], COUNTRY, None, 5)],
    },
    DemoOrganization {
        key: "disdik-bandung",
        kind: Kind::Agency,
        name: "Dinas Pendidikan Kabupaten Bandung",
        region: "32.04",
        program: Some("KIP"),
        services: &[service("Usulan KIP jenjang SD/SMP", Some("KIP"), &[Sector::Education], BANDUNG, None, 14)],
    },
    DemoOrganization {
        key: "disdik-jabar",
        kind: Kind::Agency,
        name: "Dinas Pendidikan Provinsi Jawa Barat",
        region: "32",
        program: Some("KIP"),
        services: &[service("Usulan KIP jenjang SMA/SMK", Some("KIP"), &[Sector::Education], &["32"], None, 14)],
    },
    DemoOrganization {
        key: "disdik-sleman",
        kind: Kind::Agency,
        name: "Dinas Pendidikan Kabupaten Sleman",
        region: "34.04",
        program: Some("KIP"),
        services: &[service("Usulan KIP jenjang SD/SMP", Some("KIP"), &[Sector::Education], SLEMAN, None, 14)],
    },
    DemoOrganization {
        key: "pln",
        kind: Kind::Agency,
        name: "Posko Subsidi Listrik ESDM/PLN",
        region: "31",
        program: Some("LISTRIK_SUBSIDI"),
        services: &[
            service(
                "Pengaduan subsidi listrik",
                Some("LISTRIK_SUBSIDI"),
                &[Sector::Electricity, Sector::Energy],
                COUNTRY,
                None,
                14,
            ),
            service("Bantuan pasang baru listrik", Some("BPBL"), &[Sector::Electricity], COUNTRY, None, 60),
        ],
    },
    DemoOrganization {
        key: "pupr-bandung",
        kind: Kind::Agency,
        name: "Dinas Pekerjaan Umum Kabupaten Bandung",
        region: "32.04",
        program: None,
        services: &[service("Perbaikan jalan kabupaten", None, &[Sector::Infrastructure], BANDUNG, None, 30)],
    },
    DemoOrganization {
        key: "pupr-jabar",
        kind: Kind::Agency,
        name: "Dinas Bina Marga Provinsi Jawa Barat",
        region: "32",
        program: None,
        services: &[service("Perbaikan jalan provinsi", None, &[Sector::Infrastructure], &["32"], None, 30)],
    },
    DemoOrganization {
        key: "dukcapil-bandung",
        kind: Kind::Agency,
        name: "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Bandung",
        region: "32.04",
        program: None,
        services: &[service("Perekaman dan penerbitan NIK", None, &[Sector::CivilRegistration], BANDUNG, None, 5)],
    },
    DemoOrganization {
        key: "dukcapil-sleman",
        kind: Kind::Agency,
        name: "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Sleman",
        region: "34.04",
        program: None,
        services: &[service("Perekaman dan penerbitan NIK", None, &[Sector::CivilRegistration], SLEMAN, None, 5)],
    },
    DemoOrganization {
        key: "perkim-bandung",
        kind: Kind::Agency,
        name: "Dinas Perumahan Kabupaten Bandung",
        region: "32.04",
        program: Some("BSPS"),
        services: &[service("Bantuan stimulan perumahan", Some("BSPS"), &[Sector::Housing], BANDUNG, Some(25), 30)],
    },
    DemoOrganization {
        key: "sentra-bandung",
        kind: Kind::Facility,
        name: "Sentra Rehabilitasi Sosial Jawa Barat",
        region: "32.73",
        program: Some("ATENSI"),
        services: &[service(
            "Asesmen ATENSI",
            Some("ATENSI"),
            &[Sector::SocialRehabilitation],
            &["32", "34"],
            Some(60),
            5,
        )],
    },
    DemoOrganization {
        key: "lks-sleman",
        kind: Kind::WelfareInstitution,
        name: "LKS Rumah Singgah Sleman",
        region: "34.04.01",
        program: None,
        services: &[service("Rumah singgah", None, &[Sector::SocialRehabilitation, Sector::Food], SLEMAN, Some(6), 2)],
    },
    DemoOrganization {
        key: "dinsos-jabar",
        kind: Kind::Government,
        name: "Dinas Sosial Provinsi Jawa Barat",
        region: "32",
        program: None,
        services: &[],
    },
    DemoOrganization {
        key: "pusdatin",
        kind: Kind::Government,
        name: "Pusat Data dan Informasi Kesejahteraan Sosial",
        region: "31",
        program: None,
        services: &[],
    },
    DemoOrganization {
        key: "inspektorat",
        kind: Kind::Government,
        name: "Inspektorat Kementerian",
        region: "31",
        program: None,
        services: &[],
    },
];

pub struct DemoClient {
    pub id: &'static str,
    pub label: &'static str,
    pub organization: Option<&'static str>,
    pub regions: &'static [&'static str],
    pub roles: &'static [Role],
    pub extra: &'static [P],
}

const DESK: &[Role] = &[Role::FrontOffice, Role::BackOffice];

pub const CLIENTS: &[DemoClient] = &[
    DemoClient {
        id: "demo-desk-bandung",
        label: "Meja SLRT Kabupaten Bandung (front office dan back office)",
        organization: Some("slrt-bandung"),
        regions: BANDUNG,
        roles: DESK,
        extra: &[crate::auth::permissions::OPERATOR_ASSERT],
    },
    DemoClient {
        id: "demo-manager-bandung",
        label: "Manajer SLRT Kabupaten Bandung",
        organization: Some("slrt-bandung"),
        regions: BANDUNG,
        roles: &[Role::Manager],
        extra: &[],
    },
    DemoClient {
        id: "demo-admin-bandung",
        label: "Administrator Kabupaten Bandung",
        organization: Some("slrt-bandung"),
        regions: BANDUNG,
        roles: &[Role::Administrator],
        extra: &[],
    },
    DemoClient {
        id: "demo-registry-bandung",
        label: "Pengelola data kesejahteraan Kabupaten Bandung",
        organization: Some("slrt-bandung"),
        regions: BANDUNG,
        roles: &[],
        extra: &[
            crate::registry::permissions::REGISTRY_READ,
            crate::registry::permissions::REGISTRY_WRITE,
            crate::registry::permissions::REGISTRY_IMPORT,
            crate::eligibility::permissions::ELIGIBILITY_CHECK,
            crate::eligibility::permissions::PROGRAMS_WRITE,
            crate::auth::permissions::STATS_READ,
            crate::events::permissions::EVENTS_READ,
        ],
    },
    DemoClient {
        id: "demo-registry-national",
        label: "Pusat Data dan Informasi Kesejahteraan Sosial",
        organization: Some("pusdatin"),
        regions: COUNTRY,
        roles: &[Role::RegistryKeeper],
        extra: &[],
    },
    DemoClient {
        id: "demo-desk-sleman",
        label: "Meja SLRT Kabupaten Sleman (front office dan back office)",
        organization: Some("slrt-sleman"),
        regions: SLEMAN,
        roles: DESK,
        extra: &[crate::auth::permissions::OPERATOR_ASSERT],
    },
    DemoClient {
        id: "demo-manager-sleman",
        label: "Manajer SLRT Kabupaten Sleman",
        organization: Some("slrt-sleman"),
        regions: SLEMAN,
        roles: &[Role::Manager],
        extra: &[],
    },
    DemoClient {
        id: "demo-puskesos-cileunyi",
        label: "Puskesos Desa Cileunyi Kulon",
        organization: Some("puskesos-cileunyi-kulon"),
        regions: &["32.04.05.2001"],
        roles: &[Role::Facilitator],
        extra: &[crate::auth::permissions::OPERATOR_ASSERT],
    },
    DemoClient {
        id: "demo-program-pkh",
        label: "Sistem program PKH",
        organization: Some("pkh"),
        regions: &[],
        roles: &[Role::ProgramOfficer],
        extra: &[],
    },
    DemoClient {
        id: "demo-agency-disdik-bandung",
        label: "Dinas Pendidikan Kabupaten Bandung",
        organization: Some("disdik-bandung"),
        regions: &[],
        roles: &[Role::ProgramOfficer],
        extra: &[],
    },
    DemoClient {
        id: "demo-shelter-sleman",
        label: "LKS Rumah Singgah Sleman",
        organization: Some("lks-sleman"),
        regions: &[],
        roles: &[Role::ProgramOfficer],
        extra: &[],
    },
    DemoClient {
        id: "demo-province-jabar",
        label: "Dinas Sosial Provinsi Jawa Barat",
        organization: Some("dinsos-jabar"),
        regions: &["32"],
        roles: &[Role::Overseer],
        extra: &[],
    },
    DemoClient {
        id: "demo-message-gateway",
        label: "Gateway pesan",
        organization: None,
        regions: COUNTRY,
        roles: &[Role::MessageGateway],
        extra: &[],
    },
    DemoClient {
        id: "demo-auditor",
        label: "Auditor",
        organization: Some("inspektorat"),
        regions: COUNTRY,
        roles: &[Role::Auditor],
        extra: &[],
    },
];

pub struct DemoOfficer {
    pub id: &'static str,
    pub organization: &'static str,
    pub name: &'static str,
    pub regions: &'static [&'static str],
    pub roles: &'static [Role],
}

const fn officer(
    id: &'static str,
    organization: &'static str,
    name: &'static str,
    regions: &'static [&'static str],
    roles: &'static [Role],
) -> DemoOfficer {
    DemoOfficer { id, organization, name, regions, roles }
}

pub const STAFF: &[DemoOfficer] = &[
    officer("bandung-fo-1", "slrt-bandung", "Rina Wulandari", BANDUNG, &[Role::FrontOffice]),
    officer("bandung-bo-1", "slrt-bandung", "Dedi Hidayat", BANDUNG, &[Role::BackOffice]),
    officer("bandung-bo-2", "slrt-bandung", "Yuni Astuti", BANDUNG, &[Role::BackOffice]),
    officer("sleman-fo-1", "slrt-sleman", "Bagus Prasetyo", SLEMAN, &[Role::FrontOffice]),
    officer("sleman-bo-1", "slrt-sleman", "Sri Handayani", SLEMAN, &[Role::BackOffice]),
];

pub async fn seed(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    for organization in ORGANIZATIONS {
        let services = organization
            .services
            .iter()
            .map(|s| SeedService {
                id: service_id(&format!("{}/{}", organization.key, s.name)),
                name: s.name,
                program: s.program,
                sectors: s.sectors,
                areas: s.areas,
                capacity: s.capacity,
                answer_days: s.answer_days,
            })
            .collect();
        let seed = SeedOrganization {
            id: organization_id(organization.key),
            kind: organization.kind,
            name: organization.name,
            region: organization.region,
            program: organization.program,
            services,
        };
        insert_seed(conn, seed, now).await?;
    }
    Ok(())
}
