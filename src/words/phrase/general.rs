//! Every kind with every type of object.

use super::super::{mark, service};
use super::{Phrase, say};
use crate::syscall::{Kind, Object};

/// What `kind` does to `object`; `None` where it needs no object.
pub(super) fn phrase(kind: Kind, object: Option<&Object>) -> Option<Phrase> {
    let object = object?;
    Some(match kind {
        Kind::FileRead
        | Kind::FileList
        | Kind::FileStat
        | Kind::FileWrite
        | Kind::FileCreate
        | Kind::FileDelete
        | Kind::FileRename
        | Kind::FileAttributes => file(kind, object),
        Kind::NetworkSocket | Kind::NetworkConnect | Kind::NetworkListen | Kind::NetworkAccept | Kind::NetworkSend => {
            network(kind, object)
        }
        Kind::ProcessExecute => say(mark("run {object}"), mark("{program} wants to run {object}")),
        Kind::ProcessSpawn => say(mark("start another process"), mark("{program} wants to start another process")),
        Kind::ProcessSignal => {
            say(mark("send a signal to {object}"), mark("{program} wants to send a signal to {object}"))
        }
        Kind::ProcessInspect => {
            say(mark("look into or change {object}"), mark("{program} wants to look into or change {object}"))
        }
        Kind::ProcessIdentity => say(
            mark("change its user, group or privileges ({object})"),
            mark("{program} wants to change its user, group or privileges ({object})"),
        ),
        Kind::Ipc => say(
            mark("use {object}, which it can share with other programs"),
            mark("{program} wants to use {object}, which it can share with other programs"),
        ),
        Kind::Device => match object {
            Object::Device { request, .. } if !request.is_empty() => say(
                mark("send the request {request} to the device {device}"),
                mark("{program} wants to send the request {request} to the device {device}"),
            ),
            _ => say(mark("control the device {object}"), mark("{program} wants to control the device {object}")),
        },
        Kind::System => say(
            mark("change something for the whole computer: {object}"),
            mark("{program} wants to change something for the whole computer: {object}"),
        ),
        Kind::Bypass => say(
            mark("use a way around the checking of single calls ({object})"),
            mark("{program} wants to use a way around the checking of single calls ({object})"),
        ),
        Kind::Descriptor => {
            say(mark("use what it has open: {object}"), mark("{program} wants to use what it has open: {object}"))
        }
        Kind::Memory => say(mark("manage its memory"), mark("{program} wants to manage its memory")),
        Kind::Time => say(mark("use a clock or timer"), mark("{program} wants to use a clock or timer")),
        Kind::Wait => say(mark("wait"), mark("{program} wants to wait")),
    })
}

fn file(kind: Kind, object: &Object) -> Phrase {
    match (kind, object) {
        (Kind::FileRead, Object::Path { .. }) => say(mark("read {object}"), mark("{program} wants to read {object}")),
        (Kind::FileRead, _) => say(mark("read from {object}"), mark("{program} wants to read from {object}")),
        (Kind::FileList, _) => {
            say(mark("list the folder {object}"), mark("{program} wants to list the folder {object}"))
        }
        (Kind::FileStat, _) => say(
            mark("look at the properties of {object}"),
            mark("{program} wants to look at the properties of {object}"),
        ),
        (Kind::FileWrite, Object::Path { .. }) => {
            say(mark("change {object}"), mark("{program} wants to change {object}"))
        }
        (Kind::FileWrite, _) => say(mark("write to {object}"), mark("{program} wants to write to {object}")),
        (Kind::FileCreate, _) => say(mark("create {object}"), mark("{program} wants to create {object}")),
        (Kind::FileDelete, _) => say(mark("delete {object}"), mark("{program} wants to delete {object}")),
        (Kind::FileRename, _) => say(mark("rename {object}"), mark("{program} wants to rename {object}")),
        _ => say(
            mark("change the permissions or other properties of {object}"),
            mark("{program} wants to change the permissions or other properties of {object}"),
        ),
    }
}

fn network(kind: Kind, object: &Object) -> Phrase {
    let named = |port: u16| if port == 0 { None } else { Some(service(port).is_some()) };
    match (kind, object) {
        (Kind::NetworkSocket, _) => {
            say(mark("make a socket ({object})"), mark("{program} wants to make a socket ({object})"))
        }
        (Kind::NetworkConnect, Object::Address { port, .. }) => match named(*port) {
            None => say(mark("connect to {address}"), mark("{program} wants to connect to {address}")),
            Some(true) => say(
                mark("connect to {address}, port {port} ({service})"),
                mark("{program} wants to connect to {address}, port {port} ({service})"),
            ),
            Some(false) => say(
                mark("connect to {address}, port {port}"),
                mark("{program} wants to connect to {address}, port {port}"),
            ),
        },
        (Kind::NetworkConnect, Object::Unix { .. }) => say(
            mark("connect to the local socket {object}"),
            mark("{program} wants to connect to the local socket {object}"),
        ),
        (Kind::NetworkConnect, _) => say(mark("connect to {object}"), mark("{program} wants to connect to {object}")),
        (Kind::NetworkListen, Object::Address { port: 0, .. }) => say(
            mark("be reachable at {address} on a free port"),
            mark("{program} wants to be reachable at {address} on a free port"),
        ),
        (Kind::NetworkListen, Object::Address { .. }) => say(
            mark("be reachable at {address}, port {port}"),
            mark("{program} wants to be reachable at {address}, port {port}"),
        ),
        (Kind::NetworkListen, Object::Unix { .. }) => say(
            mark("be reachable at the local socket {object}"),
            mark("{program} wants to be reachable at the local socket {object}"),
        ),
        (Kind::NetworkListen, _) => {
            say(mark("be reachable at {object}"), mark("{program} wants to be reachable at {object}"))
        }
        (Kind::NetworkAccept, _) => {
            say(mark("accept a connection at {object}"), mark("{program} wants to accept a connection at {object}"))
        }
        (_, Object::Address { port, .. }) => match named(*port) {
            None => say(mark("send data to {address}"), mark("{program} wants to send data to {address}")),
            Some(true) => say(
                mark("send data to {address}, port {port} ({service})"),
                mark("{program} wants to send data to {address}, port {port} ({service})"),
            ),
            Some(false) => say(
                mark("send data to {address}, port {port}"),
                mark("{program} wants to send data to {address}, port {port}"),
            ),
        },
        (_, Object::Unix { .. }) => say(
            mark("send data to the local socket {object}"),
            mark("{program} wants to send data to the local socket {object}"),
        ),
        _ => say(mark("send data to {object}"), mark("{program} wants to send data to {object}")),
    }
}
