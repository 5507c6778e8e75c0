/** Which replica takes a request, and what is known of each. */
@NullMarked
package dev.keelson.gateway.route;

import org.jspecify.annotations.NullMarked;
