//! Reading the memory of the task whose call is decoded.

use std::cell::{Cell, RefCell};

/// Memory that may be hostile: unreadable, ending at a page's edge, changing.
pub trait Memory {
    /// Reads from `addr` into `buf`; returns how many bytes from the start could be read (0 to `buf.len()`).
    fn read(&self, addr: u64, buf: &mut [u8]) -> usize;

    /// The name of the network interface with that index, where whoever holds the task can tell. Interfaces are
    /// named in socket addresses and options; a name is text for the reader and decides nothing.
    fn interface_name(&self, _index: u32) -> Option<String> {
        None
    }

    /// The protocol of the netlink socket that descriptor `fd` of the task is open on (`NETLINK_ROUTE` is 0), `None`
    /// for everything else: only with it can bytes be told for netlink messages.
    fn netlink_protocol(&self, _fd: i32) -> Option<u32> {
        None
    }

    /// Exactly `N` bytes at `addr`, or `None`.
    fn array<const N: usize>(&self, addr: u64) -> Option<[u8; N]>
    where
        Self: Sized,
    {
        let mut buf = [0; N];
        (self.read(addr, &mut buf) == N).then_some(buf)
    }
}

impl dyn Memory + '_ {
    /// Exactly `N` bytes at `addr`, or `None`.
    pub fn bytes<const N: usize>(&self, addr: u64) -> Option<[u8; N]> {
        let mut buf = [0; N];
        (self.read(addr, &mut buf) == N).then_some(buf)
    }

    /// A little-endian `u32` at `addr`.
    pub fn u32(&self, addr: u64) -> Option<u32> {
        self.bytes(addr).map(u32::from_le_bytes)
    }

    /// A little-endian `u64` at `addr`.
    pub fn u64(&self, addr: u64) -> Option<u64> {
        self.bytes(addr).map(u64::from_le_bytes)
    }

    /// A `long` of `word` (4 or 8) bytes at `addr`, zero-extended.
    pub fn word(&self, addr: u64, word: usize) -> Option<u64> {
        if word == 4 { self.u32(addr).map(u64::from) } else { self.u64(addr) }
    }

    /// Up to `len` bytes at `addr`: what could be read, or `None` if nothing could (and `len` was not 0).
    pub fn up_to(&self, addr: u64, len: usize) -> Option<Vec<u8>> {
        let mut buf = vec![0; len];
        let got = self.read(addr, &mut buf);
        buf.truncate(got);
        (got > 0 || len == 0).then_some(buf)
    }

    /// The bytes before the NUL at `addr`, reading at most `max`. `Err` holds what was read where there is no
    /// NUL within `max` readable bytes (empty: nothing was readable).
    pub fn c_string(&self, addr: u64, max: usize) -> Result<Vec<u8>, Vec<u8>> {
        let mut out = Vec::new();
        let mut at = addr;
        while out.len() < max {
            // Reads end at 256-byte lines, so that a short string near an unreadable page costs one read.
            let chunk = (256 - (at % 256) as usize).min(max - out.len());
            let mut buf = [0; 256];
            let got = self.read(at, &mut buf[..chunk]);
            if let Some(end) = buf[..got].iter().position(|b| *b == 0) {
                out.extend_from_slice(&buf[..end]);
                return Ok(out);
            }
            out.extend_from_slice(&buf[..got]);
            if got < chunk {
                break;
            }
            let Some(next) = at.checked_add(chunk as u64) else { break };
            at = next;
        }
        Err(out)
    }
}

/// Bytes of a page: memory is readable or not by whole pages.
const PAGE: usize = 4096;
/// Pages remembered at most; a call rarely names things on more.
const MOST_PAGES: usize = 8;

struct Page {
    base: u64,
    readable: bool,
    bytes: Box<[u8; PAGE]>,
}

/// The pages that were read since the task stopped, so that deciding and rendering read each only once. One per
/// tracer, reused from stop to stop. Whoever lets the task (or one that shares its memory) run must call
/// [`PageCache::forget`] before looking again: what was read is then the past.
#[derive(Default)]
pub struct PageCache {
    pages: RefCell<Vec<Page>>,
    used: Cell<usize>,
}

impl PageCache {
    /// An empty one.
    pub fn new() -> PageCache {
        PageCache::default()
    }

    /// Forgets what was read, keeping the buffers.
    pub fn forget(&self) {
        self.used.set(0);
    }

    /// `inner` read through the cache.
    pub fn over<'a>(&'a self, inner: &'a dyn Memory) -> CachedMemory<'a> {
        CachedMemory { cache: self, inner }
    }

    /// Copies from the page at `base`, from byte `from` on, into `buf`; `None`: the page is not readable.
    fn copy(&self, inner: &dyn Memory, base: u64, from: usize, buf: &mut [u8]) -> Option<()> {
        let mut pages = self.pages.borrow_mut();
        let used = self.used.get();
        let place = match pages[..used].iter().position(|p| p.base == base) {
            Some(place) => place,
            None => {
                // The last place is taken over again and again once all are full.
                let place = used.min(MOST_PAGES - 1);
                if place == pages.len() {
                    pages.push(Page { base, readable: false, bytes: Box::new([0; PAGE]) });
                }
                let page = &mut pages[place];
                page.base = base;
                page.readable = inner.read(base, &mut page.bytes[..]) == PAGE;
                self.used.set(place + 1);
                place
            }
        };
        let page = &pages[place];
        let bytes = page.bytes.get(from..from + buf.len())?;
        page.readable.then(|| buf.copy_from_slice(bytes))
    }
}

/// Memory read through a [`PageCache`].
pub struct CachedMemory<'a> {
    cache: &'a PageCache,
    inner: &'a dyn Memory,
}

impl Memory for CachedMemory<'_> {
    fn interface_name(&self, index: u32) -> Option<String> {
        self.inner.interface_name(index)
    }

    fn netlink_protocol(&self, fd: i32) -> Option<u32> {
        self.inner.netlink_protocol(fd)
    }

    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        if buf.len() > 2 * PAGE {
            return self.inner.read(addr, buf);
        }
        let mut done = 0;
        while done < buf.len() {
            let Some(at) = addr.checked_add(done as u64) else { break };
            let from = (at % PAGE as u64) as usize;
            let len = (PAGE - from).min(buf.len() - done);
            if self.cache.copy(self.inner, at - from as u64, from, &mut buf[done..done + len]).is_none() {
                break;
            }
            done += len;
        }
        done
    }
}

/// Memory in which nothing is readable.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn read(&self, _addr: u64, _buf: &mut [u8]) -> usize {
        0
    }
}

/// Pieces of memory at chosen addresses, for tests and fuzzing of the decoders without a traced task.
#[derive(Debug, Clone, Default)]
pub struct LocalMemory {
    pieces: Vec<(u64, Vec<u8>)>,
}

impl LocalMemory {
    /// Memory that holds `pieces`: (address, bytes).
    pub fn new(pieces: Vec<(u64, Vec<u8>)>) -> LocalMemory {
        LocalMemory { pieces }
    }
}

impl Memory for LocalMemory {
    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        self.pieces
            .iter()
            .find_map(|(start, bytes)| {
                let from = usize::try_from(addr.checked_sub(*start)?).ok()?;
                let rest = bytes.get(from..)?;
                let n = rest.len().min(buf.len());
                buf[..n].copy_from_slice(&rest[..n]);
                (n > 0).then_some(n)
            })
            .unwrap_or(0)
    }
}
