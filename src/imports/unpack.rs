//! Bytes as they are sent, gzip or plain, to the bytes of the rows. What gzip may make of a byte is bounded.

use std::io::Write as _;

use flate2::write::MultiGzDecoder;

use super::reader::{FileFault, Record, Refused, Rows};

/// How much bigger than itself a compressed file may be. Tables come to about ten.
const MOST_GROWTH: u64 = 100;
/// What may be unpacked in any case, so that small files of very equal rows pass.
const ALWAYS_UNPACKED: u64 = 16 * 1024 * 1024;
/// Compressed bytes unpacked at a time: a thousandfold of this is what a bomb can make at once.
const UNPACKED_AT_A_TIME: usize = 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub enum Unpack {
    /// The first bytes, until they tell.
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
                for slice in bytes.chunks(UNPACKED_AT_A_TIME) {
                    decoder.write_all(slice).map_err(|_| FileFault::new(rows.line, "", "gzip_damaged"))?;
                    *packed += slice.len() as u64;
                    *unpacked += decoder.get_ref().len() as u64;
                    if *unpacked > ALWAYS_UNPACKED && *unpacked > packed.saturating_mul(MOST_GROWTH) {
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
