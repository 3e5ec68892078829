//! Configuration of this slice.

use clap::Args;

/// Where photos and papers lie.
#[derive(Debug, Clone, Args)]
pub struct AttachmentArgs {
    /// A folder, `s3://bucket/prefix`, or `memory:` for tests; `attachments` in the data folder if absent. Several instances
    /// need one that they share.
    #[arg(long, env = "SLRT_ATTACHMENT_STORE")]
    pub attachment_store: Option<String>,
    /// Bytes that an attachment may have.
    #[arg(long, env = "SLRT_ATTACHMENT_MAX_BYTES", default_value = "10485760", value_parser = clap::value_parser!(u32).range(1..=104_857_600))]
    pub attachment_max_bytes: u32,
    /// Address of the S3 service, where it is not Amazon's.
    #[arg(long, env = "SLRT_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,
    /// Region of the S3 service.
    #[arg(long, env = "SLRT_S3_REGION", default_value = "ap-southeast-3")]
    pub s3_region: String,
    /// Access key of the S3 service.
    #[arg(long, env = "SLRT_S3_ACCESS_KEY_ID", hide_env_values = true)]
    pub s3_access_key_id: Option<String>,
    /// Its secret.
    #[arg(long, env = "SLRT_S3_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub s3_secret_access_key: Option<String>,
    /// Take an S3 service without TLS, inside one's own network.
    #[arg(long, env = "SLRT_S3_ALLOW_HTTP")]
    pub s3_allow_http: bool,
}
