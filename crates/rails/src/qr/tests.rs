use super::*;

const PAYLOAD: &str = "upi://pay?pa=my.shop@okbank&pn=My%20Store&am=499.00&cu=INR&tn=10TEA0C4FN";

struct Picture {
    edge: usize,
    /// One flag per pixel.
    white: Vec<bool>,
}

fn decoded(file: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Grayscale, png::BitDepth::One)
    );
    assert_eq!(info.width, info.height);
    let edge = usize::try_from(info.width).unwrap();
    let white = (0..edge * edge)
        .map(|i| bytes[i / edge * info.line_size + i % edge / 8] & (0x80 >> (i % edge % 8)) != 0)
        .collect();
    Picture { edge, white }
}

/// What a scanner that shares no code with us reads.
fn scanned(file: &[u8]) -> String {
    let Picture { edge, white } = decoded(file);
    let grey = |x: usize, y: usize| if white[y * edge + x] { 255 } else { 0 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(edge, edge, grey);
    let [code] = &image.detect_grids()[..] else {
        panic!("not one code");
    };
    code.decode().unwrap().1
}

#[test]
fn a_scanner_reads_the_payload_back_whatever_its_length_and_characters() {
    assert_eq!(scanned(&png(PAYLOAD).unwrap()), PAYLOAD);
    for len in [1, 10, 72, 120, 300, 600, MAX_BYTES] {
        for text in ["a", "9", "A1", "upi://pay?Aa=1%20", "é"] {
            let mut payload = text.repeat(len);
            payload.truncate(len / text.len() * text.len());
            if !payload.is_empty() {
                assert_eq!(scanned(&png(&payload).unwrap()), payload);
            }
        }
    }
}

#[test]
fn around_the_code_four_modules_are_white() {
    let picture = decoded(&png(PAYLOAD).unwrap());
    let dark = |i: &usize| !picture.white[*i];
    let first = (0..picture.white.len()).find(dark).unwrap();
    let scale = picture.edge / Matrix::of(PAYLOAD).unwrap().side;
    let corner = QUIET_ZONE * scale;
    assert_eq!(first, corner * picture.edge + corner);
}

#[test]
fn pictures_have_three_to_four_hundred_pixels() {
    for len in [10, 72, 120, 300, 600] {
        let edge = decoded(&png(&"a".repeat(len)).unwrap()).edge;
        // Short payloads stop at 8 pixels a module.
        assert!((230..=400).contains(&edge), "{len}: {edge}");
    }
    assert!((300..=400).contains(&decoded(&png(PAYLOAD).unwrap()).edge));
}

#[test]
fn the_data_uri_is_small_and_holds_the_picture() {
    let uri = png_data_uri(PAYLOAD).unwrap();
    let base64 = uri.strip_prefix("data:image/png;base64,").unwrap();
    assert_eq!(STANDARD.decode(base64).unwrap(), png(PAYLOAD).unwrap());
    assert!(uri.len() < 4096, "{}", uri.len());
}

#[test]
fn a_payload_that_is_too_long_is_an_error() {
    assert!(png(&"é".repeat(MAX_BYTES / 2)).is_ok());
    let long = "a".repeat(MAX_BYTES + 1);
    assert!(matches!(png(&long), Err(QrError::TooLong(667))));
    assert!(matches!(svg(&long), Err(QrError::TooLong(667))));
    assert!(png_data_uri(&"x".repeat(1_000_000)).is_err());
}

#[test]
fn the_svg_draws_as_many_modules_as_the_picture() {
    let svg = svg(PAYLOAD).unwrap();
    let dark: usize = svg
        .split("v1h-")
        .skip(1)
        .filter_map(|run| run.split_once('z'))
        .map(|(len, _)| len.parse::<usize>().unwrap())
        .sum();
    let matrix = Matrix::of(PAYLOAD).unwrap();
    assert_eq!(dark, matrix.dark.iter().filter(|d| **d).count());
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert!(!svg.contains(PAYLOAD));
}
