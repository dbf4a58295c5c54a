import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pdqlite.*;

/** Does a picture show one of those in a file of hashes? Arguments: HASHES PICTURE.ppm. Exit code 0 match, 1 none, 2 error. */
public class Quickstart {
    private static final String GAP = "(?:\\s|#[^\\n]*\\n)+";
    private static final Pattern HEAD = Pattern.compile("P6" + GAP + "(\\d{1,7})" + GAP + "(\\d{1,7})" + GAP + "255\\s");

    public static void main(String[] args) {
        if (args.length != 2) {
            fail("usage: Quickstart HASHES PICTURE.ppm");
        }
        try {
            run(args);
        } catch (IOException e) { // left alone it would exit with 1, as for no match
            fail("an input file cannot be read: " + e.getMessage());
        } catch (PdqliteException e) {
            fail(e.getMessage());
        }
    }

    private static void run(String[] args) throws IOException {
        Entries entries = Entries.ofHashes(Files.readAllBytes(Path.of(args[0])));
        try (org.pdqlite.Matcher matcher = new org.pdqlite.Matcher(entries, MatchPolicy.advised())) {
            Decision decision = matcher.match(picture(Files.readAllBytes(Path.of(args[1]))));
            boolean found = decision.verdict() == Decision.Verdict.MATCH;
            System.out.println(found ? String.format("matched: entry %d, false-match rate %.1e, %.1e over the list", decision.entry(), decision.rate(),
                    decision.listRate()) : "no match");
            System.exit(found ? 0 : 1);
        }
    }

    /** A PPM picture of 8 bits. Pixels lie in a direct buffer: C reads them in place. */
    private static Image picture(byte[] file) {
        Matcher head = HEAD.matcher(new String(file, 0, Math.min(file.length, 4096), StandardCharsets.ISO_8859_1));
        if (!head.lookingAt()) {
            fail("not a PPM picture of 8 bits");
        }
        ByteBuffer pixels = ByteBuffer.allocateDirect(file.length - head.end()).put(file, head.end(), file.length - head.end());
        return Image.of(pixels, Integer.parseInt(head.group(1)), Integer.parseInt(head.group(2)), Image.Format.RGB);
    }

    private static void fail(String why) {
        System.err.println(why);
        System.exit(2);
    }
}
