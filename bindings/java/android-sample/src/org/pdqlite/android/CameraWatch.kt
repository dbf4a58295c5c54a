package org.pdqlite.android

import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import org.pdqlite.Decision
import org.pdqlite.Image
import org.pdqlite.Matcher

/**
 * Frames of a camera against a list: the Y plane is read where it lies, two frames a second, and nothing is kept of them. `found` is called once for
 * each thing found, by the analyzer's thread. Close it before the matcher.
 */
class CameraWatch(private val matcher: Matcher, private val found: (Decision) -> Unit) : ImageAnalysis.Analyzer, AutoCloseable {
    private var watch = matcher.watch()
    private var start = -1L
    private var last = -STEP

    override fun analyze(image: ImageProxy) = image.use {
        val at = it.imageInfo.timestamp / 1_000_000
        if (start < 0) start = at
        val time = at - start
        if (time - last >= STEP) {
            last = time
            val luma = it.planes[0]
            watch.push(Image.luma(luma.buffer, it.width, it.height, luma.rowStride, luma.pixelStride), time)
            if (watch.enough()) tell(at)
        }
    }

    private fun tell(at: Long) {
        val decision = watch.decision()
        watch.close()
        watch = matcher.watch()
        start = at
        last = 0
        found(decision)
    }

    override fun close() = watch.close()

    private companion object {
        const val STEP = 500L // milliseconds
    }
}
