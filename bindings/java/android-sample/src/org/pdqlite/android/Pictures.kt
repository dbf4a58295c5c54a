package org.pdqlite.android

import android.content.ContentResolver
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.net.Uri
import java.io.IOException
import java.nio.ByteBuffer
import org.pdqlite.Image

/** Pictures of the gallery, decoded by Android. */
object Pictures {
    private const val MOST = 1024 // pixels a side, about: hashes hardly differ above it

    /** The pixels behind an address. Turned and mirrored copies are found, so Exif is not asked. */
    fun image(from: ContentResolver, uri: Uri): Image {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        from.openInputStream(uri)?.use { BitmapFactory.decodeStream(it, null, bounds) }
        val options = BitmapFactory.Options().apply {
            inSampleSize = maxOf(1, Integer.highestOneBit(maxOf(bounds.outWidth, bounds.outHeight, 1) / MOST))
            inPreferredConfig = Bitmap.Config.ARGB_8888
        }
        val bitmap = from.openInputStream(uri)?.use { BitmapFactory.decodeStream(it, null, options) } ?: throw IOException("no picture that Android can decode")
        try {
            val pixels = ByteBuffer.allocateDirect(bitmap.rowBytes * bitmap.height) // ARGB_8888 lies in memory as R, G, B, A
            bitmap.copyPixelsToBuffer(pixels)
            return Image.rgba(pixels, bitmap.width, bitmap.height, bitmap.rowBytes)
        } finally {
            bitmap.recycle()
        }
    }
}
