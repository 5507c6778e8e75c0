/**
 * The part of the Jinja template language that chat templates use, as Jinja2 and the transformers
 * library evaluate it. A template is a program from outside: it reads nothing but its variables,
 * and its steps, depth and output are bounded.
 */
@NullMarked
package dev.keelson.runtime.jinja;

import org.jspecify.annotations.NullMarked;
