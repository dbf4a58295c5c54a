package org.pdqlite.reactnative

import android.net.Uri
import android.util.Base64
import com.facebook.react.bridge.Arguments
import com.facebook.react.bridge.NativePdqliteSpec
import com.facebook.react.bridge.Promise
import com.facebook.react.bridge.ReactApplicationContext
import com.facebook.react.bridge.WritableMap
import java.io.File
import java.util.concurrent.Executors
import org.pdqlite.Decision
import org.pdqlite.android.ListStore
import org.pdqlite.android.OpenList
import org.pdqlite.android.Pictures
import org.pdqlite.android.codeOf

/** The TurboModule: JavaScript's questions to org.pdqlite, on a thread of its own. Pixels never cross the bridge. */
class PdqliteModule(context: ReactApplicationContext) : NativePdqliteSpec(context) {
    private val work = Executors.newSingleThreadExecutor()
    private val lists = HashMap<Int, OpenList>()
    private var next = 1

    override fun getName() = "Pdqlite"

    override fun open(folder: String, trust: String, key: String, promise: Promise) = answer(promise) {
        val store = ListStore(File(context.filesDir, "pdqlite").apply { mkdirs() }.toPath(), Base64.decode(trust, Base64.DEFAULT))
        val opened = store.install(File(folder).toPath(), Base64.decode(key, Base64.DEFAULT), System.currentTimeMillis() / 1000)
        lists[next] = opened
        Arguments.createMap().apply {
            putDouble("list", next++.toDouble())
            putDouble("entries", opened.entries.toDouble())
            putDouble("seq", opened.seq.toDouble())
            putArray("remarks", Arguments.createArray().apply { opened.remarks.forEach(::pushString) })
        }
    }

    override fun match(list: Double, uri: String, promise: Promise) = answer(promise) {
        val opened = lists[list.toInt()] ?: throw IllegalStateException("the list is closed")
        found(opened.matcher.match(Pictures.image(context.contentResolver, Uri.parse(uri))))
    }

    override fun close(list: Double, promise: Promise) = answer(promise) {
        lists.remove(list.toInt())?.close()
        null
    }

    private fun found(decision: Decision): WritableMap = Arguments.createMap().apply {
        putString("verdict", decision.verdict().word)
        putDouble("rate", decision.rate())
        val where = decision.where()
        if (where == null) {
            putNull("entry")
            putNull("where")
        } else {
            putDouble("entry", decision.entry().toDouble())
            putMap("where", Arguments.createMap().apply {
                putDouble("left", where.left())
                putDouble("top", where.top())
                putDouble("right", where.right())
                putDouble("bottom", where.bottom())
                putString("orientation", where.orientation().word())
                putBoolean("inverted", where.inverted())
            })
        }
    }

    private fun answer(promise: Promise, what: () -> Any?) = work.execute {
        try {
            promise.resolve(what())
        } catch (error: IllegalStateException) {
            promise.reject("closed", error.message, error)
        } catch (error: Exception) {
            promise.reject(codeOf(error), error.message, error)
        }
    }

    override fun invalidate() = work.execute { lists.values.forEach { it.close() } }
}
