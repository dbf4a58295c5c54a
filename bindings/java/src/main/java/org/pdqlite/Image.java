package org.pdqlite;

import java.nio.ByteBuffer;

/**
 * Decoded pixels in a direct buffer, read in place; nothing is copied. The buffer's position and limit are not looked at. Whatever cannot be
 * - a buffer on the heap, a negative side, pixels outside of the buffer - is a {@link PdqliteException.Argument} when the image is made.
 *
 * @param data a direct buffer that holds every byte of every pixel
 * @param start where the top left pixel's first byte is
 * @param width pixels, 5 to 1 048 576
 * @param height as width
 * @param rowStride bytes from row to row; may be negative
 * @param pixelStride bytes from pixel to pixel; may be negative
 * @param format what the bytes mean
 */
public record Image(ByteBuffer data, long start, int width, int height, long rowStride, long pixelStride, Format format) {
    static final int LEAST_SIDE = 5;
    static final int MOST_SIDE = 1048576;
    private static final long MOST_STRIDE = 1L << 40;

    /** What the bytes of a pixel mean. */
    public enum Format {
        /** One byte, 0 black to 255 white; or a full-range Y plane. */
        GRAY(1, 1),
        /** One byte, 16 black to 235 white: the Y plane of most video. */
        GRAY_LIMITED(2, 1),
        /** Red, green, blue; with a pixel stride of 4 the fourth byte is not looked at. */
        RGB(3, 3),
        /** Blue, green, red. */
        BGR(4, 3),
        /** Two bytes, low one first: 256 a gray level. */
        GRAY16(5, 2);

        final int number;
        final int bytes;

        Format(int number, int bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    /**
     * Checks that every byte of every pixel lies in the buffer.
     *
     * @param data as above
     * @param start as above
     * @param width as above
     * @param height as above
     * @param rowStride as above
     * @param pixelStride as above
     * @param format as above
     * @throws PdqliteException.Argument that names what cannot be
     */
    public Image {
        Check.direct(data, "data");
        if (format == null) {
            throw Check.wrong(Status.ERR_ARG, "format has to be one of Image.Format; got null");
        }
        Check.side(width, "width");
        Check.side(height, "height");
        long capacity = data.capacity();
        if (start < 0 || start > capacity || Math.abs(rowStride) > MOST_STRIDE || Math.abs(pixelStride) > MOST_STRIDE
                || rowStride == Long.MIN_VALUE || pixelStride == Long.MIN_VALUE || outside(start, width, height, rowStride, pixelStride, format, capacity)) {
            throw Check.wrong(Status.ERR_SHAPE, width + " x " + height + " pixels with strides " + rowStride + " and " + pixelStride + " from " + start
                    + " on do not lie in the buffer of " + capacity + " bytes");
        }
    }

    private static boolean outside(long start, long width, long height, long rowStride, long pixelStride, Format format, long capacity) {
        long across = (width - 1) * pixelStride;
        long down = (height - 1) * rowStride;
        return start + Math.min(across, 0) + Math.min(down, 0) < 0 || start + Math.max(across, 0) + Math.max(down, 0) + format.bytes > capacity;
    }

    /**
     * {@return an image whose rows follow each other without gaps}
     *
     * @param data a direct buffer, from its first byte on
     * @param width pixels
     * @param height pixels
     * @param format what the bytes mean
     */
    public static Image of(ByteBuffer data, int width, int height, Format format) {
        int bytes = format == null ? 1 : format.bytes;
        return new Image(data, 0, width, height, (long) width * bytes, bytes, format);
    }

    /**
     * {@return a Y plane as cameras and decoders give it: {@code android.media.Image.Plane}, limited range}
     *
     * @param plane a direct buffer
     * @param width pixels
     * @param height pixels
     * @param rowStride bytes from row to row
     * @param pixelStride bytes from pixel to pixel
     */
    public static Image luma(ByteBuffer plane, int width, int height, int rowStride, int pixelStride) {
        return new Image(plane, 0, width, height, rowStride, pixelStride, Format.GRAY_LIMITED);
    }

    /**
     * {@return RGBA, as {@code android.graphics.Bitmap} of ARGB_8888 holds it}
     *
     * @param pixels a direct buffer
     * @param width pixels
     * @param height pixels
     * @param rowStride bytes from row to row
     */
    public static Image rgba(ByteBuffer pixels, int width, int height, int rowStride) {
        return new Image(pixels, 0, width, height, rowStride, 4, Format.RGB);
    }

    long[] shape() {
        return new long[] {start, width, height, rowStride, pixelStride, format.number};
    }
}
