/** Builders and a small model of a fleet, for the tests of core and of the modules around it. */
@NullMarked
package dev.keelson.core.testing;

import org.jspecify.annotations.NullMarked;
