//! Finds the address of a client. Behind a reverse proxy the peer of the connection is the proxy, and the client address is in
//! `Forwarded` (RFC 7239) or `X-Forwarded-For`. A client can send these headers itself, so they are read only from a trusted
//! proxy. The client is the last address that is not a trusted proxy, because each proxy appends the address that it saw.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Client address of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Networks of proxies whose headers are read.
#[derive(Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub fn new(networks: &[IpNet]) -> Self {
        Self(networks.to_vec())
    }

    pub fn client_of(&self, request: &ServiceRequest) -> Option<ClientAddress> {
        let peer = request.peer_addr()?.ip();
        Some(ClientAddress(self.client_address(peer, request.headers())))
    }

    fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            warn_of_headers(headers);
            return peer;
        }
        let forwarded = headers.contains_key(FORWARDED).then(|| self.last_untrusted(peer, forwarded(headers)));
        let listed = headers.contains_key(X_FORWARDED_FOR).then(|| self.last_untrusted(peer, x_forwarded_for(headers)));
        match (forwarded, listed) {
            (Some(one), Some(other)) if one == other => one,
            // The proxy wrote one header and the client sent the other; it is unknown which.
            (Some(_), Some(_)) => peer,
            (one, other) => one.or(other).unwrap_or(peer),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Searches from the nearest hop. An unreadable hop is not trusted, so the search ends at the proxy that reported it.
    fn last_untrusted(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> IpAddr {
        let mut known = peer;
        for hop in hops.into_iter().rev() {
            let Some(address) = hop else { break };
            known = address;
            if !self.trusts(address) {
                break;
            }
        }
        known
    }
}

/// Warns once: without this setting all clients behind a proxy have one address.
fn warn_of_headers(headers: &HeaderMap) {
    static WARNED: Once = Once::new();
    if headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR) {
        WARNED.call_once(|| {
            tracing::warn!(
                "requests with forwarding headers come from an address that is not in SLRT_TRUSTED_PROXIES; \
                 the headers are ignored, and callers without a token share one quota"
            );
        });
    }
}

/// The hops of all header lines in order; `None` for a hop that is not an address.
fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(X_FORWARDED_FOR);
    lines
        .flat_map(|line| line.to_str().map_or_else(|_| vec![None], |text| text.split(',').map(node).collect()))
        .collect()
}

fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED);
    lines.flat_map(|line| line.to_str().map_or_else(|_| vec![None], elements)).collect()
}

/// The `for` of each element of one header line. After a syntax error the whole line is ignored:
/// an open quotation mark sent by the client would hide what the proxy appended.
fn elements(line: &str) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    let mut rest = line;
    loop {
        let Some((hop, after)) = element(rest) else {
            hops.push(None);
            return hops;
        };
        hops.push(hop);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return hops,
        }
    }
}

/// One element and the rest, which is empty or begins with a comma.
fn element(text: &str) -> Option<(Option<IpAddr>, &str)> {
    let mut hop = None;
    let mut rest = text;
    loop {
        let (name, after) = rest.trim_start().split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted_string(quoted)?,
            None => {
                let end = after.find(|c: char| c == ',' || c == ';' || c.is_whitespace()).unwrap_or(after.len());
                let (token, after) = after.split_at(end);
                (token.to_owned(), after)
            }
        };
        if name.is_empty() || !name.bytes().all(is_token) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") {
            hop = node(&value);
        }
        let after = after.trim_start();
        match after.strip_prefix(';') {
            Some(next) => rest = next,
            None if after.is_empty() || after.starts_with(',') => return Some((hop, after)),
            None => return None,
        }
    }
}

/// The text up to the closing quotation mark, and the rest.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// An address with or without a port. `unknown` and obfuscated names are not addresses.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn resolve(peer: &str, lines: &[(&str, &str)]) -> String {
        let proxies = TrustedProxies::new(&["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        proxies.client_address(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_last_address_that_is_not_a_trusted_proxy_counts() {
        let list = |value: &str| resolve("10.0.0.1", &[("x-forwarded-for", value)]);
        assert_eq!(list("203.0.113.7"), "203.0.113.7");
        assert_eq!(list("198.51.100.1, 203.0.113.7"), "203.0.113.7");
        assert_eq!(list("198.51.100.1, 203.0.113.7, 10.1.1.1"), "203.0.113.7");
        assert_eq!(list("203.0.113.7:4711"), "203.0.113.7");
        assert_eq!(list("[2001:db8::7]:4711"), "2001:db8::7");
        assert_eq!(list("2001:db8::7"), "2001:db8::7");
        assert_eq!(list("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(list("10.9.9.9, 10.1.1.1"), "10.9.9.9");
        assert_eq!(list("203.0.113.7, unknown"), "10.0.0.1");
        assert_eq!(list("203.0.113.7, unknown, 10.1.1.1"), "10.1.1.1");
        assert_eq!(list(""), "10.0.0.1");
        let two = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.7")];
        assert_eq!(resolve("10.0.0.1", &two), "203.0.113.7");
        assert_eq!(resolve("::ffff:10.0.0.1", &[("x-forwarded-for", "203.0.113.7")]), "203.0.113.7");
        assert_eq!(resolve("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn headers_of_a_peer_that_is_not_trusted_are_ignored() {
        let lines = [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=203.0.113.7")];
        assert_eq!(resolve("192.0.2.1", &lines), "192.0.2.1");
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_says() {
        let list = |value: &str| resolve("10.0.0.1", &[("forwarded", value)]);
        assert_eq!(list("for=203.0.113.7;proto=https;by=10.0.0.1"), "203.0.113.7");
        assert_eq!(list("for=198.51.100.1, For=\"203.0.113.7:4711\"; proto=https , for=10.1.1.1"), "203.0.113.7");
        assert_eq!(list("for=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
        assert_eq!(list("for=198.51.100.1, for=_hidden"), "10.0.0.1");
        assert_eq!(list("for=198.51.100.1, proto=https"), "10.0.0.1");
        assert_eq!(list("host=\"a,b;for=1.2.3.4\";for=203.0.113.7"), "203.0.113.7");
    }

    /// The client's header is in the same line, before the part that the proxy appended.
    #[test]
    fn a_client_cannot_hide_what_the_proxy_appended() {
        for sent in
            ["for=\"198.51.100.1", "for=198.51.100.1;x=\"", "for=198.51.100.1, x=\"", "for=198.51.100.1 x", "=", "\""]
        {
            for appended in ["for=203.0.113.7", "for=\"203.0.113.7\"", "for=203.0.113.7;proto=https"] {
                let address = resolve("10.0.0.1", &[("forwarded", &format!("{sent}, {appended}"))]);
                assert!(["203.0.113.7", "10.0.0.1"].contains(&address.as_str()), "{sent}, {appended}: {address}");
            }
        }
    }

    #[test]
    fn when_both_headers_disagree_the_request_counts_for_the_proxy() {
        let both = |one, other| resolve("10.0.0.1", &[("forwarded", one), ("x-forwarded-for", other)]);
        assert_eq!(both("for=203.0.113.7", "203.0.113.7"), "203.0.113.7");
        assert_eq!(both("for=198.51.100.1", "203.0.113.7"), "10.0.0.1");
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(line in "[ -~]{0,80}") {
            let _ = resolve("10.0.0.1", &[("forwarded", &line), ("x-forwarded-for", &line)]);
        }
    }
}
