/** Who sends a request, and whether the tenant's limits let it in. */
@NullMarked
package dev.keelson.gateway.tenant;

import org.jspecify.annotations.NullMarked;
