#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mavi_uploader::fuzzing::media_file(data));
