package dev.keelson.forecaster.learned.study;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code keelson bench forecast-recycling|forecast-members --datasets DIR}. */
public final class StudyMain {
    private StudyMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (arguments.length != 3 || !arguments[1].equals("--datasets")) {
            System.err.println(
                    "Usage: forecast-recycling|forecast-members --datasets DIR\n"
                            + "DIR holds harmony-fisher and nab.");
            return 2;
        }
        var data = new StudyData(Path.of(arguments[2]));
        try {
            switch (arguments[0]) {
                case "forecast-recycling" -> new RecyclingStudy(data, out).run();
                case "forecast-members" -> new MembersStudy(data, out).run();
                default -> {
                    System.err.printf("There is no study (%s).%n", arguments[0]);
                    return 2;
                }
            }
            return 0;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }
}
