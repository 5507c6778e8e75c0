/** Manifests: YAML with positions, checked, turned into core's policy records. */
@NullMarked
package dev.keelson.manifest;

import org.jspecify.annotations.NullMarked;
