/** What is written down of each request. */
@NullMarked
package dev.keelson.gateway.record;

import org.jspecify.annotations.NullMarked;
