package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** tests/vectors/core, and misuse. */
class CoreTest {
    private static final JsonObject CASES = Vectors.CORE;

    @Test
    void hashes() {
        JsonArray all = CASES.getAsJsonArray("hashes");
        for (int n = 0; n < all.size(); n++) {
            Image image = Vectors.picture(n);
            try (Hasher hasher = new Hasher(image.width(), image.height())) {
                Hash[] found = hasher.orientations(image);
                JsonArray wanted = all.get(n).getAsJsonArray();
                for (int i = 0; i < 8; i++) {
                    assertEquals(wanted.get(i).getAsJsonArray().get(0).getAsString(), found[i].hex(), "picture " + n);
                    assertEquals(wanted.get(i).getAsJsonArray().get(1).getAsInt(), found[i].quality());
                }
                assertEquals(found[0], hasher.hash(image));
            }
        }
    }

    @Test
    void indexAnswers() {
        JsonObject cases = CASES.getAsJsonObject("index");
        for (Index.Shape shape : Index.Shape.values()) {
            try (Index built = Index.build(Vectors.bytes(cases.get("rows")), shape); Index index = Index.open(built.block())) {
                for (Map.Entry<String, JsonElement> answer : cases.getAsJsonObject("answers").entrySet()) {
                    List<Index.Hit> wanted = new ArrayList<>();
                    for (JsonElement hit : answer.getValue().getAsJsonArray()) {
                        JsonArray h = hit.getAsJsonArray();
                        wanted.add(new Index.Hit(h.get(0).getAsInt(), h.get(1).getAsInt(), h.get(2).getAsInt()));
                    }
                    assertEquals(wanted, Arrays.asList(index.search(Vectors.bytes(cases.get("queries")), Integer.parseInt(answer.getKey()))));
                }
            }
        }
    }

    private static Entries entries() {
        JsonObject cases = CASES.getAsJsonObject("decisions");
        return new Entries(Vectors.bytes(cases.get("rows")), Vectors.bytes(cases.get("meta")), cases.get("meta_bytes").getAsInt(), null, null);
    }

    private static Matcher matcher() {
        return new Matcher(entries(), MatchPolicy.advised());
    }

    @Test
    void signaturesAndThePartsTheyFind() {
        JsonObject cases = CASES.getAsJsonObject("signatures");
        List<byte[]> made = new ArrayList<>();
        for (JsonElement wanted : cases.getAsJsonArray("of")) {
            made.add(KeypointSignature.of(Vectors.picture(made.size())));
            assertArrayEquals(Vectors.bytes(wanted), made.get(made.size() - 1));
        }
        try (Matcher plain = matcher(); Matcher deep = new Matcher(entries().withKeypoints(made), MatchPolicy.advised())) {
            for (JsonElement e : cases.getAsJsonArray("parts")) {
                JsonObject part = e.getAsJsonObject();
                Image whole = Vectors.picture(part.get("picture").getAsInt());
                long start = part.get("top").getAsInt() * whole.rowStride() + part.get("left").getAsInt() * whole.pixelStride();
                Image view = new Image(whole.data(), start, part.get("width").getAsInt(), part.get("height").getAsInt(), whole.rowStride(), whole.pixelStride(), whole.format());
                assertEquals(-1, plain.match(view).entry());
                Decision decision = deep.match(view);
                assertEquals(List.of(Decision.Verdict.MATCH, part.get("shows").getAsInt(), 3), List.of(decision.verdict(), decision.entry(), decision.tier()));
            }
        }
        for (JsonElement e : cases.getAsJsonArray("claims")) {
            JsonObject claim = e.getAsJsonObject();
            List<byte[]> signed = new ArrayList<>();
            for (JsonElement n : claim.getAsJsonArray("signatures")) {
                signed.add(made.get(n.getAsInt()));
            }
            try (Matcher asked = new Matcher(entries().withKeypoints(signed), MatchPolicy.advised().withUncropEntries(0))) {
                Decision decision = asked.match(Vectors.picture(claim.get("picture").getAsInt()));
                assertEquals(claim.get("verdict").getAsString(), decision.verdict().word);
                assertEquals(claim.get("entry").getAsInt(), decision.entry());
                assertEquals(claim.get("confirmed").getAsString().toUpperCase(java.util.Locale.ROOT), decision.confirmed().name());
            }
        }
        assertArrayEquals(new byte[] {1, 0, (byte) 128}, KeypointSignature.of(Image.of(ByteBuffer.allocateDirect(900), 30, 30, Image.Format.GRAY)));
        assertEquals(Status.ERR_SHAPE, status(() -> KeypointSignature.of(Image.of(ByteBuffer.allocateDirect(900), 30, 31, Image.Format.GRAY))));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(entries().withKeypoints(made.subList(0, 3)), MatchPolicy.advised())));
    }

    @Test
    void framesOfOneVideoDoNotSilenceOneAnother() {
        JsonObject all = CASES.getAsJsonObject("frames");
        JsonObject p = all.getAsJsonObject("picture");
        Image part = Image.of(Vectors.direct(Vectors.bytes(p.get("data"))), p.get("width").getAsInt(), p.get("height").getAsInt(), Image.Format.GRAY);
        List<byte[]> signatures = new ArrayList<>();
        all.getAsJsonArray("signatures").forEach(s -> signatures.add(Vectors.bytes(s)));
        for (JsonElement e : all.getAsJsonArray("cases")) {
            JsonObject wanted = e.getAsJsonObject();
            Entries entries = new Entries(Vectors.bytes(all.get("rows")), Vectors.bytes(wanted.get("meta")), 14, null, null).withKeypoints(signatures);
            try (Matcher matcher = new Matcher(entries, MatchPolicy.advised().withUncropEntries(0).withMaxDistance(0))) {
                Decision found = matcher.match(part);
                assertEquals(wanted.get("verdict").getAsString(), found.verdict().word);
                assertEquals(Vectors.number(wanted.get("entry")), found.entry());
                assertEquals(wanted.get("proof").isJsonNull() ? null : wanted.get("proof").getAsDouble() / 16, found.proof());
            }
        }
    }

    private static void check(JsonObject wanted, Decision decision) {
        assertEquals(wanted.get("verdict").getAsString(), decision.verdict().word);
        assertEquals(Vectors.number(wanted.get("shows")), decision.entry());
        assertEquals(Vectors.number(wanted.get("distance")), decision.distance());
        assertEquals(wanted.get("rate").getAsInt(), Math.round(-100 * Math.log10(decision.rate())));
        assertEquals(wanted.get("list_rate").getAsInt(), Math.round(-100 * Math.log10(decision.listRate())));
        String lacks = wanted.getAsJsonArray("lacks").toString();
        assertEquals(lacks.contains("keypoint signatures"), decision.lacksKeypoints());
        assertEquals(lacks.contains("un-cropping"), decision.lacksUncrop());
        if (!wanted.get("orientation").isJsonNull()) {
            assertEquals(wanted.get("tier").getAsInt(), decision.tier());
            assertEquals(wanted.get("orientation").getAsString(), decision.where().orientation().word());
            assertEquals(wanted.get("inverted").getAsBoolean(), decision.where().inverted());
        }
    }

    @Test
    void decisionsAboutPictures() {
        try (Matcher matcher = matcher()) {
            for (JsonElement e : CASES.getAsJsonObject("decisions").getAsJsonArray("pictures")) {
                Decision decision = matcher.match(Vectors.picture(e.getAsJsonObject().get("picture").getAsInt()));
                check(e.getAsJsonObject(), decision);
                assertEquals(decision.verdict() == Decision.Verdict.MATCH, decision.findings().stream().anyMatch(f -> f.entry() == decision.entry()));
            }
        }
    }

    @Test
    void decisionsAboutVideos() {
        try (Matcher matcher = matcher()) {
            for (JsonElement e : CASES.getAsJsonObject("decisions").getAsJsonArray("videos")) {
                try (Watch watch = matcher.watch()) {
                    for (JsonElement frame : e.getAsJsonObject().getAsJsonArray("frames")) {
                        watch.push(Vectors.picture(frame.getAsJsonArray().get(0).getAsInt()), frame.getAsJsonArray().get(1).getAsLong());
                    }
                    Decision decision = watch.decision();
                    check(e.getAsJsonObject(), decision);
                    assertEquals(decision.verdict() == Decision.Verdict.MATCH, watch.enough());
                    assertEquals(decision.entry() == -1, decision.frameMatches().isEmpty());
                }
            }
        }
    }

    private static Status status(Runnable call) {
        return assertThrows(PdqliteException.class, call::run).status;
    }

    @Test
    void errors() {
        try (Index index = Index.build(Vectors.bytes(CASES.getAsJsonObject("index").get("rows")), Index.Shape.AUTO)) {
            byte[] block = index.block();
            ByteBuffer data = ByteBuffer.allocateDirect(10_000);
            List<String> found = List.of(
                    status(() -> new Hasher(4, 100)).word(),
                    status(() -> Hash.of(new Image(data, 0, 100, 50, 10, 1, Image.Format.GRAY))).word(),
                    status(() -> index.search(new byte[32], 257)).word(),
                    status(() -> Index.open(Arrays.copyOf(block, block.length - 1))).word());
            List<String> wanted = new ArrayList<>();
            CASES.getAsJsonArray("errors").forEach(e -> wanted.add(e.getAsJsonObject().get("status").getAsString()));
            assertEquals(wanted, found);
        }
    }

    @Test
    void pixelsOutsideTheBufferAreRefused() {
        ByteBuffer data = ByteBuffer.allocateDirect(64 * 64);
        long[][] wrong = {{1, 64, 1}, {0, 65, 1}, {0, -64, 1}, {0, 64, 2}, {4095, Long.MIN_VALUE, 1}, {0, Long.MAX_VALUE, Long.MAX_VALUE}, {-1, 64, 1}};
        for (long[] w : wrong) {
            assertEquals(Status.ERR_SHAPE, status(() -> Hash.of(new Image(data, w[0], 64, 64, w[1], w[2], Image.Format.GRAY))));
        }
        Hash.of(new Image(data, 63 * 64, 64, 64, -64, 1, Image.Format.GRAY));
        assertEquals(Status.ERR_ARG, status(() -> Hash.of(Image.of(ByteBuffer.allocate(64 * 64), 64, 64, Image.Format.GRAY))));
        assertEquals(Status.ERR_ARG, status(() -> Hash.of(Image.of(null, 64, 64, Image.Format.GRAY))));
    }

    @Test
    void androidShapes() {
        Image plain = Vectors.picture(4);
        int w = plain.width();
        int h = plain.height();
        ByteBuffer wide = ByteBuffer.allocateDirect(h * (2 * w + 6));
        ByteBuffer rgba = ByteBuffer.allocateDirect(h * w * 4);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                byte v = plain.data().get((int) (y * plain.rowStride() + x));
                wide.put(y * (2 * w + 6) + 2 * x, v);
                for (int c = 0; c < 3; c++) {
                    rgba.put(4 * (y * w + x) + c, v);
                }
            }
        }
        assertEquals(Hash.of(plain), Hash.of(new Image(wide, 0, w, h, 2 * w + 6, 2, Image.Format.GRAY)));
        assertEquals(Hash.of(plain), Hash.of(Image.rgba(rgba, w, h, 4 * w)));
        assertEquals(Hash.of(new Image(wide, 0, w, h, 2 * w + 6, 2, Image.Format.GRAY_LIMITED)), Hash.of(Image.luma(wide, w, h, 2 * w + 6, 2)));
    }

    @Test
    void closedHandles() {
        Matcher matcher = matcher();
        Watch watch = matcher.watch();
        Image image = Vectors.picture(0);
        matcher.close();
        matcher.close();
        assertThrows(IllegalStateException.class, () -> matcher.match(image));
        assertThrows(IllegalStateException.class, () -> watch.push(image, 0));
        assertThrows(IllegalStateException.class, watch::decision);
        watch.close();
    }

    @Test
    void closingWhileOthersMatchIsSafe() throws InterruptedException {
        Matcher matcher = matcher();
        Image image = Vectors.picture(1);
        AtomicInteger matched = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    for (int n = 0; n < 1000; n++) {
                        assertEquals(1, matcher.match(image).entry());
                        matched.incrementAndGet();
                    }
                } catch (IllegalStateException closed) {
                    assertEquals("used after close()", closed.getMessage());
                }
            });
            thread.start();
            threads.add(thread);
        }
        while (matched.get() < 4) {
            Thread.sleep(1);
        }
        matcher.close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A list is swapped as docs/howto/embed.md says, while others match: the old one's answer, the new one's, or closed. */
    @Test
    void aListSwappedWhileOthersMatch() throws InterruptedException {
        MatchPolicy quick = MatchPolicy.advised().withUncropEntries(0);
        Supplier<Matcher> one = () -> new Matcher(entries(), quick);
        Supplier<Matcher> other = () -> new Matcher(Entries.ofHashes(new byte[32]), quick);
        Image image = Vectors.picture(1);
        AtomicReference<Matcher> current = new AtomicReference<>(one.get());
        AtomicBoolean done = new AtomicBoolean();
        Set<Object> seen = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(() -> {
                while (!done.get()) {
                    try {
                        Matcher matcher = current.get();
                        seen.add(matcher.match(image).entry());
                        try (Watch watch = matcher.watch()) {
                            watch.push(image, 0);
                        }
                    } catch (IllegalStateException closed) {
                        seen.add(closed.getMessage());
                    } catch (Throwable wrong) {
                        seen.add(wrong);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (int n = 0; n < 30 || !seen.containsAll(Set.of(1, -1)); n++) {
            Matcher old = current.getAndSet((n % 2 == 0 ? other : one).get());
            old.close();
        }
        done.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        current.get().close();
        seen.removeAll(Set.of(1, -1, "used after close()"));
        assertEquals(Set.of(), seen);
    }

    @Test
    void timesThatRunBackwardsChangeNothing() {
        try (Matcher matcher = matcher(); Watch watch = matcher.watch()) {
            watch.push(Vectors.picture(0), 1000);
            Decision before = watch.decision();
            assertEquals(Status.ERR_ARG, status(() -> watch.push(Vectors.picture(0), 999)));
            assertEquals(Status.ERR_ARG, status(() -> watch.push(Vectors.picture(0), -1)));
            assertEquals(before, watch.decision());
        }
    }

    /** The hash of a picture, upside down on the list: a match unless nobody looks for turned copies. */
    @Test
    void aLookThatIsLeftOut() {
        Image picture = Vectors.picture(1);
        byte[] turned;
        try (Hasher hasher = new Hasher(picture.width(), picture.height())) {
            turned = hasher.orientations(picture)[2].bits();
        }
        MatchPolicy whole = MatchPolicy.advised().withUncropEntries(0).without(MatchPolicy.View.REGIONS, MatchPolicy.View.KEYPOINTS, MatchPolicy.View.INVERTED);
        try (Matcher all = new Matcher(Entries.ofHashes(turned), whole); Matcher some = new Matcher(Entries.ofHashes(turned), whole.without(MatchPolicy.View.TURNED))) {
            assertEquals(Decision.Verdict.MATCH, all.match(picture).verdict());
            assertEquals(Decision.Verdict.NO_MATCH, some.match(picture).verdict());
        }
    }

    @Test
    void columnsAndPoliciesThatDoNotFit() {
        MatchPolicy policy = MatchPolicy.advised();
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(Entries.ofHashes(new byte[33]), policy)));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(new Entries(new byte[32], new byte[5], 6, null, null), policy)));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(new Entries(new byte[32], new byte[6], 6, new byte[3], new int[] {4}), policy)));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(Entries.ofHashes(new byte[32]), policy.withMaxDistance(257))));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(Entries.ofHashes(new byte[32]), policy.withRates(0, 1e-6))));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(Entries.ofHashes(new byte[32]), policy.withMinQuality(101))));
        assertEquals(Status.ERR_ARG, status(() -> new Matcher(Entries.ofHashes(new byte[32]), policy.withFrames(0))));
        try (Matcher empty = new Matcher(Entries.ofHashes(new byte[0]), policy)) {
            assertEquals(Decision.Verdict.NO_MATCH, empty.match(Vectors.picture(0)).verdict());
        }
    }

    @Test
    void nullIsNeverTakenForNothing() {
        assertThrows(NullPointerException.class, () -> Entries.ofHashes(null));
        assertThrows(NullPointerException.class, () -> Index.build(null, Index.Shape.AUTO));
        assertThrows(NullPointerException.class, () -> Index.open(null));
        try (Index index = Index.build(new byte[32], Index.Shape.AUTO)) {
            assertThrows(NullPointerException.class, () -> index.search(null, 31));
        }
    }

    @Test
    void everyStatusOfTheHeaderIsKnown() throws IOException {
        int known = 0;
        for (String line : Files.readAllLines(Path.of("../contract.txt"))) {
            if (line.startsWith("enum pdql_status ") && !line.contains("PDQL_OK ")) {
                String[] words = line.split(" ");
                Status status = Status.of(Integer.parseInt(words[4]));
                assertEquals(words[2], "PDQL_" + status.name());
                known++;
            }
        }
        assertEquals(Status.values().length - 1, known);
    }
}
