//! Configuration: flags and `SLRT_*` variables, read once at the start. Each error is one clear sentence for the operator.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::attachments::config::AttachmentArgs;
use crate::http::outbound::parse_network;
use crate::messages::config::MessageArgs;
use crate::referrals::config::SilenceArgs;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Environment {
    /// Real data: no embedded database, no demo data, explicit keys.
    Production,
    /// A developer's machine.
    Development,
}

/// Options of all commands.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// PostgreSQL to use, as a URL. Without it a private PostgreSQL runs in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Folder for the private database, the keys and the demo credentials.
    #[arg(long, env = "SLRT_DATA_DIR", default_value = "./var", global = true)]
    pub data_dir: PathBuf,
    /// `production` for real data: demo data and the private database are then refused.
    #[arg(long = "env", env = "SLRT_ENV", value_enum, default_value = "development", global = true)]
    pub environment: Environment,
    /// Folder with `postgres` and `initdb`, used instead of the embedded PostgreSQL.
    #[arg(long, env = "SLRT_POSTGRES_BIN", global = true)]
    pub postgres_bin: Option<PathBuf>,
    /// File with the service's keys; `keys.json` in the data folder if absent (not in production).
    #[arg(long, env = "SLRT_KEYS_FILE", global = true)]
    pub keys_file: Option<PathBuf>,
    /// The keys as text, in the format of the keys file.
    #[arg(long, env = "SLRT_KEYS", hide_env_values = true, global = true)]
    pub keys: Option<String>,
}

/// Options of the server.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// Address to listen on.
    #[arg(long, env = "SLRT_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// URL of the service as clients see it; also the issuer of its tokens.
    #[arg(long, env = "SLRT_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Audience of the tokens.
    #[arg(long, env = "SLRT_AUDIENCE", default_value = "slrt-api")]
    pub audience: String,
    /// Other issuers whose tokens are accepted, as `issuer=URL of its key set`, separated by commas.
    #[arg(long, env = "SLRT_TRUSTED_ISSUERS", value_delimiter = ',', value_parser = parse_issuer)]
    pub trusted_issuers: Vec<(String, String)>,
    /// Seconds after which the key sets of those issuers are fetched again. A key that its issuer withdraws is refused after
    /// that time; when a key set cannot be fetched, its last keys are used for twelve times as long.
    #[arg(long, env = "SLRT_ISSUER_KEYS_REFRESH_SECONDS", default_value = "300", value_parser = parse_refresh)]
    pub issuer_keys_refresh_seconds: NonZeroU32,
    /// Networks of the reverse proxies in front of the service, such as 10.20.0.0/16, separated by commas. Only for connections
    /// from these, the client address is read from `Forwarded` or `X-Forwarded-For`; none if absent.
    #[arg(long, env = "SLRT_TRUSTED_PROXIES", value_delimiter = ',', value_parser = parse_network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Maximum requests per minute for each client; without a valid token, for each address.
    #[arg(long, env = "SLRT_RATE_PER_MINUTE", default_value = "1200")]
    pub rate_per_minute: NonZeroU32,
    /// Maximum failed sign-ins per minute for each client id and address; then 429.
    #[arg(long, env = "SLRT_SIGN_IN_FAILURES_PER_MINUTE", default_value = "10")]
    pub sign_in_failures_per_minute: NonZeroU32,
    /// Maximum requests in progress; over this limit the response is 503.
    #[arg(long, env = "SLRT_MAX_IN_FLIGHT", default_value = "512")]
    pub max_in_flight: usize,
    /// Worker threads; the number of processors if absent.
    #[arg(long, env = "SLRT_WORKERS")]
    pub workers: Option<usize>,
    /// Database connections of each worker thread.
    #[arg(long, env = "SLRT_POOL_SIZE", default_value = "8")]
    pub pool_size: usize,
    /// Seconds that a request waits for a database connection; then the response is 503.
    #[arg(long, env = "SLRT_POOL_WAIT_SECONDS", default_value = "5")]
    pub pool_wait_seconds: u64,
    /// Maximum size of an import file as uploaded, in megabytes.
    #[arg(long, env = "SLRT_IMPORT_MAX_MB", default_value = "2048")]
    pub import_max_mb: usize,
    /// Origins whose pages may call the service from a browser, separated by commas; none if absent.
    #[arg(long, env = "SLRT_CORS_ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub cors_origins: Vec<String>,
    /// Address of the metrics endpoint (`/metrics`, OpenMetrics text); no metrics if absent.
    #[arg(long, env = "SLRT_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Security contact, a `mailto:` or `https:` URL, for `/.well-known/security.txt` (RFC 9116).
    #[arg(long, env = "SLRT_SECURITY_CONTACT", value_parser = parse_contact)]
    pub security_contact: Option<String>,
    /// Write the log as JSON lines.
    #[arg(long, env = "SLRT_LOG_JSON")]
    pub log_json: bool,
    #[command(flatten)]
    pub attachments: AttachmentArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
    #[command(flatten)]
    pub referrals: SilenceArgs,
}

fn parse_contact(text: &str) -> Result<String, String> {
    let fits = ["mailto:", "https:"].iter().any(|scheme| text.starts_with(scheme)) && url::Url::parse(text).is_ok();
    fits.then(|| text.to_owned()).ok_or_else(|| "write it as mailto:name@example.go.id or https://…".to_owned())
}

fn parse_refresh(text: &str) -> Result<NonZeroU32, String> {
    let seconds = text.parse().ok().filter(|seconds: &NonZeroU32| (30..=86_400).contains(&seconds.get()));
    seconds.ok_or_else(|| "write a number of seconds from 30 to 86400".to_owned())
}

fn parse_origin(text: &str) -> Result<String, String> {
    let url =
        url::Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.path() == "/");
    let url = url.filter(|url| url.query().is_none() && url.fragment().is_none());
    url.map(|url| url.origin().ascii_serialization())
        .ok_or_else(|| "write an origin as https://desk.example.go.id".to_owned())
}

fn parse_issuer(text: &str) -> Result<(String, String), String> {
    let (issuer, url) = text.split_once('=').ok_or("write it as issuer=https://address/of/jwks.json")?;
    let parsed = url::Url::parse(url).map_err(|e| format!("the key set's address is not a URL: {e}"))?;
    let local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost"));
    if parsed.scheme() != "https" && !local {
        return Err("the key set's address must be https".to_owned());
    }
    Ok((issuer.to_owned(), url.to_owned()))
}

impl DataArgs {
    /// Refuses what production must not do. The sentence is for the operator.
    pub fn check(&self) -> Result<(), String> {
        if self.environment == Environment::Production {
            if self.database_url.is_none() {
                return Err(
                    "SLRT_ENV=production needs DATABASE_URL: the embedded PostgreSQL is for demo and tests only"
                        .to_owned(),
                );
            }
            if self.keys_file.is_none() && self.keys.is_none() {
                return Err(
                    "SLRT_ENV=production needs SLRT_KEYS_FILE or SLRT_KEYS; make the file with `slrt keys init`"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    pub fn keys_path(&self) -> PathBuf {
        self.keys_file.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
    }
}

impl ServerArgs {
    /// With the places that lie in the data folder unless the operator named others.
    pub fn in_folder(&self, data_dir: &std::path::Path) -> Self {
        let mut args = self.clone();
        let folder = || data_dir.join("attachments").to_string_lossy().into_owned();
        args.attachments.attachment_store.get_or_insert_with(folder);
        args
    }

    pub fn issuer(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }
}
