//! Configuration of this slice.

use clap::Args;

use crate::http::outbound::Network;
use crate::message_queue::model::MessageChannel;

/// How notes reach people.
#[derive(Debug, Clone, Args)]
pub struct MessageArgs {
    /// Address (https) of a gateway that takes notes by webhook; `log` writes that there was one, `none` lets them wait.
    #[arg(long, env = "SLRT_MESSAGE_GATEWAY")]
    pub message_gateway: Option<String>,
    /// Secret shared with the gateway, `whsec_` and base64; two of them, separated by a comma, while one replaces another.
    #[arg(long, env = "SLRT_MESSAGE_GATEWAY_SECRET", hide_env_values = true, value_delimiter = ',')]
    pub message_gateway_secret: Vec<String>,
    /// The way for which notes are put into words.
    #[arg(long, env = "SLRT_MESSAGE_CHANNEL", value_enum, default_value = "sms")]
    pub message_channel: MessageChannel,
    /// Networks inside one's own house that outbound calls may reach, such as 10.20.0.0/16, separated by commas; none if absent.
    #[arg(long, env = "SLRT_OUTBOUND_ALLOW", value_delimiter = ',')]
    pub outbound_allow: Vec<Network>,
}
