//! Finds the PostgreSQL archive in the crate `pglite-rs-lib-<target>`, for `db::embedded` to include, and lists the texts of the
//! migrations, for `db::plan`.
//! A target without such a crate builds without the archive. A target with one includes the archive, or the build fails.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

const CRATE_PREFIX: &str = "pglite-rs-lib-";
const ARCHIVE: &str = "lib/pglite-runtime.tar.zst";

/// Flags of `cargo metadata`, tried in this order, strictest first. The later ones are for a fresh checkout, where a build has
/// not downloaded the development dependencies that `cargo metadata` also reads.
const ATTEMPTS: [&[&str]; 3] = [&["--locked", "--offline"], &["--offline"], &["--locked"]];

fn main() -> Outcome<()> {
    println!("cargo::rustc-check-cfg=cfg(slrt_postgres_archive)");
    watch(Path::new("build.rs"));
    // `embed_migrations!` detects a changed file, but not a new one.
    watch(Path::new("migrations"));
    write_migration_texts()?;
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_none() {
        return Ok(());
    }

    let metadata = metadata()?;
    if let Some(root) = metadata.get("workspace_root").and_then(Value::as_str) {
        // Another version of the crate has another path.
        watch(&Path::new(root).join("Cargo.lock"));
    }
    let Some((archive, version)) = archive(&metadata) else {
        return Ok(());
    };
    let bytes = fs::read(&archive).map_err(|error| format!("cannot read {}: {error}", archive.display()))?;
    watch(&archive);
    println!("cargo::rustc-cfg=slrt_postgres_archive");
    println!("cargo::rustc-env=SLRT_POSTGRES_ARCHIVE={}", archive.display());
    println!("cargo::rustc-env=SLRT_POSTGRES_ARCHIVE_ID={version}-{:016x}", fnv1a(&bytes));
    Ok(())
}

/// Runs this script again when the path changes. A path that does not exist would run it again at every build.
fn watch(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// Writes the names of the migrations and their SQL as a constant: diesel embeds them, but does not give the SQL back.
fn write_migration_texts() -> Outcome<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("migrations");
    let mut names = Vec::new();
    for entry in fs::read_dir(&root)? {
        let entry = entry?;
        if entry.path().join("up.sql").exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let line = |name: &String| format!("({name:?}, include_str!({:?})),\n", root.join(name).join("up.sql"));
    let lines: String = names.iter().map(line).collect();
    let text = format!("const MIGRATION_TEXTS: &[(&str, &str)] = &[\n{lines}];\n");
    Ok(fs::write(Path::new(&env::var("OUT_DIR")?).join("migration_texts.rs"), text)?)
}

/// The output of `cargo metadata` for this package's dependencies on the target.
fn metadata() -> Outcome<Value> {
    let cargo = env::var("CARGO")?;
    let target = env::var("TARGET")?;
    let manifest = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml");
    let mut stderr = String::new();
    for flags in ATTEMPTS {
        let output = Command::new(&cargo)
            .args(["metadata", "--format-version", "1", "--quiet"])
            .args(["--features", "embedded", "--filter-platform", &target])
            .arg("--manifest-path")
            .arg(&manifest)
            .args(flags)
            .output()?;
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout)?);
        }
        stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    Err(format!("cargo metadata failed; build with --no-default-features to do without the archive: {stderr}").into())
}

/// The path of the archive, and the version of its crate.
fn archive(metadata: &Value) -> Option<(PathBuf, &str)> {
    let package = metadata
        .get("packages")?
        .as_array()?
        .iter()
        .find(|one| one.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with(CRATE_PREFIX)))?;
    let manifest = Path::new(package.get("manifest_path")?.as_str()?);
    let version = package.get("version")?.as_str()?;
    Some((manifest.parent()?.join(ARCHIVE), version))
}

/// FNV-1a hash: the same on every machine and with every compiler.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
