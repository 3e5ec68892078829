//! Data of the benchmark: one regency with all its complaints, which grows.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use slrt::clock::local_day;
use slrt::complaints::reference_no;
use slrt::demo::people::Generator;
use slrt::regions::directory;
use slrt::registry::people::actions::insert_synthetic;
use uuid::Uuid;

use crate::Fallible;
use crate::environment::{Environment, OFFICER, ORGANIZATION, block_on};

pub const REGENCY: &str = "32.04";
const SEED: u64 = 20_261_127;
const FAMILIES_PER_CALL: usize = 4000;
/// Villages with a tablet.
const TABLETS: usize = 100;
/// Number of targets of each kind.
pub const TARGETS: usize = 300;

#[derive(diesel::QueryableByName)]
pub struct Person {
    #[diesel(sql_type = SqlUuid)]
    pub person_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub family_id: Uuid,
    #[diesel(sql_type = Text)]
    pub region_code: String,
}

/// A tablet, with a complaint of its village and the position in the feed from which it reads.
#[derive(diesel::QueryableByName)]
pub struct Tablet {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = SqlUuid)]
    pub complaint_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub position: i64,
    #[diesel(sql_type = SqlUuid)]
    pub event_id: Uuid,
}

/// Position of a complaint in a list.
#[derive(diesel::QueryableByName)]
pub struct Place {
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
}

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Targets at one size.
pub struct Targets {
    pub people: Vec<Person>,
    pub tablets: Vec<Tablet>,
    pub places: Vec<Place>,
    /// Open complaints, for notes.
    pub open: Vec<Uuid>,
    pub references: Vec<String>,
}

pub struct Stage {
    pub environment: Environment,
    filled: usize,
}

impl Stage {
    pub fn create(persons: usize) -> Fallible<Self> {
        let stage = Self { environment: Environment::create()?, filled: 0 };
        block_on(stage.insert_people(persons))?;
        Ok(stage)
    }

    async fn insert_people(&self, persons: usize) -> Fallible {
        println!("inserting {persons} persons");
        let mut conn = self.environment.connect().await?;
        let (keys, now, mut generator, mut inserted) = (self.environment.keys(), Utc::now(), Generator::new(SEED), 0);
        let codes: Vec<&str> = directory::within(REGENCY).iter().map(|e| e.code).filter(|c| c.len() == 13).collect();
        let mut villages = codes.iter().cycle();
        while inserted < persons {
            let families: Vec<_> = villages
                .by_ref()
                .take(FAMILIES_PER_CALL)
                .map(|code| generator.family(&code[..8], code, local_day(now)))
                .collect();
            inserted += families.iter().map(|f| f.members.len()).sum::<usize>();
            insert_synthetic(&mut conn, &keys, families, now).await.map_err(|e| e.to_string())?;
        }
        let other_desk = "01928f3e-7c1b-7a4e-9d2c-000000000002";
        let codes = codes.join(",");
        conn.batch_execute(&format!(
            "create schema bench;
            create table bench.villages as
                select (n - 1)::int as at, code from unnest('{{{codes}}}'::text[]) with ordinality v (code, n);
            create table bench.people as
                select (row_number() over (order by id) - 1)::int as at, id as person_id, family_id, region_code from persons;
            create table bench.tablets as
                select at, gen_random_uuid() as id, code from bench.villages where at < {TABLETS};
            insert into devices (id, label, staff_id, region_code, village_codes, created_by, version, created_at, updated_at)
                select id, 'Tablet ' || at, '{OFFICER}', code, array[code], 'bench', 1, now(), now() from bench.tablets;
            insert into organizations (id, kind, name, region_code, version, created_at, updated_at)
                select id, 'slrt_desk', 'Meja ' || id, '{REGENCY}', 1, now(), now()
                from unnest(array['{ORGANIZATION}', '{other_desk}']::uuid[]) id;
            insert into services (id, organization_id, region_code, name, sectors, area_codes, in_use, active, answer_days,
                    version, created_at, updated_at)
                select gen_random_uuid(), '{ORGANIZATION}', '{REGENCY}', 'Layanan ' || n, '{{socio_economic}}', '{{{REGENCY}}}', 0,
                    true, 7, 1, now(), now()
                from generate_series(1, 20) n;"
        ))
        .await?;
        Ok(())
    }

    /// Adds complaints. Earlier data stays, including what earlier measurements added.
    pub fn grow(&mut self, size: usize) -> Fallible {
        let started = std::time::Instant::now();
        let sql = include_str!("fill.sql")
            .replace("{first}", &(self.filled + 1).to_string())
            .replace("{last}", &size.to_string())
            .replace("{organization}", &ORGANIZATION.to_string())
            .replace("{officer}", OFFICER);
        block_on(async { Ok(self.environment.connect().await?.batch_execute(&sql).await?) })?;
        self.filled = size;
        self.environment.settle()?;
        println!("\n{size} complaints after {:.0} s", started.elapsed().as_secs_f64());
        Ok(())
    }

    pub fn targets(&self) -> Fallible<Targets> {
        block_on(async {
            let mut conn = self.environment.connect().await?;
            let people = diesel::sql_query(format!(
                "select person_id, family_id, region_code from bench.people order by random() limit {TARGETS}"
            ))
            .load(&mut conn)
            .await?;
            let tablets = diesel::sql_query(
                // The tablets with the most changes first: the baseline repeats what the first one reads.
                "select t.id, t.code, c.id as complaint_id, e.position, e.id as event_id from bench.tablets t
                cross join lateral (select id from complaints where region_code = t.code limit 1) c
                cross join lateral (
                    select position, id, count(*) over () as ahead
                    from (select position, e.id from changes n join events e on e.change_id = n.change_id
                        where n.stream = left(t.code, 5) and e.region_code = t.code
                        order by position desc, e.id desc limit 21) last
                    order by position, id limit 1
                ) e
                order by e.ahead desc, t.id",
            )
            .load(&mut conn)
            .await?;
            let places = diesel::sql_query(format!(
                "select created_at, id from complaints where status = 'closed' order by random() limit {TARGETS}"
            ))
            .load(&mut conn)
            .await?;
            let open: Vec<Id> = diesel::sql_query(format!(
                "select complaint_id as id from complaint_clocks where open order by random() limit {TARGETS}"
            ))
            .load(&mut conn)
            .await?;
            let open: Vec<Uuid> = open.into_iter().map(|row| row.id).collect();
            // Most reference numbers have no check sign; those that are looked up need one.
            let mut references = Vec::new();
            for id in &open {
                let mut random = [0; reference_no::RANDOM];
                random.copy_from_slice(&Uuid::new_v4().as_bytes()[..reference_no::RANDOM]);
                let number = reference_no::make(REGENCY, 2026, random);
                conn.batch_execute(&format!(
                    "update complaints create reference_no = '{number}' where id = '{id}';
                    update complaint_references create reference_no = '{number}'
                        where reference_no = (select reference_no from complaint_references where complaint_id = '{id}' limit 1)"
                ))
                .await?;
                references.push(number);
            }
            Ok(Targets { people, tablets, places, open, references })
        })
    }

    /// Complaints that wait for verification, newest first.
    pub fn received(&self) -> Fallible<Vec<Uuid>> {
        block_on(async {
            let mut conn = self.environment.connect().await?;
            let rows: Vec<Id> = diesel::sql_query(
                "select id from complaints where substr(region_code, 1, 5) = substr('32.04', 1, 5) and status = 'received'
                order by created_at desc",
            )
            .load(&mut conn)
            .await?;
            Ok(rows.into_iter().map(|row| row.id).collect())
        })
    }
}
