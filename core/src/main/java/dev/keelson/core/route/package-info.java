/** Which replica takes one request; shared by the gateway and the simulator. */
@NullMarked
package dev.keelson.core.route;

import org.jspecify.annotations.NullMarked;
