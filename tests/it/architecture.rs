//! The rules of docs/ARCHITECTURE.md that a compiler cannot hold.

use std::path::{Path, PathBuf};

/// Every source file with its path below `src`.
pub fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .filter(|(name, _)| name.ends_with(".rs"))
        .collect()
}

fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn pure_files_know_no_web_no_connection_and_no_clock() {
    let pure = [
        "model.rs",
        "transitions.rs",
        "matter.rs",
        "erased_text.rs",
        "identity_numbers.rs",
        "small_counts.rs",
        "rules.rs",
        "facts.rs",
        "evaluate.rs",
        "nik.rs",
        "state_machine.rs",
        "calendar.rs",
        "coverage.rs",
    ];
    for (name, text) in sources() {
        let file = name.rsplit('/').next().unwrap_or_default();
        // Kinds of jobs name the guard of their results.
        if !pure.contains(&file) || name == "jobs/model.rs" {
            continue;
        }
        for word in ["actix_web", "diesel_async", "Utc::now", "crate::config", "SystemTime"] {
            assert!(!code(&text).any(|line| line.contains(word)), "{name} is not pure: {word}");
        }
    }
}

/// A store is used by its own slice only: a path to another slice's store appears nowhere.
#[test]
fn a_slices_store_is_its_own() {
    // Written by the transaction itself, or read by every kind of job.
    let shared = ["audit", "events", "jobs"];
    for (name, text) in sources() {
        let own = name.split('/').next().unwrap_or_default();
        for line in code(&text) {
            for path in line.split("crate::").skip(1) {
                let segments: Vec<&str> =
                    path.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).collect();
                let segments: Vec<&str> = segments.first().map_or("", |path| path).split("::").collect();
                let Some((slice, rest)) = segments.split_first() else { continue };
                let foreign = *slice != own && !shared.contains(slice);
                assert!(!(foreign && rest.contains(&"store")), "{name} uses the store of {slice}: {line}");
            }
        }
    }
}

#[test]
fn http_names_no_domain_word() {
    let words = ["complaint", "referral", "eligib", "programme", "puskesos"];
    for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with("http/")) {
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Examples of bodies name a path of the API.
        for line in product.lines().filter(|line| !line.contains("#[schema(example")) {
            let found = words.iter().find(|word| line.to_lowercase().contains(**word));
            assert!(found.is_none(), "{name} names the domain: {line}");
        }
    }
}

/// Reads of tables that hold nothing of any region. Only shrinks, or grows with such a table.
const NOT_REGIONAL: &[&str] = &[
    "directory/store/sets.rs: list_known_programs",
    "eligibility/store.rs: find_revision",
    "eligibility/store.rs: list_programs",
    "eligibility/store.rs: list_rules",
    "eligibility/store.rs: list_rules_of",
    "eligibility/store.rs: lock_program",
    "proposals/store.rs: list_all_windows",
    "proposals/store.rs: list_windows",
    "proposals/store.rs: lock_default_window",
    "registry/people/store/entry.rs: list_known_programs",
    "service_levels/store.rs: find_revision",
];

/// Every function that reads rows takes the caller's regions (or a viewpoint that holds them).
#[test]
fn no_read_without_a_scope() {
    let writes = ["insert", "erase", "clear", "save", "delete", "set_", "adjust", "replace", "touch", "bump", "raise"];
    let mut seen = 0;
    for (name, text) in sources() {
        // Inserts of many rows, declared by a macro.
        let store = (name.ends_with("/store.rs") || name.contains("/store/")) && name != "registry/bulk/store.rs";
        if !store {
            continue;
        }
        let code: String = code(&text).collect::<Vec<_>>().join("\n");
        for signature in code.split("async fn ").skip(1) {
            let function = signature.split(['(', '<']).next().unwrap_or_default();
            let parameters = signature.split(" {").next().unwrap_or_default();
            let not_regional = NOT_REGIONAL.contains(&format!("{name}: {function}").as_str());
            // Child rows of a root that the caller was shown to see.
            let of_visible = function.ends_with("_of_visible");
            if not_regional || of_visible || writes.iter().any(|w| function.starts_with(w)) {
                continue;
            }
            seen += 1;
            let scoped = ["RegionScope", "Viewpoint", "Unscoped"].iter().any(|p| parameters.contains(p));
            assert!(scoped, "{name}: {function} reads without a scope");
        }
    }
    assert!(seen > 10, "the test no longer finds the stores");
}

#[test]
fn files_stay_small_and_say_what_they_are() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 700, "{name} has {lines} lines: does it still have one job?");
        assert!(text.starts_with("//!"), "{name} does not say what it is");
    }
}

#[test]
fn nothing_is_left_undone() {
    for (name, text) in sources() {
        for word in ["todo!(", "unimplemented!(", "FIXME", "XXX"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
    }
}
