//! Tests that metadata is removed and the image is unchanged.

use proptest::prelude::*;

use super::*;

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// Exif data with a GPS position and an orientation.
fn exif(turned: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, turned, 0, 0, 0]);
    tiff.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 0x26, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(b"GPS -6.9 107.6 Kamera X");
    tiff
}

fn photo(turned: u8) -> Vec<u8> {
    let frame = segment(0xc0, &[8, 0, 48, 0, 64, 1, 1, 0x11, 0]);
    let scan = segment(SOS, &[1, 1, 0, 0, 63, 0]);
    let data = [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
    let jfif = segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    [
        &[0xff, SOI][..],
        &jfif,
        &segment(0xe1, &exif(turned)),
        &segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0GPS"),
        &segment(COM, b"GPS in a comment"),
        &frame,
        &scan,
        &data,
        &[0xff, EOI],
        b"a film with its own GPS",
    ]
    .concat()
}

fn says(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn a_photo_loses_location_and_device_but_no_pixels_and_no_orientation() {
    let before = photo(6);
    let picture = jpeg(&before).unwrap();
    assert_eq!((picture.width, picture.height), (64, 48));
    for what in [&b"GPS"[..], b"Kamera", b"film", b"adobe"] {
        assert!(says(&before, what) && !says(&picture.bytes, what));
    }
    assert!(says(&picture.bytes, &[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, EOI]));
    let at = picture.bytes.windows(6).position(|w| w == EXIF).unwrap();
    assert_eq!(exif_orientation(&picture.bytes[at + 6..]), Some(6));
    // Cleaning twice changes nothing.
    assert_eq!(jpeg(&picture.bytes).unwrap().bytes, picture.bytes);
    assert!(!says(&jpeg(&photo(1)).unwrap().bytes, EXIF));
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], name, content, &[0; 4]].concat()
}

#[test]
fn a_png_loses_its_text_chunks() {
    let header = [&64_u32.to_be_bytes()[..], &48_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let bytes = [
        PNG,
        &chunk(b"IHDR", &header),
        &chunk(b"tEXt", b"GPS\0here"),
        &chunk(b"eXIf", b"GPS"),
        &chunk(b"IDAT", b"pixels"),
        &chunk(b"IEND", b""),
        b"GPS",
    ]
    .concat();
    let picture = png(&bytes).unwrap();
    assert_eq!((picture.width, picture.height), (64, 48));
    assert!(!says(&picture.bytes, b"GPS") && says(&picture.bytes, b"pixels"));
    assert!(png(&bytes[..bytes.len() - 20]).is_none());
}

#[test]
fn a_webp_loses_exif_and_xmp() {
    let part = |name: &[u8; 4], content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [name, &length[..], content, &vec![0; content.len() % 2]].concat()
    };
    let head = [0b0000_1100, 0, 0, 0, 63, 0, 0, 47, 0, 0];
    let chunks =
        [part(b"VP8X", &head), part(b"VP8L", b"pixels"), part(b"EXIF", b"GPS"), part(b"XMP ", b"GPS")].concat();
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    let picture = webp(&[b"RIFF", &length[..], b"WEBP", &chunks].concat()).unwrap();
    assert_eq!((picture.width, picture.height), (64, 48));
    assert!(!says(&picture.bytes, b"GPS") && says(&picture.bytes, b"pixels"));
    assert_eq!(picture.bytes[20], 0);
    assert_eq!(usize::try_from(long_le(&picture.bytes, 4).unwrap()).unwrap(), picture.bytes.len() - 8);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
        let whole = photo(3);
        let _ = jpeg(&whole[..cut.min(whole.len())]);
        for head in [&[0xff, SOI][..], PNG, b"RIFF\x40\0\0\0WEBP", b""] {
            let bytes = [head, &bytes].concat();
            let _ = (jpeg(&bytes), png(&bytes), webp(&bytes));
        }
    }
}
