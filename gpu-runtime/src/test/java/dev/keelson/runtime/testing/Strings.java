package dev.keelson.runtime.testing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/** Texts of many scripts and shapes. */
public final class Strings {
    private static final List<String> FIXED =
            List.of(
                    "",
                    "a",
                    " a",
                    "  a",
                    "a  b",
                    "a   b\n\n  c",
                    "\n",
                    "\n\n",
                    "\t\tx",
                    "\r\n a",
                    "1",
                    "12",
                    "123456",
                    "3.14159",
                    "1e-5",
                    "0x1F",
                    "½ ²³ ¾",
                    "Ⅷ ⅳ",
                    "１２３",
                    "٠١٢٣",
                    "naïve café",
                    "日本語のテキスト",
                    "中文字符 123",
                    "한국어",
                    "Привет мир 2024",
                    "مرحبا ١٢",
                    "שלום",
                    "हिन्दी",
                    "ไทย",
                    "🙂👍🏽👨‍👩‍👧",
                    "a\u00a0b",
                    "\u3000x\u3000 y",
                    "\u200b zero",
                    "é e\u0301",
                    "ﬁ ligature",
                    "it's I'm you'll we've he'd they're",
                    "IT'S I'M",
                    "'s 't 're",
                    "\tfor(int i=0;i<10;i++){\n\t\tx[i]=i*2;\n\t}",
                    "https://a.com/a?b=1&c=%20",
                    "C:\\Users\\x",
                    "{\"a\": [1, 2.5, null]}",
                    "   ",
                    "    \n    ",
                    "a \n b \n",
                    "trailing  ",
                    "\u0000\u0001\u007f",
                    "…—–“”‘’",
                    "ǅ ǈ",
                    "ßẞ",
                    "İstanbul ıI",
                    "\ufeffbom",
                    "a\u2028b\u2029c",
                    "\u0085x",
                    "x\u00ad",
                    "the\u2581blank",
                    "ſs'ſ");
    private static final List<String> POOLS =
            List.of(
                    "abcdefghijklmnopqrstuvwxyz   ",
                    "the and ing   ",
                    "0123456789 .,",
                    "ABC abc 012 \n\t  ",
                    "{}[]();:=+-*/<>!&|^%$#@ \n",
                    "àéîõüçñß ",
                    "абвгд ё ",
                    "日本語中文字 ",
                    "한국어 ",
                    "مرحبا ",
                    "½²³ⅧⅣ①②٣४",
                    "\u00a0\u2003\u3000 \t\n\r",
                    "'sdtmrelv ' ");

    private Strings() {}

    /** {@code count} texts, always the same; {@code whole} occurs in some of them. */
    public static List<String> varied(int count, Collection<String> whole) {
        var random = new Random(7);
        List<String> words = new ArrayList<>(whole);
        List<String> all = new ArrayList<>(FIXED);
        while (all.size() < count) {
            var text = new StringBuilder();
            for (int length = random.nextInt(40); length >= 0; length--) {
                if (random.nextInt(8) > 0) {
                    String pool = POOLS.get(random.nextInt(POOLS.size()));
                    text.append(pool.charAt(random.nextInt(pool.length())));
                } else if (random.nextInt(6) == 0 && !words.isEmpty()) {
                    text.append(words.get(random.nextInt(words.size())));
                } else {
                    int c = 1 + random.nextInt(0x2ffff);
                    int kind = Character.getType(c);
                    boolean text1 = kind != Character.SURROGATE && kind != Character.UNASSIGNED;
                    text.appendCodePoint(text1 ? c : ' ');
                }
            }
            all.add(text.toString());
        }
        return all;
    }
}
