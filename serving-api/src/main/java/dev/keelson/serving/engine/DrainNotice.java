package dev.keelson.serving.engine;

/**
 * Tells an engine by when it must have finished, before SIGTERM.
 *
 * @param path path on the engine
 * @param body JSON body to POST
 */
public record DrainNotice(String path, String body) {}
