//! Addresses and networks of machines.

use std::net::IpAddr;

/// Some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Reads them with commas between, as `10.0.0.0/8, ::1`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Option<_>>().map(Self)
    }

    /// Whether an address is in one of them.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(one)) => {
                same(u32::from(*network).into(), u32::from(one).into(), 32, *bits)
            }
            (IpAddr::V6(network), IpAddr::V6(one)) => same(u128::from(*network), u128::from(one), 128, *bits),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        })
    }
}

impl std::fmt::Display for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (address, bits)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{address}/{bits}")?;
        }
        Ok(())
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let whole = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(whole), |bits| bits.parse().ok())?;
    (bits <= whole).then_some((address, bits))
}

/// Whether two addresses begin alike.
fn same(one: u128, other: u128, whole: u8, bits: u8) -> bool {
    (one ^ other).checked_shr(u32::from(whole - bits)).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_the_addresses_that_begin_like_it() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("192.0.2.1, ::1", "::1", true),
            ("", "192.0.2.1", false),
        ];
        for (networks, address, has) in cases {
            let read = Networks::parse(networks).unwrap();
            assert_eq!(read.has(address.parse().unwrap()), has, "{address} in {networks}");
            assert_eq!(Networks::parse(&read.to_string()), Some(read), "{networks} is read back");
        }
        for bad in ["10.0.0.0/33", "::/129", "10.0.0/8", "localhost", "10.0.0.1/", "10.0.0.1 ::1"] {
            assert_eq!(Networks::parse(bad), None, "{bad}");
        }
    }
}
