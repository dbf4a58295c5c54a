import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess
import org.pdqlite.*

/** Does a picture show one of those in a file of hashes? Arguments: HASHES PICTURE.ppm. Exit code 0 match, 1 none, 2 error. */
fun main(args: Array<String>) {
    if (args.size != 2) fail("usage: quickstart HASHES PICTURE.ppm")
    val decision = try {
        val entries = Entries.ofHashes(Files.readAllBytes(Path.of(args[0])))
        Matcher(entries, MatchPolicy.advised()).use { it.match(picture(args[1])) }
    } catch (e: Exception) { // left alone it would exit with 1, as for no match
        fail(e.message ?: "an input file cannot be read")
    }
    if (decision.verdict() != Decision.Verdict.MATCH) {
        println("no match")
        exitProcess(1)
    }
    println("matched: entry %d, false-match rate %.1e, %.1e over the list".format(decision.entry(), decision.rate(), decision.listRate()))
}

/** The pixels of a PPM picture of 8 bits, in a direct buffer: C reads them in place. */
fun picture(path: String): Image {
    val file = Files.readAllBytes(Path.of(path))
    val gap = """(?:\s|#[^\n]*\n)+"""
    val head = Regex("""^P6$gap(\d{1,7})$gap(\d{1,7})${gap}255\s""").find(String(file, 0, minOf(file.size, 4096), Charsets.ISO_8859_1))
        ?: fail("not a PPM picture of 8 bits")
    val start = head.range.last + 1
    val pixels = ByteBuffer.allocateDirect(file.size - start).put(file, start, file.size - start)
    return Image.of(pixels, head.groupValues[1].toInt(), head.groupValues[2].toInt(), Image.Format.RGB)
}

fun fail(why: String): Nothing {
    System.err.println(why)
    exitProcess(2)
}
