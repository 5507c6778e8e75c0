/** The control plane's REST and event stream, read into the model's rows. */
@NullMarked
package dev.keelson.console.client;

import org.jspecify.annotations.NullMarked;
