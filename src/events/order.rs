//! The order of changes. The sequencer gives each committed transaction a position; feeds, `updated_since` and tablets read changes
//! by it. A position is given after the commit, so that nothing can appear before a position that was read.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::{prepared, prepared_for};
use crate::db::schema::{changes, outbox, sequencer};
use crate::error::{Code, Error};
use crate::http::page::{Page, PageRequest, Position};
use crate::http::query::Filters;
use crate::regions::{RegionScope, directory, regency};

const PROVINCE: usize = 2;
/// Above this number it is cheaper to read the changes of the whole country.
const MAX_STREAMS: usize = 64;
/// How often and how long a reader waits for the sequencer, which works every 50 ms.
const MAX_WAITS: usize = 30;
const WAIT: Duration = Duration::from_millis(10);
/// Windows that one request reads at most, so that a cursor far behind costs many short requests and no long one.
const MAX_WINDOWS: usize = 20;

/// The stream of what is addressed to an organization. The stream of a region is its regency.
pub fn stream_of_organization(id: Uuid) -> String {
    format!("org:{id}")
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = outbox)]
pub struct OutboxRow {
    pub change_id: Uuid,
    pub stream: String,
    pub at: DateTime<Utc>,
}

/// Takes a shared connection, so that several statements can be pipelined.
pub async fn insert(mut conn: &AsyncPgConnection, rows: &[OutboxRow]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = diesel::insert_into(outbox::table).values(rows);
    prepared_for(rows.len(), insert).execute(&mut conn).await.map(|_| ())
}

/// The streams that a caller reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Streams {
    All,
    These(Vec<String>),
}

impl Streams {
    pub fn of(scope: &RegionScope, organization: Option<Uuid>) -> Self {
        if scope.is_everything() {
            return Self::All;
        }
        let mut streams = BTreeSet::new();
        for code in scope.codes() {
            streams.insert(regency(&code).to_owned());
            if code.len() == PROVINCE {
                streams.extend(directory::children(&code).map(|regency| regency.code.to_owned()));
            }
        }
        streams.extend(organization.map(stream_of_organization));
        if streams.len() > MAX_STREAMS { Self::All } else { Self::These(streams.into_iter().collect()) }
    }
}

/// The state of the sequence.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = sequencer, check_for_backend(diesel::pg::Pg))]
pub struct Order {
    epoch: i32,
    epoch_after: i64,
    last_position: i64,
    last_sequenced_at: DateTime<Utc>,
    oldest_position: i64,
}

#[derive(QueryableByName)]
struct Unsequenced {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    any: bool,
}

/// Waits until everything that was committed before the call has its position, so that a client reads its own changes. Without a
/// sequencer the wait ends after a while.
async fn wait_for_sequencer(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    let mut before = None;
    for _ in 0..MAX_WAITS {
        let query = "select clock_timestamp() as now, \
            exists (select from outbox where recorded_at <= coalesce($1, clock_timestamp())) as any";
        let query = diesel::sql_query(query).bind::<Nullable<Timestamptz>, _>(before);
        let found: Unsequenced = prepared(query).get_result(conn).await?;
        if !found.any {
            return Ok(());
        }
        before.get_or_insert(found.now);
        tokio::time::sleep(WAIT).await;
    }
    Ok(())
}

impl Order {
    /// With everything that was committed before the call, for the reader of changes.
    pub async fn read_latest(conn: &mut AsyncPgConnection) -> QueryResult<Self> {
        wait_for_sequencer(conn).await?;
        Self::read(conn).await
    }

    pub async fn read(conn: &mut AsyncPgConnection) -> QueryResult<Self> {
        sequencer::table.select(Self::as_select()).first(conn).await
    }

    /// The position after every change that has one now.
    pub fn end(&self) -> Position {
        Position::end_of(self.epoch, self.last_position)
    }

    /// The position before every stored change.
    fn begin(&self) -> Position {
        Position::end_of(self.epoch, self.oldest_position - 1)
    }

    /// Refuses a position of another epoch, and one whose next changes are deleted. The error is the position to continue from.
    pub fn check(&self, after: Position) -> Result<(), Position> {
        if after.epoch != self.epoch {
            // What is stored up to `epoch_after` was in both epochs.
            let key = after.key.min(self.epoch_after).max(self.oldest_position - 1);
            return Err(Position::end_of(self.epoch, key));
        }
        if after.key < self.oldest_position - 1 { Err(self.begin()) } else { Ok(()) }
    }

    /// Like `check`, as the answer to a request.
    fn require(&self, after: Position, filters: Filters) -> Result<(), Error> {
        self.check(after).map_err(|resync| Error::new(Code::CURSOR_EXPIRED).resync(resync.encode(filters)))
    }
}

/// A committed transaction, for the readers of its streams.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Change {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = SqlUuid)]
    pub change_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Each stream is read by its index from the position on, so that changes elsewhere cost nothing. A change of two streams is
/// one row.
const OF_STREAMS: &str = "\
    select distinct on (c.position) c.position, c.change_id, c.at from unnest($3::text[]) s (stream), lateral ( \
        select position, change_id, at from changes \
        where stream = s.stream and position > $1 order by position limit $2) c \
    order by c.position limit $2";
const OF_ALL: &str = "\
    select distinct on (position) position, change_id, at from changes \
    where position > $1 order by position limit $2";

async fn list(conn: &mut AsyncPgConnection, streams: &Streams, after: i64, limit: i64) -> QueryResult<Vec<Change>> {
    match streams {
        Streams::All => {
            let query = diesel::sql_query(OF_ALL).bind::<BigInt, _>(after).bind::<BigInt, _>(limit);
            prepared(query).load(conn).await
        }
        Streams::These(streams) => {
            let query = diesel::sql_query(OF_STREAMS).bind::<BigInt, _>(after).bind::<BigInt, _>(limit);
            prepared(query.bind::<Array<Text>, _>(streams)).load(conn).await
        }
    }
}

/// The first position that was given at this time or later.
pub async fn first_position_since(conn: &mut AsyncPgConnection, since: DateTime<Utc>) -> QueryResult<Option<i64>> {
    changes::table
        .filter(changes::sequenced_at.ge(since))
        .order((changes::sequenced_at, changes::position))
        .select(changes::position)
        .first(conn)
        .await
        .optional()
}

/// Changes whose rows to read next. `in_window!` restricts a query to them.
#[derive(Debug, Clone)]
pub struct ChangeWindow {
    changes: Vec<Change>,
    /// Rows of the first change up to this id were read before.
    read_up_to: Option<Uuid>,
    pub limit: i64,
}

impl ChangeWindow {
    pub fn ids(&self) -> Vec<Uuid> {
        self.changes.iter().map(|change| change.change_id).collect()
    }

    pub fn times(&self) -> Vec<DateTime<Utc>> {
        self.changes.iter().map(|change| change.at).collect()
    }

    /// The first change, and the last of its rows that was read before.
    pub fn begun(&self) -> Option<(Change, Uuid)> {
        Some((*self.changes.as_slice().first()?, self.read_up_to?))
    }

    fn position_of(&self, row: Found) -> i64 {
        let is = |change: &&Change| match row {
            Found::At(at) => change.at == at,
            Found::In(id) => change.change_id == id,
        };
        self.changes.iter().find(is).or(self.changes.as_slice().first()).map_or(0, |change| change.position)
    }
}

/// How a row names its change: records by `updated_at`, events by the id.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    At(DateTime<Utc>),
    In(Uuid),
}

/// Rows of changes, in order.
pub struct Changed<R> {
    pub rows: Vec<R>,
    /// Continue here.
    pub next: Position,
    pub has_more: bool,
}

impl<R> Changed<R> {
    /// As a page of a list.
    pub fn try_page<T>(self, page: &PageRequest, show: impl FnMut(R) -> Result<T, Error>) -> Result<Page<T>, Error> {
        let items = self.rows.into_iter().map(show).collect::<Result<_, _>>()?;
        let (next_cursor, resume_cursor) = match (self.has_more, page.cursor(self.next)) {
            (true, cursor) => (Some(cursor), None),
            (false, cursor) => (None, Some(cursor)),
        };
        Ok(Page { items, next_cursor, resume_cursor })
    }
}

/// Reads rows of the changes after a position: `read` gets a window and returns its rows in order, at most `window.limit`;
/// `key` names the change and the id of a row.
pub async fn read_after<R>(
    conn: &mut AsyncPgConnection,
    streams: &Streams,
    order: Order,
    after: Position,
    limit: i64,
    mut read: impl AsyncFnMut(&mut AsyncPgConnection, ChangeWindow) -> Result<Vec<R>, Error>,
    key: impl Fn(&R) -> (Found, Uuid),
) -> Result<Changed<R>, Error> {
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mut rows = Vec::new();
    let mut at = after;
    for _ in 0..MAX_WINDOWS {
        // The change of the position itself may have more rows.
        let from = if at.id == Uuid::max() { at.key } else { at.key - 1 };
        let changes = list(conn, streams, from, limit + 1).await?;
        let complete = i64::try_from(changes.len()).is_ok_and(|n| n <= limit);
        let Some(last) = changes.as_slice().last().map(|change| change.position) else {
            return Ok(Changed { rows, next: order.end().max(at), has_more: false });
        };
        let begun = at.id != Uuid::max() && changes.as_slice().first().is_some_and(|first| first.position == at.key);
        let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
        let window = ChangeWindow { changes, read_up_to: begun.then_some(at.id), limit: left + 1 };
        for row in read(conn, window.clone()).await? {
            if rows.len() == wanted {
                return Ok(Changed { rows, next: at, has_more: true });
            }
            let (found, id) = key(&row);
            at = Position { epoch: order.epoch, key: window.position_of(found), id };
            rows.push(row);
        }
        at = Position::end_of(order.epoch, last);
        if complete {
            return Ok(Changed { rows, next: order.end().max(at), has_more: false });
        }
    }
    Ok(Changed { rows, next: at, has_more: true })
}

/// Where a reader begins: its cursor, or the first change since a time. A cursor that is no longer valid is an error.
pub async fn start(
    conn: &mut AsyncPgConnection,
    order: Order,
    page: &PageRequest,
    since: Option<DateTime<Utc>>,
) -> Result<Position, Error> {
    match (page.after, since) {
        (Some(after), _) => order.require(after, page.filters()).map(|()| after),
        (None, None) => Ok(order.begin()),
        (None, Some(since)) => {
            let first = first_position_since(conn, since).await?;
            let start = first.map_or(order.end(), |first| Position::end_of(order.epoch, first - 1));
            // Changes of that time may be among the deleted ones.
            let deleted = match first {
                Some(first) => order.oldest_position > 1 && first <= order.oldest_position,
                None => since <= order.last_sequenced_at,
            };
            if deleted { Err(Error::new(Code::CURSOR_EXPIRED)) } else { Ok(start) }
        }
    }
}

/// The records of a scope, and those addressed to an organization, that changed since a time; oldest change first.
pub async fn changed_since<R>(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    page: &PageRequest,
    since: DateTime<Utc>,
    read: impl AsyncFnMut(&mut AsyncPgConnection, ChangeWindow) -> Result<Vec<R>, Error>,
    key: impl Fn(&R) -> (DateTime<Utc>, Uuid),
) -> Result<Changed<R>, Error> {
    let order = Order::read_latest(conn).await?;
    let after = start(conn, order, page, Some(since)).await?;
    let key = |row: &R| {
        let (at, id) = key(row);
        (Found::At(at), id)
    };
    read_after(conn, &Streams::of(scope, organization), order, after, page.limit, read, key).await
}

/// Deletes the changes before the first one since this time, and remembers the oldest position that is left.
pub async fn delete_before(conn: &mut AsyncPgConnection, since: DateTime<Utc>) -> Result<usize, Error> {
    let order = Order::read(conn).await?;
    let oldest = first_position_since(conn, since).await?.unwrap_or(order.last_position + 1);
    if oldest <= order.oldest_position {
        return Ok(0);
    }
    conn.transaction(async |conn| {
        // A reader that looks now gets 410 and misses nothing.
        let moved = sequencer::table.filter(sequencer::oldest_position.lt(oldest));
        diesel::update(moved).set(sequencer::oldest_position.eq(oldest)).execute(conn).await?;
        Ok(diesel::delete(changes::table.filter(changes::position.lt(oldest))).execute(conn).await?)
    })
    .await
}

/// Restricts a boxed query to the records of a window, in the order of their changes.
#[macro_export]
macro_rules! in_window {
    ($query:expr, $table:ident . updated_at, $window:expr) => {
        $crate::in_window!($query, $table.updated_at, Timestamptz, $window, $window.times(), |change| change.at)
    };
    ($query:expr, $table:ident . change_id, $window:expr) => {
        $crate::in_window!($query, $table.change_id, Uuid, $window, $window.ids(), |change| change.change_id)
    };
    ($query:expr, $table:ident . $column:ident, $Type:ident, $window:expr, $keys:expr, |$change:ident| $key:expr) => {{
        use diesel::sql_types::{Array, Integer, Nullable, $Type};
        let keys = $keys;
        let place = diesel::dsl::sql::<Nullable<Integer>>("array_position(")
            .bind::<Array<$Type>, _>(keys.clone())
            .sql(concat!(", ", stringify!($table), ".", stringify!($column), ")"));
        let mut query = $query.filter($table::$column.eq_any(keys)).order((place, $table::id)).limit($window.limit);
        if let Some(($change, id)) = $window.begun() {
            query = query.filter($table::$column.ne($key).or($table::id.gt(id)));
        }
        query
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            epoch: 3,
            epoch_after: 100,
            last_position: 500,
            last_sequenced_at: DateTime::UNIX_EPOCH,
            oldest_position: 50,
        }
    }

    #[test]
    fn a_cursor_of_another_epoch_continues_where_both_epochs_are_the_same() {
        let position = |epoch, key| Position { epoch, key, id: Uuid::max() };
        assert_eq!(order().check(position(3, 300)), Ok(()));
        assert_eq!(order().check(position(2, 300)), Err(position(3, 100)));
        assert_eq!(order().check(position(2, 80)), Err(position(3, 80)));
        assert_eq!(order().check(position(2, 10)), Err(position(3, 49)));
    }

    #[test]
    fn a_cursor_before_the_oldest_change_is_refused() {
        let position = |key| Position { epoch: 3, key, id: Uuid::max() };
        assert_eq!(order().check(position(49)), Ok(()));
        assert_eq!(order().check(position(48)), Err(position(49)));
    }

    #[test]
    fn the_streams_of_a_scope_are_its_regencies_and_wider_regions() {
        let of = |codes: &[&str]| Streams::of(&RegionScope::from_codes(codes), None);
        assert_eq!(of(&["32.04.05.2001", "32.04.06"]), Streams::These(vec!["32.04".to_owned()]));
        let Streams::These(province) = of(&["34"]) else { panic!("a province has few regencies") };
        assert!(province.contains(&"34".to_owned()) && province.contains(&"34.04".to_owned()), "{province:?}");
        assert_eq!(of(&["ID"]), Streams::All);
        let id = Uuid::from_u128(7);
        let with = Streams::of(&RegionScope::from_codes(&["32.04"]), Some(id));
        assert_eq!(with, Streams::These(vec!["32.04".to_owned(), format!("org:{id}")]));
    }
}
