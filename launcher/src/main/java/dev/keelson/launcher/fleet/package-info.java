/** The local fleet: configuration files, the supervisor and what it leaves on disk. */
@NullMarked
package dev.keelson.launcher.fleet;

import org.jspecify.annotations.NullMarked;
