package dev.keelson.runtime.engine;

/**
 * What a full block of the cache holds, together with everything before it: the SHA-256 of the
 * block before's key and this block's tokens. Equal keys mean equal prefixes for every practical
 * purpose, also against somebody who tries.
 */
record PrefixKey(long a, long b, long c, long d) {}
