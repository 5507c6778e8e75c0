/**
 * Training of the recurrent network by automatic differentiation; the only importer of ai.djl here.
 */
@NullMarked
package dev.keelson.forecaster.learned.djl;

import org.jspecify.annotations.NullMarked;
