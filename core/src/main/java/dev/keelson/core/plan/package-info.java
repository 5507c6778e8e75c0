/** What to do: a pure planner, its proposals, the arbiter that merges them, and the plan. */
@NullMarked
package dev.keelson.core.plan;

import org.jspecify.annotations.NullMarked;
