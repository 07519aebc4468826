//! Address spaces: who can write to them, and the pages in them that the program can read but not write, where the
//! arguments that were checked are put for the kernel to read.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::rc::Rc;

/// Bytes of a slot: the arguments of one call. Three paths of the greatest length fit.
pub(super) const SLOT: u64 = 3 * 4096;
/// Slots of a region: one for each task that is in such a call at the same time.
const SLOTS: u64 = 32;
/// Bytes of a region.
pub(super) const REGION: u64 = SLOT * SLOTS;
/// Regions of an address space at most; more tasks than fit wait in no honest program in such calls.
const REGIONS: usize = 256;

struct Region {
    base: u64,
    /// Whether the kernel itself keeps it as it is (mseal(2), Linux 6.10).
    sealed: bool,
    /// Bit n: slot n is in use.
    used: u32,
}

/// One address space.
pub(super) struct Vm {
    /// The tasks that run in it.
    pub tasks: usize,
    /// Those of them that cannot run: they wait for a child that borrows their memory (vfork(2)).
    pub suspended: usize,
    /// Whether others than its own tasks can write to it: shared memory, files that may change, io_uring and the like.
    pub exposed: bool,
    /// Whether the program's kernel would not map a region: then nothing can be pinned in it.
    pub refused: bool,
    regions: Vec<Region>,
    memory: Option<File>,
}

/// An address space that several tasks hold.
pub(super) type SharedVm = Rc<RefCell<Vm>>;

impl Vm {
    /// A new one, with one task. `exposed`: nothing is known about who else can write to it.
    pub fn new(exposed: bool) -> SharedVm {
        let (regions, memory) = (Vec::new(), None);
        Rc::new(RefCell::new(Vm { tasks: 1, suspended: 0, exposed, refused: false, regions, memory }))
    }

    /// What fork(2) makes of it.
    pub fn copy(&self) -> SharedVm {
        let regions = self.regions.iter().map(|r| Region { base: r.base, sealed: r.sealed, used: 0 }).collect();
        let (exposed, refused) = (self.exposed, self.refused);
        Rc::new(RefCell::new(Vm { tasks: 1, suspended: 0, exposed, refused, regions, memory: None }))
    }

    /// Whether anybody but the one task that is stopped can write to it.
    pub fn is_shared(&self) -> bool {
        // Among more than two, one that waits may be woken by the death of another than the one that it waits for.
        self.exposed || self.tasks > 1 && (self.tasks, self.suspended) != (2, 1)
    }

    /// Whether a region is there.
    pub fn has_region(&self) -> bool {
        !self.regions.is_empty()
    }

    /// Whether another region may be added.
    pub fn has_room(&self) -> bool {
        self.regions.len() < REGIONS && !self.refused
    }

    /// Adds the region that was mapped at `base`.
    pub fn add_region(&mut self, base: u64) {
        self.regions.push(Region { base, sealed: false, used: 0 });
    }

    /// Where the newest region is; 0: there is none.
    pub fn newest(&self) -> u64 {
        self.regions.last().map_or(0, |r| r.base)
    }

    /// The newest region is sealed.
    pub fn seal(&mut self) {
        if let Some(region) = self.regions.last_mut() {
            region.sealed = true;
        }
    }

    /// Whether changing the memory from `start` on, `len` bytes, would change a region that nobody but Syswall guards.
    pub fn guards(&self, start: u64, len: u64) -> bool {
        let end = start.saturating_add(len);
        self.regions.iter().any(|r| !r.sealed && start < r.base + REGION && end > r.base)
    }

    /// Writes into the address space of task `tid`, whatever the protection of its pages.
    fn write(&mut self, tid: i32, at: u64, bytes: &[u8]) -> std::io::Result<()> {
        if self.memory.is_none() {
            self.memory = Some(OpenOptions::new().read(true).write(true).open(format!("/proc/{tid}/mem"))?);
        }
        match &self.memory {
            Some(memory) => memory.write_all_at(bytes, at),
            None => Ok(()),
        }
    }
}

/// A slot in use; free again when dropped.
pub(super) struct Slot {
    vm: SharedVm,
    region: usize,
    index: u64,
    /// Bytes from its start that hold something.
    filled: u64,
}

impl Slot {
    /// A free slot of `vm`; `None`: a region has to be mapped first.
    pub fn take(vm: &SharedVm) -> Option<Slot> {
        let mut inner = vm.borrow_mut();
        let (region, free) = inner.regions.iter_mut().enumerate().find(|(_, r)| r.used != u32::MAX)?;
        let index = u64::from(free.used.trailing_ones());
        free.used |= 1 << index;
        drop(inner);
        Some(Slot { vm: Rc::clone(vm), region, index, filled: 0 })
    }

    /// Where it is in the program's memory.
    pub fn address(&self) -> u64 {
        self.vm.borrow().regions.get(self.region).map_or(0, |r| r.base + self.index * SLOT)
    }

    /// Puts `bytes` behind what is in it already, in the address space that task `tid` runs in. Returns where they
    /// are. An error where they do not fit.
    pub fn put(&mut self, tid: i32, bytes: &[u8]) -> std::io::Result<u64> {
        if self.filled + bytes.len() as u64 > SLOT {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let at = self.address() + self.filled;
        self.vm.borrow_mut().write(tid, at, bytes)?;
        self.filled += bytes.len() as u64;
        Ok(at)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(region) = self.vm.borrow_mut().regions.get_mut(self.region) {
            region.used &= !(1 << self.index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_do_not_overlap_and_come_back() {
        let vm = Vm::new(false);
        assert!(Slot::take(&vm).is_none());
        vm.borrow_mut().add_region(0x10000);
        let all: Vec<Slot> = (0..SLOTS).map_while(|_| Slot::take(&vm)).collect();
        let mut places: Vec<u64> = all.iter().map(Slot::address).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len() as u64, SLOTS);
        assert!(places.iter().all(|p| (0x10000..=0x10000 + REGION - SLOT).contains(p)));
        assert!(Slot::take(&vm).is_none());
        drop(all);
        assert!(Slot::take(&vm).is_some());
    }

    #[test]
    fn only_what_touches_an_unsealed_region_is_guarded() {
        let vm = Vm::new(false);
        vm.borrow_mut().add_region(0x10000);
        assert!(vm.borrow().guards(0, u64::MAX));
        assert!(vm.borrow().guards(0x10000 + REGION - 1, 1));
        assert!(!vm.borrow().guards(0x10000 + REGION, 4096));
        assert!(!vm.borrow().guards(0xf000, 4096));
        vm.borrow_mut().seal();
        assert!(!vm.borrow().guards(0, u64::MAX));
    }

    #[test]
    fn a_parent_that_waits_for_its_vfork_child_does_not_share() {
        let vm = Vm::new(false);
        vm.borrow_mut().tasks = 2;
        assert!(vm.borrow().is_shared());
        vm.borrow_mut().suspended = 1;
        assert!(!vm.borrow().is_shared());
    }
}
