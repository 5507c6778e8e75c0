/** Reports of studies: terminal table, JSON, HTML. */
@NullMarked
package dev.keelson.simulator.report;

import org.jspecify.annotations.NullMarked;
