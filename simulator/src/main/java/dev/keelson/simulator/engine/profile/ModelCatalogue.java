package dev.keelson.simulator.engine.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.simulator.engine.steptime.ModelShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Shapes of public models, from their published configurations: a profile holds one layer and does
 * not say how many there are.
 */
public final class ModelCatalogue {
    private final SortedMap<String, ModelShape> shapes;

    private ModelCatalogue(SortedMap<String, ModelShape> shapes) {
        this.shapes = Collections.unmodifiableSortedMap(shapes);
    }

    /** The catalogue that comes with the program. */
    public static ModelCatalogue bundled() {
        try (var in = ModelCatalogue.class.getResourceAsStream("models.json")) {
            if (in == null) {
                throw new IllegalStateException("The resource models.json is missing.");
            }
            var shapes = new TreeMap<String, ModelShape>();
            for (var entry : new ObjectMapper().readTree(in).properties()) {
                shapes.put(entry.getKey(), shape(entry.getKey(), entry.getValue()));
            }
            return new ModelCatalogue(shapes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All shapes by public name. */
    public SortedMap<String, ModelShape> shapes() {
        return shapes;
    }

    /** The shape of a model by its public name. */
    public ModelShape shapeOf(String model) {
        var shape = shapes.get(model);
        if (shape == null) {
            throw new IllegalArgumentException(
                    "The model \"%s\" is not in the catalogue.%nKnown: %s."
                            .formatted(model, String.join(", ", shapes.keySet())));
        }
        return shape;
    }

    private static ModelShape shape(String name, JsonNode node) {
        int heads = node.path("num_attention_heads").asInt();
        int hidden = node.path("hidden_size").asInt();
        boolean mixture = node.has("num_experts");
        return new ModelShape(
                name,
                node.path("num_hidden_layers").asInt(),
                hidden,
                heads,
                node.path("num_key_value_heads").asInt(),
                node.path("head_dim").asInt(hidden / heads),
                node.path(mixture ? "moe_intermediate_size" : "intermediate_size").asInt(),
                node.path("vocab_size").asInt(),
                node.path("num_experts").asInt(),
                node.path("num_experts_per_tok").asInt());
    }
}
