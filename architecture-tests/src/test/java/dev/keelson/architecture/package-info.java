/** Who may use whom, over all modules. */
@NullMarked
package dev.keelson.architecture;

import org.jspecify.annotations.NullMarked;
