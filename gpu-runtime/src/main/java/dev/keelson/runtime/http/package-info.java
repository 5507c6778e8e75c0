/** The OpenAI API, the metrics page and draining. */
@NullMarked
package dev.keelson.runtime.http;

import org.jspecify.annotations.NullMarked;
