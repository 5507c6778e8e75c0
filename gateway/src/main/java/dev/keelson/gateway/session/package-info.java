/** The session with the control plane. */
@NullMarked
package dev.keelson.gateway.session;

import org.jspecify.annotations.NullMarked;
