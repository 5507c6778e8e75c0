@NullMarked
package dev.keelson.runtime.bench;

import org.jspecify.annotations.NullMarked;
