/**
 * What the machine is and how busy it is, from /proc. Nothing is invented where it tells nothing.
 */
@NullMarked
package dev.keelson.agent.probe;

import org.jspecify.annotations.NullMarked;
