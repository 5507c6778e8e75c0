/** Its HTTP/1.1 client towards engines. */
@NullMarked
package dev.keelson.gateway.upstream;

import org.jspecify.annotations.NullMarked;
