package dev.keelson.runtime.weights;

import dev.keelson.runtime.format.ModelFileException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;

/** Named tensors of a model on disk; each becomes F32 when it is read, not before. */
public interface TensorSource extends Closeable {
    /** Where the tensors come from, for messages. */
    String origin();

    /** Names in the Hugging Face layout. */
    Set<String> names();

    /**
     * Reads one tensor.
     *
     * @throws ModelFileException if it is missing or malformed; the message names file and tensor
     */
    Tensor read(String name) throws IOException;
}
