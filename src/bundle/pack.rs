//! Writes a bundle as a compressed archive, in OPA's order.

use super::gzip::Gzip;
use super::{Bundle, BundleError, Kind, archive};
use std::io::{self, BufWriter, Write};

/// Writes the bundle to `out`, and what is compressed also to `plain`, for whoever wants its digest. The same bundle gives
/// the same bytes on every machine.
///
/// # Errors
/// [`BundleError::Write`] when one of the two cannot be written to.
pub fn pack(bundle: &Bundle, out: &mut impl Write, plain: &mut impl Write) -> Result<(), BundleError> {
    write(bundle, out, plain).map_err(BundleError::Write)
}

fn write(bundle: &Bundle, out: &mut impl Write, plain: &mut impl Write) -> io::Result<()> {
    let both = Both { one: Gzip::new(out)?, other: plain };
    let mut both = BufWriter::with_capacity(64 << 10, both);
    let mut data = bundle.data.as_bytes().to_vec();
    data.push(b'\n');
    archive::write_file(&mut both, "/data.json", &data)?;
    drop(data);
    for module in &bundle.modules {
        archive::write_file(&mut both, &module.path, module.text.as_bytes())?;
    }
    for kind in [Kind::Wasm, Kind::Signatures, Kind::Plan] {
        for extra in bundle.extras.iter().filter(|extra| extra.kind == kind) {
            archive::write_file(&mut both, &extra.path, &extra.content)?;
        }
    }
    archive::write_file(&mut both, "/.manifest", &bundle.manifest.text())?;
    archive::write_end(&mut both)?;
    let both = both.into_inner().map_err(io::IntoInnerError::into_error)?;
    both.one.finish()?.flush()
}

struct Both<A, B> {
    one: A,
    other: B,
}

impl<A: Write, B: Write> Write for Both<A, B> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.one.write(bytes)?;
        self.other.write_all(bytes.get(..written).unwrap_or_default())?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.one.flush()
    }
}
