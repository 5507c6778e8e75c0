/** What {@code keelson bench} measures of one gateway, before engines that compute nothing. */
@NullMarked
package dev.keelson.gateway.bench;

import org.jspecify.annotations.NullMarked;
