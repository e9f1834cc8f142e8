//! The two headers that speak of a part of a blob: `Range` on the way out, `Content-Range` on the way in.

use std::ops::RangeInclusive;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: there is no range, or one this server does not read.
    Whole,
    /// These bytes.
    Part(RangeInclusive<u64>),
    /// Bytes that are not there.
    Nothing,
}

/// Reads `bytes=first-last`, `bytes=first-` or `bytes=-count` (RFC 9110, section 14.1.2).
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some((first, last)) = header.and_then(|text| text.strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let part = match (number(first), number(last), first.is_empty(), last.is_empty()) {
        (Some(first), Some(last), ..) => first..=last.min(size.saturating_sub(1)),
        (Some(first), None, _, true) => first..=size.saturating_sub(1),
        (None, Some(count), true, _) if count > 0 => size.saturating_sub(count)..=size.saturating_sub(1),
        (None, Some(_), true, _) => return Wanted::Nothing,
        _ => return Wanted::Whole,
    };
    if part.is_empty() || *part.start() >= size { Wanted::Nothing } else { Wanted::Part(part) }
}

/// Reads the `first-last` of a chunk (distribution-spec, "Pushing a blob in chunks").
pub(super) fn chunk(header: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = header.split_once('-')?;
    let chunk = number(first)?..=number(last)?;
    (!chunk.is_empty() && *chunk.end() < u64::MAX).then_some(chunk)
}

/// A number of digits alone; one beyond all sizes counts as the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        let rows = [
            (None, Wanted::Whole),
            (Some("bytes=0-0"), Wanted::Part(0..=0)),
            (Some("bytes=500-1499"), Wanted::Part(500..=1499)),
            (Some("bytes=500-"), Wanted::Part(500..=2047)),
            (Some("bytes=-500"), Wanted::Part(1548..=2047)),
            (Some("bytes=-5000"), Wanted::Part(0..=2047)),
            (Some("bytes=2000-99999999999999999999999"), Wanted::Part(2000..=2047)),
            (Some("bytes=500-0"), Wanted::Nothing),
            (Some("bytes=2048-"), Wanted::Nothing),
            (Some("bytes=5000-10000"), Wanted::Nothing),
            (Some("bytes=-0"), Wanted::Nothing),
            (Some("bytes=0-1,5-6"), Wanted::Whole),
            (Some("bytes=-"), Wanted::Whole),
            (Some("bytes=a-b"), Wanted::Whole),
            (Some("items=0-1"), Wanted::Whole),
        ];
        for (header, expected) in rows {
            assert_eq!(wanted(header, 2048), expected, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-0"), 0), Wanted::Nothing);
        assert_eq!(wanted(Some("bytes=-1"), 0), Wanted::Nothing);
    }

    #[test]
    fn a_chunk_states_both_its_ends() {
        assert_eq!(chunk("0-1023"), Some(0..=1023));
        for bad in ["", "-", "5", "5-", "-5", "6-5", "bytes 0-5/6", "0-18446744073709551615", "+1-2", " 1-2"] {
            assert_eq!(chunk(bad), None, "{bad}");
        }
    }
}
