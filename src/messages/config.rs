//! Configuration of this slice.

use clap::Args;
use ipnet::IpNet;

use crate::http::outbound::parse_network;
use crate::message_queue::model::MessageChannel;

/// Delivery of messages to citizens and officers.
#[derive(Debug, Clone, Args)]
pub struct MessageArgs {
    /// URL (https) of a message gateway that is called by webhook. `log`: write a log line only. `none`: keep messages in the queue.
    #[arg(long, env = "SLRT_MESSAGE_GATEWAY")]
    pub message_gateway: Option<String>,
    /// Secret shared with the gateway: `whsec_` and base64. Two secrets, separated by a comma, during a rotation.
    #[arg(long, env = "SLRT_MESSAGE_GATEWAY_SECRET", hide_env_values = true, value_delimiter = ',')]
    pub message_gateway_secret: Vec<String>,
    /// Channel of the messages; selects the templates.
    #[arg(long, env = "SLRT_MESSAGE_CHANNEL", value_enum, default_value = "sms")]
    pub message_channel: MessageChannel,
    /// Private networks that outbound calls may reach, such as 10.20.0.0/16, separated by commas; none if absent.
    #[arg(long, env = "SLRT_OUTBOUND_ALLOW", value_delimiter = ',', value_parser = parse_network)]
    pub outbound_allow: Vec<IpNet>,
}
