/** What is wanted: service levels, bounds and the rules of scaling, recovery and spot capacity. */
@NullMarked
package dev.keelson.core.policy;

import org.jspecify.annotations.NullMarked;
