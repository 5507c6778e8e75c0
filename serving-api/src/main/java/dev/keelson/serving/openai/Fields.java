package dev.keelson.serving.openai;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to one JSON object; an explicit null counts as absent. Messages name fields, never
 * their values.
 */
record Fields(JsonNode object) {

    static InvalidRequestException wrong(String name, String must) {
        return new InvalidRequestException(
                OpenAiError.invalid("'%s' must be %s.".formatted(name, must), name));
    }

    @Nullable JsonNode get(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    JsonNode required(String name) throws InvalidRequestException {
        JsonNode value = get(name);
        if (value == null) {
            throw new InvalidRequestException(
                    OpenAiError.invalid("'%s' is missing.".formatted(name), name));
        }
        return value;
    }

    String requiredText(String name) throws InvalidRequestException {
        JsonNode value = required(name);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw wrong(name, "a string that is not empty");
        }
        return value.textValue();
    }

    @Nullable JsonNode object(String name) throws InvalidRequestException {
        JsonNode value = get(name);
        if (value != null && !value.isObject()) {
            throw wrong(name, "an object");
        }
        return value;
    }

    boolean flag(String name) throws InvalidRequestException {
        JsonNode value = get(name);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value.booleanValue();
    }

    @Nullable Integer integer(String name, int least, int most) throws InvalidRequestException {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrong(name, "an integer");
        }
        if (value.intValue() < least || value.intValue() > most) {
            throw wrong(
                    name, most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most);
        }
        return value.intValue();
    }

    int integer(String name, int least, int most, int absent) throws InvalidRequestException {
        Integer value = integer(name, least, most);
        return value == null ? absent : value;
    }

    @Nullable Long longInteger(String name) throws InvalidRequestException {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, "an integer");
        }
        return value.longValue();
    }

    double number(String name, double least, double most, double absent)
            throws InvalidRequestException {
        JsonNode value = get(name);
        if (value == null) {
            return absent;
        }
        if (!value.isNumber()) {
            throw wrong(name, "a number");
        }
        double number = value.doubleValue();
        if (!(number >= least && number <= most)) {
            throw wrong(
                    name,
                    least == Double.MIN_VALUE
                            ? "above 0 and at most " + most
                            : least + " to " + most);
        }
        return number;
    }
}
