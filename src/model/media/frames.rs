//! Streams that have no magic number, only frames that follow one another: MPEG audio, ADTS
//! AAC and the MPEG transport stream. One frame's sync word is chance; a chain of them is not.

/// Frames that must follow one another before content counts as certain.
const CHAIN: usize = 3;
/// Transport-stream packets that must follow one another before content counts as certain.
const TS_CHAIN: usize = 5;

/// Whether MPEG audio (layers 1 to 3) begins here for certain: frames in a chain, up to the end
/// of a file of `size` bytes where that comes sooner.
pub(super) fn is_mpeg_audio(head: &[u8], size: u64) -> bool {
    is_chain(head, size, |frame| {
        mpeg_audio_frame(frame.first_chunk::<4>()?)
    })
}

/// Whether AAC in ADTS frames begins here for certain.
pub(super) fn is_adts(head: &[u8], size: u64) -> bool {
    is_chain(head, size, |frame| adts_frame(frame.first_chunk::<6>()?))
}

/// Whether `head` begins as one frame of MPEG audio, which two bytes of chance may do as well.
pub(super) fn may_be_mpeg_audio(head: &[u8]) -> bool {
    head.first_chunk::<4>()
        .is_some_and(|header| mpeg_audio_frame(header).is_some())
}

/// Whether `head` begins as one ADTS frame, which a few bytes of chance may do as well.
pub(super) fn may_be_adts(head: &[u8]) -> bool {
    head.first_chunk::<6>()
        .is_some_and(|header| adts_frame(header).is_some())
}

/// Whether packets of an MPEG transport stream begin here: 188 bytes each, 192 with the time
/// code that cameras and discs put before each, 204 with error correction after each.
pub(super) fn is_transport_stream(head: &[u8]) -> bool {
    [(0, 188), (4, 192), (0, 204)]
        .into_iter()
        .any(|(first, packet)| {
            (0..TS_CHAIN).all(|number| head.get(first + number * packet) == Some(&0x47))
        })
}

/// Follows frames from the start of `head`. `length` gives a frame's length in bytes by its
/// header.
fn is_chain(head: &[u8], size: u64, length: impl Fn(&[u8]) -> Option<usize>) -> bool {
    let mut at = 0;
    for number in 0..CHAIN {
        let ended = u64::try_from(at).is_ok_and(|at| at == size);
        if ended {
            return number > 1;
        }
        match head.get(at..).and_then(&length) {
            Some(frame) => at += frame,
            None => return false,
        }
    }
    true
}

/// Length in bytes of the MPEG audio frame with this header (ISO 11172-3 and 13818-3, and the
/// 2.5 extension of layer 3). `None` where it is no header, or of the free bit rate, whose
/// length the header does not tell.
fn mpeg_audio_frame(header: &[u8; 4]) -> Option<usize> {
    /// kbit/s by the header's index, for layers 1 to 3 of MPEG-1, then layer 1 and layers 2 and
    /// 3 of MPEG-2.
    const RATES: [[usize; 14]; 5] = [
        [
            32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
        ],
        [
            32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
        ],
        [
            32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
        [
            32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
        ],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let [sync, version_layer, rates, _] = *header;
    if sync != 0xFF || version_layer & 0xE0 != 0xE0 {
        return None;
    }
    // MPEG-1 is 3, MPEG-2 is 2, the 2.5 extension is 0; layers count down from 3.
    let (version, layer) = match ((version_layer >> 3) & 3, (version_layer >> 1) & 3) {
        (1, _) | (_, 0) => return None,
        (version, layer) => (version, 4 - layer),
    };
    let table = match (version, layer) {
        (3, layer) => usize::from(layer) - 1,
        (_, 1) => 3,
        _ => 4,
    };
    let rate = RATES[table].get(usize::from(rates >> 4).checked_sub(1)?)? * 1000;
    let samples_per_second = match (rates >> 2) & 3 {
        0 => 44_100,
        1 => 48_000,
        2 => 32_000,
        _ => return None,
    } / match version {
        3 => 1,
        2 => 2,
        _ => 4,
    };
    let padding = usize::from((rates >> 1) & 1);
    Some(match (version, layer) {
        (_, 1) => (12 * rate / samples_per_second + padding) * 4,
        (3, _) | (_, 2) => 144 * rate / samples_per_second + padding,
        _ => 72 * rate / samples_per_second + padding,
    })
}

/// Length in bytes of the ADTS frame with this header (ISO 13818-7).
fn adts_frame(header: &[u8; 6]) -> Option<usize> {
    let [sync, version_layer, profile, high, middle, low] = *header;
    let frequency = (profile >> 2) & 0xF;
    if sync != 0xFF || version_layer & 0xF6 != 0xF0 || frequency > 12 {
        return None;
    }
    let length = usize::from(high & 3) << 11 | usize::from(middle) << 3 | usize::from(low >> 5);
    // The header alone has 7 bytes.
    (length > 7).then_some(length)
}
