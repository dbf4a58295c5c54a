// All that the window may do beyond a web page: ask about one picture. A sandboxed preload can load no package, and needs none.
const { contextBridge, ipcRenderer } = require("electron");

contextBridge.exposeInMainWorld("pdqlite", {
  /** An ImageData -> { verdict, entry, where, rate }. */
  match: ({ data, width, height }) => ipcRenderer.invoke("pdqlite:match", { data, width, height }),
});
