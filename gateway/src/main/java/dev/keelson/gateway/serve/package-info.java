/** What happens to one request. */
@NullMarked
package dev.keelson.gateway.serve;

import org.jspecify.annotations.NullMarked;
