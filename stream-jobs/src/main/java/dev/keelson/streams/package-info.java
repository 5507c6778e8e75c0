/** Flink jobs over the fleet's topics. */
@NullMarked
package dev.keelson.streams;

import org.jspecify.annotations.NullMarked;
