/** Mains of the studies. */
@NullMarked
package dev.keelson.lab;

import org.jspecify.annotations.NullMarked;
