/** Step times: measured operator tables, a fitted linear model, a calibrated roofline. */
@NullMarked
package dev.keelson.simulator.engine.steptime;

import org.jspecify.annotations.NullMarked;
