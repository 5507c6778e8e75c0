/**
 * Scenarios over a running local fleet. They know the command line and the OpenAI API and nothing
 * else of Keelson.
 */
@NullMarked
package dev.keelson.scenarios;

import org.jspecify.annotations.NullMarked;
