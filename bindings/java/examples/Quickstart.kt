import java.io.RandomAccessFile
import java.nio.channels.FileChannel.MapMode
import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess
import org.pdqlite.*

/** Does a picture show one of those in a file of hashes? Arguments: HASHES PICTURE.ppm. Exit code 0 match, 1 none, 2 error. */
fun main(args: Array<String>) {
    if (args.size != 2) fail("usage: quickstart HASHES PICTURE.ppm")
    val entries = Entries.ofHashes(Files.readAllBytes(Path.of(args[0])))
    val decision = Matcher(entries, MatchPolicy.advised()).use { it.match(picture(args[1])) }
    if (decision.verdict() != Decision.Verdict.MATCH) {
        println("no match")
        exitProcess(1)
    }
    println("matched: entry %d, false-match rate %.1e".format(decision.entry(), decision.rate()))
}

/** The pixels of a PPM picture, mapped: nothing is copied. */
fun picture(path: String): Image = RandomAccessFile(path, "r").use { file ->
    val head = file.readLine().orEmpty()
    val words = head.split(" ")
    if (words.size != 4 || words[0] != "P6") fail("not a PPM picture of 8 bits")
    val (width, height) = words.drop(1).map { it.toInt() }
    val pixels = file.channel.map(MapMode.READ_ONLY, 0, file.length())
    Image(pixels, head.length + 1L, width, height, 3L * width, 3, Image.Format.RGB)
}

fun fail(why: String): Nothing {
    System.err.println(why)
    exitProcess(2)
}
