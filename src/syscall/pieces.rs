//! Small pieces that the decoders of sockets, devices and IPC share.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Render;
use super::row::Names;

impl Render<'_> {
    /// Bytes as a C string literal, every byte as `\x00`; the form of small binary values.
    pub fn quoted_hex(&mut self, bytes: &[u8]) {
        self.put("\"");
        for b in bytes {
            self.fmt(format_args!("\\x{b:02x}"));
        }
        self.put("\"");
    }

    /// Bytes as strace shows attribute and option values that it does not know: hexadecimal escapes throughout as soon
    /// as one byte is neither printable nor white space, else text. At most 32, then `...`.
    pub fn quoted_auto(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(super::render::SHOWN)];
        let plain = |b: &u8| matches!(b, 0x20..=0x7e | b'\t'..=b'\r');
        if shown.iter().all(plain) {
            self.quoted(shown)
        } else {
            self.quoted_hex(shown)
        }
        if shown.len() < bytes.len() {
            self.put("...");
        }
    }

    /// The first 32 bytes as a string literal, `...` behind it where there are more.
    pub fn quoted_cut(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(super::render::SHOWN)];
        self.quoted(shown);
        if shown.len() < bytes.len() {
            self.put("...");
        }
    }

    /// `[0x1, 0x2]`.
    pub fn hex_bytes(&mut self, bytes: &[u8]) {
        self.put("[");
        for (i, b) in bytes.iter().enumerate() {
            self.fmt(format_args!("{}{:#x}", if i > 0 { ", " } else { "" }, b));
        }
        self.put("]");
    }

    /// `inet_addr("127.0.0.1")`.
    pub fn inet_addr(&mut self, bytes: [u8; 4]) {
        self.fmt(format_args!("inet_addr(\"{}\")", Ipv4Addr::from(bytes)));
    }

    /// `inet_pton(AF_INET6, "::1", &NAME)`.
    pub fn inet_pton6(&mut self, bytes: [u8; 16], name: &str) {
        self.fmt(format_args!("inet_pton(AF_INET6, \"{}\", &{name})", Ipv6Addr::from(bytes)));
    }

    /// A network interface by its index: `if_nametoindex("lo")`, or the number where the machine has none such.
    pub fn interface(&mut self, index: u32) {
        match self.memory.interface_name(index) {
            Some(name) => {
                self.put("if_nametoindex(");
                self.quoted(name.as_bytes());
                self.put(")");
            }
            None => self.fmt(format_args!("{index}")),
        }
    }

    /// A 32-bit integer behind a pointer: `[1]`.
    pub fn int_at(&mut self, addr: u64) {
        let mut buf = [0; 4];
        if self.fetch(addr, &mut buf) {
            self.fmt(format_args!("[{}]", i32::from_le_bytes(buf)));
        }
    }

    /// As [`Render::int_at`] for what the kernel fills: the address alone where the call failed.
    pub fn int_at_exit(&mut self, addr: u64) {
        if self.failed() { self.pointer(addr) } else { self.int_at(addr) }
    }

    /// Bits by name where some are left: `A|0x40`; without any name `0x40` in bare hexadecimal; `0` for none.
    pub fn flags_bare(&mut self, value: u64, names: Names) {
        let before = self.out.len();
        let known = names.iter().filter(|(b, _)| *b != 0 && value & b == *b).fold(0, |k, (b, _)| k | b);
        if known != 0 {
            self.flags(value & known, names, "");
        }
        let rest = value & !known;
        if rest != 0 || self.out.len() == before {
            if self.out.len() > before {
                self.put("|");
            }
            self.hex(rest);
        }
    }

    /// The name of `value`, or the bare number in hexadecimal.
    pub fn choice_bare(&mut self, value: u64, names: Names) {
        match names.iter().find(|(v, _)| *v == value) {
            Some((_, name)) => self.put(name),
            None => self.hex(value),
        }
    }

    /// A value by name within a function of C: `htons(ETH_P_ALL)`. `value` is in host byte order.
    pub fn htons_choice(&mut self, value: u16, names: Names, unknown: &str) {
        self.put("htons(");
        self.choice(u64::from(value), names, unknown);
        self.put(")");
    }
}

/// The `u16` in network byte order at `at`; 0 beyond the end.
pub fn be16(bytes: &[u8], at: usize) -> u16 {
    super::decode::bytes::le16(bytes, at).swap_bytes()
}

/// The `u32` in network byte order at `at`; 0 beyond the end.
pub fn be32(bytes: &[u8], at: usize) -> u32 {
    super::decode::bytes::le32(bytes, at).swap_bytes()
}

/// The `N` bytes at `at`, zeroes beyond the end.
pub fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(from) = bytes.get(at..) {
        let n = from.len().min(N);
        out[..n].copy_from_slice(&from[..n]);
    }
    out
}
