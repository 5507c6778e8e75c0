/**
 * What the console knows of the fleet, without any scene: read-only properties that views bind to.
 */
@NullMarked
package dev.keelson.console.model;

import org.jspecify.annotations.NullMarked;
