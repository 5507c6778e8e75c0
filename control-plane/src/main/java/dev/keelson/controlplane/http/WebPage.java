package dev.keelson.controlplane.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;

/** The files of the web page, from the class path folder {@code keelson-web}. */
final class WebPage {
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml",
                    "png", "image/png",
                    "ico", "image/x-icon",
                    "woff2", "font/woff2",
                    "json", "application/json",
                    "txt", "text/plain; charset=utf-8");

    private WebPage() {}

    static void serve(Context ctx) throws IOException {
        var path = ctx.path().equals("/") ? "/index.html" : ctx.path();
        if (path.contains("..") || path.contains("//") || path.startsWith("/api/")) {
            throw ApiError.notFound("There is nothing at this address.");
        }
        try (var in = WebPage.class.getResourceAsStream("/keelson-web" + path)) {
            var type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
            if (in == null || type == null) {
                throw ApiError.notFound("There is nothing at this address.");
            }
            ctx.contentType(type);
            ctx.header(
                    "Cache-Control",
                    path.startsWith("/assets/")
                            ? "public, max-age=31536000, immutable"
                            : "no-cache");
            ctx.result(in.readAllBytes());
        }
    }
}
