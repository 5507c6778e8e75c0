@NullMarked
package dev.keelson.runtime.vector;

import org.jspecify.annotations.NullMarked;
