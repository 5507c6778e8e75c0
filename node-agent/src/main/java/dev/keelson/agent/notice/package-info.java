/** The provider's word that this machine will be taken away. */
@NullMarked
package dev.keelson.agent.notice;

import org.jspecify.annotations.NullMarked;
