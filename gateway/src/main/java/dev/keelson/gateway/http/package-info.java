/** Its HTTP/1.1 server: small, and able to notice a client that leaves while it waits. */
@NullMarked
package dev.keelson.gateway.http;

import org.jspecify.annotations.NullMarked;
