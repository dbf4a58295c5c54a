package org.pdqlite.android

import java.io.IOException
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.FileChannel.MapMode
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption
import org.pdqlite.Entries
import org.pdqlite.JcaProvider
import org.pdqlite.MatchPolicy
import org.pdqlite.Matcher
import org.pdqlite.PdqliteException
import org.pdqlite.Release

/** What is opened: what matches, and what was signed. */
class OpenList(val matcher: Matcher, val entries: Int, val seq: Long, val remarks: List<String>) : AutoCloseable by matcher

/**
 * A list in the application's own files, sealed as it was published: `folder` is `File(context.filesDir, "list")`. The key belongs into the
 * Android Keystore. One thread at a time. A process that is killed leaves the old list or the new one.
 */
class ListStore(private val folder: Path, private val trust: ByteArray) {
    /** Opens what is installed; null before the first install. */
    fun open(key: ByteArray, now: Long): OpenList? {
        val current = folder.resolve("current")
        if (Files.notExists(current)) return null
        val bytes = ByteBuffer.wrap(Files.readAllBytes(current))
        if (bytes.remaining() != Long.SIZE_BYTES + STATE) throw IOException("what is installed is damaged: install again")
        val seq = bytes.long
        return read(folder.resolve("list-$seq"), ByteArray(STATE).also(bytes::get), key, now).first
    }

    /** Takes a release that was downloaded into a folder, checks all of it, and only then makes it the one that is used. */
    fun install(release: Path, key: ByteArray, now: Long): OpenList {
        val (opened, state) = read(release, state(), key, now)
        val place = folder.resolve("list-${opened.seq}")
        Files.createDirectories(place)
        Files.list(release).use { files -> files.filter { Files.isRegularFile(it) }.forEach { put(place.resolve(it.fileName.toString()), ByteBuffer.wrap(Files.readAllBytes(it))) } }
        put(folder.resolve("current"), ByteBuffer.wrap(ByteBuffer.allocate(Long.SIZE_BYTES + STATE).putLong(opened.seq).put(state).array())) // this rename is the install
        Files.list(folder).use { all -> all.filter { it != place && Files.isDirectory(it) }.forEach { it.toFile().deleteRecursively() } }
        return opened
    }

    private fun state(): ByteArray? {
        val current = folder.resolve("current")
        return if (Files.exists(current)) Files.readAllBytes(current).drop(Long.SIZE_BYTES).toByteArray() else null
    }

    private fun read(place: Path, state: ByteArray?, key: ByteArray, now: Long): Pair<OpenList, ByteArray> {
        fun bytes(name: String): ByteArray? = place.resolve(name).takeIf { Files.exists(it) }?.let { Files.readAllBytes(it) }
        val manifest = bytes("manifest") ?: throw IOException("the folder has no manifest: it is no release")
        val proof = bytes("manifest.tlog-proof")
        val wanted = Release(trust, state, manifest, proof, null, emptyList(), now).needs()
        val policies = (0 until wanted.policies()).map { "policy-${wanted.firstPolicy() + it}" }.map { Release.Signed(bytes(it) ?: ByteArray(0), bytes("$it.tlog-proof")) }
        val consistency = wanted.consistency().takeIf { it > 0 }?.let { bytes("consistency-$it") }
        Release(trust, state, manifest, proof, consistency, policies, now).verify(JcaProvider()).use { verified ->
            val info = verified.info()
            val entries: Entries = verified.read(key, mapped(place.resolve("list.cob")), place.resolve("local.cob").takeIf { Files.exists(it) }?.let(::mapped))
            val remarks = listOf("unlogged" to info.unlogged(), "unwitnessed" to info.unwitnessed(), "stale" to info.stale(), "unaudited" to info.unaudited())
            val matcher = Matcher(entries, MatchPolicy.advised().withMaxDistance(info.maxDistance()))
            return OpenList(matcher, entries.size(), info.seq(), remarks.filter { it.second }.map { it.first }) to verified.state()
        }
    }

    private fun mapped(path: Path): ByteBuffer = RandomAccessFile(path.toFile(), "r").use { it.channel.map(MapMode.READ_ONLY, 0, it.length()) }

    private fun put(path: Path, data: ByteBuffer) {
        val fresh = path.resolveSibling("${path.fileName}.new")
        FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE).use { file ->
            while (data.hasRemaining()) file.write(data)
            file.force(true)
        }
        Files.move(fresh, path, ATOMIC_MOVE, REPLACE_EXISTING)
    }

    private companion object {
        const val STATE = 256
    }
}

/** The status of what went wrong, as the shared vectors call it; for what is not the library's own, "io". */
fun codeOf(error: Exception): String = if (error is PdqliteException) error.status.word() else "io"
