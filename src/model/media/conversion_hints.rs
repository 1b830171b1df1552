//! Unsupported formats that are close to a supported one, and the best format to convert each to.

/// Lower-case extensions by the format to convert them to.
const RELATIVES: [(&str, &[&str]); 7] = [
    (
        "MP4",
        &[
            "360", "3g2", "3gp", "3gp2", "3gpp", "amv", "ari", "arx", "asf", "av1", "braw", "cine",
            "crm", "divx", "dv", "dvr-ms", "f4v", "h264", "h265", "hevc", "insv", "ivf", "lrv",
            "m1v", "m2p", "m2t", "m2ts", "m2v", "m4s", "m4v", "mjpeg", "mjpg", "mk3d", "mod",
            "mp4v", "mpe", "mpv", "mts", "mxf", "nev", "ogm", "ogv", "qt", "r3d", "rm", "rmvb",
            "tod", "ts", "vob", "wtv", "xvid", "y4m",
        ],
    ),
    (
        "MP3",
        &[
            "ac3", "alac", "amr", "ape", "au", "awb", "dff", "dsf", "dts", "eac3", "mid", "midi",
            "mka", "mp1", "mp2", "mpa", "mpc", "ra", "snd", "spx", "tta", "voc", "weba", "wma",
            "wv",
        ],
    ),
    ("WAV", &["aif", "aifc", "aiff", "bwf", "caf", "rf64", "w64"]),
    ("OGG", &["oga", "opus"]),
    ("M4A", &["3ga", "m4b", "m4p", "m4r"]),
    (
        "JPEG",
        &[
            "3fr", "arw", "avif", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "heic",
            "heics", "heif", "heifs", "hif", "iiq", "j2k", "jfi", "jfif", "jif", "jp2", "jpe",
            "jpf", "jpx", "jxl", "jxr", "kdc", "mef", "mos", "mpo", "mrw", "nef", "nrw", "orf",
            "pef", "pjp", "pjpeg", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "wdp", "x3f",
        ],
    ),
    (
        "PNG",
        &[
            "ai", "apng", "cur", "dds", "dib", "emf", "eps", "exr", "hdr", "icns", "ico", "kra",
            "pbm", "pcx", "pgm", "pnm", "ppm", "psb", "psd", "qoi", "svg", "svgz", "tga", "wmf",
            "xcf",
        ],
    ),
];

/// Returns the format to convert files with this lower-case extension to, as "MP4"; `None` if no
/// supported format is close.
pub(super) fn suggested_format(extension: &str) -> Option<&'static str> {
    RELATIVES
        .iter()
        .find(|(_, extensions)| extensions.contains(&extension))
        .map(|(target, _)| *target)
}
