/**
 * Decisions with all that they were made from, kept before anything is acted on; incidents beside
 * them.
 */
@NullMarked
package dev.keelson.controlplane.journal;

import org.jspecify.annotations.NullMarked;
