/** The control plane's and the supervisor's HTTP interfaces, seen from the command line. */
@NullMarked
package dev.keelson.launcher.rest;

import org.jspecify.annotations.NullMarked;
