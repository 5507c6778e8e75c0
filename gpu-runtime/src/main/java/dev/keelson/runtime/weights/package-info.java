/** Model folders in the Hugging Face layout: config.json and safetensors. */
@NullMarked
package dev.keelson.runtime.weights;

import org.jspecify.annotations.NullMarked;
