/** What engines and gateway speak: the OpenAI API, server-sent events, engine metrics. */
@NullMarked
package dev.keelson.serving;

import org.jspecify.annotations.NullMarked;
