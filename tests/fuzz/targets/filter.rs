//! A filter's text (`events --where`): what can be read can be run, and both ways to run it find the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::recording::{Sample, sample};
use syswall::recording::{Filter, Matches, Reader};

static SAMPLE: LazyLock<Sample> = LazyLock::new(sample);

thread_local! {
    static READER: Reader = Reader::open(&SAMPLE.path()).expect("a recording");
}

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    READER.with(|reader| {
        let count = reader.count(&filter).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        let mut matches = Matches::new(filter.clone());
        matches.extend(reader, u64::MAX).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(matches.len() as u64, count, "{text:?}");
        let page = reader.page(&filter, 0, 100).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(page.len() as u64, count.min(100), "{text:?}");
    });
});
