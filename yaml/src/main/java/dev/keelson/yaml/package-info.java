/** YAML files taken key by key; what is wrong is named with its file and line. */
@NullMarked
package dev.keelson.yaml;

import org.jspecify.annotations.NullMarked;
