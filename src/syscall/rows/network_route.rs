//! Messages of NETLINK_ROUTE: interfaces and addresses with their attributes; of the others the family.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::syscall::Render;
use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32};
use crate::syscall::names::socket as names;
use crate::syscall::pieces::array_at;
use crate::syscall::render::SHOWN;
use crate::syscall::row::Names;

/// How an attribute's value is shown.
#[derive(Clone, Copy)]
enum Value {
    Text,
    U8,
    U32,
    I32,
    Address,
    Mac,
    AddressFlags,
    /// `RTEXT_FILTER_…`.
    Filter,
    /// A routing table.
    Table,
    /// An interface by its index.
    Interface,
    CacheInfo,
    /// Counters of this many bytes each.
    Stats(usize),
    Unknown,
}

/// Attributes: number, name, form.
type Attributes = &'static [(u16, &'static str, Value)];

/// `IFA_…` (linux/if_addr.h).
static IFA: Attributes = &[
    (0, "IFA_UNSPEC", Value::Unknown),
    (1, "IFA_ADDRESS", Value::Address),
    (2, "IFA_LOCAL", Value::Address),
    (3, "IFA_LABEL", Value::Text),
    (4, "IFA_BROADCAST", Value::Address),
    (5, "IFA_ANYCAST", Value::Address),
    (6, "IFA_CACHEINFO", Value::CacheInfo),
    (7, "IFA_MULTICAST", Value::Address),
    (8, "IFA_FLAGS", Value::AddressFlags),
    (9, "IFA_RT_PRIORITY", Value::U32),
    (10, "IFA_TARGET_NETNSID", Value::I32),
    (11, "IFA_PROTO", Value::Unknown),
];

/// `IFLA_…` (linux/if_link.h).
static IFLA: Attributes = &[
    (0, "IFLA_UNSPEC", Value::Unknown),
    (1, "IFLA_ADDRESS", Value::Mac),
    (2, "IFLA_BROADCAST", Value::Mac),
    (3, "IFLA_IFNAME", Value::Text),
    (4, "IFLA_MTU", Value::U32),
    (5, "IFLA_LINK", Value::U32),
    (6, "IFLA_QDISC", Value::Text),
    (7, "IFLA_STATS", Value::Stats(4)),
    (10, "IFLA_MASTER", Value::U32),
    (13, "IFLA_TXQLEN", Value::U32),
    (14, "IFLA_MAP", Value::Unknown),
    (16, "IFLA_OPERSTATE", Value::U8),
    (17, "IFLA_LINKMODE", Value::U8),
    (18, "IFLA_LINKINFO", Value::Unknown),
    (20, "IFLA_IFALIAS", Value::Text),
    (21, "IFLA_NUM_VF", Value::U32),
    (23, "IFLA_STATS64", Value::Stats(8)),
    (26, "IFLA_AF_SPEC", Value::Unknown),
    (27, "IFLA_GROUP", Value::U32),
    (29, "IFLA_EXT_MASK", Value::Filter),
    (30, "IFLA_PROMISCUITY", Value::U32),
    (31, "IFLA_NUM_TX_QUEUES", Value::U32),
    (32, "IFLA_NUM_RX_QUEUES", Value::U32),
    (33, "IFLA_CARRIER", Value::U8),
    (35, "IFLA_CARRIER_CHANGES", Value::U32),
    (39, "IFLA_PROTO_DOWN", Value::U8),
    (40, "IFLA_GSO_MAX_SEGS", Value::U32),
    (41, "IFLA_GSO_MAX_SIZE", Value::U32),
    (47, "IFLA_CARRIER_UP_COUNT", Value::U32),
    (48, "IFLA_CARRIER_DOWN_COUNT", Value::U32),
    (50, "IFLA_MIN_MTU", Value::U32),
    (51, "IFLA_MAX_MTU", Value::U32),
    (54, "IFLA_PERM_ADDRESS", Value::Mac),
    (56, "IFLA_PARENT_DEV_NAME", Value::Text),
    (57, "IFLA_PARENT_DEV_BUS_NAME", Value::Text),
    (58, "IFLA_GRO_MAX_SIZE", Value::U32),
    (59, "IFLA_TSO_MAX_SIZE", Value::U32),
    (60, "IFLA_TSO_MAX_SEGS", Value::U32),
    (61, "IFLA_ALLMULTI", Value::U32),
];

/// `RTA_…` (linux/rtnetlink.h).
static RTA: Attributes = &[
    (0, "RTA_UNSPEC", Value::Unknown),
    (1, "RTA_DST", Value::Address),
    (2, "RTA_SRC", Value::Address),
    (3, "RTA_IIF", Value::Interface),
    (4, "RTA_OIF", Value::Interface),
    (5, "RTA_GATEWAY", Value::Address),
    (6, "RTA_PRIORITY", Value::U32),
    (7, "RTA_PREFSRC", Value::Address),
    (8, "RTA_METRICS", Value::Unknown),
    (9, "RTA_MULTIPATH", Value::Unknown),
    (11, "RTA_FLOW", Value::U32),
    (12, "RTA_CACHEINFO", Value::Unknown),
    (15, "RTA_TABLE", Value::Table),
    (16, "RTA_MARK", Value::U32),
    (20, "RTA_PREF", Value::U8),
    (23, "RTA_EXPIRES", Value::Unknown),
    (25, "RTA_UID", Value::U32),
];

/// `RT_TABLE_…` (linux/rtnetlink.h).
static TABLES: Names = &[
    (0, "RT_TABLE_UNSPEC"),
    (252, "RT_TABLE_COMPAT"),
    (253, "RT_TABLE_DEFAULT"),
    (254, "RT_TABLE_MAIN"),
    (255, "RT_TABLE_LOCAL"),
];

/// `RTPROT_…` (linux/rtnetlink.h): who made a route.
static ROUTE_PROTOCOLS: Names = &[
    (0, "RTPROT_UNSPEC"),
    (1, "RTPROT_REDIRECT"),
    (2, "RTPROT_KERNEL"),
    (3, "RTPROT_BOOT"),
    (4, "RTPROT_STATIC"),
    (8, "RTPROT_GATED"),
    (9, "RTPROT_RA"),
    (10, "RTPROT_MRT"),
    (11, "RTPROT_ZEBRA"),
    (12, "RTPROT_BIRD"),
    (13, "RTPROT_DNROUTED"),
    (14, "RTPROT_XORP"),
    (15, "RTPROT_NTK"),
    (16, "RTPROT_DHCP"),
    (17, "RTPROT_MROUTED"),
    (18, "RTPROT_KEEPALIVED"),
    (42, "RTPROT_BABEL"),
    (186, "RTPROT_BGP"),
    (187, "RTPROT_ISIS"),
    (188, "RTPROT_OSPF"),
    (189, "RTPROT_RIP"),
    (192, "RTPROT_EIGRP"),
];

/// `RTN_…` (linux/rtnetlink.h).
static ROUTE_TYPES: Names = &[
    (0, "RTN_UNSPEC"),
    (1, "RTN_UNICAST"),
    (2, "RTN_LOCAL"),
    (3, "RTN_BROADCAST"),
    (4, "RTN_ANYCAST"),
    (5, "RTN_MULTICAST"),
    (6, "RTN_BLACKHOLE"),
    (7, "RTN_UNREACHABLE"),
    (8, "RTN_PROHIBIT"),
    (9, "RTN_THROW"),
    (10, "RTN_NAT"),
    (11, "RTN_XRESOLVE"),
];

/// `RTM_F_…` and `RTNH_F_…` (linux/rtnetlink.h).
static ROUTE_FLAGS: Names = &[
    (0x100, "RTM_F_NOTIFY"),
    (0x200, "RTM_F_CLONED"),
    (0x400, "RTM_F_EQUALIZE"),
    (0x800, "RTM_F_PREFIX"),
    (0x1000, "RTM_F_LOOKUP_TABLE"),
    (0x2000, "RTM_F_FIB_MATCH"),
    (0x4000, "RTM_F_OFFLOAD"),
    (0x8000, "RTM_F_TRAP"),
    (0x2000_0000, "RTM_F_OFFLOAD_FAILED"),
];

/// `RTEXT_FILTER_…` (linux/rtnetlink.h).
static FILTERS: Names = &[
    (1, "RTEXT_FILTER_VF"),
    (2, "RTEXT_FILTER_BRVLAN"),
    (4, "RTEXT_FILTER_BRVLAN_COMPRESSED"),
    (8, "RTEXT_FILTER_SKIP_STATS"),
    (0x10, "RTEXT_FILTER_MRP"),
    (0x20, "RTEXT_FILTER_CFM_CONFIG"),
    (0x40, "RTEXT_FILTER_CFM_STATUS"),
    (0x80, "RTEXT_FILTER_MST"),
];

/// The fields of `struct rtnl_link_stats` and `rtnl_link_stats64`, the last of which is newer.
const COUNTERS: [&str; 25] = [
    "rx_packets",
    "tx_packets",
    "rx_bytes",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_dropped",
    "tx_dropped",
    "multicast",
    "collisions",
    "rx_length_errors",
    "rx_over_errors",
    "rx_crc_errors",
    "rx_frame_errors",
    "rx_fifo_errors",
    "rx_missed_errors",
    "tx_aborted_errors",
    "tx_carrier_errors",
    "tx_fifo_errors",
    "tx_heartbeat_errors",
    "tx_window_errors",
    "rx_compressed",
    "tx_compressed",
    "rx_nohandler",
    "rx_otherhost_dropped",
];

/// `IFA_F_…` (linux/if_addr.h).
static IFA_FLAGS: Names = &[
    (1, "IFA_F_SECONDARY"),
    (2, "IFA_F_NODAD"),
    (4, "IFA_F_OPTIMISTIC"),
    (8, "IFA_F_DADFAILED"),
    (0x10, "IFA_F_HOMEADDRESS"),
    (0x20, "IFA_F_DEPRECATED"),
    (0x40, "IFA_F_TENTATIVE"),
    (0x80, "IFA_F_PERMANENT"),
    (0x100, "IFA_F_MANAGETEMPADDR"),
    (0x200, "IFA_F_NOPREFIXROUTE"),
    (0x400, "IFA_F_MCAUTOJOIN"),
    (0x800, "IFA_F_STABLE_PRIVACY"),
];

/// `RT_SCOPE_…` (linux/rtnetlink.h).
static SCOPES: Names = &[
    (0, "RT_SCOPE_UNIVERSE"),
    (200, "RT_SCOPE_SITE"),
    (253, "RT_SCOPE_LINK"),
    (254, "RT_SCOPE_HOST"),
    (255, "RT_SCOPE_NOWHERE"),
];

/// The body of the message `kind`, behind its header.
pub fn body(r: &mut Render<'_>, kind: u16, b: &[u8]) {
    let family = u64::from(b.first().copied().unwrap_or(0));
    match kind {
        // RTM_…LINK: struct ifinfomsg.
        16..=19 => {
            r.put("{ifi_family=");
            r.choice(family, names::FAMILIES, "AF_???");
            if b.len() < 16 {
                return r.put(", ...}");
            }
            r.put(", ifi_type=");
            r.choice(u64::from(le16(b, 2)), names::HARDWARE_TYPES, "ARPHRD_???");
            r.put(", ifi_index=");
            r.interface(le32(b, 4));
            r.put(", ifi_flags=");
            r.flags(u64::from(le32(b, 8)), names::INTERFACE_FLAGS, "IFF_???");
            r.put(", ifi_change=");
            r.hex(u64::from(le32(b, 12)));
            r.put("}");
            attributes(r, IFLA, "IFLA_???", family, &b[16..]);
        }
        // RTM_…ADDR: struct ifaddrmsg.
        20..=23 => {
            r.put("{ifa_family=");
            r.choice(family, names::FAMILIES, "AF_???");
            if b.len() < 8 {
                return r.put(", ...}");
            }
            r.fmt(format_args!(", ifa_prefixlen={}, ifa_flags=", b[1]));
            r.flags(u64::from(b[2]), IFA_FLAGS, "IFA_F_???");
            r.put(", ifa_scope=");
            r.choice(u64::from(b[3]), SCOPES, "RT_SCOPE_???");
            r.put(", ifa_index=");
            r.interface(le32(b, 4));
            r.put("}");
            attributes(r, IFA, "IFA_???", family, &b[8..]);
        }
        // RTM_…ROUTE: struct rtmsg.
        24..=27 if b.len() >= 12 => {
            r.put("{rtm_family=");
            r.choice(family, names::FAMILIES, "AF_???");
            r.fmt(format_args!(", rtm_dst_len={}, rtm_src_len={}, rtm_tos=", b[1], b[2]));
            r.hex(u64::from(b[3]));
            r.put(", rtm_table=");
            r.choice(u64::from(b[4]), TABLES, "RT_TABLE_???");
            r.put(", rtm_protocol=");
            r.choice(u64::from(b[5]), ROUTE_PROTOCOLS, "RTPROT_???");
            r.put(", rtm_scope=");
            r.choice(u64::from(b[6]), SCOPES, "RT_SCOPE_???");
            r.put(", rtm_type=");
            r.choice(u64::from(b[7]), ROUTE_TYPES, "RTN_???");
            r.put(", rtm_flags=");
            r.flags(u64::from(le32(b, 8)), ROUTE_FLAGS, "RTM_F_???");
            r.put("}");
            attributes(r, RTA, "RTA_???", family, &b[12..]);
        }
        _ => {
            r.put("{family=");
            r.choice(family, names::FAMILIES, "AF_???");
            if b.len() > 1 {
                r.put(", data=");
                let data = &b[1..];
                r.quoted_hex(&data[..data.len().min(SHOWN)]);
                if data.len() > SHOWN {
                    r.put("...");
                }
            }
            r.put("}");
        }
    }
}

/// `, [{nla_len=…}, value]`; several of them in brackets.
fn attributes(r: &mut Render<'_>, known: Attributes, unknown: &str, family: u64, b: &[u8]) {
    if b.len() < 4 {
        return;
    }
    r.put(", ");
    let first = usize::from(le16(b, 0));
    let several = first >= 4 && first.next_multiple_of(4) + 4 <= b.len();
    if several {
        r.put("[");
    }
    let (mut at, mut count) = (0, 0);
    while b.len() - at >= 4 {
        if count > 0 {
            r.put(", ");
        }
        if count == SHOWN || r.is_long() {
            r.put("...");
            break;
        }
        count += 1;
        let rest = &b[at..];
        let len = usize::from(le16(rest, 0));
        attribute(r, known, unknown, family, &rest[..len.clamp(4, rest.len())], len);
        if len < 4 || len.next_multiple_of(4) >= rest.len() {
            break;
        }
        at += len.next_multiple_of(4);
    }
    if several {
        r.put("]");
    }
}

fn attribute(r: &mut Render<'_>, known: Attributes, unknown: &str, family: u64, b: &[u8], len: usize) {
    // Bits 14 and 15 are flags (NLA_F_NET_BYTEORDER, NLA_F_NESTED).
    let raw = le16(b, 2);
    let kind = raw & 0x3fff;
    let entry = known.iter().find(|(n, ..)| *n == kind);
    let data = &b[4..];
    if !data.is_empty() {
        r.put("[");
    }
    r.fmt(format_args!("{{nla_len={len}, nla_type="));
    for (bit, name) in [(0x8000, "NLA_F_NESTED|"), (0x4000, "NLA_F_NET_BYTEORDER|")] {
        if raw & bit != 0 {
            r.put(name);
        }
    }
    match entry {
        Some((_, name, _)) => r.put(name),
        None => r.fmt(format_args!("{kind:#x} /* {unknown} */")),
    }
    r.put("}");
    if !data.is_empty() {
        r.put(", ");
        value(r, entry.map_or(Value::Unknown, |(.., v)| *v), family, data);
        r.put("]");
    }
}

fn value(r: &mut Render<'_>, form: Value, family: u64, b: &[u8]) {
    match (form, b.len()) {
        (Value::Text, _) => {
            let end = b.iter().position(|c| *c == 0).unwrap_or(b.len());
            r.quoted(&b[..end.min(256)]);
        }
        (Value::U8, 1..) => r.fmt(format_args!("{}", b[0])),
        (Value::U32, 4..) => r.fmt(format_args!("{}", le32(b, 0))),
        (Value::I32, 4..) => r.fmt(format_args!("{}", le_i32(b, 0))),
        (Value::Filter, 4..) => r.flags(u64::from(le32(b, 0)), FILTERS, "RTEXT_FILTER_???"),
        (Value::Table, 4..) => r.choice(u64::from(le32(b, 0)), TABLES, "RT_TABLE_???"),
        (Value::Interface, 4..) => r.interface(le32(b, 0)),
        (Value::AddressFlags, 4..) => r.flags(u64::from(le32(b, 0)), IFA_FLAGS, "IFA_F_???"),
        (Value::Address, 4) if family == 2 => {
            r.fmt(format_args!("inet_addr(\"{}\")", Ipv4Addr::from(array_at::<4>(b, 0))));
        }
        (Value::Address, 16) if family == 10 => {
            r.fmt(format_args!("inet_pton(AF_INET6, \"{}\")", Ipv6Addr::from(array_at::<16>(b, 0))));
        }
        (Value::Mac, 1..=32) => {
            for (i, byte) in b.iter().enumerate() {
                r.fmt(format_args!("{}{byte:02x}", if i > 0 { ":" } else { "" }));
            }
        }
        (Value::Stats(size), _) if b.len() >= 24 * size => {
            r.put("{");
            for (i, (piece, name)) in b.chunks_exact(size).zip(COUNTERS).enumerate() {
                r.fmt(format_args!("{}{name}={}", if i > 0 { ", " } else { "" }, le_word(piece, 0, size)));
            }
            r.put("}");
        }
        (Value::CacheInfo, 16..) => {
            let [prefered, valid, made, changed] = [0, 4, 8, 12].map(|at| le32(b, at));
            r.fmt(format_args!("{{ifa_prefered={prefered}, ifa_valid={valid}, cstamp={made}, tstamp={changed}}}"));
        }
        _ => {
            let shown = &b[..b.len().min(SHOWN)];
            r.quoted_hex(shown);
            if b.len() > shown.len() {
                r.put("...");
            }
        }
    }
}
