/** What {@code keelson bench} measures of one engine. */
@NullMarked
package dev.keelson.runtime.bench;

import org.jspecify.annotations.NullMarked;
