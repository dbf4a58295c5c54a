package org.pdqlite;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;

/** The shared vectors, tests/vectors. */
final class Vectors {
    static final Path ROOT = Path.of("../../tests/vectors");
    static final JsonObject CORE = read("core/cases.json").getAsJsonObject();

    private Vectors() {}

    static JsonElement read(String name) {
        try {
            return JsonParser.parseString(Files.readString(ROOT.resolve(name)));
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    static byte[] bytes(JsonElement text) {
        return Base64.getDecoder().decode(text.getAsString());
    }

    static ByteBuffer direct(byte[] data) {
        return ByteBuffer.allocateDirect(data.length).put(data).rewind();
    }

    static Image picture(int number) {
        JsonObject p = CORE.getAsJsonArray("pictures").get(number).getAsJsonObject();
        Image.Format format = Image.Format.valueOf(p.get("format").getAsString().toUpperCase(Locale.ROOT));
        return new Image(direct(bytes(p.get("data"))), 0, p.get("width").getAsInt(), p.get("height").getAsInt(),
                p.get("row_stride").getAsLong(), p.get("pixel_stride").getAsLong(), format);
    }

    static int number(JsonElement value) {
        return value.isJsonNull() ? -1 : value.getAsInt();
    }
}
