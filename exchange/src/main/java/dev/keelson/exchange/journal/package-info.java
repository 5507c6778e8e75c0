/** The decision journal: its JSON, its export and its replay. */
@NullMarked
package dev.keelson.exchange.journal;

import org.jspecify.annotations.NullMarked;
