//! PNG files.

use std::io::Write;

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

/// Rows that are written between two looks at whether to go on.
const PIECE_ROWS: usize = 64;

/// Writes a picture as PNG. `facts` say where it is from, as texts that viewers show by their keys.
pub fn write_png(
    writer: impl Write,
    picture: &Picture,
    facts: &[(&'static str, String)],
) -> std::io::Result<()> {
    write_png_while(writer, picture, facts, &mut |_done| true)
}

/// As [`write_png`]. `go_on` gets how much is written, from 0 to 1; when it says no, the rest is left out
/// and that is an error.
pub fn write_png_while(
    writer: impl Write,
    picture: &Picture,
    facts: &[(&'static str, String)],
    go_on: &mut dyn FnMut(f32) -> bool,
) -> std::io::Result<()> {
    let side = |pixels: usize| u32::try_from(pixels).map_err(std::io::Error::other);
    let mut encoder = png::Encoder::new(writer, side(picture.width)?, side(picture.height)?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    for (key, value) in facts {
        encoder
            .add_itxt_chunk((*key).to_owned(), value.clone())
            .map_err(std::io::Error::other)?;
    }
    let mut writer = encoder.write_header().map_err(std::io::Error::other)?;
    let mut stream = writer.stream_writer().map_err(std::io::Error::other)?;
    let n_bytes = picture.rgba.len().max(1);
    let mut n_written = 0;
    for piece in picture.rgba.chunks(picture.width.max(1) * 4 * PIECE_ROWS) {
        stream.write_all(piece)?;
        n_written += piece.len();
        if !go_on(n_written as f32 / n_bytes as f32) {
            return Err(std::io::Error::from(std::io::ErrorKind::Interrupted));
        }
    }
    stream.finish().map_err(std::io::Error::other)?;
    writer.finish().map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_tells_how_far_it_is_and_stops_when_told() {
        let picture = Picture {
            width: 10,
            height: 3 * PIECE_ROWS,
            rgba: vec![7; 10 * 3 * PIECE_ROWS * 4],
        };
        let mut told = Vec::new();
        let mut file = Vec::new();
        let mut all = |done| {
            told.push(done);
            true
        };
        write_png_while(&mut file, &picture, &[], &mut all).unwrap();
        assert_eq!(told, [1.0 / 3.0, 2.0 / 3.0, 1.0]);
        let mut whole = Vec::new();
        write_png(&mut whole, &picture, &[]).unwrap();
        assert_eq!(file, whole);
        let stopped = write_png_while(Vec::new(), &picture, &[], &mut |done| done < 0.5);
        assert!(stopped.is_err());
    }
}
