/** Byte-level BPE in the Hugging Face layout: training, encoding and incremental decoding. */
@NullMarked
package dev.keelson.runtime.tokenizer;

import org.jspecify.annotations.NullMarked;
