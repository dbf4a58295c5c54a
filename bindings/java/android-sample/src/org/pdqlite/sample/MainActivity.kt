package org.pdqlite.sample

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView
import androidx.camera.core.ImageAnalysis
import java.io.File
import java.util.concurrent.Executors
import org.pdqlite.Decision
import org.pdqlite.android.CameraWatch
import org.pdqlite.android.ListStore
import org.pdqlite.android.OpenList
import org.pdqlite.android.Pictures

/** A picture of the gallery, or what the camera sees, against the list in the app's files. The app asks for no right to use a network. */
class MainActivity : Activity() {
    private val work = Executors.newSingleThreadExecutor()
    private lateinit var says: TextView
    private var list: OpenList? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        says = TextView(this)
        val choose = Button(this).apply { text = "Choose a picture"; setOnClickListener { choose() } }
        setContentView(LinearLayout(this).apply { orientation = LinearLayout.VERTICAL; addView(choose); addView(says) })
        work.execute { tell { openList() } }
    }

    /** The sample brings its release, trust file and key as assets; a messenger downloads the release and has the key in the Keystore. */
    private fun openList(): String {
        fun asset(name: String) = assets.open(name).use { it.readBytes() }
        val (key, now) = asset("list.key") to System.currentTimeMillis() / 1000
        val store = ListStore(File(filesDir, "list").apply { mkdirs() }.toPath(), asset("list.trust"))
        val opened = store.open(key, now) ?: run {
            val fresh = File(cacheDir, "release").apply { mkdirs() }
            for (name in assets.list("release").orEmpty()) File(fresh, name).writeBytes(asset("release/$name"))
            store.install(fresh.toPath(), key, now)
        }
        list = opened
        return "${opened.entries} entries, release ${opened.seq}"
    }

    private fun choose() = startActivityForResult(Intent(Intent.ACTION_GET_CONTENT).setType("image/*"), 1)

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val uri = data?.data ?: return
        work.execute { tell { words(checkNotNull(list) { "no list is open" }.matcher.match(Pictures.image(contentResolver, uri))) } }
    }

    /** For a camera screen: `ImageAnalysis.setAnalyzer(executor, camera())`, bound to the screen's lifecycle. */
    fun camera(): ImageAnalysis.Analyzer = CameraWatch(checkNotNull(list) { "no list is open" }.matcher) { decision -> tell { words(decision) } }

    private fun words(decision: Decision): String =
        if (decision.verdict() == Decision.Verdict.MATCH) "On the list: entry ${decision.entry()}" else decision.verdict().word

    private fun tell(what: () -> String) {
        val text = try { what() } catch (error: Exception) { "Refused: ${error.message}" }
        runOnUiThread { says.text = text }
    }

    override fun onDestroy() {
        work.execute { list?.close() }
        work.shutdown()
        super.onDestroy()
    }
}
