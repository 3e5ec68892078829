//! Configuration of this slice.

use clap::Args;

/// Storage of attachments.
#[derive(Debug, Clone, Args)]
pub struct AttachmentArgs {
    /// A folder, `s3://bucket/prefix`, or `memory:` for tests; `attachments` in the data folder if absent. Several instances
    /// must share one store.
    #[arg(long, env = "SLRT_ATTACHMENT_STORE")]
    pub attachment_store: Option<String>,
    /// Maximum size of an attachment, in bytes.
    #[arg(long, env = "SLRT_ATTACHMENT_MAX_BYTES", default_value = "10485760", value_parser = clap::value_parser!(u32).range(1..=104_857_600))]
    pub attachment_max_bytes: u32,
    /// URL of the S3 service, if it is not Amazon's.
    #[arg(long, env = "SLRT_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,
    /// Region of the S3 service.
    #[arg(long, env = "SLRT_S3_REGION", default_value = "ap-southeast-3")]
    pub s3_region: String,
    /// Access key of the S3 service.
    #[arg(long, env = "SLRT_S3_ACCESS_KEY_ID", hide_env_values = true)]
    pub s3_access_key_id: Option<String>,
    /// Secret key of the S3 service.
    #[arg(long, env = "SLRT_S3_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub s3_secret_access_key: Option<String>,
    /// Allow an S3 service without TLS, in a private network.
    #[arg(long, env = "SLRT_S3_ALLOW_HTTP")]
    pub s3_allow_http: bool,
}
