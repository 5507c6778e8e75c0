/** Who may ask for how much: limits of tenants, their shares over gateways, and fair queueing. */
@NullMarked
package dev.keelson.core.tenant;

import org.jspecify.annotations.NullMarked;
