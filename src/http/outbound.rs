//! Outbound HTTP calls to URLs from operators or clients (protection against SSRF). The resolved IP addresses are checked
//! when the client connects: private, local and cloud metadata addresses are refused unless the operator allows their
//! network. Redirects are never followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

/// Parses a configured network such as `10.20.0.0/16`. The error is for the operator.
pub fn parse_network(text: &str) -> Result<IpNet, String> {
    text.trim().parse().map_err(|_| "write a network as 10.20.0.0/16".to_owned())
}

const TIMEOUT: Duration = Duration::from_secs(15);

/// Whether the address is public on the internet. For an IPv6 address with an embedded IPv4 address, the IPv4 address decides.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => {
                let head = v6.segments()[0];
                // 2000::/3 is the global unicast range; exclude documentation and special-purpose prefixes.
                head & 0xe000 == 0x2000 && !matches!(v6.segments(), [0x2001, 0x0db8 | 0..=0x01ff, ..] | [0x3fff, ..])
            }
        },
    }
}

fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let private = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified();
    let special = v4.is_documentation() || v4.is_broadcast() || v4.is_multicast();
    let [a, b, c, _] = v4.octets();
    let odd =
        matches!((a, b, c), (0 | 240..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _) | (192, 88, 99));
    !private && !special && !odd
}

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("the address is not allowed")]
    NotAllowed,
    #[error("the address cannot be reached")]
    Unreachable(#[source] reqwest::Error),
}

/// HTTP client for outbound calls.
#[derive(Clone)]
pub struct Outbound {
    allowed: Arc<Vec<IpNet>>,
    https: reqwest::Client,
    /// Without TLS: only to networks that the operator allows.
    http: reqwest::Client,
}

impl Outbound {
    pub fn new(allowed: &[IpNet]) -> Result<Self, String> {
        let allowed = Arc::new(allowed.to_vec());
        let client = |public: bool| {
            reqwest::Client::builder()
                .timeout(TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .https_only(public)
                .dns_resolver(Arc::new(CheckingResolver { allowed: allowed.clone(), public }))
                .build()
                .map_err(|e| format!("cannot create the client for outbound calls: {e}"))
        };
        Ok(Self { https: client(true)?, http: client(false)?, allowed })
    }

    /// A POST request to the URL. A literal IP address is checked here, a host name by the resolver when it connects.
    pub fn post(&self, url: &Url) -> Result<reqwest::RequestBuilder, OutboundError> {
        let public = url.scheme() == "https";
        // The client does not call the resolver for a literal address.
        let literal = match url.host() {
            Some(url::Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(url::Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            Some(url::Host::Domain(_)) => None,
            None => return Err(OutboundError::NotAllowed),
        };
        if literal.is_some_and(|address| !permits(&self.allowed, public, address)) {
            return Err(OutboundError::NotAllowed);
        }
        let client = match url.scheme() {
            "https" => &self.https,
            "http" => &self.http,
            _ => return Err(OutboundError::NotAllowed),
        };
        Ok(client.post(url.clone()))
    }

    /// Classifies the error of a request without a response.
    pub fn fault(error: reqwest::Error) -> OutboundError {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = cause {
            if inner.is::<NoAllowedAddress>() {
                return OutboundError::NotAllowed;
            }
            cause = inner.source();
        }
        OutboundError::Unreachable(error.without_url())
    }
}

fn permits(allowed: &[IpNet], public: bool, address: IpAddr) -> bool {
    (public && is_public(address)) || allowed.iter().any(|network| network.contains(&address))
}

#[derive(Debug, thiserror::Error)]
#[error("the name resolves to no allowed address")]
struct NoAllowedAddress;

struct CheckingResolver {
    allowed: Arc<Vec<IpNet>>,
    public: bool,
}

impl Resolve for CheckingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, public) = (self.allowed.clone(), self.public);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            // One address that is not allowed is enough to refuse: a name with public and private addresses is suspicious.
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() || found.iter().any(|at| !permits(&allowed, public, at.ip())) {
                return Err(Box::new(NoAllowedAddress) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_special_addresses_are_not_public() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.192",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
            "::127.0.0.1",
            "2001::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for outer in ["8.8.8.8", "103.28.12.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "2404:8000::1"] {
            assert!(is_public(outer.parse().unwrap()), "{outer}");
        }
    }

    #[tokio::test]
    async fn a_private_address_is_refused_as_literal_and_by_name() {
        let outbound = Outbound::new(&[]).unwrap();
        for url in
            ["https://127.0.0.1/x", "https://[::1]/x", "http://10.0.0.1/x", "ftp://8.8.8.8/", "https://2130706433/"]
        {
            let url = Url::parse(url).unwrap();
            assert!(matches!(outbound.post(&url), Err(OutboundError::NotAllowed)), "{url}");
        }
        let named = Url::parse("https://localhost:1/x").unwrap();
        let error = outbound.post(&named).unwrap().send().await.unwrap_err();
        assert!(matches!(Outbound::fault(error), OutboundError::NotAllowed));
    }
}
