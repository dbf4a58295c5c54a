import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.Logger;

/** Says what classes call that Android has not: a signature file of an API level, classes (given by folder), names of what an app brings itself. */
class AndroidApi {
    public static void main(String[] args) throws Exception {
        Set<String> missing = new TreeSet<>();
        Logger logger = new Logger() {
            public void info(String m) {}
            public void info(String m, Throwable t) {}
            public void debug(String m) {}
            public void debug(String m, Throwable t) {}
            public void warn(String m) {}
            public void warn(String m, Throwable t) {}
            public void error(String m, Throwable t) { error(m); }
            public void error(String m) { missing.add(m.replaceFirst("^.*Undefined reference", "Undefined reference")); }
        };
        Set<String> own = Set.of(args[2].split(","));
        try (InputStream signature = Files.newInputStream(Path.of(args[0]))) {
            SignatureChecker checker = new SignatureChecker(signature, own, logger);
            checker.setSourcePath(List.of());
            checker.process(Arrays.stream(args[1].split(":")).map(File::new).toArray(File[]::new));
        }
        missing.forEach(System.out::println);
    }
}
