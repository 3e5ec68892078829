//! Parses JPEG, PNG and WebP containers without decoding pixels. Returns the size and the same image without metadata
//! (location, device, time, preview). Pure. Unknown parts are removed. Of the Exif data only the orientation stays, because
//! without it the photo would be shown rotated.

/// Size of an image, and its bytes without metadata.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const COM: u8 = 0xfe;
const EXIF: &[u8] = b"Exif\0\0";

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn word_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns `None` if the bytes are not a complete JPEG. Anything after the end of the image (a video, a second image) is
/// removed.
pub fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut out = Vec::with_capacity(bytes.len());
    if bytes.get(..2)? != [0xff, SOI] {
        return None;
    }
    out.extend_from_slice(&[0xff, SOI]);
    let (mut at, mut head, mut size, mut orientation, mut scans) = (2, 2, None, None, 0_u32);
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = loop {
            at += 1;
            match *bytes.get(at)? {
                0xff => {}
                marker => break marker,
            }
        };
        at += 1;
        match marker {
            EOI => {
                out.extend_from_slice(&[0xff, EOI]);
                break;
            }
            0x00 => return None,
            0x01 | 0xd0..=SOI => continue,
            _ => {}
        }
        let content = bytes.get(at + 2..at.checked_add(word(bytes, at)?)?)?;
        at += 2 + content.len();
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) && size.is_none() {
            size = Some((u32::try_from(word(content, 3)?).ok()?, u32::try_from(word(content, 1)?).ok()?));
        }
        if marker == 0xe1 && orientation.is_none() {
            orientation = content.strip_prefix(EXIF).and_then(exif_orientation);
        }
        if is_image_data(marker, content) {
            out.extend_from_slice(&[0xff, marker]);
            out.extend_from_slice(&u16::try_from(content.len() + 2).ok()?.to_be_bytes());
            out.extend_from_slice(content);
            if marker == 0xe0 {
                head = out.len();
            }
        }
        if marker == SOS {
            scans += 1;
            let end = at + scan_length(bytes.get(at..)?)?;
            out.extend_from_slice(bytes.get(at..end)?);
            at = end;
        }
    }
    if let Some(turned) = orientation.filter(|o| *o != 1) {
        out.splice(head..head, orientation_segment(turned));
    }
    let (width, height) = size.filter(|_| scans > 0)?;
    Some(Picture { width, height, bytes: out })
}

/// Keeps frames, tables and scans, and of the application segments JFIF, the colour profile and Adobe's transform.
fn is_image_data(marker: u8, content: &[u8]) -> bool {
    match marker {
        // The JFXX segment is removed: it contains only a thumbnail.
        0xe0 => content.starts_with(b"JFIF\0"),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        0xe1..=0xef | COM => false,
        _ => true,
    }
}

/// Length up to the next marker that is neither a stuffed byte nor a restart marker.
fn scan_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xff)?;
        match *bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

fn exif_orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at| if little { word_le(tiff, at) } else { word(tiff, at).and_then(|v| u32::try_from(v).ok()) };
    let start = usize::try_from(if little { long_le(tiff, 4) } else { long(tiff, 4) }?).ok()?;
    let entries = usize::try_from(short(start)?).ok()?;
    (0..entries).find_map(|n| {
        let at = start.checked_add(2 + n * 12)?;
        let value = (short(at)? == 0x0112).then(|| short(at + 8)).flatten()?;
        u8::try_from(value).ok().filter(|v| (1..=8).contains(v))
    })
}

/// An Exif segment with only the orientation.
fn orientation_segment(turned: u8) -> [u8; 36] {
    let mut segment = *b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    if let Some(value) = segment.get_mut(29) {
        *value = turned;
    }
    segment
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const PNG_CHUNKS: &[&[u8]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"hIST", b"cICP",
];

/// Removes text, times, Exif, animation and the compressed colour profile, which could expand without limit.
pub fn png(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(PNG)?;
    let (mut out, mut size, mut data) = (PNG.to_vec(), None, false);
    loop {
        let length = usize::try_from(long(rest, 0)?).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        if size.is_none() {
            if name != b"IHDR" || length != 13 {
                return None;
            }
            size = Some((long(chunk, 8)?, long(chunk, 12)?));
        }
        data |= name == b"IDAT";
        if PNG_CHUNKS.contains(&name) {
            out.extend_from_slice(chunk);
        }
        rest = after;
        if name == b"IEND" {
            break;
        }
    }
    let (width, height) = size.filter(|_| data)?;
    Some(Picture { width, height, bytes: out })
}

const WEBP_CHUNKS: &[&[u8]] = &[b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"];
const WEBP_EXIF_AND_XMP: u8 = 0b0000_1100;

pub fn webp(bytes: &[u8]) -> Option<Picture> {
    let length = usize::try_from(long_le(bytes, 4)?).ok()?;
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let mut rest = bytes.get(12..length.checked_add(8)?)?;
    let (mut out, mut size, mut data) = (bytes.get(..12)?.to_vec(), None, false);
    while !rest.is_empty() {
        let length = usize::try_from(long_le(rest, 4)?).ok()?;
        let padded = length.checked_add(8 + length % 2)?;
        let (chunk, after) = rest.split_at_checked(padded)?;
        let name = chunk.get(..4)?;
        let content = chunk.get(8..)?;
        data |= matches!(name, b"VP8 " | b"VP8L" | b"ANMF");
        if size.is_none() {
            size = webp_size(name, content);
        }
        if WEBP_CHUNKS.contains(&name) {
            let from = out.len();
            out.extend_from_slice(chunk);
            if name == b"VP8X"
                && let Some(flags) = out.get_mut(from + 8)
            {
                *flags &= !WEBP_EXIF_AND_XMP;
            }
        }
        rest = after;
    }
    let length = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    let (width, height) = size.filter(|_| data)?;
    Some(Picture { width, height, bytes: out })
}

fn webp_size(name: &[u8], content: &[u8]) -> Option<(u32, u32)> {
    match name {
        b"VP8X" => {
            // 24 bits each, stored minus one.
            let at = |from| Some((long_le(content, from)? & 0x00ff_ffff) + 1);
            Some((at(4)?, (long_le(content, 6)? >> 8) + 1))
        }
        b"VP8L" => {
            let bits = long_le(content, 1)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8 " if content.get(3..6)? == [0x9d, 0x01, 0x2a] => {
            Some((word_le(content, 6)? & 0x3fff, word_le(content, 8)? & 0x3fff))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;
