/** REST, server-sent events and the web page's files. */
@NullMarked
package dev.keelson.controlplane.http;

import org.jspecify.annotations.NullMarked;
