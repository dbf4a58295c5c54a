use crate::Error;
use pdqlite_sys::{boundary, ffi};

/// What the bytes of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One byte, 0 black to 255 white; or a full-range Y plane.
    Gray,
    /// One byte, 16 black to 235 white: the Y plane of most video.
    GrayLimited,
    /// Red, green, blue; with four bytes to a pixel the fourth is not looked at.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Two bytes, low one first: 256 a gray level, 65 280 white.
    Gray16,
}

impl Format {
    fn raw(self) -> u32 {
        match self {
            Format::Gray => ffi::PDQL_GRAY,
            Format::GrayLimited => ffi::PDQL_GRAY_LIMITED,
            Format::Rgb => ffi::PDQL_RGB,
            Format::Bgr => ffi::PDQL_BGR,
            Format::Gray16 => ffi::PDQL_GRAY16,
        }
    }
}

/// Decoded pixels in a slice of the caller's. Sides of 5 to 1 048 576 pixels can be hashed.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a>(pub(crate) boundary::Pixels<'a>);

impl<'a> Image<'a> {
    /// Rows one after another without gaps, one, two or three bytes to a pixel. [`Error::Shape`] if the slice is not
    /// just as long as that.
    pub fn new(data: &'a [u8], width: u32, height: u32, format: Format) -> Result<Image<'a>, Error> {
        let step = match format {
            Format::Gray | Format::GrayLimited => 1,
            Format::Gray16 => 2,
            Format::Rgb | Format::Bgr => 3,
        };
        let row = isize::try_from(width).ok().and_then(|w| w.checked_mul(step)).ok_or(Error::Shape)?;
        if data.len() as u128 != width as u128 * height as u128 * step as u128 {
            return Err(Error::Shape);
        }
        Ok(Image::strided(data, 0, width, height, row, step, format))
    }

    /// Any layout: the top left pixel's first byte is `data[start]`; strides are bytes from row to row and pixel to
    /// pixel and may be negative. Bounds are checked when it is used ([`Error::Shape`]).
    pub fn strided(data: &'a [u8], start: usize, width: u32, height: u32, row_stride: isize, pixel_stride: isize, format: Format) -> Image<'a> {
        Image(boundary::Pixels { data, start, width, height, row_stride, pixel_stride, format: format.raw() })
    }
}

/// A PDQ hash and its quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash {
    /// In the order of the shared 64-digit text.
    pub bits: [u8; 32],
    /// 0 flat to 100 detailed; below 50 is too flat to act on.
    pub quality: u8,
}

/// Hashes any number of pictures of one size; the weights are made once.
pub struct Hasher(boundary::Hasher);

impl Hasher {
    /// [`Error::Shape`] for a side under 5 or above 1 048 576 pixels.
    pub fn new(width: u32, height: u32) -> Result<Hasher, Error> {
        boundary::Hasher::new(width, height).map(Hasher).map_err(Error::of)
    }

    /// The hash of one picture of this size.
    pub fn hash(&mut self, image: &Image) -> Result<Hash, Error> {
        self.0.hash(&image.0).map(hash_of).map_err(Error::of)
    }

    /// The hashes of its eight orientations, in the order of [`crate::Orientation`].
    pub fn orientations(&mut self, image: &Image) -> Result<[Hash; 8], Error> {
        self.0.orientations(&image.0).map(|all| all.map(hash_of)).map_err(Error::of)
    }
}

fn hash_of(raw: ffi::pdql_hash) -> Hash {
    Hash { bits: raw.bits, quality: raw.quality }
}

/// The hash of one picture; for many of one size a [`Hasher`] is faster.
pub fn hash(image: &Image) -> Result<Hash, Error> {
    Hasher::new(image.0.width, image.0.height)?.hash(image)
}

/// The keypoint signature of a picture, for the entry of a list (docs/formats/keypoints.md): at most 531 bytes, by which parts
/// of the picture are found again.
pub fn keypoint_signature(image: &Image) -> Result<Vec<u8>, Error> {
    boundary::keypoint_signature(&image.0).map_err(Error::of)
}
