//! PNG files.

use std::io::{self, Write};

/// A picture: `width × height` pixels of straight RGBA, row by row from the top.
#[derive(Clone, Debug)]
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Four bytes for each pixel.
    pub rgba: Vec<u8>,
}

/// Writes a picture as PNG. `facts` say where it is from, as texts that viewers show by their keys.
pub fn write_png(
    writer: impl Write,
    picture: &Picture,
    facts: &[(&'static str, String)],
) -> io::Result<()> {
    let side = |pixels: usize| u32::try_from(pixels).map_err(io::Error::other);
    let mut encoder = png::Encoder::new(writer, side(picture.width)?, side(picture.height)?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    for (key, value) in facts {
        encoder
            .add_itxt_chunk((*key).to_owned(), value.clone())
            .map_err(io_error)?;
    }
    let mut writer = encoder.write_header().map_err(io_error)?;
    writer.write_image_data(&picture.rgba).map_err(io_error)?;
    writer.finish().map_err(io_error)
}

/// What the disk said stays what it is: a full one is told as such.
fn io_error(error: png::EncodingError) -> io::Error {
    match error {
        png::EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
