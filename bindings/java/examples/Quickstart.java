import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import org.pdqlite.*;

/** Does a picture show one of those in a file of hashes? Arguments: HASHES PICTURE.ppm. Exit code 0 match, 1 none, 2 error. */
public class Quickstart {
    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            fail("usage: Quickstart HASHES PICTURE.ppm");
        }
        byte[] rows = Files.readAllBytes(Path.of(args[0]));
        try (RandomAccessFile file = new RandomAccessFile(args[1], "r"); Matcher matcher = new Matcher(Entries.ofHashes(rows), MatchPolicy.advised())) {
            String head = file.readLine();
            Scanner words = new Scanner(head == null ? "" : head).useDelimiter(" ");
            if (!words.hasNext("P6")) {
                fail("not a PPM picture of 8 bits");
            }
            words.next();
            int width = words.nextInt();
            int height = words.nextInt();
            ByteBuffer pixels = file.getChannel().map(MapMode.READ_ONLY, 0, file.length());
            Image image = new Image(pixels, head.length() + 1, width, height, 3L * width, 3, Image.Format.RGB);
            Decision decision = matcher.match(image);
            boolean found = decision.verdict() == Decision.Verdict.MATCH;
            System.out.println(found ? String.format("matched: entry %d, false-match rate %.1e", decision.entry(), decision.rate()) : "no match");
            System.exit(found ? 0 : 1);
        }
    }

    private static void fail(String why) {
        System.err.println(why);
        System.exit(2);
    }
}
