//! Turns the bytes as sent, gzip or plain, into the bytes of the rows. Limits how much gzip may expand.

use std::io::Write as _;

use flate2::write::MultiGzDecoder;

use super::reader::{FileFault, Record, Refused, Rows};

/// Maximum expansion ratio of a compressed file. Tables usually reach about 10.
const MAX_EXPANSION: u64 = 100;
/// This many bytes may always be unpacked, so that small files of very similar rows pass.
const ALWAYS_ALLOWED: u64 = 16 * 1024 * 1024;
/// Compressed bytes to unpack at a time. A zip bomb can expand one chunk about 1000 times.
const UNPACK_CHUNK: usize = 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub enum Unpack {
    /// The first bytes, until the format is known.
    Unknown(Vec<u8>),
    Plain,
    Gzip {
        decoder: Box<MultiGzDecoder<Vec<u8>>>,
        packed: u64,
        unpacked: u64,
    },
}

impl Unpack {
    pub fn feed(
        &mut self,
        bytes: &[u8],
        rows: &mut Rows,
        into: &mut Vec<Result<Record, FileFault>>,
    ) -> Result<(), Refused> {
        match self {
            Self::Unknown(first) => {
                first.extend_from_slice(bytes);
                if first.len() < GZIP.len() {
                    return Ok(());
                }
                let first = std::mem::take(first);
                *self = if first.starts_with(&GZIP) {
                    Self::Gzip { decoder: Box::new(MultiGzDecoder::new(Vec::new())), packed: 0, unpacked: 0 }
                } else {
                    Self::Plain
                };
                self.feed(&first, rows, into)
            }
            Self::Plain => rows.feed(bytes, into),
            Self::Gzip { decoder, packed, unpacked } => {
                for slice in bytes.chunks(UNPACK_CHUNK) {
                    decoder.write_all(slice).map_err(|_| FileFault::new(rows.line, "", "gzip_damaged"))?;
                    *packed += slice.len() as u64;
                    *unpacked += decoder.get_ref().len() as u64;
                    if *unpacked > ALWAYS_ALLOWED && *unpacked > packed.saturating_mul(MAX_EXPANSION) {
                        return Err(FileFault::new(rows.line, "", "gzip_too_large").into());
                    }
                    rows.feed(decoder.get_ref(), into)?;
                    decoder.get_mut().clear();
                }
                Ok(())
            }
        }
    }

    pub fn finish(&mut self, rows: &mut Rows, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        match self {
            Self::Unknown(first) => {
                let first = std::mem::take(first);
                rows.feed(&first, into)
            }
            Self::Plain => Ok(()),
            Self::Gzip { decoder, .. } => {
                decoder.try_finish().map_err(|_| FileFault::new(rows.line, "", "gzip_damaged"))?;
                let rest = std::mem::take(decoder.get_mut());
                rows.feed(&rest, into)
            }
        }
    }
}
