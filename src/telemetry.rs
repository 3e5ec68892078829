//! The log: one line for each request, and lines of background work. It never contains a path or a query, because a caller may put
//! an identity number there, and never personal data. Every line of a request, of background work and of a job
//! carries its trace id.

use std::io::IsTerminal as _;

use tracing::{Dispatch, Span};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Suppresses the framework's start lines, which repeat ours.
const QUIET: &str = "actix_server=warn";

/// Starts the log on standard error.
pub fn start(json: bool) {
    // https://no-color.org
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let ansi = std::io::stderr().is_terminal() && !no_color;
    // A second start in one process (tests) keeps the first.
    let _ = dispatch(json, ansi, std::io::stderr).try_init();
    std::panic::set_hook(Box::new(|info| {
        // Without the message, which can contain a value.
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

/// A log that writes to `writer`.
pub fn dispatch<W>(json: bool, ansi: bool, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let named = std::env::var("SLRT_LOG").ok().filter(|text| !text.trim().is_empty());
    let filter = named.and_then(|text| EnvFilter::try_new(format!("{QUIET},{text}")).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(format!("{QUIET},info")));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(ansi).with_writer(writer);
    if json {
        Dispatch::new(builder.json().flatten_event(true).with_span_list(false).finish())
    } else {
        Dispatch::new(builder.compact().finish())
    }
}

tokio::task_local! {
    static TRACE_ID: String;
}

/// 32 hex digits, as in a W3C `traceparent`.
pub fn new_trace_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The trace id of the current background work or job, or a new one.
pub fn trace_id() -> String {
    TRACE_ID.try_with(Clone::clone).unwrap_or_else(|_| new_trace_id())
}

/// Runs background work with its own trace id, inside `span`.
pub async fn in_trace<F: Future>(span: impl FnOnce(&str) -> Span, work: F) -> F::Output {
    use tracing::Instrument as _;
    let trace_id = new_trace_id();
    let span = span(&trace_id);
    TRACE_ID.scope(trace_id, work).instrument(span).await
}
