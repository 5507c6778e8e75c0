/** What survives a restart: tables behind small stores, one transaction per change. */
@NullMarked
package dev.keelson.controlplane.store;

import org.jspecify.annotations.NullMarked;
