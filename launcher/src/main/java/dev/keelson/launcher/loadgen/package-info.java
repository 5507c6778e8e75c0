/** Open-loop load: a trace or a rate against an OpenAI endpoint. */
@NullMarked
package dev.keelson.launcher.loadgen;

import org.jspecify.annotations.NullMarked;
