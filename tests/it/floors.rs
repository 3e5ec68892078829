//! One direction of imports: modules stand on floors, and a module imports its own floor and lower ones only. The floors are the
//! table under "Floors" in docs/ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::architecture::sources;

const ARCHITECTURE: &str = include_str!("../../docs/ARCHITECTURE.md");

/// Floor of each module of `src`, from the table.
fn floors() -> BTreeMap<String, usize> {
    let section = ARCHITECTURE.split("\n## Floors").nth(1).expect("a section on floors");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut floors = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let floor: usize = cells[1].parse().expect("a number of a floor");
        for name in cells[2].split('`').skip(1).step_by(2) {
            assert!(floors.insert(name.to_owned(), floor).is_none(), "{name} stands on two floors");
        }
    }
    floors
}

/// A source text without comments and string literals, so that only code is read.
fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        rest = if here.starts_with("//") {
            here.find('\n').map_or("", |end| &here[end..])
        } else if let Some(raw) = here.strip_prefix('"') {
            let fence = out.chars().rev().take_while(|c| *c == '#').count();
            let raw_string = out.trim_end_matches('#').ends_with('r') && (fence > 0 || out.ends_with('r'));
            let close = format!("\"{}", "#".repeat(fence));
            if raw_string {
                raw.find(&close).map_or("", |end| &raw[end + close.len()..])
            } else {
                let mut escaped = false;
                let end = raw.char_indices().find(|(_, c)| {
                    let ends = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
                end.map_or("", |(end, _)| &raw[end + 1..])
            }
        } else if let Some(behind) = here.strip_prefix("'\"'") {
            behind
        } else {
            out.push_str(&here[..1]);
            &here[1..]
        };
    }
    out.push_str(rest);
    out
}

/// Module of `src` that a file belongs to.
fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Depth of a file's own module below the crate root.
fn depth(file: &str) -> usize {
    let parts = file.split('/').count();
    if file.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// The first segments behind a path's root: one name, or those of a group.
fn heads(rest: &str) -> Vec<String> {
    let ident = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let rest = rest.trim_start();
    let Some(group) = rest.strip_prefix('{') else { return vec![ident(rest)] };
    let mut depth = 0;
    let mut names = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c => names.last_mut().unwrap().push(c),
        }
    }
    names.iter().map(|name| ident(name.trim())).filter(|name| !name.is_empty()).collect()
}

/// Modules of `src` that a file imports, by `crate::..`, by `super::super::..` up to the root, or by a path in a body.
fn imports(file: &str, text: &str, modules: &BTreeSet<&str>) -> BTreeSet<String> {
    let code = code_only(text);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let free = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if free {
            found.extend(heads(&code[at + "crate::".len()..]));
        }
    }
    // Inline test modules are one level deeper; a chain that reaches the root from there is longer, never shorter.
    for levels in [depth(file), depth(file) + 1] {
        let chain = "super::".repeat(levels);
        for (at, _) in code.match_indices(&chain) {
            let whole = !code[..at].ends_with("super::") && !code[at + chain.len()..].starts_with("super::");
            if whole {
                found.extend(heads(&code[at + chain.len()..]));
            }
        }
    }
    found.remove(module_of(file));
    found.retain(|name| modules.contains(name.as_str()));
    found
}

fn graph() -> BTreeMap<String, BTreeMap<String, String>> {
    let sources = sources();
    let modules: BTreeSet<&str> = sources.iter().map(|(file, _)| module_of(file)).collect();
    let mut graph: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (file, text) in &sources {
        let from = graph.entry(module_of(file).to_owned()).or_default();
        for to in imports(file, text, &modules) {
            from.entry(to).or_insert_with(|| file.clone());
        }
    }
    graph
}

#[test]
fn every_module_stands_on_a_floor() {
    let floors = floors();
    let modules: BTreeSet<String> = graph().into_keys().collect();
    let named: BTreeSet<String> = floors.into_keys().collect();
    assert_eq!(modules.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "modules without a floor");
    assert_eq!(named.difference(&modules).collect::<Vec<_>>(), Vec::<&String>::new(), "floors of no module");
}

#[test]
fn no_module_imports_a_higher_floor() {
    let floors = floors();
    for (from, imports) in graph() {
        for (to, file) in imports {
            assert!(
                floors[&to] <= floors[&from],
                "{file} (floor {}) imports {to} (floor {})",
                floors[&from],
                floors[&to]
            );
        }
    }
}

#[test]
fn modules_import_each_other_in_no_circle() {
    let graph = graph();
    for start in graph.keys() {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = graph[start].keys().collect();
        while let Some(next) = open.pop() {
            assert_ne!(next, start, "{start} imports itself through others");
            if seen.insert(next) {
                open.extend(graph[next].keys());
            }
        }
    }
}

#[test]
fn every_form_of_an_import_is_seen() {
    let modules: BTreeSet<&str> = ["complaints", "http", "referrals", "jobs", "registry"].into_iter().collect();
    let seen = |file: &str, text: &str| imports(file, text, &modules).into_iter().collect::<Vec<_>>();
    assert_eq!(seen("registry/a.rs", "use crate::jobs::run::Run;"), ["jobs"]);
    assert_eq!(
        seen("registry/a.rs", "use crate::{jobs, complaints::{self, api}, http};"),
        ["complaints", "http", "jobs"]
    );
    assert_eq!(seen("registry/mod.rs", "use super::jobs::run;"), ["jobs"]);
    assert_eq!(seen("registry/people/a.rs", "use super::super::super::jobs::run;"), ["jobs"]);
    assert_eq!(seen("registry/people/a.rs", "use super::jobs::run;"), Vec::<String>::new());
    assert_eq!(seen("registry/a.rs", "fn f() { crate::referrals::actions::find() }"), ["referrals"]);
    assert_eq!(
        seen("registry/a.rs", "// crate::jobs::x\n/// [`crate::jobs`]\nlet t = \"crate::jobs::x\";"),
        Vec::<String>::new()
    );
}
