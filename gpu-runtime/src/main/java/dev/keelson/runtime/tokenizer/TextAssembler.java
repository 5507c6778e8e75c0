package dev.keelson.runtime.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens into text as they come: bytes of an unfinished character wait for the rest of it.
 */
public final class TextAssembler {
    private final BpeTokenizer tokenizer;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] rest = new byte[0];

    public TextAssembler(BpeTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text that {@code token} completes; empty if a character is still unfinished. */
    public String add(int token) {
        return decode(tokenizer.bytes(token), false);
    }

    /** What is left at the end: an unfinished character becomes U+FFFD. */
    public String finish() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] more, boolean end) {
        var joined = new ByteArrayOutputStream(rest.length + more.length);
        joined.writeBytes(rest);
        joined.writeBytes(more);
        ByteBuffer in = ByteBuffer.wrap(joined.toByteArray());
        CharBuffer out = CharBuffer.allocate(in.remaining() + 4);
        decoder.decode(in, out, end);
        if (end) {
            decoder.flush(out);
            decoder.reset();
        }
        rest = new byte[in.remaining()];
        in.get(rest);
        return out.flip().toString();
    }
}
