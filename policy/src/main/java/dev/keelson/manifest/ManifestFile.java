package dev.keelson.manifest;

/**
 * One file of manifests, already read.
 *
 * @param name shown in problems, such as {@code deployment.yaml}
 * @param text YAML, one or more documents
 */
public record ManifestFile(String name, String text) {}
