//! Requests of ioctl(2) about network interfaces: `struct ifreq` and `struct ifconf`.

use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32};
use crate::syscall::names::socket as socket_names;
use crate::syscall::sockaddr::put_sockaddr;
use crate::syscall::{Memory, Render};

/// The name at the start of a `struct ifreq`, for telling which interface a request is about.
pub fn interface_name(memory: &dyn Memory, addr: u64) -> Option<String> {
    let bytes: [u8; 16] = memory.bytes(addr).filter(|_| addr != 0)?;
    let end = bytes.iter().position(|b| *b == 0)?;
    let name = std::str::from_utf8(&bytes[..end]).ok()?;
    // dev_valid_name in the kernel: no blank, no slash, no colon.
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ':');
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// `sizeof(struct ifreq)`.
const fn ifreq(word: usize) -> usize {
    if word == 4 { 32 } else { 40 }
}

/// Requests with a `struct ifreq`, by the field that they use.
pub fn interface(r: &mut Render<'_>, addr: u64) {
    let code = r.arg(1) as u32;
    match code {
        0x8912 => return interfaces(r, addr),
        0x8910 => return interface_by_index(r, addr),
        // Some requests use structures that strace does not show.
        0x8911 | 0x891a | 0x892d | 0x892e | 0x8934 | 0x8935 | 0x8937.. | 0x8980..
            if !matches!(code, 0x8942 | 0x8943 | 0x8970 | 0x8971) =>
        {
            return bridged(r, code, addr);
        }
        _ => {}
    }
    // What the kernel fills is known at the exit.
    let gets = matches!(
        code,
        0x8913
            | 0x8915
            | 0x8917
            | 0x8919
            | 0x891b
            | 0x891d
            | 0x891f
            | 0x8921
            | 0x8927
            | 0x8929
            | 0x8933
            | 0x8942
            | 0x8970
    );
    if gets && r.wait() {
        return;
    }
    let word = r.call.abi.word();
    let mut b = [0; 40];
    let b = &mut b[..ifreq(word)];
    if !r.fetch_in(addr, b) {
        return;
    }
    r.put("{ifr_name=");
    r.chars(&b[..16]);
    if !(gets && r.failed()) {
        interface_field(r, code, &b[16..]);
    }
    r.put("}");
}

fn interface_field(r: &mut Render<'_>, code: u32, b: &[u8]) {
    let address = |r: &mut Render<'_>, name: &str, b: &[u8]| {
        r.put(name);
        put_sockaddr(r, &b[..16]);
    };
    match code {
        0x8913 | 0x8914 => {
            r.put(", ifr_flags=");
            r.flags(u64::from(le16(b, 0)), socket_names::INTERFACE_FLAGS, "IFF_???");
        }
        0x8915 | 0x8916 => address(r, ", ifr_addr=", b),
        0x8917 | 0x8918 => address(r, ", ifr_dstaddr=", b),
        0x8919 => address(r, ", ifr_broadaddr=", b),
        0x891b | 0x891c => address(r, ", ifr_netmask=", b),
        0x891d | 0x891e => r.fmt(format_args!(", ifr_metric={}", le_i32(b, 0))),
        0x8921 | 0x8922 => r.fmt(format_args!(", ifr_mtu={}", le_i32(b, 0))),
        0x8942 | 0x8943 => r.fmt(format_args!(", ifr_qlen={}", le_i32(b, 0))),
        0x8933 => r.fmt(format_args!(", ifr_ifindex={}", le_i32(b, 0))),
        0x8924 | 0x8927 | 0x8931 | 0x8932 => {
            r.put(", ifr_hwaddr={sa_family=");
            let kind = le16(b, 0);
            r.choice(u64::from(kind), socket_names::HARDWARE_TYPES, "ARPHRD_???");
            r.put(", sa_data=");
            // Addresses of Ethernet and of loopback have six bytes.
            let len = if matches!(kind, 1 | 772) { 6 } else { 14 };
            for (i, byte) in b[2..2 + len].iter().enumerate() {
                r.fmt(format_args!("{}{byte:02x}", if i > 0 { ":" } else { "" }));
            }
            r.put("}");
        }
        0x8929 | 0x8930 => {
            r.put(", ifr_slave=");
            r.chars(&b[..16]);
        }
        0x8923 => {
            r.put(", ifr_newname=");
            r.chars(&b[..16]);
        }
        0x8970 | 0x8971 => {
            let word = r.call.abi.word();
            let (start, end) = (le_word(b, 0, word), le_word(b, 1, word));
            let rest = &b[2 * word..];
            for (name, value) in [
                (", ifr_map={mem_start=", start),
                (", mem_end=", end),
                (", base_addr=", u64::from(le16(rest, 0))),
                (", irq=", u64::from(rest[2])),
                (", dma=", u64::from(rest[3])),
                (", port=", u64::from(rest[4])),
            ] {
                r.put(name);
                r.hex(value);
            }
            r.put("}");
        }
        _ => {}
    }
}

fn bridged(r: &mut Render<'_>, code: u32, addr: u64) {
    if matches!(code, 0x891a) {
        let mut b = [0; 32];
        if r.fetch_in(addr, &mut b) {
            r.put("{ifr_name=");
            r.chars(&b[..16]);
            r.put(", ifr_broadaddr=");
            put_sockaddr(r, &b[16..32]);
            r.put("}");
        }
    } else if matches!(code, 0x89a2 | 0x89a3) {
        let mut b = [0; 20];
        if r.fetch_in(addr, &mut b) {
            r.put("{ifr_ifindex=");
            r.interface(le32(&b, 16));
            r.put("}");
        }
    } else {
        r.pointer(addr);
    }
}

fn interface_by_index(r: &mut Render<'_>, addr: u64) {
    if r.wait() {
        return;
    }
    let mut b = [0; 20];
    if r.fetch_in(addr, &mut b) {
        r.fmt(format_args!("{{ifr_ifindex={}", le_i32(&b, 16)));
        if !r.failed() {
            r.put(", ifr_name=");
            r.chars(&b[..16]);
        }
        r.put("}");
    }
}

/// SIOCGIFCONF: `struct ifconf`, whose length the kernel changes.
fn interfaces(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 16];
    let b = &mut b[..2 * word];
    let got = addr != 0 && r.memory.read(addr, b) == b.len();
    let (len, buf) = (le_i32(b, 0), le_word(b, 1, word));
    if r.outcome.is_none() {
        r.kept.push(if got { u64::from(len as u32) } else { u64::MAX });
    }
    if r.wait() {
        return;
    }
    let before = r.kept.first().copied().unwrap_or(u64::MAX);
    if !got || before == u64::MAX {
        return r.pointer(addr);
    }
    let each = ifreq(word) as i32;
    let put_len = |r: &mut Render<'_>, len: i32| {
        r.fmt(format_args!("{len}"));
        if len > 0 && len % each == 0 {
            r.fmt(format_args!(" /* {} * sizeof(struct ifreq) */", len / each));
        }
    };
    r.put("{ifc_len=");
    // Without a buffer the length is only an answer.
    if buf != 0 {
        put_len(r, before as i32);
        if !r.failed() && len != before as i32 {
            r.put(" => ");
            put_len(r, len);
        }
    } else {
        put_len(r, len);
    }
    r.put(", ifc_buf=");
    if buf == 0 || r.failed() {
        r.pointer(buf);
    } else {
        r.array(buf, (len.max(0) / each) as u64, each as usize, &mut |r, e| {
            r.put("{ifr_name=");
            r.chars(&e.bytes[..16]);
            r.put(", ifr_addr=");
            put_sockaddr(r, &e.bytes[16..32]);
            r.put("}");
        });
    }
    r.put("}");
}
