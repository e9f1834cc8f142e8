//! Which addresses a client may be led to: a public registry must not point into a private network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Host;

/// Whether an address can be reached from everywhere, as opposed to from this machine or its network alone.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || first == 0
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (18..20).contains(&second))
        || first >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, ..] = segments;
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // Mapped, compatible (`::` and `::1` among them) and translated addresses are as public as the one inside.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        _ => {
            !(first & 0xfe00 == 0xfc00
                || first & 0xff80 == 0xfe80
                || first & 0xff00 == 0xff00
                || (first == 0x64 && second == 0xff9b))
        }
    }
}

/// Whether a host, as it is written, is certainly not public: a private address, or a name of this machine.
pub(super) fn is_private_host(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => !is_public_v4(*address),
        Host::Ipv6(address) => !is_public_v6(*address),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
    }
}

/// A name that a public registry led to, and that means a private address.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0} has a private address")]
pub(super) struct PrivateAddress(pub(super) String);

/// A name that could not be looked up: the registry's, its storage's, its token server's, or a proxy's.
#[derive(Debug, thiserror::Error)]
#[error("there is no address for {name} ({})", cause.strip_prefix("failed to lookup address information: ").unwrap_or(cause))]
pub(super) struct UnknownHost {
    name: String,
    cause: String,
}

/// What is known of the registry's own address. Until its name has been looked up it counts as public: behind a proxy it
/// never is.
#[derive(Debug)]
pub(super) struct Reach {
    public: AtomicBool,
}

impl Reach {
    pub(super) fn of(host: &Host<&str>) -> Self {
        Self { public: AtomicBool::new(!is_private_host(host)) }
    }

    pub(super) fn is_public(&self) -> bool {
        self.public.load(Ordering::Relaxed)
    }

    fn learn(&self, found: &[SocketAddr]) {
        if !found.is_empty() {
            self.public.store(found.iter().any(|address| is_public(address.ip())), Ordering::Relaxed);
        }
    }
}

/// Looks names up, and refuses the private addresses of names other than the registry's own (`home`) and the proxies'
/// while the registry is public. Standing here, where connections are made, it cannot be tricked by a name that changes
/// its address between a check and its use.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) home: String,
    pub(super) proxies: Vec<String>,
    pub(super) reach: Arc<Reach>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_ascii_lowercase();
        let home = name == self.home;
        let exempt = home || self.proxies.contains(&name);
        let reach = Arc::clone(&self.reach);
        Box::pin(async move {
            let looked_up = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
            let mut found: Vec<SocketAddr> = match looked_up {
                Ok(found) => found,
                Err(error) => return Err(UnknownHost { name, cause: error.to_string() }.into()),
            };
            if home {
                reach.learn(&found);
            }
            if !exempt && reach.is_public() {
                found.retain(|address| is_public(address.ip()));
                if found.is_empty() {
                    return Err(PrivateAddress(name).into());
                }
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_in_every_spelling() {
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "::1",
            "fd00:ec2::254",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "fec0::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "140.82.112.3", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "172.32.0.1"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_host_is_private_by_how_it_is_written() {
        for url in [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
        ] {
            let url = url::Url::parse(url).unwrap();
            assert!(is_private_host(&url.host().unwrap()), "{url}");
        }
        let url = url::Url::parse("http://localhost.example.com/").unwrap();
        assert!(!is_private_host(&url.host().unwrap()));
    }

    #[tokio::test]
    async fn a_public_registry_cannot_lead_to_a_name_of_a_private_address() {
        let resolver = |home: &str, reach: &str| Resolver {
            home: home.to_owned(),
            proxies: vec!["proxy.localhost".to_owned()],
            reach: Arc::new(Reach::of(&Host::Domain(reach))),
        };
        let lookup = |resolver: Resolver, name: &str| resolver.resolve(name.parse().unwrap());
        assert!(lookup(resolver("ghcr.io", "ghcr.io"), "localhost").await.is_err());
        assert!(lookup(resolver("ghcr.io", "localhost"), "localhost").await.is_ok());
        let own = resolver("localhost", "ghcr.io");
        assert!(own.reach.is_public());
        assert!(own.resolve("localhost".parse().unwrap()).await.is_ok());
        assert!(!own.reach.is_public());
    }
}
