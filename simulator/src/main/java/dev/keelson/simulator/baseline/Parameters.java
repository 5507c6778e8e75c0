package dev.keelson.simulator.baseline;

import java.util.Locale;

/** Text of parameters, for reports. */
final class Parameters {
    private Parameters() {}

    /** The shortest decimal of up to four digits behind the point. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        var text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceAll("0+$", "");
    }
}
