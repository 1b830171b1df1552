#![no_main]

// Parsers of other crates may panic, which is caught. libFuzzer's hook would end the process before.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|panic| {
        let file = panic.location().map_or("", |place| place.file());
        if file.ends_with("fuzzing.rs") {
            eprintln!("{panic}");
        }
    })),
    |data: &[u8]| mavi_uploader::fuzzing::media_file(data)
);
