//! Imports many persons with `slrt import`, compared with psql's `\copy` of the same rows into the same table with the same
//! indexes, on the same durable server in the same run. The import also validates every row twice, encrypts and indexes every
//! NIK, and looks up every family; `\copy` does none of this.
#![expect(clippy::print_stdout, reason = "a program for developers")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use slrt::auth::keys::KeyFile;
use slrt::clock::local_day;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::demo::people::Generator;
use slrt::regions::directory;

type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

const SEED: u64 = 20_261_124;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

struct Stage {
    postgres: EmbeddedPostgres,
    folder: temp_dir::TempDir,
    keys: PathBuf,
}

/// Elapsed time, and maximum resident memory of the process in kilobytes.
struct Run {
    took: Duration,
    max_kb: u64,
}

fn main() -> Fallible {
    // `cargo test` and `cargo clippy` run or build this too; only `cargo bench` measures.
    if !std::env::args().any(|a| a == "--bench") {
        return Ok(());
    }
    let persons: usize = std::env::var("PERSONS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let psql = std::env::var("PSQL").unwrap_or_else(|_| "psql".to_owned());
    let stage = Stage::create()?;
    let (families_file, persons_file) =
        (stage.folder.path().join("families.csv"), stage.folder.path().join("persons.csv"));
    let (families, persons) = write_files(persons, &families_file, &persons_file)?;
    println!(
        "{families} families, {persons} persons; persons.csv has {} MB",
        std::fs::metadata(&persons_file)?.len() / 1_000_000
    );

    let one_row = stage.folder.path().join("one.csv");
    std::fs::write(&one_row, "region_code,address\n32.04.05.2001,Kp. Contoh\n")?;
    let small = stage.import(&one_row, "families")?;
    let ran = stage.import(&families_file, "families")?;
    println!("families: {:.1} s, {:.0} rows/s", ran.took.as_secs_f64(), rate(families, ran.took));
    stage.admin("create database bare template bench")?;
    stage.settle()?;

    let import = stage.import(&persons_file, "persons")?;
    let rows = stage.folder.path().join("rows.csv");
    stage.psql(&psql, "bench", &format!("\\copy persons to '{}' csv", rows.display()))?;
    stage.settle()?;
    let started = Instant::now();
    stage.psql(&psql, "bare", &format!("\\copy persons from '{}' csv", rows.display()))?;
    let copy = started.elapsed();

    let (entered, sealed) = (stage.count("persons")?, stage.count("identities where person_id is not null")?);
    let with_nik = stage.count("persons where nik_sealed is not null")?;
    assert_eq!(usize::try_from(entered)?, persons, "every row is stored once");
    assert_eq!(sealed, with_nik, "every NIK is indexed");
    let (ours, theirs) = (rate(persons, import.took), rate(persons, copy));
    println!("slrt import: {:.1} s, {ours:.0} rows/s (uploading, validating and writing)", import.took.as_secs_f64());
    println!("psql \\copy:  {:.1} s, {theirs:.0} rows/s", copy.as_secs_f64());
    println!("ratio: {:.2}", ours / theirs);
    println!(
        "memory of the import: {} MB maximum, {} MB with one row, {} MB growth",
        import.max_kb / 1024,
        small.max_kb / 1024,
        import.max_kb.saturating_sub(small.max_kb) / 1024
    );
    stage.postgres.stop();
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(rows: usize, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64()
}

impl Stage {
    fn create() -> Fallible<Self> {
        let folder = temp_dir::TempDir::new()?;
        let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
            data_dir: folder.path().join("db"),
            postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(PathBuf::from),
            durable: true,
            max_connections: 50,
            shared_buffers_mb: 512,
        })?;
        let keys = folder.path().join("keys.json");
        KeyFile::read_or_generate(&keys, Utc::now())?;
        let stage = Self { postgres, folder, keys };
        stage.admin("create database bench locale 'C' encoding 'UTF8' template template0")?;
        let url = stage.postgres.url("bench");
        block_on(async move {
            slrt::db::migrate(&url).await.map_err(|e| e.to_string())?;
            Ok(())
        })?;
        Ok(stage)
    }

    fn admin(&self, sql: &str) -> Fallible {
        self.run("postgres", sql)
    }

    fn run(&self, database: &str, sql: &str) -> Fallible {
        let (url, sql) = (self.postgres.url(database), sql.to_owned());
        block_on(async move {
            AsyncPgConnection::establish(&url).await?.batch_execute(&sql).await?;
            Ok(())
        })
    }

    /// Runs vacuum and checkpoint first, so that they do not disturb the measurement.
    fn settle(&self) -> Fallible {
        self.run("bench", "vacuum analyze")?;
        self.run("bare", "vacuum analyze")?;
        self.run("bench", "checkpoint")
    }

    fn count(&self, what: &str) -> Fallible<i64> {
        let (url, sql) = (self.postgres.url("bench"), format!("select count(*) as n from {what}"));
        block_on(async move {
            let mut conn = AsyncPgConnection::establish(&url).await?;
            Ok(diesel::sql_query(sql).get_result::<Count>(&mut conn).await?.n)
        })
    }

    /// Runs the command as an operator would.
    fn import(&self, file: &Path, kind: &str) -> Fallible<Run> {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_slrt"))
            .args(["import", &file.to_string_lossy(), "--kind", kind])
            .env("DATABASE_URL", self.postgres.url("bench"))
            .env("SLRT_KEYS_FILE", &self.keys)
            .stderr(Stdio::inherit())
            .spawn()?;
        let mut max_kb = 0;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            max_kb = max_kb.max(resident_kb(child.id()));
            std::thread::sleep(Duration::from_millis(10));
        };
        if !status.success() {
            return Err("the import failed".into());
        }
        Ok(Run { took: started.elapsed(), max_kb })
    }

    fn psql(&self, psql: &str, database: &str, command: &str) -> Fallible {
        let status = Command::new(psql).args(["-q", "-X", &self.postgres.url(database), "-c", command]).status()?;
        if status.success() { Ok(()) } else { Err("psql failed".into()) }
    }
}

fn resident_kb(pid: u32) -> u64 {
    let about = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = about.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Writes synthetic families over the whole country, and their members.
fn write_files(wanted: usize, families_file: &Path, persons_file: &Path) -> Fallible<(usize, usize)> {
    let mut families_out = BufWriter::new(File::create(families_file)?);
    let mut persons_out = BufWriter::new(File::create(persons_file)?);
    writeln!(families_out, "family_card_no,region_code,address")?;
    writeln!(
        persons_out,
        "family_card_no,nik,identity_status,full_name,birth_date,sex,relation_to_head,marital_status,school_level,\
         school_enrolled,occupation_class,disability_type,chronic_illness,pregnant_or_postpartum,jkn_status,has_kip,orphan,\
         criteria,ppks_codes"
    )?;
    let today = local_day(Utc::now());
    let mut generator = Generator::new(SEED);
    let villages: Vec<_> = directory::all().iter().filter(|e| e.code.len() == 13).collect();
    let (mut families, mut persons) = (0, 0);
    for village in villages.iter().cycle() {
        if persons >= wanted {
            break;
        }
        let family = generator.family(&village.code[..8], village.code, today);
        writeln!(families_out, "{},{},\"{}\"", family.family_card_no, family.village_code, family.address)?;
        families += 1;
        for member in &family.members {
            let nik = member.nik.as_deref().unwrap_or_default();
            writeln!(
                persons_out,
                "{},{nik},{},\"{}\",{},{},{},{},{},{},{},{},{},{},{},{},{},-,{}",
                family.family_card_no,
                if nik.is_empty() { "unknown" } else { "verified" },
                member.full_name,
                member.birth_date,
                member.sex,
                member.relation,
                member.marital_status,
                member.school_level.unwrap_or("none"),
                member.school_enrolled,
                member.occupation_class,
                member.disability_type.unwrap_or("none"),
                member.chronic_illness,
                member.pregnant_or_postpartum,
                member.jkn_status,
                member.has_kip,
                member.orphan,
                if member.ppks_codes.is_empty() { "-".to_owned() } else { member.ppks_codes.join("|") },
            )?;
            persons += 1;
        }
    }
    families_out.flush()?;
    persons_out.flush()?;
    Ok((families, persons))
}

fn block_on<T>(work: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    actix_web::rt::System::new().block_on(work)
}
