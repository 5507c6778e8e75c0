/**
 * Who a process is: the fleet's certificate authority, joining it, and mutual TLS to the control
 * plane.
 */
@NullMarked
package dev.keelson.exchange.identity;

import org.jspecify.annotations.NullMarked;
