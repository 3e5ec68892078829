//! Keeps the SQLSTATE of a database error. Diesel maps a few codes to kinds and drops all others, for example that of a deadlock;
//! only the message remains, in the language of the server. So this module reads the code from the connection itself and writes
//! it in front of the message, as `psql` does with `\set VERBOSITY verbose`: `40P01: deadlock detected`.
//! `error::sqlstate` reads it.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Type byte and length of a message.
const HEADER: usize = 5;
const ERROR_RESPONSE: u8 = b'E';

/// A connection to the server on which each error message begins with its SQLSTATE.
pub struct Verbose<S> {
    stream: S,
    /// Received from the server, not yet read by the client.
    ready: Vec<u8>,
    taken: usize,
    /// Start of a message: its header, or the part of an error received so far.
    held: Vec<u8>,
    /// Bytes of the current message to pass through unchanged.
    passing: usize,
}

impl<S> Verbose<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, ready: Vec::new(), taken: 0, held: Vec::new(), passing: 0 }
    }

    fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.passing > 0 {
                let (passed, rest) = bytes.split_at(self.passing.min(bytes.len()));
                self.ready.extend_from_slice(passed);
                self.passing -= passed.len();
                bytes = rest;
                continue;
            }
            let needed = wanted(&self.held).unwrap_or(HEADER) - self.held.len();
            let (taken, rest) = bytes.split_at(needed.min(bytes.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
            let Some(whole) = wanted(&self.held) else { continue };
            if self.held.first() != Some(&ERROR_RESPONSE) {
                self.passing = whole - self.held.len();
                self.ready.append(&mut self.held);
            } else if self.held.len() == whole {
                let labelled = with_code(&self.held);
                self.ready.extend_from_slice(labelled.as_deref().unwrap_or(&self.held));
                self.held.clear();
            }
        }
    }
}

/// Length of the message, if its header is complete.
fn wanted(held: &[u8]) -> Option<usize> {
    let length = held.get(1..HEADER)?.first_chunk::<4>()?;
    // The length includes itself but not the type byte.
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    Some((1 + length).max(HEADER))
}

/// The error response with its code in front of its message. Fields are a type byte and a text that ends with zero.
fn with_code(message: &[u8]) -> Option<Vec<u8>> {
    let fields: Vec<&[u8]> = message.get(HEADER..)?.split(|b| *b == 0).filter(|field| !field.is_empty()).collect();
    let code = fields.iter().find_map(|field| field.strip_prefix(b"C"))?;
    let mut body = Vec::with_capacity(message.len() + code.len() + 2);
    for field in &fields {
        match field.strip_prefix(b"M") {
            Some(text) => body.extend([b"M".as_slice(), code, b": ", text].concat()),
            None => body.extend_from_slice(field),
        }
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).ok()?;
    Some([&[ERROR_RESPONSE], length.to_be_bytes().as_slice(), &body].concat())
}

impl<S: AsyncRead + Unpin> AsyncRead for Verbose<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let waiting = this.ready.get(this.taken..).unwrap_or_default();
            if !waiting.is_empty() {
                let (now, _) = waiting.split_at(waiting.len().min(out.remaining()));
                out.put_slice(now);
                this.taken += now.len();
                return Poll::Ready(Ok(()));
            }
            this.ready.clear();
            this.taken = 0;
            let mut space = [const { MaybeUninit::uninit() }; 8192];
            let mut read = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.receive(read.filled());
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Verbose<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    fn error(code: &str, text: &str) -> Vec<u8> {
        message(b'E', format!("SFEHLER\0VERROR\0C{code}\0M{text}\0DProzess 1 wartet\0\0").as_bytes())
    }

    proptest! {
        #[test]
        fn errors_get_their_code_and_all_else_passes_however_it_is_cut(
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..4),
            cuts in prop::collection::vec(1_usize..30, 0..40),
        ) {
            let data: Vec<u8> = rows.iter().flat_map(|row| message(b'D', row)).collect();
            let sent = [&data, &error("40P01", "Verklemmung entdeckt"), &message(b'Z', b"E"), &data].map(Vec::as_slice).concat();
            let expected = [&data, &error("40P01", "40P01: Verklemmung entdeckt"), &message(b'Z', b"E"), &data];
            let mut wire = Verbose::new(());
            let mut rest = sent.as_slice();
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                wire.receive(now);
                rest = later;
            }
            wire.receive(rest);
            prop_assert_eq!(wire.ready, expected.map(Vec::as_slice).concat());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            Verbose::new(()).receive(&bytes);
            let _ = with_code(&bytes);
        }
    }
}
