//! What the decoder refuses, and that nothing makes it panic.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::LineSpeed;
use proptest::prelude::*;

fn epson() -> Profile {
    Profile::find("epson", CodePage::Cp775, 80, LineSpeed::Fast).unwrap()
}

#[test]
fn what_the_encoder_may_not_send_is_refused_where_it_stands() {
    for (bytes, offset) in [
        (&b"\x1b@\x1bt\x21\x07"[..], 5),
        (b"\x1b@\x80", 2),
        (b"\x1bt\x22", 2),
        (b"\x1bE\x02", 2),
        (b"\x1d!\x88", 2),
        (b"\x1dv1", 2),
        (b"\x1dv0\x01", 4),
        (b"\x1dv0\x00\x49\x00\x01\x00", 7),
        (b"\x1dv0\x00\x01\x00\x19\x00", 7),
        (b"\x1dv0\x00\x01\x00\x02\x00\x10\x04", 9),
        (b"\x1cp\x00", 2),
        (b"\x1dVA", 2),
        (b"\x1bd\x06", 2),
        (b"\x10\x04\x01", 0),
        (b"abc\x1dVB\x03", 6),
        (b"\x1d(k\x03\x00\x31\x51\x30", 7),
        (b"\x1d(k\xff\xff", 4),
        (b"\x1b@abc", 5),
        (b"\n", 1),
    ] {
        assert_eq!(
            decode(bytes, &epson()).unwrap_err().offset,
            offset,
            "{bytes:02x?}"
        );
    }
    let endless = b"\n".repeat(ITEMS_MAX + 1);
    let refused = decode(&endless, &epson()).unwrap_err();
    assert_eq!(refused.offset, ITEMS_MAX as u64);
    let wide = [&b"\x1d!\x70"[..], b"1234567\n"].concat();
    assert!(decode(&wide, &epson()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes, &epson());
        let generic = Profile::find("generic", CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
        let _ = decode(&bytes, &generic);
    }
}
