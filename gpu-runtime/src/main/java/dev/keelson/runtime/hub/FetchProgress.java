package dev.keelson.runtime.hub;

/** Hears how far a download is. */
@FunctionalInterface
interface FetchProgress {
    /**
     * Some of a file has come.
     *
     * @param done bytes that are on this machine
     * @param total bytes of the file
     */
    void at(String file, long done, long total);
}
