// Not compiled here, as Package.swift says: the first test to run where there is Swift.
import CPdqlite
import XCTest

final class HashTests: XCTestCase {
    func testAHashOfDrawnPixels() {
        var pixels = [UInt8](repeating: 0, count: 128 * 96)
        for y in 0..<96 { for x in 0..<128 { pixels[128 * y + x] = UInt8((x * x / 7 + y * x / 3 + y * y) >> 6 & 255) } }
        let size = pdql_hasher_size(128, 96)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        defer { memory.deallocate() }
        XCTAssertEqual(pdql_hasher_init(memory, size, 128, 96), PDQL_OK)
        var out = pdql_hash()
        pixels.withUnsafeBufferPointer { data in
            var image = pdql_image(data: data.baseAddress, width: 128, height: 96, row_stride: 128, pixel_stride: 1,
                                   format: PDQL_GRAY.rawValue, channel_stride: 0)
            XCTAssertEqual(pdql_hash_image(pdql_kernels_best(), OpaquePointer(memory), &image, &out), PDQL_OK)
        }
        XCTAssertGreaterThan(out.quality, 0)
    }
}
