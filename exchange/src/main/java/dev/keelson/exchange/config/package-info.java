/** Configuration files of the processes: YAML in, typed values out, unknown keys refused. */
@NullMarked
package dev.keelson.exchange.config;

import org.jspecify.annotations.NullMarked;
