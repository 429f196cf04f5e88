//! A payload as a picture.
//!
//! The matrix comes from the `fast_qr` crate; the picture is drawn here, one bit per pixel and as fast as the matrix allows, since
//! every created intent needs one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fast_qr::qr::QRCodeError;
use fast_qr::{ECL, QRBuilder};

/// Modules of white around the code (ISO/IEC 18004 asks for 4).
const QUIET_ZONE: usize = 4;
/// Most bytes in a payload: version 20 at level M. Denser codes defeat cheap cameras at 400 pixels.
pub const MAX_BYTES: usize = 666;
/// Pixels that a picture should come near to; each module gets a whole number of them, at most 8.
const TARGET_PIXELS: usize = 400;
const MOST_PIXELS_PER_MODULE: usize = 8;
const PREFIX: &str = "data:image/png;base64,";

/// Why a payload has no picture.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    #[error("the payload has {0} bytes, more than {MAX_BYTES}")]
    TooLong(usize),
    #[error("the payload cannot be put into a QR code: {0}")]
    Code(QRCodeError),
    #[error("the picture cannot be written")]
    Png(#[from] png::EncodingError),
}

/// The dark modules of a code, quiet zone included.
struct Matrix {
    /// Modules along one side.
    side: usize,
    dark: Vec<bool>,
}

impl Matrix {
    fn of(payload: &str) -> Result<Self, QrError> {
        if payload.len() > MAX_BYTES {
            return Err(QrError::TooLong(payload.len()));
        }
        let code = QRBuilder::new(payload)
            .ecl(ECL::M)
            .build()
            .map_err(QrError::Code)?;
        let side = code.size + 2 * QUIET_ZONE;
        let mut dark = vec![false; side * side];
        for y in 0..code.size {
            for (x, module) in code[y].iter().take(code.size).enumerate() {
                if let Some(place) = dark.get_mut((y + QUIET_ZONE) * side + x + QUIET_ZONE) {
                    *place = module.value();
                }
            }
        }
        Ok(Self { side, dark })
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks(self.side)
    }
}

/// `data:image/png;base64,…`: about 400 by 400 pixels, black on white, error correction M.
pub fn png_data_uri(payload: &str) -> Result<String, QrError> {
    let png = png(payload)?;
    let mut uri = String::with_capacity(PREFIX.len() + png.len().div_ceil(3) * 4);
    uri.push_str(PREFIX);
    STANDARD.encode_string(&png, &mut uri);
    Ok(uri)
}

/// The picture as a PNG file.
pub fn png(payload: &str) -> Result<Vec<u8>, QrError> {
    let matrix = Matrix::of(payload)?;
    let scale = (TARGET_PIXELS / matrix.side).clamp(1, MOST_PIXELS_PER_MODULE);
    let pixels = matrix.side * scale;
    let mut bitmap = Vec::with_capacity(pixels * pixels.div_ceil(8));
    for row in matrix.rows() {
        let line = packed(row, scale);
        for _ in 0..scale {
            bitmap.extend_from_slice(&line);
        }
    }
    let edge = u32::try_from(pixels).map_err(|_| QrError::TooLong(payload.len()))?;
    let mut file = Vec::with_capacity(2048);
    let mut encoder = png::Encoder::new(&mut file, edge, edge);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    // "Up" turns every repeated line into zeros, so this makes 2 kB in 13 µs; the next better level makes 1 kB in 360 µs.
    encoder.set_filter(png::Filter::Up);
    encoder.set_deflate_compression(png::DeflateCompression::FdeflateUltraFast);
    encoder.write_header()?.write_image_data(&bitmap)?;
    Ok(file)
}

/// One line of pixels, eight to a byte, most significant first; a set bit is white.
fn packed(row: &[bool], scale: usize) -> Vec<u8> {
    let mut line = vec![0_u8; (row.len() * scale).div_ceil(8)];
    let white = row
        .iter()
        .flat_map(|dark| std::iter::repeat_n(!dark, scale));
    for (x, _) in white.enumerate().filter(|(_, white)| *white) {
        if let Some(byte) = line.get_mut(x / 8) {
            *byte |= 0x80 >> (x % 8);
        }
    }
    line
}

/// The picture as an `<svg>` element that scales to its box. It has no name of its own: the page labels it.
pub fn svg(payload: &str) -> Result<String, QrError> {
    let matrix = Matrix::of(payload)?;
    let side = matrix.side;
    let mut path = String::with_capacity(8 * 1024);
    for (y, row) in matrix.rows().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                path.push_str(&format!("M{x} {y}h{}v1h-{0}z", run.len()));
            }
            x += run.len();
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests;
