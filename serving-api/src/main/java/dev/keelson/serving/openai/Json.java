package dev.keelson.serving.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Bounded reading and plain writing of JSON. Thread-safe. */
public final class Json {
    /** Nesting that a request may have; a chat with tools has about 12. */
    public static final int MAX_DEPTH = 64;

    /** Bytes of a request body. */
    public static final int MAX_BODY_BYTES = 8 << 20;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxStringLength(MAX_BODY_BYTES)
                                    .maxNameLength(256)
                                    .maxNumberLength(64)
                                    .build())
                    .build();
    private static final ObjectReader READER = JsonMapper.builder(FACTORY).build().reader();

    /** Writes one document. */
    @FunctionalInterface
    public interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    /** The one JSON object that the body is; anything else is refused without quoting the body. */
    public static JsonNode object(byte[] body) throws InvalidRequestException {
        if (body.length > MAX_BODY_BYTES) {
            throw new InvalidRequestException(OpenAiError.tooLarge(MAX_BODY_BYTES));
        }
        JsonNode node;
        try (JsonParser parser = FACTORY.createParser(body)) {
            node = READER.readTree(parser);
            if (node != null && parser.nextToken() != null) {
                throw invalid("The body must be one JSON object; more follows it.");
            }
        } catch (StreamConstraintsException e) {
            throw invalid(
                    "The body is nested too deep (over %d levels) or holds an over-long name or number."
                            .formatted(MAX_DEPTH));
        } catch (JsonProcessingException e) {
            throw invalid("The body is not valid JSON%s.".formatted(position(e.getLocation())));
        } catch (IOException e) {
            throw invalid("The body is not valid JSON.");
        }
        if (node == null || !node.isObject()) {
            throw invalid("The body must be a JSON object.");
        }
        return node;
    }

    /** A document that this program writes itself; it cannot fail. */
    public static byte[] bytes(Content content) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(256)) {
            try (JsonGenerator json = FACTORY.createGenerator(out)) {
                content.write(json);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InvalidRequestException invalid(String message) {
        return new InvalidRequestException(OpenAiError.invalid(message, null));
    }

    // Jackson's own messages quote the text they stumbled over, which may be a prompt.
    private static String position(@org.jspecify.annotations.Nullable JsonLocation at) {
        return at == null
                ? ""
                : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
    }
}
