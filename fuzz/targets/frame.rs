//! Any bytes through the frame decoders of both directions: what is read is what was meant, each
//! error is counted, and what the bytes were cut into changes nothing.
#![no_main]

use crc::{CRC_32_ISCSI, Crc};
use firmware_protocol::{BoardMessage, Decoder, FrameError, HostMessage, WireMessage, encode};
use libfuzzer_sys::fuzz_target;

const CRC_32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    // A fuzzer does not find check sums by itself, so half of the input is given one.
    let framed;
    let bytes = if choice & 1 == 0 {
        bytes
    } else {
        framed = whole_frame(bytes);
        &framed
    };
    if choice & 2 == 0 {
        read::<BoardMessage>(bytes);
    } else {
        read::<HostMessage>(bytes);
    }
});

/// A frame that is whole, whatever it holds.
fn whole_frame(checked: &[u8]) -> Vec<u8> {
    let crc = CRC_32C.checksum(checked).to_le_bytes();
    let plain = [checked, &crc].concat();
    let mut frame = vec![0; cobs::max_encoding_length(plain.len()) + 1];
    let len = cobs::encode(&plain, &mut frame);
    frame.truncate(len + 1);
    frame
}

fn read<M: WireMessage + Copy + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    let mut decoder = Decoder::<M>::new();
    let mut errors = 0;
    for &byte in bytes {
        match decoder.push(byte) {
            None => {}
            Some(Ok(message)) => assert_eq!(again(&message), Some(Ok(message))),
            Some(Err(_)) => errors += 1,
        }
    }
    assert_eq!(decoder.errors().total(), errors);

    // Whatever came before, a zero ends it, and the next frame is read.
    let _ = decoder.push(0);
    let Some(message) = first::<M>(bytes) else {
        return;
    };
    let mut heard = None;
    for &byte in encode(&message).as_bytes() {
        heard = heard.or(decoder.push(byte));
    }
    assert_eq!(heard, Some(Ok(message)));
}

/// A message sent and read.
fn again<M: WireMessage>(message: &M) -> Option<Result<M, FrameError>> {
    let mut decoder = Decoder::new();
    let frame = encode(message);
    frame.as_bytes().iter().find_map(|&byte| decoder.push(byte))
}

fn first<M: WireMessage>(bytes: &[u8]) -> Option<M> {
    let mut decoder = Decoder::new();
    bytes.iter().find_map(|&byte| decoder.push(byte)?.ok())
}
