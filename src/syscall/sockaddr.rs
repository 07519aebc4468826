//! Socket addresses: what they say, and how strace writes them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::decode::bytes::{le16, le32};
use super::names::socket as names;
use super::pieces::{array_at, be16, be32};
use super::{Memory, Render};

/// `sizeof(struct sockaddr_storage)`: the kernel takes no more.
pub const SOCKADDR_MAX: usize = 128;

/// Address families that are told apart here (bits/socket.h).
pub mod family {
    /// No address: a connect to it dissolves the association of a datagram socket.
    pub const UNSPEC: u16 = 0;
    /// unix(7).
    pub const UNIX: u16 = 1;
    /// ip(7).
    pub const INET: u16 = 2;
    /// ax25(4).
    pub const AX25: u16 = 3;
    /// IPX.
    pub const IPX: u16 = 4;
    /// X.25.
    pub const X25: u16 = 9;
    /// ipv6(7).
    pub const INET6: u16 = 10;
    /// netlink(7).
    pub const NETLINK: u16 = 16;
    /// packet(7).
    pub const PACKET: u16 = 17;
    /// Bluetooth.
    pub const BLUETOOTH: u16 = 31;
    /// The kernel's crypto.
    pub const ALG: u16 = 38;
    /// vsock(7).
    pub const VSOCK: u16 = 40;
    /// Qualcomm IPC router.
    pub const QIPCRTR: u16 = 42;
    /// AF_XDP.
    pub const XDP: u16 = 44;
    /// Management component transport.
    pub const MCTP: u16 = 45;
}

/// The name in the file system or beside it of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnixName {
    /// None: not bound, or bound to nothing (`addrlen` of 2).
    Unnamed,
    /// A path, without its NUL.
    Path(Vec<u8>),
    /// An abstract name, without the NUL before it; NULs within it count.
    Abstract(Vec<u8>),
}

impl UnixName {
    /// The name as policies and records have it: the path, `@name`, or empty.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            UnixName::Unnamed => Vec::new(),
            UnixName::Path(path) => path.clone(),
            UnixName::Abstract(name) => [b"@", &name[..]].concat(),
        }
    }
}

/// A `struct sockaddr` by what it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SocketAddress {
    /// AF_UNSPEC.
    Unspecified,
    /// AF_INET or AF_INET6.
    Internet {
        /// As written: an IPv4-mapped IPv6 address stays one. See [`SocketAddress::canonical_ip`].
        address: IpAddr,
        /// Host byte order.
        port: u16,
        /// `sin6_scope_id`: the interface of a link-local address; 0 for none.
        scope: u32,
    },
    /// AF_UNIX.
    Unix(UnixName),
    /// AF_NETLINK.
    Netlink {
        /// `nl_pid`: 0 is the kernel.
        pid: u32,
        /// `nl_groups`: multicast groups.
        groups: u32,
    },
    /// AF_PACKET.
    Packet {
        /// `sll_protocol`, host byte order.
        protocol: u16,
        /// `sll_ifindex`; 0 is every interface.
        interface: u32,
    },
    /// AF_VSOCK.
    Vsock {
        /// Which machine: 2 is the host, -1 any.
        cid: u32,
        /// Port.
        port: u32,
    },
    /// AF_ALG.
    Alg {
        /// `hash`, `skcipher`, ….
        kind: Vec<u8>,
        /// `sha256`, ….
        name: Vec<u8>,
    },
    /// Another family, or one whose address is too short for its family.
    Other {
        /// AF_….
        family: u16,
        /// What follows the family.
        data: Vec<u8>,
    },
}

impl SocketAddress {
    /// The family's name, such as `AF_NETLINK`; the number where it has none.
    pub fn family_name(&self) -> String {
        family_name(match self {
            SocketAddress::Unspecified => family::UNSPEC,
            SocketAddress::Internet { address: IpAddr::V4(_), .. } => family::INET,
            SocketAddress::Internet { .. } => family::INET6,
            SocketAddress::Unix(_) => family::UNIX,
            SocketAddress::Netlink { .. } => family::NETLINK,
            SocketAddress::Packet { .. } => family::PACKET,
            SocketAddress::Vsock { .. } => family::VSOCK,
            SocketAddress::Alg { .. } => family::ALG,
            SocketAddress::Other { family, .. } => *family,
        })
    }

    /// The internet address and port; an IPv4-mapped IPv6 address as IPv4, as rules have it.
    pub fn canonical_ip(&self) -> Option<(IpAddr, u16)> {
        match self {
            SocketAddress::Internet { address, port, .. } => Some((address.to_canonical(), *port)),
            _ => None,
        }
    }
}

/// `AF_INET`; `AF_99` where the number has no name.
pub fn family_name(family: u16) -> String {
    names::FAMILIES
        .iter()
        .find(|(n, _)| *n == u64::from(family))
        .map_or_else(|| format!("AF_{family}"), |(_, name)| (*name).to_owned())
}

/// What a unix address names; `path` is `sun_path` as far as the address's length reaches.
fn unix_name(path: &[u8]) -> UnixName {
    match path.split_first() {
        None => UnixName::Unnamed,
        Some((0, name)) => UnixName::Abstract(name.to_vec()),
        Some(_) => UnixName::Path(path[..path.iter().position(|b| *b == 0).unwrap_or(path.len())].to_vec()),
    }
}

fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len())].to_vec()
}

/// What `bytes`, a `struct sockaddr` of exactly the length that the call gives, says. `None` where not even the family
/// is there. Reads as the kernel does: an address longer than its family's is cut.
pub fn parse(bytes: &[u8]) -> Option<SocketAddress> {
    let bytes = &bytes[..bytes.len().min(SOCKADDR_MAX)];
    let (head, data) = bytes.split_first_chunk::<2>()?;
    let family = u16::from_le_bytes(*head);
    Some(match family {
        family::UNSPEC => SocketAddress::Unspecified,
        // The kernel wants all 16 bytes of a `sockaddr_in`, and the first 24 of a `sockaddr_in6`.
        family::INET if bytes.len() >= 16 => SocketAddress::Internet {
            address: Ipv4Addr::from(array_at(bytes, 4)).into(),
            port: be16(bytes, 2),
            scope: 0,
        },
        family::INET6 if bytes.len() >= 24 => SocketAddress::Internet {
            address: Ipv6Addr::from(array_at(bytes, 8)).into(),
            port: be16(bytes, 2),
            scope: le32(bytes, 24),
        },
        family::UNIX => SocketAddress::Unix(unix_name(&data[..data.len().min(108)])),
        family::NETLINK if bytes.len() >= 12 => SocketAddress::Netlink { pid: le32(bytes, 4), groups: le32(bytes, 8) },
        family::PACKET if bytes.len() >= 12 => {
            SocketAddress::Packet { protocol: be16(bytes, 2), interface: le32(bytes, 4) }
        }
        family::VSOCK if bytes.len() >= 16 => SocketAddress::Vsock { port: le32(bytes, 4), cid: le32(bytes, 8) },
        family::ALG if bytes.len() >= 26 => {
            SocketAddress::Alg { kind: until_nul(&bytes[2..16]), name: until_nul(&bytes[24..]) }
        }
        family => SocketAddress::Other { family, data: data.to_vec() },
    })
}

/// The address that a call gives at `addr` with `len` bytes; `None` where it cannot be read.
pub fn read(memory: &dyn Memory, addr: u64, len: u64) -> Option<Vec<u8>> {
    let len = (len as u32 as usize).min(SOCKADDR_MAX);
    memory.up_to(addr, len).filter(|bytes| addr != 0 && bytes.len() == len)
}

/// The `struct sockaddr` of `len` bytes at `addr`, as strace writes it; the address in memory where it cannot be read
/// or is shorter than a family.
pub fn sockaddr(r: &mut Render<'_>, addr: u64, len: i64) {
    if addr == 0 || len < 2 {
        return r.pointer(addr);
    }
    let mut buf = [0; SOCKADDR_MAX];
    let len = len.min(SOCKADDR_MAX as i64) as usize;
    if r.fetch(addr, &mut buf[..len]) {
        put_sockaddr(r, &buf[..len]);
    }
}

/// Writes the address in `bytes`, at least two.
pub fn put_sockaddr(r: &mut Render<'_>, bytes: &[u8]) {
    let family = le16(bytes, 0);
    r.put("{sa_family=");
    r.choice(u64::from(family), names::FAMILIES, "AF_???");
    if bytes.len() > 2 {
        r.put(", ");
        put_data(r, family, bytes);
    }
    r.put("}");
}

/// What strace writes within the braces, after the family: for an object's text.
pub fn text(bytes: &[u8], memory: &dyn Memory) -> String {
    let call = super::RawCall { abi: super::Abi::X86_64, nr: 0, args: [0; 6] };
    let (mut out, mut kept) = (String::new(), Vec::new());
    if bytes.len() > 2 {
        put_data(&mut Render::new(&mut out, &call, memory, None, &mut kept), le16(bytes, 0), bytes);
    }
    out
}

fn put_data(r: &mut Render<'_>, family: u16, b: &[u8]) {
    match family {
        family::UNIX => put_unix(r, &b[2..b.len().min(110)]),
        family::INET if b.len() >= 16 => {
            r.fmt(format_args!("sin_port=htons({}), sin_addr=", be16(b, 2)));
            r.inet_addr(array_at(b, 4));
        }
        family::INET6 if b.len() >= 24 => {
            r.fmt(format_args!("sin6_port=htons({}), sin6_flowinfo=htonl({}), ", be16(b, 2), be32(b, 4)));
            let address: [u8; 16] = array_at(b, 8);
            r.inet_pton6(address, "sin6_addr");
            if b.len() >= 28 {
                let scope = le32(b, 24);
                r.put(", sin6_scope_id=");
                // Scopes are interfaces only for link-local addresses, fe80::/10 and ff?2::.
                let link_local =
                    address[0] == 0xfe && address[1] & 0xc0 == 0x80 || address[0] == 0xff && address[1] & 0x0f == 2;
                if link_local { r.interface(scope) } else { r.fmt(format_args!("{scope}")) }
            }
        }
        family::NETLINK if b.len() >= 12 => {
            if le16(b, 2) != 0 {
                r.fmt(format_args!("nl_pad={:#x}, ", le16(b, 2)));
            }
            let groups = le32(b, 8);
            r.fmt(format_args!("nl_pid={}, nl_groups=", le32(b, 4)));
            // C's %#08x.
            if groups == 0 { r.put("00000000") } else { r.fmt(format_args!("{groups:#08x}")) }
        }
        family::PACKET if b.len() >= 20 => put_packet(r, b),
        family::ALG if b.len() > 24 => put_alg(r, b),
        family::VSOCK if b.len() >= 16 => put_vsock(r, b),
        family::BLUETOOTH => put_bluetooth(r, b),
        family::IPX if b.len() >= 16 => {
            r.fmt(format_args!("sipx_port=htons({}), sipx_network=htonl(", be16(b, 2)));
            r.fmt(format_args!("{:#010x}), sipx_node=", be32(b, 4)));
            r.hex_bytes(&b[8..14]);
            r.fmt(format_args!(", sipx_type={:#x}, sipx_zero={:#x}", b[14], b[15]));
        }
        family::X25 if b.len() >= 18 => {
            r.put("sx25_addr={x25_addr=");
            put_name(r, &b[2..18], 15);
            r.put("}");
        }
        family::QIPCRTR if b.len() >= 12 => {
            r.fmt(format_args!("sq_node={:#x}, sq_port={:#x}", le32(b, 4), le32(b, 8)));
        }
        family::XDP if b.len() >= 16 => {
            r.put("sxdp_flags=");
            r.flags(u64::from(le16(b, 2)), XDP_FLAGS, "XDP_???");
            r.put(", sxdp_ifindex=");
            r.interface(le32(b, 4));
            r.fmt(format_args!(", sxdp_queue_id={}, sxdp_shared_umem_fd={}", le32(b, 8), le32(b, 12) as i32));
        }
        family::MCTP if b.len() >= 12 => {
            if le16(b, 2) != 0 {
                r.fmt(format_args!("__smctp_pad0={:#x}, ", le16(b, 2)));
            }
            r.put("smctp_network=");
            r.hex(u64::from(le32(b, 4)));
            r.fmt(format_args!(", smctp_addr={{s_addr={:#x}}}", b[8]));
            r.fmt(format_args!(", smctp_type={:#x}, smctp_tag={:#x}", b[9], b[10]));
            if b[11] != 0 {
                r.fmt(format_args!(", __smctp_pad1={:#x}", b[11]));
            }
        }
        _ => put_raw(r, b),
    }
}

/// The flags of `struct sockaddr_xdp` (linux/if_xdp.h).
static XDP_FLAGS: super::row::Names =
    &[(1, "XDP_SHARED_UMEM"), (2, "XDP_COPY"), (4, "XDP_ZEROCOPY"), (8, "XDP_USE_NEED_WAKEUP")];

fn put_raw(r: &mut Render<'_>, b: &[u8]) {
    r.put("sa_data=");
    r.quoted(&b[2..]);
}

fn put_unix(r: &mut Render<'_>, path: &[u8]) {
    r.put("sun_path=");
    match unix_name(path) {
        UnixName::Unnamed => r.put("\"\""),
        UnixName::Path(path) => r.quoted(&path),
        UnixName::Abstract(name) => {
            r.put("@");
            r.quoted(&name);
        }
    }
}

fn put_packet(r: &mut Render<'_>, b: &[u8]) {
    r.put("sll_protocol=");
    r.htons_choice(be16(b, 2), names::ETHERNET_PROTOCOLS, "ETH_P_???");
    r.put(", sll_ifindex=");
    r.interface(le32(b, 4));
    r.put(", sll_hatype=");
    r.choice(u64::from(le16(b, 8)), names::HARDWARE_TYPES, "ARPHRD_???");
    r.put(", sll_pkttype=");
    r.choice(u64::from(b[10]), names::PACKET_TYPES, "PACKET_???");
    let len = usize::from(b[11]);
    r.fmt(format_args!(", sll_halen={len}"));
    if len > 0 {
        let there = b.len() - 12;
        r.put(", sll_addr=");
        r.hex_bytes(&b[12..12 + len.min(there)]);
        if len > there {
            r.out.pop();
            r.put(", ...]");
        }
    }
}

/// A fixed field of characters: cut at its NUL; where it has none within `max`, `...` behind it.
fn put_name(r: &mut Render<'_>, field: &[u8], max: usize) {
    let end = field.iter().position(|b| *b == 0);
    r.quoted(&field[..end.unwrap_or(field.len()).min(max)]);
    if end.is_none_or(|e| e > max) {
        r.put("...");
    }
}

fn put_alg(r: &mut Render<'_>, b: &[u8]) {
    r.put("salg_type=");
    put_name(r, &b[2..16], 13);
    for (name, at) in [(", salg_feat=", 16), (", salg_mask=", 20)] {
        let bits = le32(b, at);
        r.put(name);
        r.hex(u64::from(bits));
        if bits & 0x1000 != 0 {
            r.put(" /* CRYPTO_ALG_KERN_DRIVER_ONLY");
            if bits != 0x1000 {
                r.fmt(format_args!("|{:#x}", bits & !0x1000));
            }
            r.put(" */");
        } else if bits != 0 {
            r.put(" /* CRYPTO_ALG_??? */");
        }
    }
    r.put(", salg_name=");
    let name = &b[24..];
    put_name(r, name, name.len() - 1);
}

fn put_vsock(r: &mut Render<'_>, b: &[u8]) {
    if le16(b, 2) != 0 {
        r.fmt(format_args!("svm_reserved1={:#x}, ", le16(b, 2)));
    }
    r.put("svm_cid=");
    match le32(b, 8) {
        u32::MAX => r.put("VMADDR_CID_ANY"),
        0 => r.put("VMADDR_CID_HYPERVISOR"),
        1 => r.put("VMADDR_CID_LOCAL"),
        2 => r.put("VMADDR_CID_HOST"),
        cid => r.fmt(format_args!("{cid:#x}")),
    }
    r.put(", svm_port=");
    match le32(b, 4) {
        u32::MAX => r.put("VMADDR_PORT_ANY"),
        port => r.hex(u64::from(port)),
    }
    r.put(", svm_flags=");
    r.flags(u64::from(b[12]), &[(1, "VMADDR_FLAG_TO_HOST")], "VMADDR_???");
    if b[13..16] != [0; 3] {
        r.put(", svm_zero=");
        r.quoted_hex(&b[13..16]);
    }
}

/// A Bluetooth address, byte by byte as strace does (bluetoothctl writes them backwards).
fn put_bdaddr(r: &mut Render<'_>, b: &[u8]) {
    let [a, b, c, d, e, f]: [u8; 6] = array_at(b, 0);
    r.fmt(format_args!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"));
}

/// The structure depends on the socket's protocol, which the address does not hold; its length tells most of them.
fn put_bluetooth(r: &mut Render<'_>, b: &[u8]) {
    match b.len() {
        6 => {
            r.put("hci_dev=htobs(");
            r.fmt(format_args!("{}), hci_channel=", le16(b, 2)));
            r.choice(u64::from(le16(b, 4)), HCI_CHANNELS, "HCI_CHANNEL_???");
        }
        8 => {
            r.put("sco_bdaddr=");
            put_bdaddr(r, &b[2..]);
        }
        10 => {
            r.put("rc_bdaddr=");
            put_bdaddr(r, &b[2..]);
            r.fmt(format_args!(", rc_channel={}", b[8]));
        }
        len @ 12..=14 => {
            r.put("l2_psm=htobs(");
            put_dynamic(r, le16(b, 2), L2CAP_PSM, "L2CAP_PSM", 0x1001);
            r.put("), l2_bdaddr=");
            put_bdaddr(r, &b[4..]);
            r.put(", l2_cid=htobs(");
            put_dynamic(r, le16(b, 10), L2CAP_CID, "L2CAP_CID", 0x40);
            r.put(")");
            if len == 14 {
                r.put(", l2_bdaddr_type=");
                r.choice(u64::from(b[12]), BDADDR_TYPES, "BDADDR_???");
            }
        }
        _ => put_raw(r, b),
    }
}

/// A number that has a name, or counts from where the dynamic ones start: `L2CAP_PSM_DYN_START+5`.
fn put_dynamic(r: &mut Render<'_>, value: u16, known: super::row::Names, prefix: &str, start: u16) {
    match value.checked_sub(start) {
        Some(0) => r.fmt(format_args!("{prefix}_DYN_START")),
        Some(more) => r.fmt(format_args!("{prefix}_DYN_START+{more}")),
        None => {
            let unknown = format!("{prefix}_???");
            r.choice(u64::from(value), known, &unknown);
        }
    }
}

/// Kinds of Bluetooth addresses.
static BDADDR_TYPES: super::row::Names = &[(0, "BDADDR_BREDR"), (1, "BDADDR_LE_PUBLIC"), (2, "BDADDR_LE_RANDOM")];

/// Channels of L2CAP.
static L2CAP_CID: super::row::Names = &[
    (1, "L2CAP_CID_SIGNALING"),
    (2, "L2CAP_CID_CONN_LESS"),
    (3, "L2CAP_CID_A2MP"),
    (4, "L2CAP_CID_ATT"),
    (5, "L2CAP_CID_LE_SIGNALING"),
    (6, "L2CAP_CID_SMP"),
    (7, "L2CAP_CID_SMP_BREDR"),
];

/// Channels of HCI sockets.
static HCI_CHANNELS: super::row::Names = &[
    (0, "HCI_CHANNEL_RAW"),
    (1, "HCI_CHANNEL_USER"),
    (2, "HCI_CHANNEL_MONITOR"),
    (3, "HCI_CHANNEL_CONTROL"),
    (4, "HCI_CHANNEL_LOGGING"),
];

/// Well-known services of L2CAP.
static L2CAP_PSM: super::row::Names =
    &[(1, "L2CAP_PSM_SDP"), (3, "L2CAP_PSM_RFCOMM"), (0x1f, "L2CAP_PSM_3DSP"), (0x23, "L2CAP_PSM_IPSP")];
