package dev.keelson.runtime.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module made from text. DJL offers no compiler, but it loads archives, and an
 * archive's code is text: four stored zip entries are enough. One call then runs a whole decoding
 * step, where one call per operation would cost more than the numbers.
 */
final class Script implements AutoCloseable {
    private static final byte[] EMPTY_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    // The strong reference matters: a Model that is collected releases the native module under its
    // Block.
    private final Model model;
    private final ParameterStore store;

    /**
     * @param methods the module's methods in TorchScript's serialised dialect, indented by two
     *     blanks; one is {@code forward}
     */
    Script(String methods, NDManager manager) {
        Torch.engine();
        // Without a device DJL takes a GPU wherever it sees one.
        model = Model.newInstance("script", manager.getDevice(), "PyTorch");
        store = new ParameterStore(manager, false);
        try {
            model.load(new ByteArrayInputStream(archive(methods)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new IllegalArgumentException(
                    "TorchScript does not compile: " + e.getMessage(), e);
        }
    }

    /**
     * Calls {@code forward}. The results belong to {@code scope}.
     *
     * @param training whether gradients are recorded
     */
    NDList call(NDManager scope, NDList inputs, boolean training) {
        NDList out = model.getBlock().forward(store, inputs, training);
        out.attach(scope);
        return out;
    }

    /** Names an array so that it is passed as an element of a {@code List[Tensor]} argument. */
    static NDArray listed(NDArray array) {
        array.setName("ws[]");
        return array;
    }

    @Override
    public void close() {
        model.close();
    }

    private static byte[] archive(String methods) throws IOException {
        var pickle = new ByteArrayOutputStream();
        pickle.writeBytes(new byte[] {(byte) 0x80, 2});
        pickle.writeBytes("c__torch__\nM\n)".getBytes(StandardCharsets.US_ASCII));
        pickle.writeBytes(new byte[] {(byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        pickle.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
        pickle.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        String code =
                "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
                        + methods;
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "m/data.pkl", pickle.toByteArray());
            put(zip, "m/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            put(zip, "m/constants.pkl", EMPTY_CONSTANTS);
            put(zip, "m/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] data) throws IOException {
        var crc = new CRC32();
        crc.update(data);
        var entry = new ZipEntry(name);
        entry.setSize(data.length);
        entry.setCompressedSize(data.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
