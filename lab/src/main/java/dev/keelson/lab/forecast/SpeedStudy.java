package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.global.GlobalBooster;
import dev.keelson.forecaster.statistical.global.MixedModel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long fitting and forecasting take. */
record SpeedStudy(StudyData data, StudyWorkers workers, long seed) {
    private static final int WANTED = 10_000;

    void print(PrintWriter out) {
        List<Series> series = data.m4();
        var task = new ForecastTask(48, List.of(24), Levels.STANDARD, seed);
        double before = Cpu.seconds();
        new GlobalBooster(workers).fit(series, task);
        double booster = Cpu.seconds() - before;
        before = Cpu.seconds();
        MixedModel.Trained fitted = new MixedModel(workers).fit(series, task);
        double mixture = Cpu.seconds() - before;
        var many = new ArrayList<Series>();
        for (int i = 0; i < WANTED; i++) {
            many.add(series.get(i % series.size()));
        }
        before = Cpu.seconds();
        long started = System.nanoTime();
        workers.map(many, one -> fitted.predict(one).horizon());
        double wall = (System.nanoTime() - started) / 1e9;
        double cpu = Cpu.seconds() - before;
        out.println("| what | figure |");
        out.println("|---|---|");
        out.printf(
                Locale.ROOT,
                "| booster fitted on %d series | %.1f CPU s |%n",
                series.size(),
                booster);
        out.printf(
                Locale.ROOT,
                "| keelson fitted (booster and pool twice, calibrated) | %.1f CPU s |%n",
                mixture);
        out.printf(
                Locale.ROOT,
                "| %d series × 48 steps, fitted | %.1f s on %d threads, %.1f CPU s; %.0f series/minute |%n",
                WANTED,
                wall,
                workers.threads(),
                cpu,
                WANTED * 60 / wall);
    }
}
