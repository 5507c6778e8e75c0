package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.rest.RestClient;

/** A link that signs a browser in once. */
final class LoginLink {
    private LoginLink() {}

    /** A new link, or the plain address while the control plane gives none. */
    static String fresh(RestClient controlPlane, String address) {
        try {
            JsonNode link =
                    controlPlane.post("/api/v1/login-links", JsonNodeFactory.instance.objectNode());
            if (link.hasNonNull("url")) {
                return link.path("url").asText();
            }
            String code = link.path("code").asText("");
            return code.isEmpty() ? address : address + "/login?code=" + code;
        } catch (CommandFailure e) {
            return address;
        }
    }
}
