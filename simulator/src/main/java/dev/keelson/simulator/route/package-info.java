/** Routing of one trace over workers with prefix caches. */
@NullMarked
package dev.keelson.simulator.route;

import org.jspecify.annotations.NullMarked;
