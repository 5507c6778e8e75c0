package dev.keelson.console.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class WebBundleTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"");
    private static final int BUDGET_BYTES = 150_000;

    @Test
    void everythingThatThePageRefersToIsInTheJar() throws IOException {
        assertThat(references())
                .isNotEmpty()
                .allSatisfy(path -> assertThat(resource(path)).isNotEmpty());
    }

    @Test
    void thePageNeedsNoInlineScriptOrStyleSoThatAStrictPolicyHolds() throws IOException {
        String page = new String(resource("/index.html"), UTF_8);

        assertThat(page)
                .doesNotContainPattern("<script(?![^>]*\\bsrc=)")
                .doesNotContain("<style")
                .doesNotContain(" style=");
        assertThat(page).doesNotContainPattern("\\son[a-z]+=");
    }

    @Test
    void thePageLoadsNothingFromElsewhere() throws IOException {
        String page = new String(resource("/index.html"), UTF_8);
        assertThat(page).doesNotContain("http://").doesNotContain("https://");
        for (String path : references()) {
            if (path.endsWith(".css")) {
                assertThat(new String(resource(path), UTF_8))
                        .doesNotContain("@import")
                        .doesNotContainPattern("url\\(['\"]?http");
            }
        }
    }

    @Test
    void theFirstLoadStaysWithinItsBudget() throws IOException {
        int total = 0;
        for (String path : references()) {
            total += gzipped(resource(path));
        }
        assertThat(total).isLessThan(BUDGET_BYTES);
    }

    private static List<String> references() throws IOException {
        var paths = new ArrayList<String>();
        var found = REFERENCE.matcher(new String(resource("/index.html"), UTF_8));
        while (found.find()) {
            paths.add(found.group(1));
        }
        return paths;
    }

    private static byte[] resource(String path) throws IOException {
        try (var stream = WebBundleTest.class.getResourceAsStream("/keelson-web" + path)) {
            assertThat(stream).as(path).isNotNull();
            return stream == null ? new byte[0] : stream.readAllBytes();
        }
    }

    private static int gzipped(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        }
        return bytes.size();
    }
}
