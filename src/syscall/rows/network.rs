//! Sockets.

use crate::syscall::Kind;
use crate::syscall::row::{Does, Pretend, Row, Show, arg};

/// The rows.
pub static ROWS: &[Row] =
    &[Row::new("connect", &[arg("fd", Show::Fd), arg("addr", Show::Pointer), arg("addrlen", Show::Uint)])
        .does(&[Does::Address { kind: Kind::NetworkConnect, fd: 0, addr: 1, len: 2 }])
        .pretend(Pretend::Value(0))];
