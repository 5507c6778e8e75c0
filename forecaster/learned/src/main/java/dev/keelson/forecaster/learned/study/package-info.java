/** Studies behind keelson bench. */
@NullMarked
package dev.keelson.forecaster.learned.study;

import org.jspecify.annotations.NullMarked;
