use crate::Error;
use pdqlite_sys::{boundary, ffi};

/// How an index is laid out; [`Shape::Auto`] leaves it to the number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The library's choice.
    Auto,
    /// 32 bytes a row, read one after the other.
    Scan,
    /// The self-index (docs/explanation/search.md).
    SelfIndex,
}

/// A row within the radius of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Number of the query.
    pub query: u32,
    /// Number of the row.
    pub row: u32,
    /// Differing bits, 0 to 256.
    pub distance: u32,
}

/// Exact Hamming search among 256-bit hashes; one block of bytes, to be stored and opened again.
#[derive(Clone, Debug)]
pub struct Index(Vec<u8>);

impl Index {
    /// Builds an index of rows.
    pub fn build(rows: &[[u8; 32]], shape: Shape) -> Result<Index, Error> {
        let shape = match shape {
            Shape::Auto => ffi::PDQL_INDEX_AUTO,
            Shape::Scan => ffi::PDQL_INDEX_SCAN,
            Shape::SelfIndex => ffi::PDQL_INDEX_SELF,
        };
        boundary::index_build(rows, shape).map(Index).map_err(Error::of)
    }

    /// Opens a block: reads its header only. [`Error::Block`] if that is none.
    pub fn open(block: Vec<u8>) -> Result<Index, Error> {
        boundary::index_info(&block).map_err(Error::of)?;
        Ok(Index(block))
    }

    /// The block, to be stored.
    pub fn block(&self) -> &[u8] {
        &self.0
    }

    /// Number of rows.
    pub fn rows(&self) -> Result<u32, Error> {
        boundary::index_info(&self.0).map(|info| info.n_rows).map_err(Error::of)
    }

    /// Every row within `radius` bits (0 to 256) of each query, in order of query, then row.
    pub fn search(&self, queries: &[[u8; 32]], radius: u32) -> Result<Vec<Hit>, Error> {
        let hits = boundary::index_search(&self.0, queries, radius).map_err(Error::of)?;
        Ok(hits.into_iter().map(|h| Hit { query: h.query, row: h.row, distance: h.distance }).collect())
    }
}

/// Differing bits of two hashes, 0 to 256.
pub fn distance(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    boundary::distance(a, b)
}
