import androidx.camera.core.ImageInfo
import androidx.camera.core.ImageProxy
import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files
import java.util.Base64
import javax.imageio.ImageIO
import org.pdqlite.Decision
import org.pdqlite.PdqliteException
import org.pdqlite.android.CameraWatch
import org.pdqlite.android.ListStore

/** The parts of the sample that need no phone, on what `pdqlite demo --keep DIR` made: the store, and the camera's watch over Y planes. */
fun main(args: Array<String>) {
    val demo = File(args[0])
    val key = Base64.getDecoder().decode(File(demo, "pictures.key").readLines().last { it.length == 44 })
    val now = System.currentTimeMillis() / 1000
    val folder = Files.createTempDirectory("store")
    val store = ListStore(folder, File(demo, "pictures.key.trust").readBytes())
    check(store.open(key, now) == null)
    store.install(File(demo, "pictures").toPath(), key, now).close()
    store.open(key, now)!!.use { opened ->
        check(opened.entries == 12 && opened.remarks == listOf("unlogged"))
        for ((number, listed) in listOf(0 to true, 4 to true, 10 to true, 12 to false, 13 to false)) {
            var found: Decision? = null
            CameraWatch(opened.matcher) { found = it }.use { watch -> for (n in 0..4) watch.analyze(frame(File(demo, "picture-$number.jpg"), 400_000_000L * n)) }
            check((found?.verdict() == Decision.Verdict.MATCH) == listed) { "picture $number" }
        }
    }
    val broken = Files.createTempDirectory("broken")
    File(demo, "pictures").copyRecursively(broken.toFile(), overwrite = true)
    broken.resolve("manifest").toFile().apply { writeText(readText().replace("rule 2 68", "rule 2 69")) }
    try {
        store.install(broken, key, now)
        error("a changed manifest was installed")
    } catch (refused: PdqliteException.UntrustedList) {
        check(store.open(key, now)!!.use { it.entries } == 12)
    }
    println("android sample: store and camera watch, 5 pictures as frames, a changed list refused")
}

/** A camera's frame: a Y plane with rows that are longer than the picture. */
fun frame(file: File, nanoseconds: Long): ImageProxy {
    val picture = ImageIO.read(file)
    val stride = picture.width + 40
    val plane = ByteBuffer.allocateDirect(stride * picture.height)
    for (y in 0 until picture.height) for (x in 0 until picture.width) {
        val rgb = picture.getRGB(x, y)
        plane.put(y * stride + x, ((77 * (rgb shr 16 and 255) + 150 * (rgb shr 8 and 255) + 29 * (rgb and 255)) shr 8).toByte())
    }
    return object : ImageProxy {
        override val planes = arrayOf<ImageProxy.PlaneProxy>(object : ImageProxy.PlaneProxy {
            override val buffer = plane
            override val rowStride = stride
            override val pixelStride = 1
        })
        override val width = picture.width
        override val height = picture.height
        override val imageInfo = object : ImageInfo { override val timestamp = nanoseconds }
        override fun close() {}
    }
}
