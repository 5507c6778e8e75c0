/** What every process does at its start and end. */
@NullMarked
package dev.keelson.exchange.process;

import org.jspecify.annotations.NullMarked;
