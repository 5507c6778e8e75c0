/** What the built page must keep to, whatever it looks like. */
@NullMarked
package dev.keelson.console.web;

import org.jspecify.annotations.NullMarked;
