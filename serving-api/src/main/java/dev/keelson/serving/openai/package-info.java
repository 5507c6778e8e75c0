/**
 * The OpenAI API as records: bounded parsing of requests, response bodies, error bodies,
 * server-sent events.
 */
@NullMarked
package dev.keelson.serving.openai;

import org.jspecify.annotations.NullMarked;
