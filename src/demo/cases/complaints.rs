//! Complaints in progress or ended: every state, and every status of the deadline.

use super::step::Act::{
    Ask, Close, Inform, MarkDuplicate, Note, Recommend, Reject, Resolve, Start, Submit, Verify, Withdraw,
};
use super::step::{About, Case, step};
use crate::complaints::model::ComplaintClass::{Enrolment, ProgrammeService, UnmetNeed};
use crate::complaints::model::ComplaintDecision::Upheld;
use crate::complaints::model::ComplaintPriority::{High, Normal, Urgent};
use crate::complaints::model::ComplaintRejectionReason::OutOfScope;
use crate::complaints::model::NoteVisibility::{Internal, Reporter};
use crate::complaints::model::RecommendationKind;
use crate::directory::model::Sector;

const FRONT: &str = "bandung-fo-1";
const BACK: &str = "bandung-bo-1";
const SECOND: &str = "bandung-bo-2";
const MANAGER: &str = "demo-manager-bandung";
const SLEMAN_FRONT: &str = "sleman-fo-1";
const SLEMAN_BACK: &str = "sleman-bo-1";

pub const CASES: &[Case] = &[
    Case {
        key: "new",
        home: 0,
        about: About::Family,
        sector: Sector::SocioEconomic,
        text: "Keluarga dengan dua anak sekolah belum pernah menerima PKH.",
        steps: &[step(0, FRONT, Submit)],
    },
    Case {
        key: "first answer due today",
        home: 3,
        about: About::Family,
        sector: Sector::Health,
        text: "Kartu KIS ibu tidak aktif, padahal harus kontrol ke rumah sakit.",
        steps: &[step(3, FRONT, Submit)],
    },
    Case {
        key: "late, with the province",
        home: 6,
        about: About::Family,
        sector: Sector::Food,
        text: "Kakek dan nenek yang tinggal berdua tidak lagi menerima sembako sejak tiga bulan.",
        steps: &[step(10, FRONT, Submit)],
    },
    Case {
        key: "late, with the ministry",
        home: 9,
        about: About::Family,
        sector: Sector::Housing,
        text: "Atap rumah roboh sebagian dan bocor setiap hujan.",
        steps: &[step(20, FRONT, Submit)],
    },
    Case {
        key: "verified",
        home: 12,
        about: About::Family,
        sector: Sector::CivilRegistration,
        text: "Anak belum mempunyai akta kelahiran sehingga tidak dapat mendaftar sekolah.",
        steps: &[step(2, FRONT, Submit), step(1, BACK, Verify(UnmetNeed, Normal))],
    },
    Case {
        key: "urgent and late",
        home: 15,
        about: About::Family,
        sector: Sector::Health,
        text: "Bapak sakit berat dan ditolak karena iuran jaminan kesehatan menunggak.",
        steps: &[step(5, FRONT, Submit), step(5, BACK, Verify(ProgrammeService, Urgent)), step(4, BACK, Start)],
    },
    Case {
        key: "decision due soon",
        home: 18,
        about: About::Family,
        sector: Sector::Education,
        text: "Anak kelas 4 SD putus sekolah karena biaya seragam dan buku.",
        steps: &[
            step(13, FRONT, Submit),
            step(12, SECOND, Verify(UnmetNeed, Normal)),
            step(12, SECOND, Start),
            step(8, SECOND, Note(Internal, "Kepala sekolah membenarkan; wali kelas bersedia menerima anak kembali.")),
            step(7, SECOND, Note(Reporter, "Kami sudah menghubungi sekolah. Mohon siapkan rapor terakhir anak.")),
        ],
    },
    Case {
        key: "asked",
        home: 21,
        about: About::Family,
        sector: Sector::SocioEconomic,
        text: "Bantuan PKH berhenti sejak anak pindah sekolah.",
        steps: &[
            step(5, FRONT, Submit),
            step(4, BACK, Verify(Enrolment, Normal)),
            step(3, BACK, Start),
            step(2, BACK, Ask("Di sekolah mana anak Ibu sekarang terdaftar?")),
        ],
    },
    Case {
        key: "road",
        home: 24,
        about: About::Village,
        sector: Sector::Infrastructure,
        text: "Jalan desa menuju puskesmas rusak sejak banjir bulan lalu.",
        steps: &[step(4, FRONT, Submit), step(3, BACK, Verify(UnmetNeed, Normal)), step(3, SECOND, Start)],
    },
    Case {
        key: "road, likely a duplicate",
        home: 25,
        about: About::Village,
        sector: Sector::Infrastructure,
        text: "Sejak banjir bulan lalu jalan desa ke puskesmas rusak dan tidak bisa dilewati motor.",
        steps: &[step(1, FRONT, Submit)],
    },
    Case {
        key: "road, marked as a duplicate",
        home: 26,
        about: About::Village,
        sector: Sector::Infrastructure,
        text: "Jalan ke puskesmas rusak.",
        steps: &[step(3, FRONT, Submit), step(2, BACK, MarkDuplicate("road"))],
    },
    Case {
        key: "anonymous",
        home: 27,
        about: About::Anonymous,
        sector: Sector::SocialRehabilitation,
        text: "Ada lansia terlantar tinggal sendiri di gubuk dekat pasar, sudah beberapa hari tidak terlihat makan.",
        steps: &[step(1, FRONT, Submit), step(1, BACK, Verify(UnmetNeed, High))],
    },
    Case {
        key: "an answer to be decided",
        home: 30,
        about: About::Family,
        sector: Sector::Electricity,
        text: "Subsidi listrik dicabut walaupun daya tetap 450 VA.",
        steps: &[
            step(6, FRONT, Submit),
            step(5, BACK, Verify(ProgrammeService, Normal)),
            step(5, BACK, Start),
            step(1, BACK, Recommend(RecommendationKind::Resolve, "Posko subsidi sudah memulihkan subsidi pelanggan.")),
        ],
    },
    Case {
        key: "withdrawn",
        home: 33,
        about: About::Family,
        sector: Sector::Food,
        text: "Sembako bulan ini belum diterima.",
        steps: &[step(4, FRONT, Submit), step(2, FRONT, Withdraw("Sembako sudah diterima kemarin."))],
    },
    Case {
        key: "rejected",
        home: 36,
        about: About::Village,
        sector: Sector::Infrastructure,
        text: "Meminta penyelesaian sengketa batas tanah dengan tetangga.",
        steps: &[step(4, FRONT, Submit), step(3, BACK, Reject(OutOfScope))],
    },
    Case {
        key: "answered, to be confirmed",
        home: 39,
        about: About::Family,
        sector: Sector::SocioEconomic,
        text: "Bagaimana cara memeriksa apakah keluarga kami terdaftar?",
        steps: &[
            step(3, FRONT, Submit),
            step(2, BACK, Verify(Enrolment, Normal)),
            step(1, BACK, Inform("Keluarga Ibu terdaftar. Terdaftar tidak berarti menjadi penerima bantuan.")),
        ],
    },
    Case {
        key: "closed",
        home: 42,
        about: About::Family,
        sector: Sector::Health,
        text: "Nama anak di kartu KIS salah sehingga ditolak puskesmas.",
        steps: &[
            step(12, FRONT, Submit),
            step(11, SECOND, Verify(ProgrammeService, Normal)),
            step(11, SECOND, Start),
            step(8, SECOND, Recommend(RecommendationKind::Resolve, "Nama sudah diperbaiki.")),
            step(7, MANAGER, Resolve(Upheld, "Nama anak di kartu sudah diperbaiki dan dapat dipakai berobat.")),
            step(5, FRONT, Close(5)),
        ],
    },
    Case {
        key: "sleman, late",
        home: 0,
        about: About::Family,
        sector: Sector::Health,
        text: "Kartu KIS tidak aktif ketika hendak berobat.",
        steps: &[step(6, SLEMAN_FRONT, Submit)],
    },
    Case {
        key: "sleman, verified",
        home: 3,
        about: About::Family,
        sector: Sector::Electricity,
        text: "Rumah belum tersambung listrik, menumpang tetangga.",
        steps: &[step(2, SLEMAN_FRONT, Submit), step(1, SLEMAN_BACK, Verify(UnmetNeed, Normal))],
    },
];
