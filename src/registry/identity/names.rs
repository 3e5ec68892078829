//! Indonesian names: normalizes spellings and short forms of one name to one key, and to a phonetic key (sound) that similar
//! spellings share. No I/O.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Titles before and after a name; they do not identify a person.
const TITLES: &[&str] = &[
    "h",
    "hj",
    "haji",
    "hajjah",
    "drs",
    "dra",
    "dr",
    "drg",
    "ir",
    "prof",
    "tn",
    "ny",
    "nn",
    "sdr",
    "sdri",
    "bpk",
    "ibu",
    "alm",
    "almh",
    "almarhum",
    "almarhumah",
    "kh",
    "ust",
    "ustadz",
    "ustadzah",
    "se",
    "sh",
    "spd",
    "sag",
    "ssos",
    "st",
    "skm",
    "amd",
    "mm",
    "mpd",
    "msi",
    "skom",
    "skep",
];
/// Before a father's name, which is often left out.
const PATRONYMICS: &[&str] = &["bin", "binti", "bt", "bte", "al"];
/// Names with many spellings and short forms.
const SAME: &[(&str, &[&str])] = &[
    (
        "muhamad",
        &[
            "m",
            "md",
            "moh",
            "mohd",
            "mohamad",
            "mochamad",
            "mohammad",
            "mochammad",
            "muh",
            "muhd",
            "mhd",
            "muhammad",
            "muchamad",
            "muchammad",
            "mukhamad",
            "mukhammad",
            "mohamed",
            "muhamed",
            "mohammed",
            "muhammed",
            "moch",
            "much",
            "mokh",
            "mukh",
            "mochd",
            "mokhamad",
            "mokhammad",
            "muhamat",
            "mohamat",
            "muchamat",
            "mochamat",
        ],
    ),
    ("ahmad", &["achmad", "akhmad", "ahmed", "achmat", "ahmat", "akhmat", "acmad"]),
    ("abdul", &["abd", "abdoel", "abdl", "abdu"]),
    ("siti", &["sitti", "sity", "st", "sitty", "siity"]),
    ("nur", &["noor", "nor", "noer", "nuur"]),
];

static IS_TITLE: LazyLock<HashSet<&str>> = LazyLock::new(|| TITLES.iter().copied().collect());

/// Maps each form, and the name itself, to the name.
static NAME_OF: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let forms = |(name, forms): &(&'static str, &'static [&'static str])| {
        let name = *name;
        forms.iter().copied().chain([name]).map(move |form| (form, name)).collect::<Vec<_>>()
    };
    SAME.iter().flat_map(forms).collect()
});

/// The normalized words of a name, without titles and without the father's name.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let dotless = if name.contains('.') {
        Cow::Owned(name.replace("S.Pd", "spd").replace("S.Ag", "sag"))
    } else {
        Cow::Borrowed(name)
    };
    let parts = dotless.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '`' && c != '’');
    let mut first = true;
    for part in parts.filter(|part| !part.is_empty()) {
        let word: String =
            part.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).map(plain).collect();
        // `St` at the beginning is the short form of Siti (`St. Aminah`), elsewhere a title.
        let short_name = first && word == "st";
        if word.is_empty() || (IS_TITLE.contains(word.as_str()) && !short_name) {
            continue;
        }
        if !first && PATRONYMICS.contains(&word.as_str()) {
            break;
        }
        words.push(spell(&word).into_owned());
        first = false;
    }
    // Return a name that consists only of titles unchanged, in lower case.
    if words.is_empty() {
        words = name.split_whitespace().map(|w| w.to_lowercase()).collect();
    }
    words
}

fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}

/// Normalizes the spelling: the reform of 1972 (oe, dj, tj, nj, sj), doubled letters, and names with many spellings.
fn spell(word: &str) -> Cow<'_, str> {
    if let Some(name) = NAME_OF.get(word) {
        return Cow::Borrowed(name);
    }
    let single = once(&respell(word, &[("oe", "u"), ("dj", "j"), ("tj", "c"), ("nj", "ny"), ("sj", "sy")]));
    NAME_OF.get(single.as_str()).map_or(Cow::Owned(single), |name| Cow::Borrowed(name))
}

/// Replaces each pair of letters by its current spelling, one pair after the other.
fn respell<'a>(word: &'a str, pairs: &[(&str, &str)]) -> Cow<'a, str> {
    let mut word = Cow::Borrowed(word);
    for (pair, now) in pairs {
        // Few words contain a pair: avoid the allocation.
        if word.as_bytes().windows(pair.len()).any(|letters| letters == pair.as_bytes()) {
            word = Cow::Owned(word.replace(pair, now));
        }
    }
    word
}

/// Removes repeated letters: `ll` becomes `l`.
fn once(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// The phonetic key of a word: similar letters are merged and vowels removed. `Efendi`, `Effendy` and `Ependi` have the same key.
pub fn sound(word: &str) -> String {
    let near = respell(
        word,
        &[
            ("kh", "h"),
            ("ch", "h"),
            ("sy", "s"),
            ("sh", "s"),
            ("ts", "s"),
            ("th", "t"),
            ("dh", "d"),
            ("dz", "z"),
            ("ph", "f"),
            ("gh", "g"),
            ("x", "ks"),
        ],
    );
    let mut out = String::with_capacity(near.len());
    for (at, c) in near.chars().enumerate() {
        let c = match c {
            'v' | 'f' | 'p' => 'p',
            'z' | 'j' => 'j',
            'q' | 'k' => 'k',
            't' | 'd' => 't',
            'y' => 'i',
            'w' if at > 0 => 'w',
            other => other,
        };
        let vowel = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
        // The first letter always remains; every vowel there becomes `a`.
        let letter = if vowel { (at == 0).then_some('a') } else { (c != 'h' || at == 0).then_some(c) };
        if let Some(c) = letter.filter(|c| !out.ends_with(*c)) {
            out.push(c);
        }
    }
    out
}

/// One entry of the name index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKey {
    pub key: String,
    pub sound: String,
    /// Length in bytes of the longest common prefix with an entry that starts at an earlier word; -1 for the first entry.
    pub key_shared: i16,
    pub sound_shared: i16,
}

const MAX_WORDS: usize = 8;

/// The index entries of a name, one starting at each word. A sound ends in a space, so that whole words are compared.
pub fn keys(name: &str) -> Vec<NameKey> {
    let words = words(name);
    let sounds: Vec<String> = words.iter().map(|w| sound(w)).collect();
    let rest = |all: &[String], from: usize| all.get(from..).unwrap_or_default().join(" ");
    let mut entries: Vec<NameKey> = Vec::with_capacity(words.len().min(MAX_WORDS));
    for from in 0..words.len().min(MAX_WORDS) {
        let (key, sound) = (rest(&words, from), format!("{} ", rest(&sounds, from)));
        let key_shared = entries.iter().map(|earlier| shared(&earlier.key, &key)).max().unwrap_or(-1);
        let sound_shared = entries.iter().map(|earlier| shared(&earlier.sound, &sound)).max().unwrap_or(-1);
        entries.push(NameKey { key, sound, key_shared, sound_shared });
    }
    entries
}

fn shared(a: &str, b: &str) -> i16 {
    let bytes = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    i16::try_from(bytes).unwrap_or(i16::MAX)
}

/// The key of a prefix search. If the last word may be unfinished, it is not normalized to a known name.
pub fn prefix(asked: &str) -> String {
    let unfinished = !asked.ends_with([' ', '.']);
    let mut found = words(asked);
    if unfinished && let Some(last) = found.last_mut() {
        let typed: String = asked
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default()
            .chars()
            .flat_map(char::to_lowercase)
            .map(plain)
            .collect();
        if last.chars().count() <= 3 || !last.starts_with(&once(&typed)) {
            // A complete short form (`Moh`) becomes its name; other text stays as typed.
            if !SAME.iter().any(|(name, forms)| name == last && forms.contains(&typed.as_str()) && typed.len() > 1) {
                *last = once(&respell(&typed, &[("oe", "u"), ("dj", "j"), ("tj", "c")]));
            }
        }
    }
    found.join(" ")
}

/// The key of a search by sound.
pub fn sounds(asked: &str) -> String {
    let words = words(asked);
    format!("{} ", words.iter().map(|w| sound(w)).collect::<Vec<_>>().join(" "))
}

/// Similarity of a name to the words of another one, 0 to 100. Each word is compared with its best match in the other name, by edit
/// distance and by sound. A missing word costs little, because people often shorten names.
pub fn likeness(asked: &[String], name: &str) -> u8 {
    let name = words(name);
    let (short, long) = if asked.len() <= name.len() { (asked, name.as_slice()) } else { (name.as_slice(), asked) };
    if short.is_empty() {
        return 0;
    }
    let mut free: Vec<&String> = long.iter().collect();
    let mut sum = 0.0;
    for word in short {
        if let Some(at) = free.iter().rposition(|other| *other == word) {
            sum += 1.0;
            free.remove(at);
            continue;
        }
        let best = free
            .iter()
            .enumerate()
            .map(|(at, other)| (at, word_likeness(word, other)))
            .max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((at, score)) = best {
            sum += score;
            free.remove(at);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a name has a handful of words")]
    let (matched, missing) = (sum / short.len() as f64, (long.len() - short.len()) as f64);
    let whole = (matched - 0.08 * missing).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is between 0 and 100")]
    let percent = (whole * 100.0).round() as u8;
    percent
}

fn word_likeness(a: &str, b: &str) -> f64 {
    let initial = |x: &str, y: &str| x.chars().count() == 1 && y.starts_with(x);
    if initial(a, b) || initial(b, a) {
        return 0.8;
    }
    let longest = a.chars().count().max(b.chars().count());
    #[expect(clippy::cast_precision_loss, reason = "a word has a handful of letters")]
    let by_edits = 1.0 - edits(a, b) as f64 / longest as f64;
    if sound(a) == sound(b) { by_edits.max(0.9) } else { by_edits }
}

/// Edit distance: insertions, deletions, substitutions and swaps of adjacent letters.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        let same = [
            ("Mochammad Ridwan", "Moh. Ridwan"),
            ("Muhammad Ridwan", "M. Ridwan"),
            ("Moch. Ridwan", "Much Ridwan"),
            ("Muh. Ridwan", "Mohd Ridwan"),
            ("Mohamad Ridwan", "Mokh. Ridwan"),
            ("Muhamad Ridwan", "Mochamad Ridwan"),
            ("Mohammed Ridwan", "Muhamat Ridwan"),
            ("M Ridwan", "Moch Ridwan"),
            ("Soekarno", "Sukarno"),
            ("Djoko Tjahjono", "Joko Cahjono"),
            ("Sitti Aminah", "Siti Aminah"),
            ("H. Ahmad Fauzi", "Achmad Fauzi"),
            ("Hj. Siti Rahmawati binti Abdullah", "Siti Rahmawati"),
            ("Drs. Effendi", "Efendi"),
            ("Nurul Hidayah, S.Pd", "Nurul Hidayah"),
            ("Abd. Rahman", "Abdul Rahman"),
            ("St. Aminah", "Siti Aminah"),
        ];
        for (a, b) in same {
            assert_eq!(words(a), words(b), "{a} / {b}");
        }
    }

    #[test]
    fn similar_spellings_have_the_same_sound_and_others_do_not() {
        let alike = [
            ("rahmawati", "rachmawaty"),
            ("rizki", "rijqi"),
            ("efendi", "ependy"),
            ("yusuf", "yusup"),
            ("fatimah", "patima"),
            ("syarif", "sarip"),
            ("indah", "endah"),
        ];
        for (a, b) in alike {
            assert_eq!(sound(&spell(a)), sound(&spell(b)), "{a} / {b}");
        }
        assert_ne!(sound("rahmawati"), sound("ratnawati"));
        assert_ne!(sound("budi"), sound("rudi"));
    }

    #[test]
    fn a_name_is_found_from_any_of_its_words() {
        let found: Vec<String> = keys("Siti Nur Aisyah").into_iter().map(|k| k.key).collect();
        assert_eq!(found, ["siti nur aisyah", "nur aisyah", "aisyah"]);
        for (asked, key) in [
            ("Sit", "siti nur aisyah"),
            ("siti n", "siti nur aisyah"),
            ("Aisy", "aisyah"),
            ("Moh. Rid", "muhamad ridwan"),
            ("Moch", "muhamad ridwan"),
            ("m", "muhamad ridwan"),
            ("Sitti R", "siti rahmawati"),
        ] {
            assert!(key.starts_with(&prefix(asked)), "{asked}: {}", prefix(asked));
        }
    }

    fn alike(a: &str, b: &str) -> u8 {
        likeness(&words(a), b)
    }

    #[test]
    fn an_entry_stores_its_common_prefix_with_an_earlier_entry() {
        let entries: Vec<_> = keys("Siti Sarah Siti").into_iter().map(|k| (k.key, k.key_shared)).collect();
        let expected = [("siti sarah siti", -1), ("sarah siti", 1), ("siti", 4)];
        assert_eq!(entries, expected.map(|(key, bytes)| (key.to_owned(), bytes)));
    }

    #[test]
    fn likeness_ranks_as_a_person_would() {
        assert_eq!(alike("Moh. Ridwan", "Muhammad Ridwan"), 100);
        assert!(alike("Siti Rahmawati", "Sitti Rachmawaty") >= 90);
        assert!(alike("Siti Rahmawati", "Siti Rahmawati binti Ujang") == 100);
        assert!(alike("Siti Rahmawati", "Rahmawati") >= 85);
        assert!(alike("Rahnawati", "Rahmawati") >= 85);
        assert!(alike("Budi Santoso", "Siti Rahmawati") < 50);
        assert!(alike("Agus Setiawan", "Agus Kurniawan") < 85);
    }

    proptest! {
        #[test]
        fn a_name_has_full_similarity_to_itself(a in "[A-Za-z]{2,9}( [A-Za-z]{2,9}){0,3}") {
            prop_assert_eq!(alike(&a, &a), 100);
        }

        #[test]
        fn no_text_causes_a_panic(text in ".{0,40}") {
            let _ = (keys(&text), prefix(&text), sounds(&text), alike(&text, "Siti"));
        }
    }
}
