//! The demo's Postman environment: with the collection, all that a person imports.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use serde_json::{Value, json};

use super::{Credential, PREFIX, write_private};

/// The environment file, in the data folder beside the credentials.
pub const ENVIRONMENT: &str = "demo.postman_environment.json";

/// Writes the address of the service and the id and secret of each demo client. Written at each start: the address may
/// be another one.
pub fn write_environment(folder: &Path, base_url: &str, credentials: &[Credential]) -> std::io::Result<()> {
    let mut values = vec![variable("baseUrl", base_url, "default")];
    for credential in credentials {
        let client = credential.client_id.strip_prefix(PREFIX).unwrap_or(&credential.client_id).replace('-', "_");
        values.push(variable(&format!("{client}_client_id"), &credential.client_id, "default"));
        values.push(variable(&format!("{client}_client_secret"), &credential.client_secret, "secret"));
    }
    let environment = json!({
        "name": "SLRT demo",
        "values": values,
        "_postman_variable_scope": "environment",
    });
    write_private(&folder.join(ENVIRONMENT), &serde_json::to_string_pretty(&environment)?)
}

fn variable(key: &str, value: &str, kind: &str) -> Value {
    json!({ "key": key, "value": value, "type": kind, "enabled": true })
}

/// Where a client on the same machine reaches a service that listens here.
pub fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_all_addresses_is_reached_on_the_local_one() {
        let url = |address: &str| local_url(address.parse().unwrap());
        assert_eq!(url("0.0.0.0:8080"), "http://127.0.0.1:8080");
        assert_eq!(url("10.0.0.5:80"), "http://10.0.0.5:80");
    }
}
