//! Validates that the content matches its declared type. Pure. Images are validated by their container only, so that a
//! decompression bomb is refused before it is decoded.

use super::images::{self, Picture};
use super::model::AttachmentMediaType;

/// Larger than the photo of any phone. 50 million pixels decode to 200 MB.
const MAX_SIDE: u32 = 20_000;
const MAX_PIXELS: u64 = 50_000_000;
/// The end-of-file marker of a PDF must be in this many last bytes (ISO 32000, Annex H, for older readers).
const PDF_TAIL: usize = 1024;

/// Validated content; images without metadata.
#[derive(Debug)]
pub struct Accepted {
    pub bytes: Vec<u8>,
    pub size: Option<(u32, u32)>,
}

/// The error is the code of a field error.
pub fn validate(claimed: AttachmentMediaType, bytes: Vec<u8>) -> Result<Accepted, &'static str> {
    let picture = match claimed {
        AttachmentMediaType::Jpeg => images::jpeg(&bytes),
        AttachmentMediaType::Png => images::png(&bytes),
        AttachmentMediaType::Webp => images::webp(&bytes),
        AttachmentMediaType::Pdf => {
            let tail = bytes.get(bytes.len().saturating_sub(PDF_TAIL)..).unwrap_or_default();
            let whole = bytes.starts_with(b"%PDF-") && tail.windows(5).any(|w| w == b"%%EOF");
            return if whole { Ok(Accepted { bytes, size: None }) } else { Err("content_differs") };
        }
    };
    let Picture { width, height, bytes } = picture.ok_or("content_differs")?;
    if width == 0 || height == 0 {
        return Err("content_differs");
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err("too_many_pixels");
    }
    Ok(Accepted { bytes, size: Some((width, height)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let chunk = |name: &[u8], content: &[u8]| {
            [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], name, content, &[0; 4]].concat()
        };
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")].concat()
    }

    #[test]
    fn a_picture_that_would_unfold_without_bound_is_refused() {
        assert!(validate(AttachmentMediaType::Png, png(4000, 3000)).is_ok());
        assert_eq!(validate(AttachmentMediaType::Png, png(60_000, 10)).unwrap_err(), "too_many_pixels");
        assert_eq!(validate(AttachmentMediaType::Png, png(19_999, 19_999)).unwrap_err(), "too_many_pixels");
        assert_eq!(validate(AttachmentMediaType::Png, png(0, 10)).unwrap_err(), "content_differs");
    }

    #[test]
    fn a_type_that_lies_is_refused() {
        for claimed in AttachmentMediaType::ALL.iter().filter(|m| **m != AttachmentMediaType::Png) {
            assert_eq!(validate(*claimed, png(10, 10)).unwrap_err(), "content_differs", "{claimed}");
        }
        assert!(validate(AttachmentMediaType::Pdf, b"%PDF-1.7\n...\n%%EOF\n".to_vec()).is_ok());
        assert!(validate(AttachmentMediaType::Pdf, b"<html>%PDF-1.7 %%EOF".to_vec()).is_err());
        assert!(validate(AttachmentMediaType::Pdf, b"%PDF-1.7\ncut off".to_vec()).is_err());
    }
}
