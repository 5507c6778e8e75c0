/** Requests told apart: classes by model, tenant and length, clusters of like arrival patterns. */
@NullMarked
package dev.keelson.forecaster.statistical.classes;

import org.jspecify.annotations.NullMarked;
