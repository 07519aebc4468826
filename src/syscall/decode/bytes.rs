//! Fields of structures that were read as bytes. Little-endian, as every ABI known here; 0 beyond the end.

/// The `N` bytes at `at`, zeroes beyond the end.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(from) = bytes.get(at..) {
        let n = from.len().min(N);
        out[..n].copy_from_slice(&from[..n]);
    }
    out
}

/// The `u16` at `at`.
pub fn le16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(field(bytes, at))
}

/// The `u32` at `at`.
pub fn le32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

/// The `i32` at `at`.
pub fn le_i32(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(field(bytes, at))
}

/// The `u64` at `at`.
pub fn le64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

/// The `i64` at `at`.
pub fn le_i64(bytes: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(field(bytes, at))
}

/// The `unsigned long` of `word` (4 or 8) bytes that is field number `index` of a structure of nothing but such.
pub fn le_word(bytes: &[u8], index: usize, word: usize) -> u64 {
    if word == 4 { u64::from(le32(bytes, index * 4)) } else { le64(bytes, index * 8) }
}

/// [`le_word`] as a signed `long`.
pub fn le_long(bytes: &[u8], index: usize, word: usize) -> i64 {
    if word == 4 { i64::from(le_i32(bytes, index * 4)) } else { le_i64(bytes, index * 8) }
}
