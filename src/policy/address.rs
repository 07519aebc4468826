//! Addresses and networks as rules write them.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Bits before the IPv4 address in an IPv4-mapped IPv6 address.
const MAPPED: u8 = 96;

/// The network of `address` alone, as objects have it: IPv4-mapped IPv6 as IPv4.
pub(super) fn host(address: IpAddr) -> IpNet {
    IpNet::from(address.to_canonical())
}

/// `192.0.2.1`, `10.0.0.0/8`, `2001:db8::1`, `fc00::/7`.
pub(super) fn parse(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(host(address));
    }
    let net = text.parse::<IpNet>().ok()?;
    if let (IpAddr::V4(address), IpNet::V6(_)) = (net.addr().to_canonical(), net)
        && net.prefix_len() >= MAPPED
    {
        return Ipv4Net::new(address, net.prefix_len() - MAPPED).ok().map(IpNet::V4);
    }
    Some(net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_addresses_and_networks_are_those_of_ipv4() {
        assert_eq!(parse("::ffff:10.0.0.1"), parse("10.0.0.1/32"));
        assert_eq!(parse("::ffff:10.0.0.0/104"), parse("10.0.0.0/8"));
        assert_eq!(parse("::ffff:0:0/95").map(|n| n.to_string()).as_deref(), Some("::ffff:0.0.0.0/95"));
        assert_eq!(parse("10.0.0.0/33"), None);
        assert_eq!(parse("10.0.0"), None);
    }
}
