import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.pdqlite.Entries;

/**
 * Keeps a list on disk so that a process killed at any point leaves the old list or the new one (docs/howto/embed.md).
 * Hashes lie there in the clear, without keypoint signatures: encrypt them where others can read the application's files.
 */
public class Install {
    /** What is installed. */
    public record Installed(long seq, byte[] state, Entries entries) {}

    private static final int STATE = 256;

    /** Called between all that touches the disk; the test ends the process here. */
    static Runnable step = () -> {};

    /** Writes a file so that it is there whole or not at all: another name, sync, rename, sync of the directory. */
    private static void put(Path directory, String name, ByteBuffer... parts) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (ByteBuffer part : parts) {
                step.run();
                while (part.hasRemaining()) {
                    file.write(part);
                }
            }
            step.run();
            file.force(true);
        }
        step.run();
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        step.run();
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) { // Windows refuses, and needs none
            names.force(true);
        }
    }

    /** Stores what {@code VerifiedList.read} gave: the list first, under a name of its own, and last the one file that names it. */
    public static void put(Path directory, long seq, byte[] state, Entries entries) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(16).putLong(entries.size()).putLong(entries.metaBytes()).flip();
        put(directory, "list-" + seq, head, ByteBuffer.wrap(entries.rows()), ByteBuffer.wrap(entries.meta()));
        put(directory, "current", ByteBuffer.allocate(8).putLong(seq).flip(), ByteBuffer.wrap(state)); // this rename is the install
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.equals("current") && !name.equals("list-" + seq)) {
                    step.run();
                    Files.delete(file); // lists before, and what an install that was killed left
                }
            }
        }
    }

    /** Opens what is installed; null before the first install. What does not fit is an error, not a new beginning. */
    public static Installed open(Path directory) throws IOException {
        if (Files.notExists(directory.resolve("current"))) {
            return null;
        }
        ByteBuffer current = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("current")));
        if (current.remaining() != 8 + STATE) {
            throw new IOException("what is installed is damaged");
        }
        long seq = current.getLong();
        byte[] state = new byte[STATE];
        current.get(state);
        ByteBuffer list = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("list-" + seq)));
        long n = list.remaining() < 16 ? -1 : list.getLong();
        long metaBytes = n < 0 ? -1 : list.getLong();
        if (n < 0 || n > Integer.MAX_VALUE / 64 || (metaBytes != 6 && metaBytes != 14) || list.remaining() != n * (32 + metaBytes)) {
            throw new IOException("what is installed is damaged");
        }
        byte[] rows = new byte[(int) n * 32];
        byte[] meta = new byte[(int) (n * metaBytes)];
        list.get(rows).get(meta);
        return new Installed(seq, state, new Entries(rows, meta, (int) metaBytes, null, null));
    }
}
