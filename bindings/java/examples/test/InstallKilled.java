import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.pdqlite.Entries;

/** A process is killed at every step of Install: the old list or the new one is there, and the next install succeeds. */
public class InstallKilled {
    private static int left;

    private static Entries entries(int seq) {
        byte[] rows = new byte[32 * (100 + seq)];
        Arrays.fill(rows, (byte) seq);
        return new Entries(rows, new byte[6 * (100 + seq)], 6, null, null);
    }

    private static byte[] state(int seq) {
        byte[] state = new byte[256];
        Arrays.fill(state, (byte) seq);
        return state;
    }

    private static void put(Path directory, int seq) throws Exception {
        Install.put(directory, seq, state(seq), entries(seq));
    }

    private static int found(Path directory) throws Exception {
        Install.Installed found = Install.open(directory);
        int seq = (int) found.seq();
        check(Arrays.equals(found.state(), state(seq)) && Arrays.equals(found.entries().rows(), entries(seq).rows()), "a mixture");
        return seq;
    }

    private static void check(boolean good, String what) {
        if (!good) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 2) { // the process that is killed
            left = Integer.parseInt(args[1]);
            Install.step = () -> {
                if (left-- == 0) {
                    Runtime.getRuntime().halt(9); // nothing is flushed, closed or cleaned up
                }
            };
            put(Path.of(args[0]), 2);
            return;
        }
        String java = ProcessHandle.current().info().command().orElseThrow();
        int last = 1;
        int at = 0;
        for (int code = 9; code == 9; at++) {
            Path directory = Files.createTempDirectory("pdqlite");
            check(Install.open(directory) == null, "not empty");
            put(directory, 1);
            List<String> command = List.of(java, "-cp", System.getProperty("java.class.path"), "InstallKilled", directory.toString(), "" + at);
            code = new ProcessBuilder(command).inheritIO().start().waitFor();
            check(code == 9 || code == 0, "the child failed");
            int seq = found(directory);
            check(seq == last || seq == last + 1 && seq == 2, "went back");
            check(code == 9 || seq == 2, "not installed");
            check(at > 0 || seq == 1, "installed too early");
            last = seq;
            put(directory, 3);
            check(found(directory) == 3, "no further install");
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                int n = 0;
                for (Path file : files) {
                    Files.delete(file);
                    n++;
                }
                check(n == 2, "something is left behind");
            }
            Files.delete(directory);
        }
        System.out.println("install: killed at each of " + (at - 1) + " steps, the old list or the new one");
    }
}
