// Stand-ins for the types of React Native that its module names, so that it compiles here. An app has the real ones, and the codegen makes
// NativePdqliteSpec of NativePdqlite.ts.
package com.facebook.react.bridge

import android.content.Context

open class ReactApplicationContext(base: Context?) : android.content.ContextWrapper(base)

interface WritableArray {
    fun pushString(value: String?)
}

interface WritableMap {
    fun putString(key: String, value: String?)
    fun putDouble(key: String, value: Double)
    fun putBoolean(key: String, value: Boolean)
    fun putNull(key: String)
    fun putMap(key: String, value: WritableMap?)
    fun putArray(key: String, value: WritableArray?)
}

object Arguments {
    fun createMap(): WritableMap = TODO("a stand-in")
    fun createArray(): WritableArray = TODO("a stand-in")
}

interface Promise {
    fun resolve(value: Any?)
    fun reject(code: String, message: String?, error: Throwable?)
}

abstract class NativePdqliteSpec(val context: ReactApplicationContext) {
    abstract fun getName(): String
    abstract fun open(folder: String, trust: String, key: String, promise: Promise)
    abstract fun match(list: Double, uri: String, promise: Promise)
    abstract fun close(list: Double, promise: Promise)
    open fun invalidate() {}
}
