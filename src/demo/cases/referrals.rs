//! Cases with referrals: waiting, accepted, on hold, unanswered, rejected, completed; and a shelter that is nearly full.

use super::step::Act::{
    Accept, Acknowledge, Close, CloseLoop, Complete, Decline, Draft, Hold, Recommend, Refer, ReservePlace, Resolve,
    Send, Serve, Start, Submit, Verify,
};
use super::step::{About, Case, Step, step};
use crate::complaints::model::ComplaintClass::Enrolment;
use crate::complaints::model::ComplaintDecision::Upheld;
use crate::complaints::model::ComplaintPriority::Normal;
use crate::complaints::model::RecommendationKind as Kind;
use crate::directory::model::Sector::{self, Education, SocialRehabilitation, SocioEconomic};
use crate::referrals::model::ReferralHoldReason::{AwaitingDocuments, Waitlist};
use crate::referrals::model::ReferralOutcomeCode::{Enrolled, ServiceDelivered};
use crate::referrals::model::ReferralRejectionReason::NoCapacity;

const FRONT: &str = "bandung-fo-1";
const BACK: &str = "bandung-bo-1";
const SECOND: &str = "bandung-bo-2";
const MANAGER: &str = "demo-manager-bandung";
const PKH: &str = "demo-program-pkh";
const SCHOOLS: &str = "demo-agency-disdik-bandung";
const SLEMAN: &str = "sleman-bo-1";
const SHELTER: &str = "demo-shelter-sleman";

const PKH_SERVICE: &str = "pkh/Pendampingan PKH Kabupaten Bandung";
const KIP_SERVICE: &str = "disdik-bandung/Usulan KIP jenjang SD/SMP";
const SHELTER_SERVICE: &str = "lks-sleman/Rumah singgah";

const FITS: &str = "Data keluarga memenuhi syarat, rujuk ke program.";
const NEEDS_PKH: &str = "Keluarga dengan anak sekolah, belum menerima PKH.";
const NEEDS_KIP: &str = "Anak usia sekolah dari keluarga miskin, belum mempunyai KIP.";
const NEEDS_SHELTER: &str = "Membutuhkan tempat tinggal sementara.";

const fn family(key: &'static str, home: usize, sector: Sector, text: &'static str, steps: &'static [Step]) -> Case {
    Case { key, home, about: About::Family, sector, text, steps }
}

/// A referral sent without a complaint.
const fn direct(key: &'static str, home: usize, sector: Sector, steps: &'static [Step]) -> Case {
    family(key, home, sector, "", steps)
}

const fn guest(key: &'static str, home: usize, steps: &'static [Step]) -> Case {
    direct(key, home, SocialRehabilitation, steps)
}

pub const CASES: &[Case] = &[
    family(
        "a referral awaiting a decision",
        1,
        SocioEconomic,
        "Ibu hamil dengan balita, suami tidak bekerja, belum mendapat PKH.",
        &[
            step(5, FRONT, Submit),
            step(4, BACK, Verify(Enrolment, Normal)),
            step(4, BACK, Start),
            step(1, BACK, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(1, BACK, Recommend(Kind::Refer, FITS)),
        ],
    ),
    family(
        "waiting",
        4,
        SocioEconomic,
        "Keluarga dengan tiga anak sekolah belum menerima PKH.",
        &[
            step(4, FRONT, Submit),
            step(3, BACK, Verify(Enrolment, Normal)),
            step(3, BACK, Start),
            step(2, BACK, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(2, BACK, Recommend(Kind::Refer, FITS)),
            step(1, MANAGER, Refer),
        ],
    ),
    family(
        "silent",
        7,
        SocioEconomic,
        "PKH tidak cair sejak kepala keluarga meninggal.",
        &[
            step(13, FRONT, Submit),
            step(12, SECOND, Verify(Enrolment, Normal)),
            step(12, SECOND, Start),
            step(12, SECOND, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(12, SECOND, Recommend(Kind::Refer, FITS)),
            step(11, MANAGER, Refer),
        ],
    ),
    family(
        "accepted",
        10,
        SocioEconomic,
        "Baru pindah dari kabupaten lain, bantuan tidak lanjut.",
        &[
            step(7, FRONT, Submit),
            step(6, BACK, Verify(Enrolment, Normal)),
            step(6, BACK, Start),
            step(5, BACK, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(5, BACK, Recommend(Kind::Refer, FITS)),
            step(4, MANAGER, Refer),
            step(3, PKH, Acknowledge),
            step(2, PKH, Accept),
        ],
    ),
    family(
        "on the waiting list",
        13,
        SocioEconomic,
        "Lansia di atas 70 tahun tinggal bersama cucu, belum mendapat bantuan.",
        &[
            step(12, FRONT, Submit),
            step(11, SECOND, Verify(Enrolment, Normal)),
            step(11, SECOND, Start),
            step(10, SECOND, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(10, SECOND, Recommend(Kind::Refer, FITS)),
            step(9, MANAGER, Refer),
            step(7, PKH, Accept),
            step(5, PKH, Hold(Waitlist, 60)),
        ],
    ),
    family(
        "completed, citizen not informed",
        16,
        SocioEconomic,
        "Dua anak sekolah, penghasilan tidak tetap, belum menerima PKH.",
        &[
            step(11, FRONT, Submit),
            step(10, BACK, Verify(Enrolment, Normal)),
            step(10, BACK, Start),
            step(9, BACK, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(9, BACK, Recommend(Kind::Refer, FITS)),
            step(8, MANAGER, Refer),
            step(6, PKH, Accept),
            step(5, PKH, Serve),
            step(1, PKH, Complete(Enrolled, "Masuk daftar penerima tahap berikutnya.")),
        ],
    ),
    family(
        "completed, citizen informed",
        19,
        SocioEconomic,
        "Belum menerima PKH walaupun tetangga dengan keadaan sama menerima.",
        &[
            step(13, FRONT, Submit),
            step(12, BACK, Verify(Enrolment, Normal)),
            step(12, BACK, Start),
            step(12, BACK, Draft(PKH_SERVICE, NEEDS_PKH)),
            step(12, BACK, Recommend(Kind::Refer, FITS)),
            step(11, MANAGER, Refer),
            step(9, PKH, Accept),
            step(6, PKH, Complete(Enrolled, "Masuk daftar penerima.")),
            step(5, BACK, CloseLoop(4)),
            step(5, BACK, Recommend(Kind::Resolve, "Sudah menjadi penerima.")),
            step(4, MANAGER, Resolve(Upheld, "Keluarga Ibu sudah masuk daftar penerima PKH.")),
            step(3, FRONT, Close(4)),
        ],
    ),
    family(
        "no capacity",
        22,
        Education,
        "Tiga anak sekolah belum mempunyai KIP.",
        &[
            step(8, FRONT, Submit),
            step(7, SECOND, Verify(Enrolment, Normal)),
            step(7, SECOND, Start),
            step(6, SECOND, Draft(KIP_SERVICE, NEEDS_KIP)),
            step(6, SECOND, Recommend(Kind::Refer, FITS)),
            step(5, MANAGER, Refer),
            step(2, SCHOOLS, Decline(NoCapacity, "Kuota usulan periode ini sudah habis.")),
        ],
    ),
    direct(
        "due for review",
        28,
        Education,
        &[
            step(16, BACK, Draft(KIP_SERVICE, NEEDS_KIP)),
            step(16, BACK, Send),
            step(14, SCHOOLS, Accept),
            step(12, SCHOOLS, Hold(AwaitingDocuments, 7)),
        ],
    ),
    direct(
        "being served",
        31,
        Education,
        &[
            step(6, BACK, Draft(KIP_SERVICE, NEEDS_KIP)),
            step(6, BACK, Send),
            step(4, SCHOOLS, Accept),
            step(3, SCHOOLS, Serve),
        ],
    ),
    direct("just sent", 34, Education, &[step(1, BACK, Draft(KIP_SERVICE, NEEDS_KIP)), step(1, BACK, Send)]),
    guest(
        "first guest",
        6,
        &[
            step(9, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)),
            step(9, SLEMAN, Send),
            step(8, SHELTER, Accept),
            step(8, SHELTER, Serve),
        ],
    ),
    guest(
        "second guest",
        9,
        &[
            step(6, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)),
            step(6, SLEMAN, Send),
            step(5, SHELTER, Accept),
            step(5, SHELTER, Serve),
        ],
    ),
    guest(
        "third guest",
        12,
        &[
            step(3, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)),
            step(3, SLEMAN, Send),
            step(2, SHELTER, Accept),
            step(2, SHELTER, Hold(Waitlist, 30)),
        ],
    ),
    guest(
        "fourth guest",
        15,
        &[step(2, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)), step(2, SLEMAN, Send), step(1, SHELTER, Accept)],
    ),
    guest(
        "a reserved place",
        18,
        &[
            step(1, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)),
            step(1, SLEMAN, Send),
            step(1, SHELTER, ReservePlace(14)),
        ],
    ),
    guest(
        "left the shelter",
        21,
        &[
            step(9, SLEMAN, Draft(SHELTER_SERVICE, NEEDS_SHELTER)),
            step(9, SLEMAN, Send),
            step(8, SHELTER, Accept),
            step(2, SHELTER, Complete(ServiceDelivered, "Sudah kembali.")),
        ],
    ),
];
