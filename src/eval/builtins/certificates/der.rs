//! Reading DER, as strictly as Go's certificate reader does.

use num_bigint::BigInt;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BITS: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: [u8; 2] = [0x05, 0x00];
pub(super) const OBJECT: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// A tag of this place's own.
pub(super) const fn own(number: u8) -> u8 {
    0x80 | number
}

/// A tag of this place's own that holds other elements.
pub(super) const fn own_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The arcs of an object identifier.
pub(super) type Arcs = Vec<u64>;

/// What has not been read of some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// One element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// All of it, its tag and length too.
    pub(super) whole: &'a [u8],
    pub(super) content: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element of whatever kind.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let [tag, first, rest @ ..] = self.0 else { return None };
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = if *first < 0x80 {
            (usize::from(*first), 2)
        } else {
            let count = usize::from(first & 0x7f);
            let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
            let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            if length < 0x80 || digits.first() == Some(&0) {
                return None;
            }
            (length, 2 + count)
        };
        let (whole, rest) = self.0.split_at_checked(header.checked_add(length)?)?;
        self.0 = rest;
        Some(Element { tag: *tag, whole, content: whole.get(header..)? })
    }

    /// The next element, where it has this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.has(tag) { self.any() } else { None }
    }

    /// What the next element holds, where it has this tag.
    pub(super) fn within(&mut self, tag: u8) -> Option<Reader<'a>> {
        self.element(tag).map(|element| Reader(element.content))
    }

    /// What the next element holds; none in it where it has another tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<Reader<'a>>> {
        if self.has(tag) { self.within(tag).map(Some) } else { Some(None) }
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        match self.element(BOOLEAN)?.content {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    pub(super) fn integer(&mut self) -> Option<BigInt> {
        self.integer_as(INTEGER)
    }

    /// An integer under another tag.
    pub(super) fn integer_as(&mut self, tag: u8) -> Option<BigInt> {
        let content = self.element(tag)?.content;
        match content {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => None,
            _ => Some(BigInt::from_signed_bytes_be(content)),
        }
    }

    pub(super) fn small_integer(&mut self) -> Option<i64> {
        self.integer().and_then(|number| i64::try_from(number).ok())
    }

    /// A string of bits that fills whole bytes after it is aligned to the right.
    pub(super) fn bits(&mut self) -> Option<Bits> {
        let (unused, bytes) = self.element(BITS)?.content.split_first()?;
        let last = bytes.last().copied().unwrap_or(0);
        let is_padded = *unused > 7 || bytes.is_empty() && *unused > 0 || last & ((1_u8 << (unused & 7)) - 1) != 0;
        if is_padded { None } else { Some(Bits { unused: *unused, bytes: bytes.to_vec() }) }
    }

    pub(super) fn object(&mut self) -> Option<Arcs> {
        arcs(self.element(OBJECT)?.content)
    }
}

/// A string of bits.
pub(super) struct Bits {
    unused: u8,
    bytes: Vec<u8>,
}

impl Bits {
    pub(super) fn has(&self, place: usize) -> bool {
        self.bytes.get(place / 8).is_some_and(|byte| byte >> (7 - place % 8) & 1 == 1)
    }

    /// The bits as a number of whole bytes.
    pub(super) fn aligned(self) -> Vec<u8> {
        if self.unused == 0 {
            return self.bytes;
        }
        let mut above = 0;
        let aligned = self.bytes.iter().map(|byte| {
            let shifted = above << (8 - self.unused) | byte >> self.unused;
            above = *byte;
            shifted
        });
        aligned.collect()
    }
}

/// The arcs that bytes encode, the first byte telling two.
pub(super) fn arcs(content: &[u8]) -> Option<Arcs> {
    let mut numbers = Vec::new();
    let mut number: u64 = 0;
    let mut is_open = false;
    for byte in content {
        if !is_open && *byte == 0x80 || number >> 57 != 0 {
            return None;
        }
        number = number << 7 | u64::from(byte & 0x7f);
        is_open = byte & 0x80 != 0;
        if !is_open {
            numbers.push(std::mem::take(&mut number));
        }
    }
    let first = *numbers.first().filter(|_| !is_open)?;
    let top = (first / 40).min(2);
    let mut arcs = vec![top, first - top * 40];
    arcs.extend(numbers.into_iter().skip(1));
    Some(arcs)
}

/// Arcs with dots between them.
pub(super) fn dotted(arcs: &[u64]) -> String {
    arcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// The sequence that begins some bytes, or why Go's `encoding/asn1` does not read one of that name.
pub(super) fn sequence<'a>(reader: &mut Reader<'a>, name: &str) -> Result<Element<'a>, String> {
    let [tag, length, rest @ ..] = reader.0 else {
        return Err("asn1: syntax error: sequence truncated".to_owned());
    };
    if *tag != SEQUENCE {
        let count = usize::from(length & 0x7f);
        let (length, header) = if *length < 0x80 {
            (usize::from(*length), 2)
        } else {
            let digits = rest.get(..count).filter(|_| (1..=4).contains(&count));
            let length = digits.map(|digits| digits.iter().fold(0, |length, one| length << 8 | usize::from(*one)));
            (length.ok_or("asn1: syntax error: truncated tag or length")?, 2 + count)
        };
        let (class, number, compound) = (tag >> 6, tag & 0x1f, tag & 0x20 != 0);
        return Err(format!(
            "asn1: structure error: tags don't match (16 vs {{class:{class} tag:{number} length:{length} \
             isCompound:{compound}}}) {{optional:false explicit:false application:false private:false \
             defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}} {name} @{header}"
        ));
    }
    reader.element(SEQUENCE).ok_or_else(|| "asn1: syntax error: data truncated".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_strictly() {
        let mut reader = Reader(&[0x30, 0x03, 0x02, 0x01, 0x05, 0x01, 0x01, 0xff]);
        assert_eq!(reader.within(SEQUENCE).unwrap().small_integer(), Some(5));
        assert_eq!(reader.boolean(), Some(true));
        assert!(reader.is_empty());
        assert!(Reader(&[0x02, 0x02, 0x00, 0x05]).integer().is_none());
        assert!(Reader(&[0x04, 0x81, 0x01, 0x00]).any().is_none());
        assert!(Reader(&[0x04, 0x05, 0x00]).any().is_none());
    }

    #[test]
    fn objects_and_bits_are_decoded() {
        assert_eq!(dotted(&Reader(&[0x06, 0x03, 0x55, 0x1d, 0x0f]).object().unwrap()), "2.5.29.15");
        assert!(Reader(&[0x06, 0x02, 0x55, 0x80]).object().is_none());
        let bits = Reader(&[0x03, 0x02, 0x01, 0x86]).bits().unwrap();
        assert!(bits.has(0) && bits.has(5) && !bits.has(1));
        assert_eq!(bits.aligned(), [0x43]);
    }
}
