//! Answers to the question which addresses a host name has, as programs receive them: DNS messages (RFC 1035) and
//! systemd-resolved's replies. Whoever sent them is not trusted; every length is checked, and compressed names end.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest name in a message (RFC 1035, 3.1); every pointer of a compressed name also counts as a byte of it.
const NAME_MAX: usize = 255;
/// As many records of a message are looked at.
const RECORDS: usize = 64;
/// `sizeof` of a message's header.
const HEADER: usize = 12;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const INTERNET: u16 = 1;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The name that was asked for, in lower case; bytes that host names do not have are written `\ddd`.
    pub name: String,
    /// Its addresses, at least one.
    pub addresses: Vec<IpAddr>,
}

/// The answer in a DNS message, over UDP or, with its length before it, over TCP. `None`: it is none, or not whole.
pub fn dns(bytes: &[u8]) -> Option<Answer> {
    let length = bytes.first_chunk().map(|b| usize::from(u16::from_be_bytes(*b)));
    message(match length {
        Some(length) if bytes.len() >= HEADER + 2 && length == bytes.len() - 2 => &bytes[2..],
        _ => bytes,
    })
}

fn message(bytes: &[u8]) -> Option<Answer> {
    let word = |at: usize| bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes);
    let flags = word(2)?;
    // A response to a standard query, without error, about one name.
    if flags & 0xf80f != 0x8000 || word(4)? != 1 {
        return None;
    }
    let (asked, mut at) = name(bytes, HEADER)?;
    if word(at + 2)? != INTERNET {
        return None;
    }
    at += 4;
    // The names that the answers may be about: the one asked for, and what it is another name of.
    let mut meant = vec![asked.clone()];
    let mut addresses = Vec::new();
    for _ in 0..usize::from(word(6)?).min(RECORDS) {
        let Some((owner, behind)) = name(bytes, at) else { break };
        let (Some(kind), Some(class), Some(length)) = (word(behind), word(behind + 2), word(behind + 8)) else { break };
        let start = behind + 10;
        let Some(data) = bytes.get(start..start + usize::from(length)) else { break };
        at = start + data.len();
        // The highest bit is a flag in multicast DNS (RFC 6762, 10.2).
        if class & 0x7fff != INTERNET || !meant.contains(&owner) {
            continue;
        }
        match kind {
            A => addresses.extend(<[u8; 4]>::try_from(data).map(|b| IpAddr::V4(Ipv4Addr::from(b)))),
            AAAA => addresses.extend(<[u8; 16]>::try_from(data).map(|b| canonical(Ipv6Addr::from(b)))),
            CNAME => meant.extend(name(bytes, start).map(|(name, _)| name)),
            _ => {}
        }
    }
    (!asked.is_empty() && !addresses.is_empty()).then_some(Answer { name: asked, addresses })
}

/// The name at `at`, and where what is behind it begins.
fn name(bytes: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut behind = None;
    let mut budget = NAME_MAX;
    loop {
        let length = usize::from(*bytes.get(at)?);
        budget = budget.checked_sub(1)?;
        match length {
            0 => return Some((text, behind.unwrap_or(at + 1))),
            1..=63 => {
                budget = budget.checked_sub(length)?;
                let label = bytes.get(at + 1..at + 1 + length)?;
                if !text.is_empty() {
                    text.push('.');
                }
                put_label(&mut text, label);
                at += 1 + length;
            }
            192.. => {
                let low = usize::from(*bytes.get(at + 1)?);
                behind = behind.or(Some(at + 2));
                let to = (length & 0x3f) << 8 | low;
                // Pointers lead back to what came before (RFC 1035, 4.1.4): so they cannot go round in circles.
                if to >= at {
                    return None;
                }
                at = to;
            }
            _ => return None,
        }
    }
}

fn put_label(text: &mut String, label: &[u8]) {
    for b in label {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => text.push(char::from(b.to_ascii_lowercase())),
            _ => text.push_str(&format!("\\{b:03}")),
        }
    }
}

fn canonical(address: Ipv6Addr) -> IpAddr {
    address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4)
}

/// The answer in what systemd-resolved replies to `io.systemd.Resolve.ResolveHostname`: JSON that ends in NUL.
pub fn resolved(bytes: &[u8]) -> Option<Answer> {
    let text = bytes.split(|b| *b == 0).next()?;
    let reply: serde_json::Value = serde_json::from_slice(text).ok()?;
    let parameters = reply.get("parameters")?;
    let mut name = String::new();
    for (n, label) in parameters.get("name")?.as_str()?.trim_end_matches('.').split('.').enumerate() {
        name.push_str(if n == 0 { "" } else { "." });
        put_label(&mut name, label.as_bytes());
    }
    let octets = |entry: &serde_json::Value| -> Option<Vec<u8>> {
        let bytes = entry.get("address")?.as_array()?.iter().take(17);
        bytes.map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok())).collect()
    };
    let addresses: Vec<IpAddr> = parameters
        .get("addresses")?
        .as_array()?
        .iter()
        .take(RECORDS)
        .filter_map(|entry| {
            let bytes = octets(entry)?;
            let v4 = <[u8; 4]>::try_from(&*bytes).map(|b| IpAddr::V4(b.into()));
            v4.or_else(|_| <[u8; 16]>::try_from(&*bytes).map(|b| canonical(b.into()))).ok()
        })
        .collect();
    let fits = !name.is_empty() && name.len() <= 4 * NAME_MAX;
    (fits && !addresses.is_empty()).then_some(Answer { name, addresses })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASKED: &[u8] = b"\x07Example\x03org\0\0\x01\0\x01";

    /// A response about example.org with these records behind the question.
    fn response(records: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34, 0x81, 0x80, 0, 1, 0, records.len() as u8, 0, 0, 0, 0];
        bytes.extend_from_slice(ASKED);
        records.iter().for_each(|record| bytes.extend_from_slice(record));
        bytes
    }

    const ADDRESS: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x07";

    #[test]
    fn an_answer_names_what_was_asked_for() {
        let v6 = [b"\xc0\x0c\0\x1c\0\x01\0\0\0\x3c\0\x10".as_slice(), &Ipv6Addr::LOCALHOST.octets()].concat();
        let answer = dns(&response(&[ADDRESS, &v6])).unwrap();
        assert_eq!(answer.name, "example.org");
        assert_eq!(answer.addresses, [IpAddr::from([10, 0, 0, 7]), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
    }

    #[test]
    fn another_name_is_followed_and_the_name_asked_for_is_told() {
        // example.org is cdn.example.org, which has the address; something else has another one.
        let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03cdn\xc0\x0c";
        let real = b"\x03cdn\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x08";
        let stray = b"\x04evil\0\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x09";
        let answer = dns(&response(&[stray, alias, real])).unwrap();
        assert_eq!((answer.name.as_str(), answer.addresses), ("example.org", vec![IpAddr::from([10, 0, 0, 8])]));
    }

    #[test]
    fn over_tcp_the_length_comes_first() {
        let message = response(&[ADDRESS]);
        let framed = [&(message.len() as u16).to_be_bytes(), message.as_slice()].concat();
        assert_eq!(dns(&framed), dns(&message));
        assert!(dns(&framed).is_some());
    }

    #[test]
    fn questions_errors_and_what_is_cut_are_no_answers() {
        let good = response(&[ADDRESS]);
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            dns(&bytes)
        };
        assert!(dns(&good).is_some());
        assert_eq!(changed(2, 0x01), None, "a question");
        assert_eq!(changed(3, 0x83), None, "NXDOMAIN");
        assert_eq!(changed(5, 2), None, "two questions");
        for length in 0..good.len() {
            assert_eq!(dns(&good[..length]), None, "cut after {length} bytes");
        }
    }

    #[test]
    fn names_that_point_at_themselves_or_forward_end() {
        for to in [0x0c, 0x1d, 0xff] {
            let mut bytes = vec![0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0xc0, to, 0, 1, 0, 1];
            bytes.extend_from_slice(&[0xc0; 600]);
            assert_eq!(dns(&bytes), None);
        }
        // Pointers back, each to a label that leads to the next: more than a name may be long.
        let mut bytes = vec![0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
        for n in 0..300u16 {
            let back = if n == 0 { 12 } else { 13 + (n - 1) * 4 };
            bytes.extend([1, b'a', 0xc0 | (back >> 8) as u8, back as u8]);
        }
        assert!(name(&bytes, 13 + 4).is_some());
        assert_eq!(name(&bytes, 13 + 299 * 4), None);
    }

    #[test]
    fn hostile_labels_cannot_write_to_the_screen() {
        let mut bytes = vec![0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0];
        bytes.extend(b"\x06\x1b[2J.\xff\0\0\x01\0\x01");
        bytes.extend(ADDRESS);
        assert_eq!(dns(&bytes).unwrap().name, "\\027\\0912j\\046\\255");
    }

    #[test]
    fn resolved_replies_in_json() {
        let reply = br#"{"parameters":{"addresses":[{"ifindex":2,"family":2,"address":[10,0,0,7]},{"ifindex":2,"family":2,"address":[1,2]},{"address":[256,0,0,1]}],"name":"Example.org","flags":1}}"#;
        let answer = resolved(&[reply.as_slice(), b"\0garbage"].concat()).unwrap();
        assert_eq!((answer.name.as_str(), answer.addresses), ("example.org", vec![IpAddr::from([10, 0, 0, 7])]));
        for other in [r#"{"error":"x"}"#, r#"{"parameters":{"name":"x","addresses":[]}}"#, "[", "{}", ""] {
            assert_eq!(resolved(other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_survived_and_bounded(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut message = bytes.clone();
            for answer in [dns(&bytes), resolved(&bytes)].into_iter().flatten() {
                prop_assert!(answer.name.len() <= 4 * NAME_MAX && answer.addresses.len() <= RECORDS);
            }
            // The same as a response to one question, so that the records are reached.
            if let Some(head) = message.first_chunk_mut::<6>() {
                *head = [0, 0, 0x80, 0, 0, 1];
                if let Some(answer) = dns(&message) {
                    prop_assert!(answer.name.len() <= 4 * NAME_MAX && answer.addresses.len() <= RECORDS);
                }
            }
        }
    }
}
