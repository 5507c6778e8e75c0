package dev.keelson.runtime.djl;

import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The decoder, its loss and the optimiser as TorchScript text. */
final class LlamaScripts {
    private static final String SHARED =
            """
              def rms(self: __torch__.M, x: Tensor, g: Tensor) -> Tensor:
                return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), ${eps}))), g)
              def rope(self: __torch__.M, x: Tensor, c: Tensor, s: Tensor) -> Tensor:
                a, b, = torch.chunk(x, 2, -1)
                return torch.add(torch.mul(x, c), torch.mul(torch.cat([torch.neg(b), a], -1), s))
            """;

    /**
     * A line of the step in which adapters add to a projection's output: its A is the layer's array
     * at that place among {@link AdapterStacks#of}, the Bs follow.
     */
    private static final Pattern ADAPTED =
            Pattern.compile("( +)ADAPT (\\w+) FROM (\\w+) AT (\\d+) OF (\\d+)\\n");

    private static final String ADAPTERS =
            ", who: Tensor, table: Tensor, places: Tensor, owners: Tensor";

    /**
     * One step over a flat list of tokens: first {@code D} decoding rows of one token each, then
     * chunks of prompts one after another. {@code slots} is where each token's key and value go;
     * {@code ctx} names the slots that a row reads, the width per decoding row, then each chunk's
     * own; {@code chunks} holds (D, width), then (tokens, context) of each chunk, in the
     * processor's memory wherever the rest is. Returns the logits of {@code rows}. A decoder
     * without adapters leaves the lines ADAPT out.
     */
    private static final String STEP =
            """
              def chunk(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor, n: int, t: int) -> Tensor:
                here = ops.prim.device(q)
                at = torch.add(torch.unsqueeze(torch.arange(n, dtype=None, layout=None, device=here), 1), torch.sub(t, n))
                mask = torch.repeat(torch.le(torch.unsqueeze(torch.arange(t, dtype=None, layout=None, device=here), 0), at), [${G}, 1])
                qs = torch.reshape(torch.permute(torch.view(q, [n, ${KV}, ${G}, ${W}]), [1, 2, 0, 3]), [1, ${KV}, torch.mul(${G}, n), ${W}])
                ks = torch.unsqueeze(torch.transpose(k, 0, 1), 0)
                vs = torch.unsqueeze(torch.transpose(v, 0, 1), 0)
                o = torch.scaled_dot_product_attention(qs, ks, vs, mask)
                return torch.reshape(torch.permute(torch.view(o, [${KV}, ${G}, n, ${W}]), [2, 0, 1, 3]), [n, ${Q}])
              def forward(self: __torch__.M, tok: Tensor, pos: Tensor, slots: Tensor, ctx: Tensor, mask: Tensor, chunks: Tensor, rows: Tensor${adapters}, cos: Tensor, sin: Tensor, ws: List[Tensor]) -> Tensor:
                n = torch.size(tok, 0)
                d = int(torch.select(torch.select(chunks, 0, 0), 0, 0))
                t = int(torch.select(torch.select(chunks, 0, 0), 0, 1))
                x = torch.index_select(ws[0], 0, tok)
                c = torch.unsqueeze(torch.index_select(cos, 0, pos), 1)
                s = torch.unsqueeze(torch.index_select(sin, 0, pos), 1)
                for l in range(${L}):
                  o = torch.add(torch.mul(l, ${stride}), 3)
                  kc = ws[torch.add(o, ${keys})]
                  vc = ws[torch.add(o, ${values})]
                  r = (self).rms(x, ws[o], )
                  y = torch.linear(r, ws[torch.add(o, 1)]${bias})
                  ADAPT y FROM r AT 0 OF 3
                  q0, k0, v0, = torch.split_with_sizes(y, [${Q}, ${K}, ${K}], 1)
                  q = (self).rope(${query}, c, s, )
                  k = (self).rope(${key}, c, s, )
                  v = torch.view(v0, [n, ${KV}, ${W}])
                  _1 = torch.index_copy_(kc, 0, slots, k)
                  _2 = torch.index_copy_(vc, 0, slots, v)
                  ks = torch.index_select(kc, 0, ctx)
                  vs = torch.index_select(vc, 0, ctx)
                  outs = annotate(List[Tensor], [])
                  if torch.gt(d, 0):
                    kd = torch.transpose(torch.view(torch.narrow(ks, 0, 0, torch.mul(d, t)), [d, t, ${KV}, ${W}]), 1, 2)
                    vd = torch.transpose(torch.view(torch.narrow(vs, 0, 0, torch.mul(d, t)), [d, t, ${KV}, ${W}]), 1, 2)
                    qd = torch.view(torch.contiguous(torch.narrow(q, 0, 0, d)), [d, ${KV}, ${G}, ${W}])
                    _3 = torch.append(outs, torch.reshape(torch.scaled_dot_product_attention(qd, kd, vd, mask), [d, ${Q}]))
                  else:
                    pass
                  at = d
                  from0 = torch.mul(d, t)
                  for i0 in range(torch.sub(torch.size(chunks, 0), 1)):
                    i = torch.add(i0, 1)
                    m = int(torch.select(torch.select(chunks, 0, i), 0, 0))
                    w = int(torch.select(torch.select(chunks, 0, i), 0, 1))
                    one = (self).chunk(torch.contiguous(torch.narrow(q, 0, at, m)), torch.narrow(ks, 0, from0, w), torch.narrow(vs, 0, from0, w), m, w, )
                    _4 = torch.append(outs, one)
                    at = torch.add(at, m)
                    from0 = torch.add(from0, w)
                  seen = torch.cat(outs, 0)
                  said = torch.linear(seen, ws[torch.add(o, 2)])
                  ADAPT said FROM seen AT 4 OF 1
                  x = torch.add(x, said)
                  h = (self).rms(x, ws[torch.add(o, 3)], )
                  gu = torch.linear(h, ws[torch.add(o, 4)])
                  ADAPT gu FROM h AT 6 OF 2
                  gate, up, = torch.chunk(gu, 2, -1)
                  inner = torch.mul(torch.silu(gate), up)
                  fed = torch.linear(inner, ws[torch.add(o, 5)])
                  ADAPT fed FROM inner AT 9 OF 1
                  x = torch.add(x, fed)
                last = (self).rms(torch.index_select(x, 0, rows), ws[1], )
                return torch.linear(last, ws[2])
            """;

    /**
     * Adds to {@code y}, which projections gave from {@code x}, what the rows' adapters add: {@code
     * a} and {@code bs} as {@link AdapterStacks} keeps them, the rest as {@link AdapterInputs}
     * makes it. Decoding rows in one batched product over the slots of the table (after Punica's
     * gathered matrix-vector product, Chen et al. 2024), then each chunk by itself.
     */
    private static final String ADAPT =
            """
              def adapt(self: __torch__.M, x: Tensor, y: Tensor, a: Tensor, bs: List[Tensor], who: Tensor, table: Tensor, places: Tensor, owners: Tensor, chunks: Tensor) -> Tensor:
                if torch.gt(torch.numel(a), 0):
                  k = torch.len(bs)
                  n = torch.size(table, 0)
                  if torch.gt(n, 0):
                    first = int(torch.select(who, 0, 0))
                    count = int(torch.select(who, 0, 1))
                    xs = torch.view(torch.index_select(x, 0, table), [count, torch.floordiv(n, count), torch.size(x, 1)])
                    lows = torch.chunk(torch.bmm(xs, torch.narrow(a, 0, first, count)), k, 2)
                    parts = annotate(List[Tensor], [])
                    for i in range(k):
                      _1 = torch.append(parts, torch.bmm(lows[i], torch.narrow(bs[i], 0, first, count)))
                    sums = torch.view(torch.cat(parts, 2), [n, torch.size(y, 1)])
                    _2 = torch.index_add_(y, 0, owners, torch.index_select(sums, 0, places))
                  else:
                    pass
                  at = int(torch.select(torch.select(chunks, 0, 0), 0, 0))
                  for j0 in range(torch.sub(torch.size(chunks, 0), 1)):
                    j = torch.add(j0, 1)
                    m = int(torch.select(torch.select(chunks, 0, j), 0, 0))
                    slot = int(torch.select(who, 0, torch.add(j, 1)))
                    if torch.ge(slot, 0):
                      own = torch.chunk(torch.mm(torch.narrow(x, 0, at, m), torch.select(a, 0, slot)), k, 1)
                      adds = annotate(List[Tensor], [])
                      for i in range(k):
                        _3 = torch.append(adds, torch.mm(own[i], torch.select(bs[i], 0, slot)))
                      _4 = torch.add_(torch.narrow(y, 0, at, m), torch.cat(adds, 1))
                    else:
                      pass
                    at = torch.add(at, m)
                else:
                  pass
                return y
            """;

    /**
     * Mean cross-entropy (nats per token) over a batch of windows; the same arithmetic as the step,
     * with causal attention.
     */
    private static final String LOSS =
            """
              def heads(self: __torch__.M, x: Tensor, b: int, t: int) -> Tensor:
                y = torch.expand(torch.unsqueeze(torch.transpose(x, 1, 2), 2), [b, ${KV}, ${G}, t, ${W}])
                return torch.reshape(y, [b, ${H}, t, ${W}])
              def forward(self: __torch__.M, tok: Tensor, target: Tensor, cos: Tensor, sin: Tensor, ws: List[Tensor]) -> Tensor:
                b = torch.size(tok, 0)
                t = torch.size(tok, 1)
                x = torch.embedding(ws[0], tok)
                c = torch.unsqueeze(torch.narrow(cos, 0, 0, t), 1)
                s = torch.unsqueeze(torch.narrow(sin, 0, 0, t), 1)
                for l in range(${L}):
                  o = torch.add(torch.mul(l, 6), ${first})
                  r = (self).rms(x, ws[o], )
                  y = torch.linear(r, ws[torch.add(o, 1)])${lora.qkv}
                  q0, k0, v0, = torch.split_with_sizes(y, [${Q}, ${K}, ${K}], 2)
                  q = (self).rope(torch.view(q0, [b, t, ${H}, ${W}]), c, s, )
                  k = (self).rope(torch.view(k0, [b, t, ${KV}, ${W}]), c, s, )
                  v = torch.view(v0, [b, t, ${KV}, ${W}])
                  a = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), (self).heads(k, b, t, ), (self).heads(v, b, t, ), None, 0., True)
                  seen = torch.reshape(torch.transpose(a, 1, 2), [b, t, ${Q}])
                  said = torch.linear(seen, ws[torch.add(o, 2)])${lora.out}
                  x = torch.add(x, said)
                  h = (self).rms(x, ws[torch.add(o, 3)], )
                  gate, up, = torch.chunk(torch.linear(h, ws[torch.add(o, 4)]), 2, -1)
                  x = torch.add(x, torch.linear(torch.mul(torch.silu(gate), up), ws[torch.add(o, 5)]))
                lg = torch.linear((self).rms(x, ws[1], ), ws[${out}])
                return torch.cross_entropy_loss(torch.reshape(lg, [-1, ${V}]), torch.reshape(target, [-1]))
            """;

    /**
     * AdamW in place over parameters, first moments, second moments and gradients, a quarter of the
     * list each, after clipping the gradients' joint norm to 1; then clears the gradients. {@code
     * rate}, {@code c1}, {@code c2}: learning rate and bias corrections.
     */
    private static final String ADAM =
            """
              def forward(self: __torch__.M, rate: Tensor, c1: Tensor, c2: Tensor, ws: List[Tensor]) -> Tensor:
                n = torch.floordiv(torch.len(ws), 4)
                total = torch.zeros_like(rate)
                for i in range(n):
                  g = ws[torch.add(i, torch.mul(n, 3))]
                  total = torch.add(total, torch.sum(torch.mul(g, g)))
                norm = torch.sqrt(total)
                clip = torch.clamp_max(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07)), 1.)
                for i in range(n):
                  p = ws[i]
                  m = ws[torch.add(i, n)]
                  v = ws[torch.add(i, torch.mul(n, 2))]
                  g0 = ws[torch.add(i, torch.mul(n, 3))]
                  g = torch.mul(g0, clip)
                  _1 = torch.add_(torch.mul_(m, 0.90000000000000002), torch.mul(g, 0.10000000000000001))
                  _2 = torch.add_(torch.mul_(v, 0.94999999999999996), torch.mul(torch.mul(g, g), 0.050000000000000003))
                  if torch.gt(torch.dim(p), 1):
                    _3 = torch.mul_(p, torch.sub(torch.ones_like(rate), torch.mul(rate, ${decay})))
                  else:
                    pass
                  step = torch.div(torch.mul(m, c1), torch.add(torch.sqrt(torch.mul(v, c2)), 1.0000000000000000e-08))
                  _4 = torch.sub_(p, torch.mul(step, rate))
                  _5 = torch.zero_(g0)
                return norm
            """;

    private LlamaScripts() {}

    /**
     * A serving step; weights: embedding, final norm, output, then per layer {@link
     * LlamaWeights.Layer#tensors()}, key cache and value cache.
     */
    static String step(LlamaConfig c) {
        return step(c, false);
    }

    /**
     * A serving step in which rows have adapters; each layer's weights are followed by its arrays
     * of {@link AdapterStacks#of}.
     */
    static String adaptedStep(LlamaConfig c) {
        return step(c, true);
    }

    private static String step(LlamaConfig c, boolean adapted) {
        int tensors =
                LlamaWeights.PER_LAYER + (c.projectionBias() ? 1 : 0) + (c.headNorm() ? 1 : 0);
        int stride = tensors + 2 + (adapted ? AdapterStacks.PER_LAYER : 0);
        String query = "torch.view(q0, [n, ${H}, ${W}])";
        String key = "torch.view(k0, [n, ${KV}, ${W}])";
        String gains = "torch.select(ws[torch.add(o, " + (tensors - 1) + ")], 0, ";
        String step =
                ADAPTED.matcher(STEP)
                        .replaceAll(adapted ? call(tensors + 2) : line -> "")
                        .replace("${adapters}", adapted ? ADAPTERS : "")
                        .replace("${stride}", Integer.toString(stride))
                        .replace("${keys}", Integer.toString(tensors))
                        .replace("${values}", Integer.toString(tensors + 1))
                        .replace(
                                "${bias}",
                                c.projectionBias()
                                        ? ", ws[torch.add(o, " + LlamaWeights.PER_LAYER + ")]"
                                        : "")
                        .replace("${query}", c.headNorm() ? norm(query, gains + "0)") : query)
                        .replace("${key}", c.headNorm() ? norm(key, gains + "1)") : key);
        return fill(SHARED + (adapted ? ADAPT : "") + step, c);
    }

    /** A line in place of one of {@link #ADAPTED}. */
    private static Function<MatchResult, String> call(int first) {
        return line -> {
            int at = first + Integer.parseInt(line.group(4));
            List<String> bs = new ArrayList<>();
            for (int i = 1; i <= Integer.parseInt(line.group(5)); i++) {
                bs.add("ws[torch.add(o, " + (at + i) + ")]");
            }
            return Matcher.quoteReplacement(
                    "%s%s = (self).adapt(%s, %s, ws[torch.add(o, %d)], [%s], who, table, places, owners, chunks, )\n"
                            .formatted(
                                    line.group(1),
                                    line.group(2),
                                    line.group(3),
                                    line.group(2),
                                    at,
                                    String.join(", ", bs)));
        };
    }

    private static String norm(String x, String gain) {
        return "(self).rms(" + x + ", " + gain + ", )";
    }

    /**
     * A training loss; weights: embedding, final norm, the output layer unless tied, then per layer
     * its six tensors.
     */
    static String loss(LlamaConfig c) {
        return fill(SHARED + LOSS.replace("${lora.qkv}", "").replace("${lora.out}", ""), c);
    }

    /**
     * The same with a LoRA adapter on the four projections of attention: after all weights come per
     * layer A (rank, inputs) and B (outputs, rank) of query, key, value and output.
     *
     * @param scale of what the adapter adds
     */
    static String adaptedLoss(LlamaConfig c, double scale) {
        String first =
                "torch.add(torch.mul(l, 8), %d)"
                        .formatted((c.tied() ? 2 : 3) + LlamaWeights.PER_LAYER * c.layers());
        String next = "\n" + " ".repeat(6);
        String qkv =
                next
                        + "p = "
                        + first
                        + next
                        + "low = torch.cat(["
                        + product("r", 0)
                        + ", "
                        + product("r", 2)
                        + ", "
                        + product("r", 4)
                        + "], 2)"
                        + next
                        + "y = torch.add(y, torch.mul(low, "
                        + scale
                        + "))";
        String out =
                next
                        + "said = torch.add(said, torch.mul("
                        + product("seen", 6)
                        + ", "
                        + scale
                        + "))";
        return fill(SHARED + LOSS.replace("${lora.qkv}", qkv).replace("${lora.out}", out), c);
    }

    private static String product(String x, int pair) {
        return "torch.linear(torch.linear(%s, ws[torch.add(p, %d)]), ws[torch.add(p, %d)])"
                .formatted(x, pair, pair + 1);
    }

    /** The optimiser. */
    static String adam(double decay) {
        return ADAM.replace("${decay}", Double.toString(decay));
    }

    private static String fill(String text, LlamaConfig c) {
        Map<String, Number> values =
                Map.ofEntries(
                        Map.entry("L", c.layers()),
                        Map.entry("H", c.heads()),
                        Map.entry("KV", c.keyValueHeads()),
                        Map.entry("G", c.heads() / c.keyValueHeads()),
                        Map.entry("W", c.headWidth()),
                        Map.entry("Q", c.heads() * c.headWidth()),
                        Map.entry("K", c.keyValueHeads() * c.headWidth()),
                        Map.entry("V", c.vocabulary()),
                        Map.entry("first", c.tied() ? 2 : 3),
                        Map.entry("out", c.tied() ? 0 : 2));
        String filled =
                text.replace(
                        "${eps}", String.format(java.util.Locale.ROOT, "%.20f", c.normEpsilon()));
        for (var value : values.entrySet()) {
            filled = filled.replace("${" + value.getKey() + "}", value.getValue().toString());
        }
        return filled;
    }
}
