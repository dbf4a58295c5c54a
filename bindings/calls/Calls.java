import java.nio.ByteBuffer;
import org.pdqlite.*;

/** calls.c in Java. The first batches warm the compiler up. */
public class Calls {
    private static final int SIDE = 64;
    private static final int BATCHES = 120;
    private static final int CALLS = 200;

    public static void main(String[] args) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(SIDE * SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            pixels.put(i, (byte) (i * i / 7 % 251));
        }
        Image image = Image.of(pixels, SIDE, SIDE, Image.Format.GRAY);
        double best = Double.MAX_VALUE;
        Hash hash = null;
        try (Hasher hasher = new Hasher(SIDE, SIDE)) {
            for (int batch = 0; batch < BATCHES; batch++) {
                long start = System.nanoTime();
                for (int i = 0; i < CALLS; i++) {
                    hash = hasher.hash(image);
                }
                best = Math.min(best, (double) (System.nanoTime() - start) / CALLS);
            }
        }
        System.out.println(hash.hex() + " " + Math.round(best));
    }
}
