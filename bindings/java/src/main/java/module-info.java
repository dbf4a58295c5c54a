/** On-device media matching: PDQ hashes against a signed, encrypted hash list. Sends nothing anywhere. */
module org.pdqlite {
    exports org.pdqlite;
}
