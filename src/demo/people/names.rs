//! Fictitious names and addresses, combined from common words of several cultures.

use super::draw::Draw;
use crate::registry::identity::nik::Sex;

/// Per culture: first names of men and of women, second names of men and of women, family names.
const NAMES: [[&str; 5]; 7] = [
    [
        "Agus Bambang Budi Dwi Eko Hadi Heru Joko Sigit Slamet Sugeng Suparno Sutrisno Teguh Tri Wahyu Yanto Bayu Dimas Rizky",
        "Ayu Dewi Dwi Endang Lilik Ningsih Puji Retno Rini Siti Sri Sulastri Suminah Tri Tutik Wahyuni Yuli Anisa Putri Nabila",
        "Prasetyo Santoso Wibowo Nugroho Saputra Setiawan Hartono Purnomo Susilo Widodo Utomo Kurniawan Pratama Raharjo",
        "Rahayu Lestari Handayani Wulandari Astuti Utami Susanti Widyastuti Purwanti Kusuma Mulyani Hartati Puspita Anggraini",
        "",
    ],
    [
        "Asep Ujang Dadang Cecep Deden Jajang Iwan Yayan Rudi Tatang Endang Aep Wawan Ade Gilang Rangga Fajar Ilham",
        "Euis Neneng Imas Lilis Nining Cucu Entin Iis Tati Yeti Ai Elis Rina Teti Siska Rahma Salsa Intan",
        "Hidayat Suherman Supriatna Permana Kurnia Ruhiyat Sutisna Mulyana Gunawan Setiadi Ramdani Firmansyah Nugraha",
        "Nurhayati Kartini Rohaeti Sumiati Komariah Rosmiati Mulyati Nuraeni Suryani Kurniasih Fitriani Maharani",
        "",
    ],
    [
        "Binsar Horas Jonni Mangasi Parlin Poltak Ramses Robinson Saut Tigor Togar Tumpal Daniel Yosua Andreas Samuel",
        "Lamria Minar Nurmala Roma Rosinta Tiur Tiurma Duma Rotua Hotma Kristina Maria Debora Ruth Yohana Grace",
        "Parulian Hasiholan Maruli Martua Hamonangan Pardamean Partogi",
        "Uli Romauli Tiodora Ernawati Marlina Junita Friska",
        "Siregar Nasution Simanjuntak Sitorus Hutapea Panjaitan Sinaga Manurung Tampubolon Situmorang Pasaribu Lubis Harahap Purba",
    ],
    [
        "Afrizal Syafril Zulkifli Yusrizal Hendri Rinaldi Ikhsan Fauzan Asrul Jufri Nofrizal Ridwan Dedi Rahmat Hafiz",
        "Yulia Nurhayati Rosmaini Elvira Gusmiati Murni Fatimah Syamsinar Desi Wirda Zubaidah Fitria Annisa Rahmi Suci",
        "Chaniago Tanjung Koto Piliang Sikumbang Guci Jambak Mandaliko Malayu",
        "Yanti Wati Hayati Rahmawati Sari Marlina Oktavia Febrina Susilawati",
        "",
    ],
    [
        "Andi Baso Ambo Daeng Muhammad Syamsuddin Hasanuddin Jamaluddin Sudirman Nurdin Rusdi Arifin Anwar Ismail Akbar Fadel",
        "Andi Besse Hasnah Nurhaeda Rosdiana Sitti Jumriah Kasmawati Nurlela Hartina Sahriani Nurul Fitri Mutmainnah Aulia",
        "Tenri Mappa Paweloi Rauf Sultan Tahir Latif Rahman Yusuf Amir Hamid Salam",
        "Tenri Haeruddin Nurbaya Amelia Ramlah Salmah Aminah Nurjannah Marwah Hasanah",
        "",
    ],
    [
        "Wayan Putu Gede Made Kadek Nengah Nyoman Komang Ketut",
        "Wayan Putu Luh Made Kadek Nengah Nyoman Komang Ketut",
        "Sudarma Suardana Artawan Wirawan Sukerta Adnyana Mahendra Yasa Budiasa Wijaya Darmawan Sutama Widana Arta",
        "Sukerti Suartini Ariani Widiani Astini Sudiani Rasmini Puspawati Kusumawati Pertiwi Wulandari Suryani",
        "",
    ],
    [
        "Yohanes Petrus Yakobus Markus Paulus Stefanus Thomas Melkias Simon Yosep Frans Alfons Benyamin Obed Elias Otniel",
        "Maria Yuliana Martha Agustina Katarina Theresia Yosefina Margaretha Elisabeth Fransiska Dorkas Naomi Ester Selina",
        "Rafael Gabriel Leonard Kristian Agustinus Marselinus Ferdinan",
        "Anastasia Bernadete Paulina Kristina Veronika Natalia Regina",
        "Latumahina Pattiasina Lewerissa Bria Nahak Seran Lodo Wenda Kogoya Rumbiak Mandowen Yikwa Manuputty Tahalele",
    ],
];

const STREETS: &str =
    "Melati Mawar Anggrek Kenanga Cempaka Flamboyan Dahlia Teratai Merdeka Pahlawan Kartini Diponegoro Sudirman Pemuda";
const HAMLETS: &str =
    "Krajan Sukamaju Mekarsari Sidomulyo Karanganyar Tanjung Bukit Lembah Pasir Harapan Makmur Sejahtera";

type Words = Vec<&'static str>;

/// The word lists, split once.
pub(super) struct Names {
    cultures: Vec<[Words; 5]>,
    streets: Words,
    hamlets: Words,
}

/// Common properties of a family's names.
#[derive(Clone, Copy)]
pub(super) struct Culture {
    index: usize,
    clan: &'static str,
}

impl Names {
    pub fn new() -> Self {
        let words = |text: &'static str| Words::from_iter(text.split_whitespace());
        Self {
            cultures: NAMES.iter().map(|lists| lists.map(words)).collect(),
            streets: words(STREETS),
            hamlets: words(HAMLETS),
        }
    }

    /// Most families have names that are common in their province.
    pub fn culture(&self, draw: &mut Draw, province: &str) -> Culture {
        let any = draw.index(NAMES.len());
        let local = match province {
            "18" | "31" | "33" | "34" | "35" => 0,
            "32" | "36" => 1,
            "12" => 2,
            "11" | "13" | "14" | "15" | "16" | "17" | "19" | "21" | "52" => 3,
            "72" | "73" | "74" | "75" | "76" => 4,
            "51" => 5,
            "53" | "71" | "81" | "82" | "91" | "92" | "93" | "94" | "95" | "96" => 6,
            _ => any,
        };
        let index = if draw.chance(200) { any } else { local };
        let clans = self.cultures.get(index).map(|[.., clans]| clans.as_slice());
        let clan = draw.pick(clans.unwrap_or_default());
        Culture { index, clan }
    }

    pub fn full_name(&self, draw: &mut Draw, culture: Culture, sex: Sex, married_in: bool) -> String {
        let Some([men, women, second_men, second_women, clans]) = self.cultures.get(culture.index) else {
            return String::new();
        };
        let (given, second) = match sex {
            Sex::Male => (men, second_men),
            Sex::Female => (women, second_women),
        };
        let (first, middle, second) = (draw.pick(given), draw.pick(given), draw.pick(second));
        let clan = if married_in { draw.pick(clans) } else { culture.clan };
        match draw.below(100) {
            0..30 if !clan.is_empty() => format!("{first} {second} {clan}"),
            _ if !clan.is_empty() => format!("{first} {clan}"),
            0..8 => first.to_owned(),
            8..25 if middle != first => format!("{first} {middle} {second}"),
            _ => format!("{first} {second}"),
        }
    }

    pub fn address(&self, draw: &mut Draw, is_rural: bool) -> String {
        let place = if is_rural {
            format!("Dusun {}", draw.pick(&self.hamlets))
        } else {
            let street = draw.pick(&self.streets);
            format!("Jl. {street} No. {}", draw.between(1, 150))
        };
        let (rt, rw) = (draw.between(1, 9), draw.between(1, 12));
        format!("{place} RT {rt:03}/RW {rw:03}")
    }
}
