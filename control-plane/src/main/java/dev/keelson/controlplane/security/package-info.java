/** Tokens, roles, and the audit log. */
@NullMarked
package dev.keelson.controlplane.security;

import org.jspecify.annotations.NullMarked;
