package org.pdqlite;

import java.nio.ByteBuffer;

/**
 * Decoded pixels in a direct buffer, read in place; nothing is copied. The buffer's position and limit are not looked at.
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

    /** Rows one after another without gaps. */
    public static Image of(ByteBuffer data, int width, int height, Format format) {
        return new Image(data, 0, width, height, (long) width * format.bytes, format.bytes, format);
    }

    /** A Y plane as cameras and decoders give it: {@code android.media.Image.Plane}, limited range. */
    public static Image luma(ByteBuffer plane, int width, int height, int rowStride, int pixelStride) {
        return new Image(plane, 0, width, height, rowStride, pixelStride, Format.GRAY_LIMITED);
    }

    /** RGBA, as {@code android.graphics.Bitmap} of ARGB_8888 holds it. */
    public static Image rgba(ByteBuffer pixels, int width, int height, int rowStride) {
        return new Image(pixels, 0, width, height, rowStride, 4, Format.RGB);
    }

    long[] shape() {
        return new long[] {start, width, height, rowStride, pixelStride, format.number};
    }
}
