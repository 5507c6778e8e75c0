/** What was built: class paths, JVM flags, caches. */
@NullMarked
package dev.keelson.launcher.distribution;

import org.jspecify.annotations.NullMarked;
