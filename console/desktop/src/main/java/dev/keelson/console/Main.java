package dev.keelson.console;

import java.util.List;
import javafx.application.Application;

/** Starts the desktop console. Not an Application itself: JavaFX would then ask for its modules. */
public final class Main {
    private static final int WRONG_USAGE = 2;

    private Main() {}

    public static void main(String[] arguments) {
        var list = List.of(arguments);
        if (list.contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(list, System.getenv());
        } catch (Options.Wrong wrong) {
            System.err.println(wrong.getMessage());
            System.err.println(Options.USAGE);
            System.exit(WRONG_USAGE);
            return;
        }
        boolean noScreen =
                System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null;
        if (noScreen
                && options.screenshot() == null
                && System.getProperty("glass.platform") == null) {
            System.err.println(
                    "There is no screen here (DISPLAY is not set). Use the web page, or --screenshot FILE.");
            System.exit(1);
            return;
        }
        if (noScreen && System.getProperty("glass.platform") == null) {
            System.setProperty("glass.platform", "Headless");
            System.setProperty("prism.order", "sw");
        }
        // AtlantaFX's colours resolve once a control is in the scene; until then JavaFX warns about
        // each.
        java.util.logging.Logger.getLogger("javafx.css").setLevel(java.util.logging.Level.OFF);
        Application.launch(ConsoleApp.class, arguments);
        System.exit(0);
    }
}
