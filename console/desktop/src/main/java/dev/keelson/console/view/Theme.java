package dev.keelson.console.view;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import javafx.scene.paint.Color;

/** Colours of the two looks; the charts draw with them, the controls follow AtlantaFX. */
@SuppressWarnings("ImmutableEnumChecker") // JavaFX does not say so, but its Color never changes
public enum Theme {
    LIGHT(
            "#ffffff", "#1f2328", "#59636e", "#e3e8ec", "#0f766e", "#0969da", "#6d3fc4", "#9a6700",
            "#cf222e"),
    DARK(
            "#161b22", "#e6edf3", "#9198a1", "#262d36", "#2dd4bf", "#6aa7ff", "#b79bff", "#d29922",
            "#ff7b72");

    final Color card;
    final Color text;
    final Color muted;
    final Color grid;
    final Color ready;
    final Color demand;
    final Color ttft;
    final Color warning;
    final Color danger;

    Theme(
            String card,
            String text,
            String muted,
            String grid,
            String ready,
            String demand,
            String ttft,
            String warning,
            String danger) {
        this.card = Color.web(card);
        this.text = Color.web(text);
        this.muted = Color.web(muted);
        this.grid = Color.web(grid);
        this.ready = Color.web(ready);
        this.demand = Color.web(demand);
        this.ttft = Color.web(ttft);
        this.warning = Color.web(warning);
        this.danger = Color.web(danger);
    }

    String stylesheet() {
        return this == DARK
                ? new PrimerDark().getUserAgentStylesheet()
                : new PrimerLight().getUserAgentStylesheet();
    }

    Theme other() {
        return this == DARK ? LIGHT : DARK;
    }
}
