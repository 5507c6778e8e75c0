/** What single calls cost, measured by JMH. */
@NullMarked
package dev.keelson.benchmarks;

import org.jspecify.annotations.NullMarked;
