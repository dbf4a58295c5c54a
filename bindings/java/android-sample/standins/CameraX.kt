// Stand-ins for the types of androidx.camera:camera-core that the sample names, so that it compiles where Google's repository is out of
// reach. An app has the real ones.
package androidx.camera.core

import java.nio.ByteBuffer

interface ImageInfo {
    val timestamp: Long
}

interface ImageProxy : AutoCloseable {
    interface PlaneProxy {
        val buffer: ByteBuffer
        val rowStride: Int
        val pixelStride: Int
    }

    val planes: Array<PlaneProxy>
    val width: Int
    val height: Int
    val imageInfo: ImageInfo
}

class ImageAnalysis private constructor() {
    fun interface Analyzer {
        fun analyze(image: ImageProxy)
    }
}
