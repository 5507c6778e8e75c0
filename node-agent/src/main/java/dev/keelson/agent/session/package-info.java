/** The agent's session with the control plane. */
@NullMarked
package dev.keelson.agent.session;

import org.jspecify.annotations.NullMarked;
